"""A note as Jira shows it: the same words in Jira's own markup, and an address that can be clicked."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from connectors.jira.jira_world import JiraWorld, ref
from syncd.core.plan import NOTE_MARK, Edit, SetNote
from syncd_jira.notes import wiki

ADDRESS = "https://syncd.lumen.example/pm/work/PAY-1"


def test_a_note_keeps_its_words_and_its_link_and_loses_its_mark() -> None:
    note = (
        f"{NOTE_MARK}{{}} -->\n**Score 5**, rank 1 of 2, horizon `now`\n\n```\nreach  3\n```\n\nEvery step: {ADDRESS}"
    )
    assert wiki(note) == (
        "*Score 5*, rank 1 of 2, horizon {{now}}\n\n{noformat}\nreach  3\n{noformat}\n\nEvery step: " + ADDRESS
    )


@given(st.text(st.sampled_from("ab [|]{}*~^!\\"), max_size=12))
def test_words_of_people_in_code_do_nothing(words: str) -> None:
    shown = wiki(f"{NOTE_MARK}{{}} -->\n`{words}`").removeprefix("{{").removesuffix("}}")
    left = shown.replace("\\\\", "").replace("\\", "\0")
    assert not [sign for before, sign in zip("x" + left, left, strict=False) if sign in "[|]{}*~^!" and before != "\0"]


def test_a_note_is_for_the_team_and_never_for_the_customers_of_a_service_project(world: JiraWorld) -> None:
    connector = world.connector()
    list(connector.pull(None))
    first, second = f"{NOTE_MARK}{{}} -->\none", f"{NOTE_MARK}{{}} -->\ntwo"
    for before, after in ((None, first), (first, second)):
        note = Edit(ref(1), "PAY-1", "Issue 1", "r", (SetNote(before, after),))
        assert list(connector.apply([note])) == [None]
        (comment,) = world.person("GET", "issue/PAY-1/comment?expand=properties")["comments"]
        assert comment["jsdPublic"] is False
    assert connector.notes(["1001"], {}) == {"1001": second}
    world.person("POST", "issue/PAY-2/comment", {"body": {"type": "doc", "version": 1, "content": [
        {"type": "paragraph", "content": [{"type": "text", "text": "hello"}]}]}})  # fmt: skip
    (theirs,) = world.person("GET", "issue/PAY-2/comment")["comments"]
    assert theirs["jsdPublic"] is True
