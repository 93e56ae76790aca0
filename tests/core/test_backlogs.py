"""Several backlogs over the same work: who belongs where, apart in score and rank, together in a native order."""

from __future__ import annotations

from dataclasses import replace

from work_makers import ROADMAP, SCORE, START, item, ref, rules

from syncd.core.backlog import BacklogItem
from syncd.core.decide import Decision, Snapshot, decide, explain
from syncd.core.expressions.language import Type, parse
from syncd.core.issue import Link, LinkKind, Pointer, Ref
from syncd.core.permission.ownership import Written
from syncd.core.plan import SetField
from syncd.core.reports.above import above
from syncd.core.reports.whatif import whatif
from syncd.core.rules import Backlog, Framework, Horizon, Horizons, Rules, Scale
from syncd.core.scoring.score import names_read

NAMES = {"priority": Type.NUMBER, "labels": Type.WORDS}


def backlog(name: str, filter_: str | None, formula: str = "priority", **changes: object) -> Backlog:
    wanted = None if filter_ is None else parse(filter_, NAMES, Type.FLAG)
    framework = Framework("expression", parse(formula, NAMES), formula)
    horizons = Horizons((Horizon("now", 1, "items"), Horizon("later")))
    return replace(Backlog(name, wanted, framework, Scale.PERCENTILE, (), horizons), **changes)  # type: ignore[arg-type]


def book(*backlogs: Backlog, rest: str | None = "rest", order: bool = False) -> Rules:
    return replace(rules(SCORE, ROADMAP, order=order), backlogs=backlogs, rest=rest)


def work(number: int, *labels: str, **changes: object) -> BacklogItem:
    return item(number, priority=1 + number % 5, labels=labels, **changes)


def decided(by: Rules, *items: BacklogItem, ledger: dict[tuple[Ref, str], Written] | None = None) -> Decision:
    orders = {"jira": {"PAY": tuple(one.ref.id for one in items)}}
    return decide(Snapshot({one.ref: one for one in items}, (), ledger or {}, {}, orders), by, START.date())


ITEMS = (work(1, "infra"), work(2), work(3, "infra", "web"), work(4, "web"), work(5))
TWO = (backlog("platform", "'infra' in labels"), backlog("web", "'web' in labels", "6 - priority"))


def standing(decision: Decision) -> dict[str, list[tuple[int, str, str | None]]]:
    return {
        name: [(row.rank, row.work.primary.key, row.horizon) for row in part.ranked]
        for name, part in decision.parts.items()
    }


def test_work_belongs_to_the_first_backlog_whose_filter_holds_and_the_rest_to_the_rest() -> None:
    assert standing(decided(book(*TWO), *ITEMS)) == {
        "platform": [(1, "PAY-3", "now"), (2, "PAY-1", "later")],
        "web": [(1, "PAY-4", "now")],
        "rest": [(1, "PAY-5", "now"), (2, "PAY-2", "now")],
    }


def test_what_the_past_is_decided_from_again_includes_what_the_filters_read() -> None:
    assert names_read(book(*TWO)) == {"labels", "priority"}
    assert names_read(book(backlog("platform", None))) == {"priority"}


def test_each_backlog_is_a_population_of_its_own() -> None:
    decision = decided(book(*TWO), *ITEMS)
    assert {row.work.primary.key: row.score for row in decision.parts["platform"].ranked} == {
        "PAY-3": 100.0,
        "PAY-1": 50.0,
    }
    assert decision.scores[ref(4)].score == 100.0
    assert explain(decision, book(*TWO), ref(3)).score == 100.0


def test_as_one_order_they_interleave_by_rank_in_the_order_of_the_rules() -> None:
    decision = decided(book(*TWO), *ITEMS)
    assert [(row.rank, row.backlog) for row in decision.ranked] == [
        (1, "platform"), (1, "web"), (1, "rest"), (2, "platform"), (2, "rest"),
    ]  # fmt: skip


def test_a_native_order_with_work_of_several_backlogs_is_theirs_woven_and_then_quiet() -> None:
    by = book(*TWO, order=True)
    moves = decided(by, *ITEMS).plans["jira"].moves["PAY"]
    order = [one.ref.id for one in ITEMS]
    for move in moves:
        order.remove(move.ref.id)
        order.insert(order.index(move.below.id) + 1 if move.below else 0, move.ref.id)
    assert order == [ref(number).id for number in (3, 4, 5, 1, 2)]
    again = Snapshot({one.ref: one for one in ITEMS}, (), {}, {}, {"jira": {"PAY": tuple(order)}})
    assert decide(again, by, START.date()).plans["jira"].moves == {}


def test_what_no_backlog_takes_is_not_ranked_and_loses_what_syncd_wrote() -> None:
    marked = replace(ITEMS[1], fields={**ITEMS[1].fields, "Score": 40.0})
    written = {(marked.ref, SCORE.key): Written(40.0, START, "run-1")}
    decision = decided(book(*TWO, rest=None), ITEMS[0], marked, ledger=written)
    assert decision.backlog_of(marked.ref) is None and marked.ref not in decision.scores
    (edit,) = [edit for edit in decision.plans["jira"].edits if edit.ref == marked.ref]
    assert [(change.before, change.after) for change in edit.changes if isinstance(change, SetField)] == [(40.0, None)]
    assert explain(decision, book(*TWO, rest=None), marked.ref).reason == "no backlog of scoring.yaml takes it"


def test_a_last_backlog_without_a_filter_takes_the_rest() -> None:
    by = book(TWO[0], backlog("product", None))
    assert by.backlog_names == ("platform", "product")
    assert len(standing(decided(by, *ITEMS))["product"]) == 3


def test_blockers_lift_within_their_backlog_only() -> None:
    link = (Link(LinkKind.BLOCKS, Pointer(key="PAY-4")),)
    items = (replace(ITEMS[0], links=link), *ITEMS[1:])
    decision = decided(book(*TWO), *items)
    assert decision.scores[ref(1)].score == 50.0


def test_why_one_stands_above_another_is_asked_within_a_backlog() -> None:
    by = book(*TWO)
    decision = decided(by, *ITEMS)
    upper, lower = decision.parts["platform"].ranked[:2]
    told = above(upper, lower, decision.of("platform"), by.of("platform"))
    assert told.sentence.startswith("PAY-3 stands above PAY-1 because ")


def test_whatif_tells_each_backlog_apart() -> None:
    found = whatif(decided(rules(SCORE), *ITEMS), decided(book(*TWO), *ITEMS), 1)
    assert list(found.backlogs) == ["", "platform", "web", "rest"]
    assert [one.work.primary.key for one in found.backlogs["web"].entering] == ["PAY-4"]
    assert found.compared == 5 and -1 <= found.tau <= 1
