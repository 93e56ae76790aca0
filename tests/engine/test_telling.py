"""Messages leave once, arrive or are tried again, and hold up nothing."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from channel import PATH, Channel, channel

from engine.paper_world import PaperWorld, anybody, backlog
from engine.running import eventually
from syncd.config.load import load
from syncd.connector.errors import Locked
from syncd.engine.cycle import Cycle
from syncd.engine.permits import holds
from syncd.engine.report import CycleResult
from syncd.engine.telling.teller import Teller
from syncd.engine.world import World
from syncd.testing.paper import PaperTracker, paper_spec

KEY = "a-key-of-twenty-four-chr"


@dataclass
class Telling:
    paper: PaperWorld
    channel: Channel
    seconds: float = 0.0
    """Of the clock that rests after failures."""

    def hear(self, more: str = "", form: str = "json", url: str | None = None) -> None:
        """Writes `tell:` with one receiver."""
        folder = self.paper.folder / "config"
        (folder / "hook").write_text(url or self.channel.url)
        (folder / "signs").write_text(KEY)
        text = (folder / "syncd.yaml").read_text().partition("tell:")[0]
        said = f"tell:\n  team: {{url: {{file: hook}}, form: {form}, inside: true{more}}}\n"
        (folder / "syncd.yaml").write_text(text + said)

    def forward(self, **by: float) -> None:
        before = self.paper.clock.now
        self.paper.clock.forward(**by)
        self.seconds += (self.paper.clock.now - before).total_seconds()

    def cycle(self, world: World, cycle: Cycle, teller: Teller) -> CycleResult:
        for source in world.sources.values():
            source.schedule.at_once()
        result = cycle.run(write=True)
        teller.tell(result)
        return result

    def teller(self, world: World) -> Teller:
        return Teller(world, clock=lambda: self.seconds)

    def once(self) -> CycleResult:
        """A process of one cycle."""
        with self.paper.opened() as world:
            return self.cycle(world, Cycle(world), self.teller(world))


@pytest.fixture
def telling(tmp_path: Path) -> Iterator[Telling]:
    with channel() as here:
        it = Telling(PaperWorld(tmp_path, {"paper": backlog(PaperTracker())}), here)
        it.hear()
        yield it


def test_a_plan_that_waits_is_told_in_the_first_cycle_and_not_by_the_next_process(telling: Telling) -> None:
    telling.once()
    (delivery,) = telling.channel.arrived
    (notice,) = delivery.notices
    with telling.paper.opened() as world:
        stored = world.store.plans.latest("paper")
        assert stored is not None and notice["digest"] == stored.waiting_digest
    assert notice["command"] == f"syncd approve {notice['digest']}" and notice["numbers"]["issues"] == 12
    assert "the first plan of a source is always reviewed" in notice["reasons"][0]
    assert [issue["key"] for issue in notice["issues"]] and notice["link"] is None
    telling.once()
    telling.forward(hours=23)
    telling.once()
    assert len(telling.channel.arrived) == 1
    telling.forward(hours=2)
    telling.once()
    assert telling.channel.told == [("plan:paper", "new"), ("plan:paper", "reminder")]


def test_approved_and_written_there_is_no_reminder(telling: Telling) -> None:
    telling.once()
    telling.paper.cycle(approve=anybody)
    for _ in range(3):
        telling.forward(days=1)
        telling.once()
    assert telling.channel.told == [("plan:paper", "new")]


def test_in_mode_observe_nothing_waits_and_nothing_is_told(tmp_path: Path) -> None:
    with channel() as here:
        it = Telling(PaperWorld(tmp_path, {"paper": backlog(PaperTracker())}, mode="observe"), here)
        it.hear()
        it.once()
        assert here.arrived == []


def test_a_dry_run_tells_nobody(telling: Telling) -> None:
    telling.paper.cycle(write=False)
    assert telling.channel.arrived == []


def test_a_held_plan_is_not_told_until_it_is_resumed(telling: Telling) -> None:
    with telling.paper.opened() as world:
        holds.keep(world.store, "paper", holds.Hold("ada"))
    telling.once()
    assert telling.channel.arrived == []
    with telling.paper.opened() as world:
        holds.keep(world.store, "paper", None)
    telling.once()
    assert telling.channel.told == [("plan:paper", "new")]


def test_a_receiver_that_is_down_hears_of_it_when_it_is_back_and_is_left_alone_meanwhile(telling: Telling) -> None:
    telling.channel.status = 503
    with telling.paper.opened() as world:
        cycle, teller = Cycle(world), telling.teller(world)
        for _ in range(60):
            telling.cycle(world, cycle, teller)
            telling.forward(seconds=20)
        assert 3 <= len(telling.channel.refused) <= 8, "each time it is left alone for longer"
        arrival = world.store.telling.arrivals()["team"]
        assert arrival.problem == "team answered 503" and arrival.failing_since is not None
        assert world.pulse.deaf == {"team": True}
        telling.channel.status = 200
        for _ in range(60):
            telling.cycle(world, cycle, teller)
            telling.forward(seconds=20)
        assert telling.channel.told == [("plan:paper", "new")]
        arrival = world.store.telling.arrivals()["team"]
        assert (arrival.problem, arrival.failing_since) == (None, None) and arrival.arrived is not None
        assert world.pulse.messages["team", "arrived"] == 1 and world.pulse.deaf == {"team": False}


def test_what_it_asks_for_with_retry_after_is_given(telling: Telling) -> None:
    telling.channel.status, telling.channel.headers = 429, {"Retry-After": "3600"}
    with telling.paper.opened() as world:
        cycle, teller = Cycle(world), telling.teller(world)
        telling.cycle(world, cycle, teller)
        telling.channel.status = 200
        telling.forward(minutes=59)
        telling.cycle(world, cycle, teller)
        assert telling.channel.arrived == []
        telling.forward(minutes=2)
        telling.cycle(world, cycle, teller)
        assert len(telling.channel.arrived) == 1


def test_a_slow_receiver_delays_no_cycle(telling: Telling) -> None:
    telling.channel.seconds = 1.5
    with telling.paper.opened() as world:
        cycle, teller = Cycle(world), telling.teller(world)
        result = cycle.run(write=True)
        began = time.monotonic()
        teller.told(result)
        assert time.monotonic() - began < 0.5
        eventually(lambda: bool(world.store.telling.rows("team")))
        teller.close()
        assert world.store.telling.rows("team")["plan:paper"].at is not None, "what is on its way is waited for"
    assert len(telling.channel.arrived) == 1


def test_a_redirect_is_not_followed_and_said_without_the_address(telling: Telling) -> None:
    telling.channel.status, telling.channel.headers = 302, {"Location": telling.channel.url}
    telling.once()
    assert len(telling.channel.refused) == 1
    with telling.paper.opened() as world:
        problem = world.store.telling.arrivals()["team"].problem
        assert problem is not None and "302" in problem and "hunter2" not in problem


def test_an_address_inside_is_only_told_where_an_operator_says_so(telling: Telling) -> None:
    folder = telling.paper.folder / "config" / "syncd.yaml"
    folder.write_text(folder.read_text().replace(", inside: true", ""))
    telling.once()
    assert telling.channel.arrived == telling.channel.refused == []
    with telling.paper.opened() as world:
        assert world.store.telling.arrivals()["team"].problem == (
            "the address of team is 127.0.0.1, which is not on the open internet; if it is yours, add to syncd.yaml: "
            "tell: {team: {inside: true}}"
        )


def test_messages_are_signed_where_a_key_is_set(telling: Telling) -> None:
    telling.hear(", secret: {file: signs}")
    telling.once()
    (delivery,) = telling.channel.arrived
    wanted = hmac.new(KEY.encode(), delivery.raw, hashlib.sha256).hexdigest()
    assert delivery.headers["x-syncd-signature-256"] == f"sha256={wanted}"
    assert delivery.headers["content-type"] == "application/json; charset=utf-8" and delivery.path == PATH


def test_a_source_that_fails_is_told_when_it_lasts_and_when_it_works_again(telling: Telling) -> None:
    telling.paper.settle()
    with telling.paper.opened() as world:
        cycle, teller = Cycle(world), telling.teller(world)
        telling.cycle(world, cycle, teller)
        connector = world.sources["paper"].connector
        pull = connector.pull

        def broken(since: object) -> object:
            raise Locked("the token was refused")

        connector.pull = broken  # type: ignore[method-assign, assignment]
        for _ in range(8):
            telling.cycle(world, cycle, teller)
            telling.forward(minutes=1)
        assert telling.channel.told == [("failed:paper", "new")]
        assert "the token was refused" in telling.channel.arrived[0].notices[0]["reasons"][0]
        connector.pull = pull  # type: ignore[method-assign]
        telling.forward(hours=2)
        telling.cycle(world, cycle, teller)
        telling.cycle(world, cycle, teller)
        assert telling.channel.told == [("failed:paper", "new"), ("failed:paper", "over")]
        assert telling.channel.arrived[-1].notices[0]["headline"] == "paper: it works again (2 h 8 min)"


def test_a_plan_is_not_told_again_because_its_source_failed_in_between(telling: Telling) -> None:
    with telling.paper.opened() as world:
        cycle, teller = Cycle(world), telling.teller(world)
        telling.cycle(world, cycle, teller)
        connector = world.sources["paper"].connector
        pull = connector.pull

        def broken(since: object) -> object:
            raise Locked("for a moment")

        for reading in (broken, pull, broken, pull):
            connector.pull = reading  # type: ignore[method-assign, assignment]
            telling.forward(minutes=20)
            telling.cycle(world, cycle, teller)
        connector.pull = pull  # type: ignore[method-assign]
    assert [one for one in telling.channel.told if one[0] == "plan:paper"] == [("plan:paper", "new")]


def test_all_that_is_to_be_told_at_once_comes_in_one_message(tmp_path: Path) -> None:
    with channel() as here:
        trackers = {"one": backlog(PaperTracker()), "two": backlog(PaperTracker())}
        it = Telling(PaperWorld(tmp_path, trackers), here)
        it.hear()
        it.once()
        assert len(here.arrived) == 1 and here.told == [("plan:one", "new"), ("plan:two", "new")]


def test_a_new_address_is_tried_at_once_and_a_new_receiver_hears_all_that_stands(telling: Telling) -> None:
    telling.channel.status = 404
    telling.once()
    telling.channel.status = 200
    with telling.paper.opened() as world:
        cycle, teller = Cycle(world), telling.teller(world)
        telling.channel.status = 500
        telling.cycle(world, cycle, teller)
        telling.channel.status = 200
        telling.hear(", titles: false")
        specs = {name: paper_spec(name, tracker) for name, tracker in telling.paper.trackers.items()}
        world.loaded = load(telling.paper.folder / "config", {}, specs)
        telling.cycle(world, cycle, teller)
        assert telling.channel.told == [("plan:paper", "new")]
    folder = telling.paper.folder / "config" / "syncd.yaml"
    folder.write_text(folder.read_text().replace("  team:", "  ops:"))
    telling.once()
    assert telling.channel.told == [("plan:paper", "new"), ("plan:paper", "new")]
    with telling.paper.opened() as world:
        assert world.store.telling.rows("team"), "it may come back"
    telling.forward(days=8)
    telling.once()
    with telling.paper.opened() as world:
        assert not world.store.telling.rows("team"), "who is told no more is forgotten"


def test_once_a_day_the_horizons_are_told_with_the_reason_in_half_a_line(telling: Telling) -> None:
    tracker = telling.paper.trackers["paper"]
    telling.paper.settle()
    telling.hear(", about: horizons")
    telling.once()
    telling.forward(days=1)
    telling.once()
    assert telling.channel.arrived == [], "nothing moved"
    with telling.paper.opened() as world:
        ranked = [row.work.primary for row in Cycle(world).decision(remember=False).ranked]
    first, last = ranked[0].ref.id, ranked[-1].ref.id
    telling.forward(hours=1)
    tracker.issues[first].state = "Done"
    tracker.issues[last].fields["Size"], tracker.issues[last].priority = 0.25, "High"
    for id_ in (first, last):
        tracker.touch(tracker.issues[id_])
    new = tracker.add("a new one", priority="High", fields={"Size": 0.2}).id
    telling.paper.settle()
    telling.once()
    assert telling.channel.arrived == [], "not before the next morning"
    telling.forward(days=1)
    telling.once()
    telling.once()
    (delivery,) = telling.channel.arrived
    (notice,) = delivery.notices
    assert (notice["subject"], notice["about"], notice["headline"]) == (
        "horizons",
        "horizons",
        "now: 2 entered, 2 left",
    )
    told = {issue["key"]: (issue["what"], issue["because"]) for issue in notice["issues"]}
    keys = {id: issue.key for id, issue in tracker.issues.items()}
    assert told[keys[new]] == ("entered now", "new in the backlog")
    what, because = told[keys[last]]
    assert what == "entered now" and because.startswith("size ")
    assert told[keys[first]] == ("left now", "is done")
    assert [because for what, because in told.values() if what == "left now" and because != "is done"] == [
        "others went ahead"
    ]
    assert notice["command"].startswith("syncd explain ") and notice["numbers"] == {
        "entered": 2,
        "left": 2,
        "behind": 0,
    }
    telling.forward(days=1)
    telling.once()
    assert len(telling.channel.arrived) == 1


def test_of_some_sources_only_their_work_is_told(tmp_path: Path) -> None:
    with channel() as here:
        trackers = {"one": backlog(PaperTracker()), "two": backlog(PaperTracker())}
        it = Telling(PaperWorld(tmp_path, trackers), here)
        it.paper.settle()
        it.hear(", about: horizons, sources: two")
        it.once()
        with it.paper.opened() as world:
            (row,) = world.store.telling.rows("team").values()
            assert row.parts and all(part.split("\t")[1] == "two" for part in row.parts)


def test_a_key_result_that_falls_behind_is_told_once(telling: Telling) -> None:
    okrs = """\
period: {starts: 2026-11-23, ends: 2026-12-03}
objectives:
  - {id: O1, title: Fewer failures, key_results: [{id: KR1, title: Rate, start: 0, target: 10, current: 0}]}
"""
    (telling.paper.folder / "config" / "okrs.yaml").write_text(okrs)
    telling.paper.settle()
    telling.hear(", about: horizons")
    for _ in range(6):
        telling.once()
        telling.forward(days=1)
    (delivery,) = telling.channel.arrived
    (notice,) = delivery.notices
    assert notice["headline"] == "1 key result fell behind the calendar" and notice["command"] == "syncd okrs"
    assert notice["reasons"] == ["KR1 is 10% behind the calendar (new)."] and notice["issues"] == []
