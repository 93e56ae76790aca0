"""A note as Jira shows it: the same words in Jira's own markup, and an address that can be clicked."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from syncd.core.plan import NOTE_MARK
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
