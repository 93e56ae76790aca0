"""What each issue should show, in the words of its place, with a reason in one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from work_makers import ALL, KEY_RESULT, OBJECTIVE, RANK, ROADMAP, SCORE, item, ledger, ref, rules, scored, work

from syncd.core.backlog import BacklogItem, OkrLink, Status, Work
from syncd.core.issue import FieldValue, Ref
from syncd.core.permission.ownership import Ledger, Pin, Pins
from syncd.core.ranking.rank import rank
from syncd.core.rules import KeyResult, Objective, OkrRules, Policy, Rules, Slot, Target
from syncd.core.writing.want import TITLE_LENGTH, Want, Wanted, shows, withdrawn

LINK = OkrLink("O1", "KR1", "label okr/KR1")


def wanted(
    by: Rules,
    works: list[Work],
    scores: Mapping[int, float | None],
    *,
    pins: Mapping[Ref, Pins] | None = None,
    written: Ledger | None = None,
    closed: tuple[BacklogItem, ...] = (),
) -> list[Wanted]:
    ranked = rank(works, scored(scores), {}, pins or {}, by)
    items = {member.ref: member for each in works for member in each.members} | {each.ref: each for each in closed}
    return [*shows(ranked, items, pins or {}, by), *withdrawn(items, written or {}, by)]


def one(target: Target, by: Rules | None = None, score: float | None = 82.4, **changes: object) -> Want:
    found = wanted(by or rules(target), [replace(work(1), **changes)], {1: score})  # type: ignore[arg-type]
    return found[0].wants[0]


def values(found: Wanted) -> dict[str, FieldValue]:
    return {want.target.key: want.value for want in found.wants}


def test_open_work_shows_everything_that_its_source_has_a_place_for() -> None:
    found = wanted(rules(*ALL), [replace(work(1), okr=LINK)], {1: 82.4})
    assert values(found[0]) == {
        "field:Score": 82.4,
        "field:Rank": 1.0,
        "label:roadmap/": "roadmap/now",
        "field:Objective": "O1: Checkout never loses a sale",
        "label:okr/": "okr/KR1",
    }


def test_issues_come_in_rank_order_and_twins_show_the_same() -> None:
    works = [work(1), Work(item(2), (item(7, "github"),))]
    found = wanted(rules(SCORE), works, {1: 10, 2: 90})
    assert [(each.item.key, each.wants[0].value) for each in found] == [
        ("PAY-2", 90),
        ("acme/web#7", 90),
        ("PAY-1", 10),
    ]


def test_the_score_is_rounded_as_the_policy_says() -> None:
    want = one(SCORE, rules(SCORE, policy=Policy(score_digits=0)), score=82.6)
    assert want.value == 83.0 and isinstance(want.value, float)
    assert want.because == "score 83: top 100 % by RICE"


def test_unscored_work_shows_no_score_and_says_why() -> None:
    want = one(SCORE, score=None)
    assert want.value is None and want.because == "unscored: effort is missing"


def test_the_reason_of_a_pinned_value_is_the_person() -> None:
    pins = {
        ref(1): Pins(
            Pin("next", "set by a person on PAY-9 (roadmap/next)"), Pin(5.0, "set by a person on PAY-9 (Score: 5)")
        )
    }
    found = wanted(rules(SCORE, ROADMAP), [work(1)], {1: 5.0}, pins=pins)[0].wants
    assert [want.because for want in found] == [
        "score 5: set by a person on PAY-9 (Score: 5)",
        "next: set by a person on PAY-9 (roadmap/next)",
    ]


def test_ordinals_are_shown_for_the_first_ones_only() -> None:
    by = rules(RANK, policy=Policy(rank_top=1))
    found = [each.wants[0] for each in wanted(by, [work(1), work(2)], {1: 2, 2: 1})]
    assert [(want.value, want.because) for want in found] == [
        (1.0, "rank 1 of 2"),
        (None, "rank 2 of 2: only the first 1 are numbered"),
    ]


def test_a_horizon_stands_in_a_label_with_its_prefix_and_in_a_field_without() -> None:
    assert one(ROADMAP).value == "roadmap/now"
    assert one(Target(Slot.HORIZON, field="Roadmap")).value == "now"
    assert one(ROADMAP).because == "now: 1 of 5 effort filled"
    assert one(ROADMAP, score=None).because == "later: unscored work goes to the last horizon"


def test_numbers_in_labels_are_written_short() -> None:
    assert one(Target(Slot.SCORE, label="score/")).value == "score/82.4"
    assert one(Target(Slot.RANK, label="rank/")).value == "rank/1"


def test_outcomes_are_ids_in_labels_and_titles_in_fields_cut_to_a_length() -> None:
    assert one(Target(Slot.OBJECTIVE, label="goal/"), okr=LINK).value == "goal/O1"
    assert one(Target(Slot.KEY_RESULT, field="KR"), okr=LINK).value == "KR1: Fewer failed payments"
    long = OkrRules((Objective("O1", "x" * 300, key_results=(KeyResult("KR1", ""),)),))
    text = one(OBJECTIVE, rules(OBJECTIVE, okrs=long), okr=LINK).value
    assert isinstance(text, str) and len(text) == TITLE_LENGTH and text.endswith("x…")
    assert (
        one(Target(Slot.KEY_RESULT, field="KR"), rules(Target(Slot.KEY_RESULT, field="KR"), okrs=long), okr=LINK).value
        == "KR1"
    )


def test_work_without_an_outcome_shows_none() -> None:
    assert one(KEY_RESULT, okr=OkrLink("O1", None, "label okr/O1")).value is None
    assert one(OBJECTIVE).value is None and one(OBJECTIVE).because == "no objective is linked"


def test_closed_issues_lose_rank_and_horizon_where_we_had_written_them_and_keep_the_rest() -> None:
    done, never = item(5, status=Status.DONE), item(6, status=Status.DROPPED)
    written = ledger((done, SCORE, 5.0), (done, ROADMAP, "roadmap/now"), (done, RANK, 2.0))
    found = wanted(rules(*ALL), [], {}, written=written, closed=(done, never))
    assert [(each.item.key, values(each)) for each in found] == [
        ("PAY-5", {"field:Rank": None, "label:roadmap/": None})
    ]


def test_a_closed_member_of_open_work_is_closed() -> None:
    both = Work(item(1), (item(7, "github", status=Status.DONE),))
    assert [each.item.key for each in wanted(rules(SCORE), [both], {1: 5})] == ["PAY-1"]
