"""Who lets a write go: modes for each kind of write, and approvals that survive what else changes."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from engine.paper_world import PaperWorld, anybody, backlog
from syncd.connector.errors import Locked
from syncd.core.plan import Plan, SetField
from syncd.engine.cycle import Cycle
from syncd.engine.permits import approvals
from syncd.engine.permits.holds import Hold
from syncd.engine.permits.pins import pinned
from syncd.engine.report import SourceOutcome
from syncd.engine.writing.undo import take_hold, undo_what
from syncd.testing.paper import PaperIssue, PaperTracker, fine


@pytest.fixture
def tracker() -> PaperTracker:
    return backlog(PaperTracker(), 30)


@pytest.fixture
def paper(tmp_path: Path, tracker: PaperTracker) -> PaperWorld:
    return PaperWorld(tmp_path, {"paper": tracker}, mode="review")


def approve(paper: PaperWorld, digest: str, by: str = "anna") -> Plan | None:
    with paper.opened() as world:
        return approvals.approve(world, digest, by)


def cycle(paper: PaperWorld, **given: bool) -> SourceOutcome:
    return paper.cycle(**given).sources["paper"]


def waiting(outcome: SourceOutcome) -> Plan:
    assert outcome.waiting is not None
    return outcome.waiting


def scored(tracker: PaperTracker) -> list[PaperIssue]:
    return [issue for issue in tracker.issues.values() if issue.fields.get("Score") is not None]


def test_what_was_approved_is_written_although_another_issue_joined(paper: PaperWorld, tracker: PaperTracker) -> None:
    shown = cycle(paper).plan
    late = tracker.add("came after the approval", priority="Low", fields={"Size": 40.0})
    assert approve(paper, shown.digest) is not None
    outcome = cycle(paper)
    assert outcome.applied is not None and outcome.applied.edits >= 29
    assert {edit.key for edit in waiting(outcome).edits} >= {late.key}
    assert late.fields.get("Score") is None
    assert waiting(outcome).digest in (outcome.waits_for or "")
    again = cycle(paper)
    assert approve(paper, waiting(again).digest) is not None
    cycle(paper)
    assert late.fields.get("Score") is not None


def test_an_approved_plan_that_broke_off_goes_on(paper: PaperWorld, tracker: PaperTracker) -> None:
    shown = cycle(paper).plan
    approve(paper, shown.digest)

    def storm(step: int) -> None:
        if tracker.edits_by_syncd == 7:
            raise Locked("the token was revoked")

    tracker.weather = storm
    assert len(scored(tracker)) == 0
    cycle(paper)
    assert len(scored(tracker)) == 7
    tracker.weather = fine
    outcome = cycle(paper)
    assert len(scored(tracker)) == 30 and waiting(outcome).empty
    assert cycle(paper).plan.empty
    with paper.opened() as world:
        (one,) = world.store.approvals.listed("paper")
    assert (one.by, one.left) == ("anna", 0) and one.used is not None and one.writes > 60


@pytest.mark.parametrize("made", [4, 8])
@pytest.mark.parametrize("seed", range(1, 4))
def test_an_approved_order_that_broke_off_goes_on_without_another_word(tmp_path: Path, seed: int, made: int) -> None:
    """There are several ways with the fewest moves; the one that was approved is gone to its end."""
    tracker = backlog(PaperTracker(), 30)
    random.Random(seed).shuffle(tracker.order)
    paper = PaperWorld(tmp_path, {"paper": tracker}, mode="review", moves_at_once=50)
    approve(paper, cycle(paper).plan.digest)

    def storm(step: int) -> None:
        if tracker.moves_by_syncd == made:
            raise Locked("the token was revoked")

    tracker.weather = storm
    cycle(paper)
    assert tracker.moves_by_syncd == made
    tracker.weather = fine
    outcome = cycle(paper)
    assert waiting(outcome).empty and outcome.waits_for is None
    assert cycle(paper).plan.empty
    ranks = [rank for id_ in tracker.order if (rank := tracker.issues[id_].fields.get("Rank")) is not None]
    assert ranks == sorted(ranks, key=lambda rank: float(str(rank)))


def test_an_approved_write_that_is_wanted_differently_by_now_is_void(paper: PaperWorld, tracker: PaperTracker) -> None:
    shown = cycle(paper).plan
    approve(paper, shown.digest)
    changed = tracker.issues["1001"]
    changed.fields["Size"] = 40.0
    tracker.touch(changed)
    outcome = cycle(paper)
    assert changed.fields.get("Score") is None
    assert changed.key in {edit.key for edit in waiting(outcome).edits}
    changed.fields["Size"] = 1.0
    tracker.touch(changed)
    again = cycle(paper)
    assert changed.fields.get("Score") is None, "what was void once stays void"
    assert changed.key in {edit.key for edit in waiting(again).edits}
    approved = f"that anna approved (plan {shown.digest}) not made"
    assert said(paper)[-1] == (
        f"31 of 111 writes {approved}: something else is wanted there since, and waits for an approval of its own"
    )


def said(paper: PaperWorld) -> list[str]:
    """What status and plans say of what was approved and not made."""
    with paper.opened() as world:
        return approvals.told(world, "paper", world.clock())


def drag(tracker: PaperTracker, id_: str, below: str) -> None:
    tracker.order.remove(id_)
    tracker.order.insert(tracker.order.index(below) + 1, id_)


def test_an_approved_move_below_an_issue_whose_own_move_waits_is_told_and_made_after_it(
    tmp_path: Path, tracker: PaperTracker
) -> None:
    paper = PaperWorld(tmp_path, {"paper": tracker}, mode="review")
    config = tmp_path / "config" / "syncd.yaml"
    config.write_text(config.read_text().replace("order: true", "order: {on_edit: reassert}"))
    paper.settle()
    above, mover = tracker.order[4], tracker.order[5]
    drag(tracker, mover, tracker.order[20])
    paper.clock.forward(hours=2)  # native orders are read by the hour
    shown = cycle(paper, write=False).plan
    assert [(move.ref.id, move.below and move.below.id) for move in shown.moves["PAPER"]] == [(mover, above)]
    approve(paper, shown.digest)
    drag(tracker, above, tracker.order[25])
    paper.clock.forward(hours=2)
    outcome = cycle(paper)
    assert [move.ref.id for move in waiting(outcome).moves["PAPER"]] == [above]
    key = tracker.issues[mover].key
    assert f"{key} moves after that: below an issue whose own move waits" in (outcome.waits_for or "")
    approved = f"that anna approved (plan {shown.digest}) not made yet"
    assert said(paper) == [f"1 of 1 write {approved}; the approval ends 30 Nov, 14:00 UTC"]
    approve(paper, waiting(outcome).digest, "ben")
    assert cycle(paper).waits_for is None
    assert (tracker.order[4], tracker.order[5]) == (above, mover) and said(paper) == []


def test_an_approved_write_that_somebody_made_by_hand_is_told_as_not_wanted(
    paper: PaperWorld, tracker: PaperTracker
) -> None:
    shown = cycle(paper, write=False).plan
    approve(paper, shown.digest)
    edit = shown.edits[0]
    score = next(one for one in edit.changes if isinstance(one, SetField) and one.field == "Score")
    issue = tracker.issues[edit.ref.id]
    issue.fields["Score"] = score.after
    tracker.touch(issue)
    cycle(paper, write=False)
    approved = f"110 of 111 writes that anna approved (plan {shown.digest}) not made yet"
    assert said(paper) == [f"{approved}, 1 not wanted at present; the approval ends 30 Nov, 12:00 UTC"]


def test_an_approval_expires(paper: PaperWorld, tracker: PaperTracker) -> None:
    shown = cycle(paper).plan
    approve(paper, shown.digest)
    paper.clock.forward(days=7, seconds=1)
    assert not waiting(cycle(paper)).empty and tracker.edits_by_syncd == 0
    assert ["not made before it ended" in one for one in said(paper)] == [True]
    approve(paper, shown.digest, "ben")
    cycle(paper)
    assert tracker.edits_by_syncd == 30


def test_who_approves_again_has_the_whole_time_again(paper: PaperWorld, tracker: PaperTracker) -> None:
    shown = cycle(paper, write=False).plan
    approve(paper, shown.digest)
    paper.clock.forward(days=6, hours=23)
    approve(paper, shown.digest)
    paper.clock.forward(hours=2)
    cycle(paper)
    assert tracker.edits_by_syncd == 30
    with paper.opened() as world:
        assert [one.by for one in world.store.approvals.listed("paper")] == ["anna"]


def test_an_old_plan_that_is_approved_says_nothing_about_new_rules(tmp_path: Path, tracker: PaperTracker) -> None:
    paper = PaperWorld(tmp_path, {"paper": tracker})
    config = tmp_path / "config"
    limits = "limits: {max_changed_share: 100 %, max_rank_churn: 100 %, max_score_shift: 100 %}"
    text = (config / "syncd.yaml").read_text()
    (config / "syncd.yaml").write_text(text.replace("  deadband: 0\n", f"  deadband: 0\n  {limits}\n"))
    first = cycle(paper, write=False).plan
    approve(paper, first.digest)
    paper.settle()
    rules = (config / "scoring.yaml").read_text()
    (config / "scoring.yaml").write_text(rules.replace("Low: 1", "Low: 8"))
    assert approve(paper, first.digest) is not None, "it was shown once"
    written = tracker.edits_by_syncd
    outcome = cycle(paper)
    assert "the rules changed since a person approved last" in (outcome.waits_for or "")
    assert tracker.edits_by_syncd == written
    approve(paper, waiting(outcome).digest)
    cycle(paper)
    assert tracker.edits_by_syncd > written


def test_the_first_approval_is_what_a_later_scope_is_held_against_although_its_plan_was_an_old_one(
    paper: PaperWorld, tmp_path: Path
) -> None:
    first = cycle(paper, write=False).plan
    rules, sources = tmp_path / "config" / "scoring.yaml", tmp_path / "config" / "syncd.yaml"
    rules.write_text(rules.read_text().replace("Low: 1", "Low: 8"))
    assert approve(paper, first.digest) is not None
    ignoring = "    normalize: {ignore: \"'team/a' in labels\"}\n    write:\n"
    sources.write_text(sources.read_text().replace("    write:\n", ignoring))
    assert "the scope of paper changed since a person approved last" in (cycle(paper).waits_for or "")


def test_an_undo_ends_what_was_approved(paper: PaperWorld, tracker: PaperTracker) -> None:
    before = tracker.picture()
    approve(paper, cycle(paper).plan.digest)
    run = paper.cycle().run
    with paper.opened() as world:
        undo_what(world, run, by="ben")
        assert world.store.approvals.allowed("paper", since=world.clock().replace(year=2000)) == frozenset()
        world.store.sources.set("paper", held_by=None)
    assert tracker.picture() == before
    assert "ben undid" in (cycle(paper).waits_for or "") and tracker.picture() == before


def test_an_approval_of_a_part_writes_that_part(tmp_path: Path, tracker: PaperTracker) -> None:
    paper = PaperWorld(tmp_path, {"paper": tracker}, mode="{fields: auto, labels: auto, order: review}")
    first = cycle(paper)
    assert waiting(first) == first.plan, "the first plan is reviewed whole"
    approve(paper, first.plan.digest)
    cycle(paper)
    paper.settle()
    moved = tracker.moves_by_syncd
    last = tracker.issues[tracker.order[14]]
    last.priority, last.fields["Size"] = "High", 0.1
    tracker.touch(last)
    outcome = cycle(paper)
    assert outcome.applied is not None and outcome.applied.edits > 0
    assert last.fields["Rank"] == 1.0 and tracker.moves_by_syncd == moved
    assert waiting(outcome).edits == () and any(waiting(outcome).moves.values())
    assert (outcome.waits_for or "").startswith("order: look at it")
    approve(paper, waiting(cycle(paper)).digest)
    cycle(paper)
    assert tracker.order[0] == last.id and cycle(paper).plan.empty


def test_a_kind_in_mode_observe_is_never_written(tmp_path: Path, tracker: PaperTracker) -> None:
    paper = PaperWorld(tmp_path, {"paper": tracker}, mode="{fields: auto, labels: observe, order: observe}")
    first = cycle(paper)
    approve(paper, first.plan.digest)
    outcome = cycle(paper)
    assert len(scored(tracker)) == 30
    assert not any(label.startswith("roadmap/") for issue in tracker.issues.values() for label in issue.labels)
    assert tracker.moves_by_syncd == 0
    assert "labels and order of paper: mode observe" in (outcome.waits_for or "")
    assert waiting(cycle(paper)).empty


def test_after_a_change_of_the_scope_a_person_looks_again(tmp_path: Path, tracker: PaperTracker) -> None:
    paper = PaperWorld(tmp_path, {"paper": tracker})
    paper.settle()
    file = tmp_path / "config" / "syncd.yaml"
    text = file.read_text()
    file.write_text(text.replace("    write:\n", "    normalize: {ignore: \"'team/a' in labels\"}\n    write:\n"))
    tracker.issues["1001"].fields["Size"] = 0.1
    tracker.touch(tracker.issues["1001"])
    written = tracker.edits_by_syncd
    outcome = cycle(paper)
    assert "the scope of paper changed since a person approved last (ignore: none → 'team/a' in labels)" in (
        outcome.waits_for or ""
    )
    assert tracker.edits_by_syncd == written
    approve(paper, waiting(outcome).digest)
    cycle(paper)
    assert tracker.edits_by_syncd > written
    paper.settle()
    tracker.issues["1003"].fields["Size"] = 0.2
    tracker.touch(tracker.issues["1003"])
    assert cycle(paper).applied is not None, "the scope is known now"


def test_the_rest_of_an_approved_plan_trips_no_brake(tmp_path: Path, tracker: PaperTracker) -> None:
    paper = PaperWorld(tmp_path, {"paper": tracker})
    approve(paper, cycle(paper).plan.digest)

    def storm(step: int) -> None:
        if tracker.edits_by_syncd == 3:
            raise Locked("the token was revoked")

    tracker.weather = storm
    cycle(paper)
    tracker.weather = fine
    outcome = cycle(paper)
    assert outcome.brakes == () and len(scored(tracker)) == 30


def test_a_hold_comes_before_an_approval(paper: PaperWorld, tracker: PaperTracker) -> None:
    shown = cycle(paper).plan
    with paper.opened() as world:
        take_hold(world, world.sources["paper"], Hold("ben"), "ben held it")
    approve(paper, shown.digest)
    outcome = cycle(paper)
    assert (outcome.waits_for or "").startswith("held by ben") and tracker.edits_by_syncd == 0


def test_only_carries_out_what_these_digests_approved(paper: PaperWorld, tracker: PaperTracker) -> None:
    shown = cycle(paper).plan
    with paper.opened() as world:
        assert approvals.approve(world, "000000000000", "anna") is None
        result = Cycle(world).run(write=True, approved=anybody_but_nobody, only=["000000000000"])
        assert result.sources["paper"].applied is None and tracker.edits_by_syncd == 0
        approvals.approve(world, shown.digest, "anna")
        Cycle(world).run(write=True, only=["000000000000"])
        assert tracker.edits_by_syncd == 0
        Cycle(world).run(write=True, only=[shown.digest])
    assert tracker.edits_by_syncd == 30


def anybody_but_nobody(plan: Plan) -> str | None:
    return None


def test_the_callers_own_approval_is_kept_like_any_other(paper: PaperWorld) -> None:
    paper.cycle(approve=anybody)
    with paper.opened() as world:
        assert [one.by for one in world.store.approvals.listed("paper")] == ["test"]


def test_a_prefix_in_other_letters_means_the_same_labels(tmp_path: Path, tracker: PaperTracker) -> None:
    paper = PaperWorld(tmp_path, {"paper": tracker})
    paper.cycle(approve=anybody)
    config = paper.folder / "config" / "syncd.yaml"
    config.write_text(config.read_text().replace("roadmap/", "Roadmap/"))
    now = next(issue for issue in tracker.issues.values() if "roadmap/now" in issue.labels)
    now.priority, now.fields["Size"] = "Low", 90.0
    tracker.touch(now)
    outcome = paper.cycle(approve=anybody)
    assert not outcome.sources["paper"].plan.skips
    assert {label for label in now.labels if "/" in label and not label.startswith("team")} == {"Roadmap/later"}
    with paper.opened() as world:
        assert pinned(world, Cycle(world).items) == []
