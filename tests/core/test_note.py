"""The note: what it says, when it is written again, and that words of people do nothing in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from urllib.parse import unquote

from hypothesis import given
from hypothesis import strategies as st
from work_makers import SCORE, START, item, ref, rules

from syncd.core.backlog import BacklogItem, Ranked, Receipt, ReceiptLine, Status, Work
from syncd.core.decide import Snapshot, decide
from syncd.core.expressions.language import Type, parse
from syncd.core.permission.ownership import Ledger, Written
from syncd.core.plan import NOTE, NOTE_MARK, Plan, SetNote
from syncd.core.rules import Policy, Rules
from syncd.core.writing.note import Shown, shown_in, summary, write

TODAY = date(2026, 10, 1)


def noting(*, top: int = 100, deadband: float = 0.0, formula: str = "6 - priority") -> Rules:
    made = rules(SCORE, policy=Policy(rank_top=top, deadband=deadband), formula=formula)
    return replace(made, sources={name: replace(source, note=True) for name, source in made.sources.items()})


def plan(by: Rules, *items: BacklogItem, written: Ledger | None = None) -> Plan:
    return decide(Snapshot({i.ref: i for i in items}, (), written or {}, {}, {}), by, TODAY).plans["jira"]


def changes(made: Plan) -> dict[str, SetNote]:
    return {e.key: change for e in made.edits for change in e.changes if isinstance(change, SetNote)}


def after(made: Plan) -> Ledger:
    """The ledger once the notes of a plan are written."""
    return {
        (e.ref, NOTE): Written(c.after, START, "run") for e in made.edits for c in e.changes if isinstance(c, SetNote)
    }


def test_a_note_tells_score_rank_horizon_and_the_lines_behind_them() -> None:
    made = changes(plan(noting(), item(1, priority=1), item(2, priority=3)))
    text = made["PAY-1"].after
    assert text is not None and text.startswith(NOTE_MARK)
    assert summary(text) == "Score 5, rank 1 of 2, horizon now"
    assert "priority = 1" in text and "syncd explain PAY-1" in text
    assert made["PAY-1"].before is None


def test_only_the_first_ranks_get_a_note_and_each_new_one_counts_as_a_mail() -> None:
    made = plan(noting(top=2), *(item(n, priority=n) for n in (1, 2, 3, 4)))
    assert sorted(changes(made)) == ["PAY-1", "PAY-2"]
    assert made.new_notes == 2


def test_a_note_stands_alone_in_its_edit() -> None:
    made = plan(noting(), item(1))
    assert [[type(change).__name__ for change in edit.changes] for edit in made.edits] == [["SetField"], ["SetNote"]]


def test_a_note_is_not_written_again_when_only_the_rank_changed() -> None:
    first = after(plan(noting(), item(1, priority=2), item(2, priority=3)))
    made = plan(noting(), item(1, priority=2), item(2, priority=3), item(3, priority=1), written=first)
    assert sorted(changes(made)) == ["PAY-3"]


def test_a_score_that_moves_within_the_dead_band_writes_no_note() -> None:
    first = after(plan(noting(deadband=0.5), item(1, priority=2)))
    near = plan(noting(deadband=0.5, formula="6.4 - priority"), item(1, priority=2), written=first)
    far = plan(noting(deadband=0.5, formula="6.5 - priority"), item(1, priority=2), written=first)
    assert changes(near) == {}
    assert changes(far)["PAY-1"].because == "score 4 → 4.5"
    assert far.new_notes == 0


def test_closed_work_keeps_its_note_and_gets_none() -> None:
    first = after(plan(noting(), item(1)))
    assert changes(plan(noting(), item(1, status=Status.DONE), item(2, status=Status.DONE), written=first)) == {}


def test_a_note_that_a_person_has_is_left_and_said_so() -> None:
    made = plan(noting(), item(1), written={(ref(1), NOTE): Written(False, START, "run")})
    assert changes(made) == {}
    assert [(skip.slot, "syncd release PAY-1 note" in skip.because) for skip in made.skips] == [("note", True)]


def test_our_own_note_is_no_demand() -> None:
    by = noting(formula="6 - priority")
    counting = replace(by, framework=replace(by.framework, formula=parse("comments * 10", {"comments": Type.NUMBER})))
    first = plan(counting, item(1, comments=3))
    again = plan(counting, item(1, comments=4), written=after(first))
    assert changes(again) == {}


WORDS = st.text(alphabet=st.sampled_from("ab -<>{}`*[]@#!\n\\\"'é—"), max_size=30)


@given(WORDS, WORDS, WORDS, st.none() | st.floats(-1e6, 1e6))
def test_what_a_note_shows_is_read_back_and_words_of_people_stay_in_code(
    horizon: str, outcome: str, words: str, score: float | None
) -> None:
    shown = Shown(score, horizon, outcome)
    one = item(1)
    lines = (ReceiptLine("input", words, words), ReceiptLine("formula", words, words, None, score))
    ranked = Ranked(Work(one), score, 1, horizon)
    text = write(ranked, one, shown, Receipt(one.ref, one.key, lines, score, words), 9)
    read = shown_in(text)
    assert read is not None and not read.differs(shown, 1e-3)
    assert text.partition("\n")[0].count("-->") == 1 and text.count("```") in (0, 2)
    mark, _, rest = text.partition("-->\n")
    block = rest.split("```")
    outside = "".join(block[::2])
    spans = outside.split("`")
    assert len(spans) % 2 == 1
    assert not set("@#<[!") & set("".join(spans[::2]))
    assert "\n" not in mark


def test_a_note_ends_with_the_address_of_its_work_where_the_page_has_one() -> None:
    by = replace(noting(), page="https://syncd.lumen.example/pm")
    text = changes(plan(by, item(1)))["PAY-1"].after
    assert text is not None
    assert text.endswith("Every step: https://syncd.lumen.example/pm/work/PAY-1")


def test_an_address_that_comes_later_writes_no_note_again() -> None:
    first = after(plan(noting(), item(1)))
    assert changes(plan(replace(noting(), page="https://syncd.lumen.example"), item(1), written=first)) == {}
    moved = plan(replace(noting(formula="9 - priority"), page="https://syncd.lumen.example"), item(1), written=first)
    assert (changes(moved)["PAY-1"].after or "").endswith("https://syncd.lumen.example/work/PAY-1")


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20))
def test_the_address_leads_to_the_key_and_is_one_word_without_markup(key: str) -> None:
    named = replace(item(1), key=key)
    text = changes(plan(replace(noting(), page="https://syncd.lumen.example"), named))[key].after
    assert text is not None
    _, _, address = text.rpartition("Every step: ")
    assert unquote(address) == f"https://syncd.lumen.example/work/{key}"
    assert not set(address) & set(' \n*_~[]{}|^!`<>\\"#')
