"""What stands is told, and nothing is told twice: whatever happens to trackers, receivers and processes in between."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from core.telling_makers import NOON, brake, waits
from engine.channel import Channel, channel
from engine.paper_world import PaperWorld, anybody, backlog
from syncd.core.telling.notices import About, Event, Notice
from syncd.core.telling.subjects import Stands, subjects
from syncd.core.telling.told import APART, Terms, Told, due
from syncd.engine.cycle import Cycle
from syncd.engine.telling.teller import Teller
from syncd.testing.paper import PaperTracker

TERMS = Terms(frozenset(About))
PATIENCE, REMIND = TERMS.patience, timedelta(days=1)
plans = st.one_of(st.none(), st.sets(st.integers(0, 30), max_size=25))
"""The issues of the plan that waits; None: not known."""
minutes = st.sampled_from([0, 1, 4, 5, 9, 10, 60, 1439, 1440])
weather = st.sampled_from(["arrives", "arrives", "lost", "crash"])
"""lost: the receiver is down; crash: it arrives, and the process dies before that is stored."""
steps = st.lists(st.tuples(minutes, plans, st.booleans(), st.booleans(), weather), min_size=1, max_size=25)


@dataclass
class Heard:
    """One that arrived."""

    at: datetime
    notice: Notice
    parts: frozenset[str]
    crashed: bool


@dataclass
class House:
    """A store, a receiver and what it heard."""

    rows: dict[str, Told] = field(default_factory=dict)
    heard: list[Heard] = field(default_factory=list)

    def step(self, stands: Stands, now: datetime, weather: str) -> None:
        every = list(subjects(stands, titles=True, now=now))
        parts = {one.name: one.parts for one in every}
        said = due(every, self.rows, TERMS, now)
        self._keep(dict(said.keep))
        if weather != "lost":
            self.heard += [Heard(now, one, parts[one.subject], weather == "crash") for one in said.notices]
        if weather == "arrives":
            self._keep(dict(said.sent))

    def _keep(self, changes: dict[str, Told | None]) -> None:
        for name, row in changes.items():
            self.rows.pop(name, None)
            if row is not None:
                self.rows[name] = row

    def of(self, subject: str) -> list[Heard]:
        return [one for one in self.heard if one.notice.subject == subject]


def standing(plan: set[int] | None, braked: bool, failing: bool) -> Stands:
    found = Stands("jira", None) if plan is None else waits(sorted(plan), tripped=(brake(),) if braked and plan else ())
    return replace(found, problem="503" if failing else None)


@settings(max_examples=300, deadline=None)
@given(steps)
def test_nothing_is_told_twice_without_a_crash_in_between(
    days: list[tuple[int, set[int] | None, bool, bool, str]],
) -> None:
    house, now = House(), NOON
    for passed, plan, braked, failing, weather in days:
        now += timedelta(minutes=passed)
        house.step(standing(plan, braked, failing), now, weather)
    times = Counter(one.notice.id for one in house.heard)
    crashes = Counter(one.notice.id for one in house.heard if one.crashed)
    assert all(count <= 1 + crashes[id] for id, count in times.items()), "each crash costs one repetition at most"
    for before, after in zip(told := house.of("plan:jira"), told[1:], strict=False):
        if before.crashed:
            continue
        limits = {part for part in after.parts - before.parts if part.startswith("limit:")}
        assert limits or after.at - before.at >= APART
        if after.notice.event is Event.REMINDER:
            assert after.at - before.at >= REMIND
        if after.notice.event is Event.CHANGED:
            assert limits or len(after.parts - before.parts) > len(after.parts & before.parts)
    for before, after in zip(failed := house.of("failed:jira"), failed[1:], strict=False):
        assert before.crashed or before.notice.event is not after.notice.event or after.notice.event is Event.OVER


@settings(max_examples=300, deadline=None)
@given(steps)
def test_what_stands_is_told(days: list[tuple[int, set[int] | None, bool, bool, str]]) -> None:
    house, now, failing_since, long = House(), NOON, None, 0
    plan: set[int] | None = None
    failing = False
    for passed, plan, braked, failing, weather in days:
        now += timedelta(minutes=passed)
        house.step(standing(plan, braked, failing), now, weather)
        if failing and failing_since is None:
            failing_since = now
        if failing_since is not None and not failing:
            long += now - failing_since >= PATIENCE
            failing_since = None
    for _ in range(3):  # the receiver is there, and time goes by
        now += APART
        house.step(standing(plan, False, failing), now, "arrives")
    if plan:
        told = house.of("plan:jira")[-1]
        assert not told.parts.isdisjoint(standing(plan, False, failing).waiting is not None and {str(n) for n in plan})
    told_failures = house.of("failed:jira")
    assert told_failures if long or failing else True, "a failure that lasted is told, if only afterwards"
    if failing:
        assert told_failures[-1].notice.event is Event.NEW
    elif told_failures:
        assert told_failures[-1].notice.event is Event.OVER


deeds = st.lists(
    st.sampled_from(["cycle", "crash", "down", "up", "estimate", "approve", "restart", "later", "next day"]),
    max_size=14,
)


@settings(max_examples=12, deadline=None)
@given(deeds)
def test_the_daemon_tells_what_waits_and_nothing_twice(week: list[str]) -> None:
    """The same with a real receiver, a real store and processes that die."""
    with channel() as here, TemporaryDirectory() as folder:
        tracker = backlog(PaperTracker(), size=4)
        paper = PaperWorld(Path(folder), {"paper": tracker}, mode="review")
        config = Path(folder) / "config"
        (config / "hook").write_text(here.url)
        with (config / "syncd.yaml").open("a") as file:
            file.write("tell:\n  team: {url: {file: hook}, form: json, inside: true}\n")
        crashes: Counter[str] = Counter()
        life = Life(paper, here, crashes)
        for deed in [*week, "up", "later", "cycle"]:
            if deed == "estimate":
                issue = tracker.issues["1001"]
                issue.fields["Size"] = float(len(tracker.past["1001"]) % 7 + 1)
                tracker.touch(issue)
            else:
                life.do(deed)
        times = Counter(notice["id"] for delivery in here.arrived for notice in delivery.notices)
        assert all(count <= 1 + crashes[id] for id, count in times.items())
        with paper.opened() as world:
            stored = world.store.plans.latest("paper")
            if stored is not None and stored.waiting_digest is not None:
                row = world.store.telling.rows("team")["plan:paper"]
                assert row.at is not None and row.over is None
                assert any(notice["subject"] == "plan:paper" for one in here.arrived for notice in one.notices)
                assert row.parts & {edit.ref.id for edit in stored.waiting.edits} or stored.waiting.moves


class Crash(BaseException):
    pass


class Dying(Teller):
    """Of a process that dies between the receiver's answer and the store."""

    def _keep_arrived(self, line: object) -> None:
        if line.arrived:  # type: ignore[attr-defined]
            raise Crash


@dataclass
class Life:
    paper: PaperWorld
    here: Channel
    crashes: Counter[str]

    def do(self, deed: str) -> None:
        match deed:
            case "down" | "up":
                self.here.status = 503 if deed == "down" else 200
            case "later" | "next day":
                self.paper.clock.forward(hours=1 if deed == "later" else 25)
            case "approve":
                self.paper.cycle(approve=anybody)
            case _:
                self._cycle(Dying if deed == "crash" else Teller)

    def _cycle(self, of: type[Teller]) -> None:
        before = len(self.here.arrived)
        with self.paper.opened() as world:
            try:
                of(world).tell(Cycle(world).run(write=True))
            except Crash:
                self.crashes.update(one["id"] for delivery in self.here.arrived[before:] for one in delivery.notices)
