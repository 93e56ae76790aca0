"""Laws of authors: whoever is not listed wins, and a fight with somebody who is listed ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from syncd.core.issue import FieldValue, Touch
from syncd.core.permission import authors
from syncd.core.permission.authors import WINDOW, Traced, Word

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
BOTS = frozenset({"robot", "helper[bot]"})
ACCOUNTS = st.sampled_from([("anna",), ("ben", "ben@lumen.example"), ("Robot",), ("x1", "Helper[bot]"), ("syncd",), ()])
VALUES: tuple[FieldValue, ...] = ("roadmap/now", "roadmap/later", ("roadmap/later", "roadmap/now"), 12.5, None)


@given(st.lists(st.tuples(ACCOUNTS, st.sampled_from(VALUES)), max_size=12), st.sampled_from(VALUES), st.integers(0, 12))
def test_whoever_is_not_listed_wins(
    changes: list[tuple[tuple[str, ...], FieldValue]], ours: FieldValue, remembered: int
) -> None:
    """Told forwards: a place is a person's once anybody who is not listed changed it, until it shows again what syncd wrote."""
    live, persons, touches = ours, False, []
    for minute, (account, value) in enumerate(changes):
        if value == live:
            continue
        touches.append(Touch(account, START + timedelta(minutes=minute), live, value))
        listed = any(name.casefold() in BOTS for name in account)
        persons = value != ours and (persons or not listed)
        live = value
    if live == ours:
        return
    known = touches[::-1][:remembered]
    found = authors.trace(known, (START, "run"), ours, live, "r").author(BOTS)
    if found.word is Word.BOT:
        assert not persons, "a person's value was given away"
    if len(known) == len(touches):
        assert (found.word is Word.BOT) is not persons


@given(
    st.lists(st.tuples(st.integers(0, 30), st.booleans(), st.booleans()), min_size=1, max_size=30), st.integers(0, 4)
)
def test_a_fight_with_a_bot_ends(rounds: list[tuple[int, bool, bool]], most: int) -> None:
    """However often a bot comes, within a day syncd writes over it no more than so often, and then leaves its value alone
    until somebody says otherwise. That it is looked at again, or changed again before syncd wrote, costs no try."""
    now, written, before, rewrites, yielded = START, (START, "run"), None, [], False
    for number, (hours, again, looked_twice) in enumerate(rounds):
        now += timedelta(hours=hours, seconds=1)
        for _ in range(1 + looked_twice):
            touch = Touch(("robot",), now, "ours", f"bot {number}")
            traced = authors.trace([touch], written, "ours", f"bot {number}", str(number))
            before = authors.counted(traced, before, BOTS, most, now)
        word = before.author(BOTS).word
        assert word in (Word.BOT, Word.FOUGHT)
        assert not yielded or word is Word.FOUGHT, "it yields until it is released"
        yielded = word is Word.FOUGHT
        if word is Word.BOT and not again:
            rewrites.append(now)
            written = (now, f"run {number}")
        within = [at for at in rewrites if now - at < WINDOW]
        assert len(within) <= most
        assert not yielded or len(before.rewrites) >= most, "a try was taken away"


def test_what_is_known_of_one_writing_says_nothing_about_the_next() -> None:
    ours, theirs = (START, "run 1"), (START + timedelta(hours=1), "run 2")
    known = authors.trace([Touch(("anna",), START, "ours", "hers")], ours, "ours", "hers", "r1")
    assert known.about(ours, "hers", "r2", BOTS), "that a person was there stays true"
    assert not known.about(theirs, "hers", "r1", BOTS) and not known.about(ours, "another", "r1", BOTS)


@given(st.sampled_from(VALUES), st.sampled_from(VALUES))
def test_what_the_tool_does_not_tell_is_a_persons(wrote: FieldValue, live: FieldValue) -> None:
    for told in (None, [], [Touch(("robot",), START, wrote, "something else")]):
        found: Traced = authors.trace(told, (START, "run"), wrote, live, "r")
        assert found.author(BOTS).word is Word.UNTOLD
