"""What people moved since we looked last, and what only looks like it."""

from __future__ import annotations

from syncd.core.writing.dragged import dragged


def by_people(left: str, seen: str, *ours: tuple[str, str | None]) -> str:
    return "".join(dragged(left, seen, ours).by_people)


def test_one_issue_that_was_dragged_is_one() -> None:
    assert by_people("abcdef", "afbcde") == "f"
    assert by_people("abcdef", "bcdefa") == "a"
    assert by_people("abcdef", "abcdef") == ""
    assert len(by_people("abcdef", "abdcef")) == 1


def test_issues_that_come_and_go_say_nothing_about_the_others() -> None:
    assert by_people("abcd", "xabyd") == ""
    assert by_people("abcd", "xdaby") == "d"


def test_what_we_moved_ourselves_is_nobodys_drag() -> None:
    assert by_people("abcdef", "abcfde", ("f", "c")) == ""
    assert by_people("abcdef", "abcdef", ("f", "c")) == "", "it has not arrived"
    assert by_people("abcdef", "acfbde", ("f", "c"), ("b", "f")) == ""
    assert by_people("abcdef", "abcfde", ("f", "c"), ("b", "f")) == "", "half of it has arrived"


def test_what_we_put_below_an_issue_that_we_then_moved_on_is_nobodys_drag() -> None:
    assert by_people("abcdef", "afcbde", ("f", "c"), ("b", "f"), ("f", "a")) == ""
    assert dragged("abcdef", "cfbade", [("f", "c"), ("b", "f"), ("a", "b")]).unseen == frozenset(), "all of it shows"


def test_what_a_person_drags_after_our_move_is_theirs() -> None:
    assert by_people("abcdef", "fabcde", ("f", "c")) == "f"
    assert by_people("abcdef", "eabcfd", ("f", "c")) == "e"


def test_our_move_below_an_issue_that_a_person_drags_away_stays_ours() -> None:
    assert by_people("abcdef", "acfdeb", ("f", "c")) == "b"
    assert by_people("abcdef", "abdefc", ("f", "c")) == "c", "below it before it went"
    assert by_people("abcdef", "abdecf", ("f", "c")) == "c", "below it after it went"


def test_a_move_below_an_issue_that_we_had_not_seen_yet_is_ours() -> None:
    assert by_people("abc", "axcb", ("c", "x")) == ""


def test_a_move_that_does_not_show_yet_is_remembered() -> None:
    assert dragged("abcdef", "abcdef", [("f", "c")]).unseen == {"f"}
    assert dragged("abcdef", "abcfde", [("f", "c")]).unseen == frozenset()
