"""Histories of one tracker with its people, bad weather, crashes, steps of the clock and a second process: one machine.

What must hold after every step, and once everything is calm again, is asserted here; `test_histories.py` runs it.
"""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from watched import WatchedTracker, the_house

from engine.paper_world import Clock, anybody
from syncd.connector.errors import Ambiguous, Locked, Transient
from syncd.engine.cycle import Cycle
from syncd.engine.permits import holds, pins
from syncd.engine.report import CycleResult
from syncd.engine.stop import Stop
from syncd.engine.world import World, assemble
from syncd.engine.writing.undo import NothingWritten, undo_what
from syncd.store.errors import StoreLocked
from syncd.store.open import open_store
from syncd.testing.paper import PaperIssue, fine

OURS = ("Score", "Rank")
FAMILY = "roadmap/"
MOST = 3
"""A listed bot is written over so often within a day."""
FAULTS = ("busy", "lost", "locked", "killed")
SIZES = (7.0, 11.0, 13.0, 17.0, 19.0, 23.0, 29.0, 31.0, 37.0, 41.0, 43.0, 47.0, 53.0, 59.0, 61.0, 67.0, 71.0, 73.0)


class Killed(BaseException):
    """The process is gone: nobody catches this, nothing after it runs."""


class Histories(RuleBasedStateMachine):
    """The tracker is what is true; `theirs` and `dropped` are what people did and nobody may change."""

    def __init__(self) -> None:
        super().__init__()
        self.house = the_house()
        self.folder = Path(tempfile.mkdtemp(dir=self.house.folder))
        self.store = self.folder / "syncd.db"
        shutil.copy(self.house.folder / "empty.db", self.store)
        self.tracker = self.house.tracker = WatchedTracker()
        self.clock = Clock()
        self.runs = itertools.count(1)
        self.life: tuple[World, Cycle] | None = None
        self.sizes = iter(SIZES * 20)
        self.theirs: dict[tuple[str, str], object] = {}
        self.robots: dict[tuple[str, str], object] = {}
        """What a listed bot left in a place of ours."""
        self.insisted: Counter[tuple[str, str]] = Counter()
        """How often it did."""
        self.dropped: dict[str, str | None] = {}
        self.unlooked: set[str] = set()
        """Dragged since syncd looked last."""
        self.drags = 0
        self.foreign: dict[str, tuple[Any, ...]] = {}
        self.doubt = False
        """A write may have happened of which nobody knows yet."""
        self.seen = False
        """Nothing was changed by people since the last whole look."""

    # the program

    @initialize(count=st.integers(3, 7), settled=st.booleans())
    def begin(self, count: int, settled: bool) -> None:
        for number in range(count):
            self._add(("High", "Medium", "Low")[number % 3])
        for _ in range(2 if settled else 0):
            self.a_cycle(weather={}, hours=0, census=True)

    def _opened(self) -> tuple[World, Cycle]:
        if self.life is None:
            store = open_store(f"sqlite:///{self.store}", write=True, now=self.clock())
            world = assemble(self.house.loaded, store, Stop(), self.clock, lambda: f"run{next(self.runs)}")
            self.life = (world, Cycle(world))
        return self.life

    def _ended(self) -> None:
        if self.life is not None:
            self.life[0].close()
            self.life = None

    def _cycle(self, census: bool = True) -> CycleResult | None:
        """None: the process was killed."""
        try:
            return self._opened()[1].run(write=True, approved=anybody, census=census)
        except Killed:
            self._ended()
            self.doubt, self.seen = True, False
            return None

    @rule(
        weather=st.dictionaries(st.integers(1, 40), st.sampled_from(FAULTS), min_size=1, max_size=3),
        hours=st.sampled_from([0, 0, 2, 30, -3]),
        census=st.booleans(),
    )
    def a_cycle_in_bad_weather(self, weather: dict[int, str], hours: int, census: bool) -> None:
        self.a_cycle(weather, hours, census)

    @rule(weather=st.just({}), hours=st.sampled_from([0, 2]), census=st.just(True))
    def a_cycle(self, weather: dict[int, str], hours: int, census: bool) -> None:
        self.clock.forward(hours=hours)
        began = self.tracker.step

        def strike(step: int) -> None:
            match weather.get(step - began):
                case "busy":
                    raise Transient("busy", retry_after=0)
                case "lost":
                    raise Ambiguous("the answer was lost")
                case "locked":
                    raise Locked("the token was revoked")
                case "killed":
                    raise Killed

        self.tracker.weather = strike
        result = self._cycle(census)
        self.tracker.weather = fine
        if result is not None:
            outcome = result.sources["paper"]
            self.doubt = self.doubt or bool(weather)
            if outcome.error is None and not weather and outcome.plan.empty:
                self.doubt, self.seen = False, True
                self.unlooked.clear()
        self._holds_so_far()

    @rule()
    @precondition(lambda self: self.life is not None)
    def somebody_starts_it_twice(self) -> None:
        try:
            open_store(f"sqlite:///{self.store}", write=True, now=self.clock()).close()
        except StoreLocked:
            return
        raise AssertionError("two processes hold one store")

    @rule()
    def it_is_restarted(self) -> None:
        self._ended()

    # people

    def _add(self, priority: str) -> PaperIssue:
        issue = self.tracker.add("work", priority=priority, fields={"Size": next(self.sizes)}, labels={"team/a"})
        self._note(issue)
        return issue

    def _note(self, issue: PaperIssue) -> None:
        """What of this issue is none of our business."""
        others = sorted(label for label in issue.labels if not label.startswith(FAMILY))
        fields = sorted((name, value) for name, value in issue.fields.items() if name not in OURS)
        said = [one.text for one in issue.comments if one.author != "syncd"]
        self.foreign[issue.id] = (issue.title, issue.state, issue.priority, others, fields, said)

    def _edited(self, issue: PaperIssue, by: str = "somebody") -> None:
        self.tracker.touch(issue, by)
        self._note(issue)
        self.seen = False

    def _pick(self, number: int) -> PaperIssue | None:
        ids = sorted(self.tracker.issues)
        return self.tracker.issues[ids[number % len(ids)]] if ids else None

    def _live(self, issue: PaperIssue, place: str) -> object:
        if place == FAMILY:
            return frozenset(label for label in issue.labels if label.startswith(FAMILY))
        return issue.fields.get(place)

    @rule(which=st.integers(0, 9), priority=st.sampled_from(["High", "Medium", "Low"]), size=st.booleans())
    def somebody_estimates(self, which: int, priority: str, size: bool) -> None:
        if (issue := self._pick(which)) is not None:
            issue.priority = priority
            if size:
                issue.fields["Size"] = next(self.sizes)
            self._edited(issue)

    @rule(which=st.integers(0, 9), place=st.sampled_from([*OURS, FAMILY]), value=st.integers(1, 999))
    def somebody_decides(self, which: int, place: str, value: int) -> None:
        """A value that nobody could take for one of ours."""
        if (issue := self._pick(which)) is None:
            return
        if place == FAMILY:
            issue.labels = {x for x in issue.labels if not x.startswith(FAMILY)} | {f"roadmap/mine{value}"}
        else:
            issue.fields[place] = 5000.0 + value
        self.theirs[issue.id, place] = self._live(issue, place)
        self._edited(issue)

    @rule(which=st.integers(0, 9), place=st.sampled_from([*OURS, FAMILY]))
    @precondition(lambda self: self.seen and not self.doubt)
    def somebody_takes_ours_away(self, which: int, place: str) -> None:
        issue = self._pick(which)
        if issue is None or (issue.id, place) in self.theirs or not self._live(issue, place):
            return
        if place == FAMILY:
            issue.labels = {x for x in issue.labels if not x.startswith(FAMILY)}
        else:
            del issue.fields[place]
        self.theirs[issue.id, place] = self._live(issue, place)
        self._edited(issue)

    @rule(which=st.integers(0, 9), place=st.sampled_from([*OURS, FAMILY]), value=st.integers(0, 999))
    @precondition(lambda self: self.seen and not self.doubt)
    def a_bot_writes_over_us(self, which: int, place: str, value: int) -> None:
        """Or over a person, whose place it stays. It takes away what is ours, too."""
        issue = self._pick(which)
        if issue is None:
            return
        at = issue.id, place
        if at not in self.theirs and (not self._live(issue, place) or self.insisted[at] >= MOST):
            return
        gone = value % 4 == 0 and at not in self.theirs
        if place == FAMILY:
            kept = {x for x in issue.labels if not x.startswith(FAMILY)}
            issue.labels = kept if gone else kept | {f"roadmap/robot{value}"}
        elif gone:
            del issue.fields[place]
        else:
            issue.fields[place] = 9000.0 + value
        if at in self.theirs:
            self.theirs[at] = self._live(issue, place)
        else:
            self.insisted[at] += 1
            self.robots[at] = self._live(issue, place)
        self._edited(issue, "robot")

    @rule(which=st.integers(0, 9), label=st.sampled_from(["team/b", "bug"]))
    def somebody_labels(self, which: int, label: str) -> None:
        if (issue := self._pick(which)) is not None:
            issue.labels ^= {label}
            self._edited(issue)

    @rule(which=st.integers(0, 9))
    def somebody_closes_or_reopens(self, which: int) -> None:
        if (issue := self._pick(which)) is not None:
            issue.state = "To Do" if issue.state == "Done" else "Done"
            self._edited(issue)
            self.dropped.pop(issue.id, None)

    @rule(priority=st.sampled_from(["High", "Medium", "Low"]))
    @precondition(lambda self: len(self.tracker.issues) < 9)
    def somebody_reports(self, priority: str) -> None:
        self._add(priority)
        self.seen = False

    @rule(which=st.integers(0, 9))
    @precondition(lambda self: len(self.tracker.issues) > 3)
    def somebody_deletes(self, which: int) -> None:
        issue = self._pick(which)
        assert issue is not None
        self.tracker.remove(issue.id)
        del self.foreign[issue.id]
        self.theirs = {place: value for place, value in self.theirs.items() if place[0] != issue.id}
        # Of all that an unseen drag crossed one neighbor may be left, and of neighbors nobody can tell which was dragged.
        self.dropped = {
            one: below
            for one, below in self.dropped.items()
            if issue.id not in (one, below) and one not in self.unlooked
        }
        self.seen = False

    @rule(which=st.integers(0, 9), place=st.integers(0, 9))
    def somebody_drags(self, which: int, place: int) -> None:
        issue = self._pick(which)
        if issue is None:
            return
        order, was = self.tracker.order, self.tracker.order.index(issue.id)
        known = self._order_is_known()
        order.remove(issue.id)
        place %= len(order) + 1
        order.insert(place, issue.id)
        below = order[place - 1] if place else None
        # Of several drags between two looks only the fewest that explain the difference can be told.
        unseen = set() if known else self.unlooked
        self.dropped = {
            one: neighbor
            for one, neighbor in self.dropped.items()
            if issue.id not in (one, neighbor) and neighbor != below and one not in unseen
        }
        # Of neighbors that change places nobody can tell which one was dragged.
        if known and abs(was - place) >= 2 and issue.state != "Done":
            self.dropped[issue.id] = below
            self.unlooked.add(issue.id)
        self.clock.forward(hours=2)  # a native order is read at least every hour
        self.seen = False
        self.drags += 1

    def _order_is_known(self) -> bool:
        """Whether syncd keeps the order and has seen it as it is."""
        if not self.seen or self.doubt:
            return False
        world, _ = self._opened()
        left = world.store.orders.left("paper").get("PAPER")
        return (
            left is not None
            and list(left.ids) == self.tracker.order
            and not world.store.journal.moves_since("paper", "PAPER", left.entry)
        )

    # people and the program

    @rule()
    @precondition(lambda self: self.life is not None)
    def somebody_holds_or_resumes(self) -> None:
        world, _ = self._opened()
        now = holds.in_force(world.store, "paper")
        holds.keep(world.store, "paper", None if now is not None else holds.Hold("anna", "a freeze"))

    @rule(which=st.integers(0, 9))
    @precondition(lambda self: self.seen and not self.doubt and (self.theirs or self.dropped))
    def somebody_releases(self, which: int) -> None:
        issue = self._pick(which)
        assert issue is not None
        world, cycle = self._opened()
        try:
            found = pins.release(world, cycle.items, issue.key, None, "anna")
        except pins.NoSuchPlace:
            return
        assert {one.slot for one in found}
        self.theirs = {place: value for place, value in self.theirs.items() if place[0] != issue.id}
        self.robots = {place: value for place, value in self.robots.items() if place[0] != issue.id}
        self.dropped.pop(issue.id, None)

    @rule(back=st.integers(0, 3))
    @precondition(lambda self: self.seen and not self.doubt)
    def somebody_undoes(self, back: int) -> None:
        world, _ = self._opened()
        runs = [run.run for run in world.store.runs.last(8)]
        try:
            undo_what(world, runs[back % len(runs)], by="ben")
        except NothingWritten:
            return
        self.seen = False
        self._holds_so_far()

    # what must hold

    def _holds_so_far(self) -> None:
        """At any moment, whatever happened."""
        for issue in self.tracker.issues.values():
            noted = self.foreign[issue.id]
            self._note(issue)
            assert self.foreign[issue.id] == noted, f"{issue.key}: what is not ours was touched"
            assert sum(one.author == "syncd" for one in issue.comments) <= 1, f"{issue.key}: a comment was doubled"
        for (id_, place), value in self.theirs.items():
            live = self._live(self.tracker.issues[id_], place)
            assert live == value, f"{id_}: a person said {value!r} in {place}, and {live!r} stands there"
        assert self.tracker.idle_writes == [], "a write was made again"

    def teardown(self) -> None:
        try:
            self._comes_to_rest()
        finally:
            self._ended()
            shutil.rmtree(self.folder, ignore_errors=True)

    def _comes_to_rest(self) -> None:
        """In fine weather the trackers converge, no entry stays open, and nothing of ours passes for a person's."""
        if not self.tracker.issues:
            return
        self.tracker.weather = fine
        world, _ = self._opened()
        holds.keep(world.store, "paper", None)
        self.clock.forward(hours=60)
        for _ in range(8):
            result = self._cycle()
            assert result is not None
            if result.quiet:
                break
        else:
            raise AssertionError(f"never quiet: {result.sources['paper']}")
        self._holds_so_far()
        world, cycle = self._opened()
        assert world.store.journal.open_entries("paper") == []
        proof = result.sources["paper"].order["PAPER"]
        assert proof.first_out is None, f"not in order: {proof}"
        order = self.tracker.order
        for id_, below in self.dropped.items():
            at = order.index(id_)
            assert (order[at - 1] if at else None) == below, f"{id_} was dropped below {below}: {order}"
        for (id_, place), value in self.robots.items():
            issue = self.tracker.issues.get(id_)
            if issue is not None and issue.state != "Done" and (id_, place) not in self.theirs:
                live = self._live(issue, place)
                assert live != value, f"{id_}: a bot left {value!r} in {place}, and nobody wrote over it"
        places = {"score": "Score", "rank": "Rank", "horizon": FAMILY}
        for one in pins.pinned(world, cycle.items):
            assert one.slot != "order" or self.drags, f"a move of ours passes for a person's: {one}"
            if one.slot in places:
                assert (one.ref.id, places[one.slot]) in self.theirs, f"ours passes for a person's: {one}"
