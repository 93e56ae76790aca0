"""Accounts that are listed under `bots`: what they change is no person's, and they never win more than the bound allows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from paper_world import PaperWorld, anybody, backlog

from syncd.connector.errors import Locked, Transient
from syncd.core.permission.authors import Word
from syncd.engine.cycle import Cycle
from syncd.engine.memory.foresee import foresee
from syncd.engine.permits import authors as asking
from syncd.engine.permits import pins
from syncd.engine.world import World
from syncd.testing.paper import PaperIssue, PaperTracker, fine

Step = Callable[[], None]


class Stage:
    """One tracker at rest, the process that keeps it, and an issue that has everything of ours."""

    def __init__(self, folder: Path, world: World, paper: PaperWorld, tracker: PaperTracker) -> None:
        self.world, self.paper, self.tracker = world, paper, tracker
        self.cycle = Cycle(world)
        for _ in range(6):
            if self.cycle.run(write=True, approved=anybody).quiet:
                break
        self.issue: PaperIssue = next(i for i in tracker.issues.values() if "roadmap/now" in i.labels)

    def run(self) -> None:
        self.paper.clock.forward(minutes=1)
        self.cycle.run(write=True, approved=anybody)

    def label(self, by: str, label: str | None) -> None:
        self.issue.labels = {one for one in self.issue.labels if not one.startswith("roadmap/")}
        if label is not None:
            self.issue.labels.add(label)
        self.tracker.touch(self.issue, by)

    def score(self, by: str, value: float | None) -> None:
        self.issue.fields["Score"] = value
        self.tracker.touch(self.issue, by)

    @property
    def horizon(self) -> list[str]:
        return sorted(label for label in self.issue.labels if label.startswith("roadmap/"))

    def asked(self) -> int:
        pace = self.world.sources["paper"].pace
        return pace.requests.get("changelog", 0)

    def skips(self) -> list[str]:
        decision = self.cycle.decision()
        return [skip.because for skip in decision.plans["paper"].skips if skip.ref.id == self.issue.id]


@contextmanager
def staged(folder: Path, bots: str = "robot, 'helper[bot]'") -> Iterator[Stage]:
    tracker = backlog(PaperTracker())
    paper = PaperWorld(folder, {"paper": tracker}, bots=bots)
    with paper.opened() as world:
        yield Stage(folder, world, paper, tracker)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path) as made:
        yield made


def test_what_a_listed_bot_changed_is_written_again_and_the_reason_names_it(stage: Stage) -> None:
    ours = stage.issue.fields["Score"]
    stage.score("Robot", 5000.0)
    stage.run()
    assert stage.issue.fields["Score"] == ours
    reasons = [line.because for line in stage.world.store.journal.history(stage.issue.key, 1)]
    assert len(reasons) == 1 and reasons[0].endswith("; Robot, listed under bots, had changed it")
    assert not stage.cycle.decision().problems, "once is no fight"


def test_what_is_foreseen_knows_who_it_was(stage: Stage) -> None:
    stage.label("robot", "roadmap/later")
    stage.score("anna", 77.0)
    stage.cycle.run(write=False)
    decided, world = stage.cycle.decision(), stage.world
    foreseen = foresee(world.store, world.rules, world.today())
    assert foreseen.plans == decided.plans and foreseen.pins == decided.pins
    assert [change.slot for edit in foreseen.plans["paper"].edits for change in edit.changes].count("horizon") >= 1


def test_a_listed_bot_that_takes_our_label_away_pins_nothing(stage: Stage) -> None:
    stage.label("robot", None)
    stage.run()
    assert stage.horizon == ["roadmap/now"]
    (line,) = stage.world.store.journal.history(stage.issue.key, 1)
    assert line.because.endswith("; robot, listed under bots, had emptied it")
    stage.label("helper[bot]", "roadmap/later")
    stage.run()
    assert stage.horizon == ["roadmap/now"] and not stage.cycle.decision().pins


def test_whoever_is_not_listed_wins_and_is_named(stage: Stage) -> None:
    stage.label("anna", "roadmap/later")
    stage.run()
    assert stage.horizon == ["roadmap/later"]
    (pin,) = stage.cycle.decision().pins.values()
    assert (
        pin.horizon is not None
        and pin.horizon.because == f"set by anna, 2026-11-02, on {stage.issue.key} (roadmap/later)"
    )
    assert not stage.cycle.decision().problems, "and a person does not fight"
    (theirs,) = pins.pinned(stage.world, stage.cycle.items)
    assert theirs.author is not None and theirs.author.name == "anna" and theirs.author.at is not None
    stage.label("ben", None)
    stage.run()
    assert stage.horizon == []
    assert stage.skips() == [f"ben emptied it on 2026-11-02; hand it back with: syncd release {stage.issue.key}"]


def test_a_bot_that_writes_over_a_person_hands_nothing_to_syncd(stage: Stage) -> None:
    stage.label("anna", "roadmap/later")
    stage.label("robot", "roadmap/someday")
    stage.run()
    assert stage.horizon == ["roadmap/someday"], "anna decided after us, so the place is a person's"
    stage.label("robot", None)
    stage.run()
    assert stage.horizon == []


def test_a_person_who_sets_ours_back_hands_the_place_to_syncd(stage: Stage) -> None:
    stage.label("anna", "roadmap/later")
    stage.run()
    stage.label("anna", "roadmap/now")
    stage.run()
    stage.label("robot", "roadmap/later")
    stage.run()
    assert stage.horizon == ["roadmap/now"]


def test_a_person_who_comes_between_look_and_write_wins(tmp_path: Path) -> None:
    """The bot's change waits for an approval; meanwhile a person sets another value and then the bot's."""
    with staged(tmp_path) as stage:
        stage.score("robot", 5000.0)
        stage.cycle.run(write=False)
        assert stage.skips() == []
        stage.score("anna", 4000.0)
        stage.score("anna", 5000.0)
        stage.run()
        assert stage.issue.fields["Score"] == 5000.0
        assert pins.pinned(stage.world, stage.cycle.items)[0].author.name == "anna"  # type: ignore[union-attr]


def test_a_bot_that_does_not_give_in_wins_after_three_rewrites_a_day_and_people_are_told(stage: Stage) -> None:
    wins = 0
    for round in range(6):
        stage.label("robot", f"roadmap/later{round}")
        stage.run()
        wins += stage.horizon == ["roadmap/now"]
    assert wins == 3 and stage.horizon == ["roadmap/later5"]
    key = stage.issue.key
    yields = "although syncd had written there 3 times within a day: syncd yields"
    assert stage.skips() == [
        f"robot, listed under bots, set it again, {yields}; hand it back with: syncd release {key}"
    ]
    (problem,) = [one for one in stage.cycle.decision().problems if one.code == "bot-fights"]
    assert key in problem.message and problem.remedy.endswith(f"syncd release {key}")
    stage.paper.clock.forward(days=3)
    stage.run()
    assert stage.horizon == ["roadmap/later5"], "it stays theirs until somebody says otherwise"


def test_a_release_gives_syncd_its_tries_back(stage: Stage) -> None:
    for round in range(4):
        stage.label("robot", f"roadmap/later{round}")
        stage.run()
    pins.release(stage.world, stage.cycle.items, stage.issue.key, None, "anna")
    stage.run()
    assert stage.horizon == ["roadmap/now"]
    stage.label("robot", "roadmap/later")
    stage.run()
    assert stage.horizon == ["roadmap/now"]


def test_rewrites_of_yesterday_do_not_count(stage: Stage) -> None:
    for round in range(8):
        stage.label("robot", f"roadmap/later{round}")
        stage.run()
        stage.paper.clock.forward(hours=9)
        assert stage.horizon == ["roadmap/now"], f"round {round}: three within a day are allowed"


def test_a_tool_is_asked_once_for_each_change_and_for_disputed_places_alone(stage: Stage) -> None:
    assert stage.asked() == 0
    stage.label("anna", "roadmap/later")
    for _ in range(3):
        stage.run()
    assert stage.asked() == 1
    stage.issue.title = "another title"
    stage.tracker.touch(stage.issue, "ben")
    stage.run()
    assert stage.asked() == 1, "that it is a person's stays true"
    stage.label("ben", "roadmap/someday")
    stage.run()
    assert stage.asked() == 2


def test_more_than_a_tool_is_asked_about_at_once_waits_for_the_next_cycle(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "MOST", 1)
    ours = (stage.issue.fields["Score"], stage.horizon)
    stage.label("robot", "roadmap/later")
    stage.score("robot", 5000.0)
    stage.run()
    assert (stage.issue.fields["Score"] == ours[0]) is not (stage.horizon == ours[1]), "one of two, for now"
    stage.run()
    assert (stage.issue.fields["Score"], stage.horizon) == ours


def test_nobody_is_asked_where_no_bots_are_listed(tmp_path: Path) -> None:
    with staged(tmp_path, bots="") as stage:
        stage.label("robot", "roadmap/later")
        stage.run()
        assert stage.asked() == 0 and stage.horizon == ["roadmap/later"]
        assert pins.pinned(stage.world, stage.cycle.items)[0].author is None


def test_a_bot_that_is_listed_later_is_written_over_then(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        stage.label("newcomer", "roadmap/later")
        stage.run()
        assert stage.horizon == ["roadmap/later"]
        paper, issue = stage.paper, stage.issue
    config = paper.folder / "config" / "syncd.yaml"
    config.write_text(config.read_text().replace("robot,", "newcomer, robot,"))
    paper.cycle(write=True, approve=anybody)
    assert [one for one in sorted(issue.labels) if one.startswith("roadmap/")] == ["roadmap/now"]


@pytest.mark.parametrize(
    "fault",
    [Transient("busy"), Locked("no access to the past"), KeyError("a bug")],
    ids=["busy", "refused", "a bug"],
)
def test_a_tool_that_does_not_answer_leaves_the_place_to_people(stage: Stage, fault: Exception) -> None:
    stage.label("robot", "roadmap/later")
    request = stage.world.sources["paper"].connector._request  # type: ignore[attr-defined]

    def broken(resource: str, *, mutates: bool) -> None:
        if resource == "changelog":
            raise fault
        request(resource, mutates=mutates)

    stage.world.sources["paper"].connector._request = broken  # type: ignore[attr-defined]
    result = stage.cycle.run(write=True, approved=anybody)
    assert stage.horizon == ["roadmap/later"] and result.sources["paper"].error is None
    stage.world.sources["paper"].connector._request = request  # type: ignore[attr-defined]
    stage.run()
    again = isinstance(fault, Transient)
    assert stage.horizon == (["roadmap/now"] if again else ["roadmap/later"])


def test_what_the_tool_does_not_remember_counts_as_a_persons(stage: Stage) -> None:
    stage.tracker.past[stage.issue.id].clear()
    stage.score("robot", 5000.0)
    stage.tracker.past[stage.issue.id].pop()
    stage.run()
    assert stage.issue.fields["Score"] == 5000.0
    (theirs,) = pins.pinned(stage.world, stage.cycle.items)
    assert theirs.author is not None and theirs.author.word is Word.UNTOLD
    assert stage.tracker.weather is fine


def test_who_it_was_survives_a_restart_without_another_question(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        stage.label("anna", "roadmap/later")
        stage.run()
        paper = stage.paper
    with paper.opened() as world:
        again = Cycle(world)
        again.run(write=True, approved=anybody)
        assert world.sources["paper"].pace.requests.get("changelog", 0) == 0
        (theirs,) = pins.pinned(world, again.items)
        assert theirs.author is not None and theirs.author.name == "anna"
