"""Mentions: which other issues a text names, what it says about them, and whose words are not read."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from issue_makers import github, item, jira

from syncd.connector.registry import connectors
from syncd.core.issue import Link, LinkKind, Pointer
from syncd.core.normalizing.mentions import MentionFinder, readable
from syncd.core.rules import TextKeys


def keys(pointers: tuple[Pointer, ...]) -> list[str | None]:
    return [pointer.key for pointer in pointers]


def test_keys_and_addresses_are_found_in_order_and_once() -> None:
    body = "See PAY-3, acme/api#4 and #9; again PAY-3. https://github.com/acme/web/issues/5#issuecomment-1"
    read = item(github(title="Like PAY-1", body=body))
    assert keys(read.mentions) == ["PAY-1", "PAY-3", "acme/api#4", "acme/web#9", "acme/web#5"]
    assert read.mentions[-1].url == "https://github.com/acme/web/issues/5"


def test_of_overlapping_readings_the_longest_counts() -> None:
    finder = MentionFinder(
        [TextKeys("t", (r"#(?P<number>\d+)", r"(?P<scope>\w+/\w+)#(?P<number>\d+)", r"(?P<key>\d+)"))]
    )
    assert keys(finder.find("t", "own/repo", "own/repo#1", "see other/repo#7 #8", "").all) == [
        "other/repo#7",
        "own/repo#8",
    ]


PIECES = (
    "PAY-1",
    "acme/web#7",
    "#9",
    "https://x.example/browse/PAY-2",
    "https://github.com/acme/web/issues/5",
    "UTF-8",
)
BESIDE = (" ", "\n", "`", "```\n", "{code}", "<!--", "-->", "> ", "blocked by: ", "a-b", "/", "#", "-", "word", "\r\n")


@given(st.lists(st.sampled_from((*PIECES, *BESIDE)), max_size=12).map("".join), st.sampled_from(["jira", "github"]))
@settings(max_examples=300, deadline=None)
def test_the_signs_of_a_tool_pass_over_nothing_that_its_patterns_find(text: str, kind: str) -> None:
    specs = connectors()
    by_signs = MentionFinder(
        [TextKeys(name, specs[name].text_keys, specs[name].key_signs) for name in ("github", "jira")]
    )
    everywhere = MentionFinder([TextKeys(name, specs[name].text_keys) for name in ("github", "jira")])
    found = by_signs.find(kind, "acme/web", "PAY-99", text, text)
    assert found == everywhere.find(kind, "acme/web", "PAY-99", text, text)
    assert all(specs[name].key_signs for name in ("github", "jira"))


def test_an_issue_does_not_mention_itself() -> None:
    assert item(github(7, body="#7 and acme/web#7 and #8")).mentions == (Pointer(key="acme/web#8"),)


def test_a_short_number_means_nothing_in_another_tool() -> None:
    assert item(jira(body="Step #12, color &#123;")).mentions == ()


def test_a_markdown_link_is_one_mention_with_its_address() -> None:
    read = item(github(body="[PAY-12](https://acme.atlassian.net/browse/PAY-12)"))
    assert read.mentions == (Pointer(key="PAY-12", url="https://acme.atlassian.net/browse/PAY-12"),)


@pytest.mark.parametrize(
    "body",
    [
        "```\nPAY-3\n```", "````\n```\nPAY-3\n```\n````", "~~~\nPAY-3\n~~~", "```\nPAY-3 never closed", "the `PAY-3` branch",
        "``PAY-3``", "> Blocked by PAY-3", "ok\n  > PAY-3", "<!-- Blocked by PAY-3 -->", "<!-- PAY-3",
        "<pre>PAY-3</pre>", "<code class='x'>PAY-3</code>", "{code:java}\nPAY-3\n{code}", "{noformat}PAY-3{noformat}",
        "{quote}PAY-3{quote}", "{{PAY-3}}", "bq. PAY-3", "text\nbq. PAY-3", "```\r\nPAY-3\r\n```",
    ],
)  # fmt: skip
def test_code_quotations_and_comments_are_not_read(body: str) -> None:
    assert item(github(body=body)).mentions == ()


def test_text_after_code_is_read_again() -> None:
    assert keys(item(github(body="```\nPAY-3\n```\nPAY-4 `x` PAY-5 > PAY-6")).mentions) == ["PAY-4", "PAY-5", "PAY-6"]


@pytest.mark.parametrize(
    "title",
    [
        "[PAY-12] Refunds",
        "PAY-12: Refunds",
        "Refunds (PAY-12)",
        "(PAY-12) Refunds",
        "Refunds [PAY-12]",
        " [PAY-12] - Refunds",
    ],
)
def test_a_key_that_frames_the_title_says_the_same_work(title: str) -> None:
    assert keys(item(github(title=title)).same_as) == ["PAY-12"]


@pytest.mark.parametrize(
    "title", ["Refunds after PAY-12", "PAY-12 broke refunds", "Refunds (see PAY-12)", "Revert `[PAY-12]`"]
)
def test_a_key_within_a_title_says_nothing(title: str) -> None:
    assert item(github(title=title)).same_as == ()


@pytest.mark.parametrize(
    "line",
    [
        "Jira: PAY-12", "**Jira:** PAY-12", "- **Jira**: [PAY-12](https://acme.atlassian.net/browse/PAY-12)",
        "Tracked in PAY-12", "* tracked in: PAY-12", "Tracking: PAY-12", "Same as PAY-12.", "TWIN OF PAY-12",
        "Mirrors PAY-12", "Synced from https://acme.atlassian.net/browse/PAY-12", "_Synced from_ PAY-12",
        "Jira issue: PAY-12", "Jira: <https://acme.atlassian.net/browse/PAY-12>", "### Tracked in PAY-12",
        "Duplicate of PAY-12",
    ],
)  # fmt: skip
def test_a_line_that_says_the_same_work_is_understood(line: str) -> None:
    assert keys(item(github(body=f"Hello.\r\n\r\n{line}\r\nBye.")).same_as) == ["PAY-12"]


@pytest.mark.parametrize(
    "line",
    [
        "This is tracked in PAY-12",
        "Jira PAY-12",
        "Jira is down, see PAY-12",
        "Not the same as PAY-12",
        "Tracking PAY-12",
        "`Jira: PAY-12`",
    ],
)
def test_prose_that_only_names_a_key_is_no_twin(line: str) -> None:
    assert item(github(body=line)).same_as == ()


def test_a_jira_issue_points_at_github_by_address() -> None:
    read = item(jira(body="GitHub: https://github.com/acme/web/issues/7"))
    assert read.same_as == (Pointer(key="acme/web#7", url="https://github.com/acme/web/issues/7"),)


def test_links_of_the_tool_to_elsewhere_count_as_the_same_work() -> None:
    there = Pointer(url="https://github.com/acme/web/issues/7")
    links = (Link(LinkKind.SAME_AS, there), Link(LinkKind.DUPLICATES, Pointer(id="5", key="PAY-5")))
    assert item(jira(links=links)).same_as == (there,)


def test_lines_about_waiting_become_links() -> None:
    body = "Blocked by acme/web#8 and #9, PAY-3\n- [ ] **Depends on:** #10\nBlocks #11\n\nThis blocks #12, so #13"
    assert [(link.kind.value, link.to.key) for link in item(github(body=body)).links] == [
        ("blocked_by", "acme/web#8"),
        ("blocked_by", "acme/web#9"),
        ("blocked_by", "PAY-3"),
        ("blocked_by", "acme/web#10"),
        ("blocks", "acme/web#11"),
    ]


def test_a_list_ends_where_prose_begins() -> None:
    for body in ("Blocked by #8 because #9 is late\n#10", "Blocked by #8\n#9", "Blocked by #8,\n\n- #9"):
        assert [link.to.key for link in item(github(body=body)).links] == ["acme/web#8"]


def test_a_link_that_the_tool_has_is_not_told_twice() -> None:
    native = Link(LinkKind.BLOCKED_BY, Pointer(id="900008", key="acme/web#8"))
    assert item(github(links=(native,), body="Blocked by #8")).links == (native,)


@pytest.mark.parametrize(
    "piece", ["```", "``", "`a", "<!--", "<pre>", "<code", "{code}", "{{", "{quote", "~~~", ">", "\n>", "PAY-1 ", "#1,"]
)
def test_a_strangers_text_takes_time_in_proportion_to_its_length(piece: str) -> None:
    """Four times the text may cost five times the work, never sixteen; of our own processor, whatever else runs."""

    def cost(size: int) -> float:
        text = (piece * size)[:size]
        tries = []
        for _ in range(3):
            started = time.thread_time()
            readable(text)
            item(github(body=text))
            tries.append(time.thread_time() - started)
        return min(tries)

    short, long = cost(16_384), cost(65_536)
    assert long < 12 * max(short, 0.001), f"{short:.4f} s for a quarter of it, {long:.4f} s for all of it"
