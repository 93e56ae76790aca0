"""When a source is asked next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from engine.paper_world import PaperWorld, backlog
from syncd.engine.cycle import Cycle
from syncd.engine.schedule import FIRST, JITTER, LONGEST, Schedule, over, spread
from syncd.engine.service.tidying import Tidying
from syncd.testing.paper import PaperTracker

NOW = 4711.0
MINUTE = timedelta(minutes=1)


def test_intervals_differ_a_little_and_always_in_the_same_way() -> None:
    found = {spread(MINUTE, name, NOW) for name in map(str, range(100))}
    assert len(found) > 90
    assert all(MINUTE * (1 - JITTER) <= one <= MINUTE * (1 + JITTER) for one in found)
    assert spread(MINUTE, "jira", NOW) == spread(MINUTE, "jira", NOW)


def test_a_failing_source_rests_longer_each_time_up_to_a_limit_and_recovers_at_once() -> None:
    schedule, pauses = Schedule("jira"), []
    for _ in range(8):
        schedule.failed(NOW, MINUTE)
        pauses.append(timedelta(seconds=schedule.due_at - NOW))
    assert pauses[0] <= FIRST * 1.1
    assert all(later > earlier * 1.5 for earlier, later in pairwise(pauses[:5]))
    assert max(pauses) <= LONGEST * 1.1
    schedule.worked(NOW, MINUTE)
    assert schedule.due(NOW + 66) and not schedule.due(NOW + 53)


def test_a_poll_that_is_rarer_than_the_limit_stays_the_longest_pause() -> None:
    schedule = Schedule("jira")
    for _ in range(30):
        schedule.failed(NOW, timedelta(hours=6))
    assert schedule.due_at - NOW > 5 * 3600


def test_news_do_not_heal_a_failing_source_and_a_person_may() -> None:
    schedule = Schedule("jira")
    schedule.worked(NOW, MINUTE)
    schedule.wake()
    assert schedule.due(NOW)
    schedule.failed(NOW, MINUTE)
    schedule.wake()
    assert not schedule.due(NOW)
    schedule.at_once()
    assert schedule.due(NOW)


def test_a_moment_that_a_wrong_clock_told_counts_for_nothing() -> None:
    now = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
    assert over(None, MINUTE, now)
    assert over(now - MINUTE, MINUTE, now) and not over(now - MINUTE / 2, MINUTE, now)
    assert not over(now + timedelta(seconds=2), MINUTE, now), "another machine's clock is a little ahead"
    assert over(now + timedelta(days=1000), MINUTE, now), "or nobody would look for a thousand days"


def test_nothing_is_let_go_of_while_the_clock_may_be_wrong(tmp_path: Path) -> None:
    paper = PaperWorld(tmp_path, {"paper": backlog(PaperTracker())})
    with paper.opened() as world:
        Cycle(world).run(write=False)
        run = world.store.runs.last(1)[0].run
        paper.clock.forward(days=1)
        tidying = Tidying()
        tidying.follow(world)
        paper.clock.forward(days=4000)
        tidying.follow(world)
        paper.clock.forward(days=-4000)
        tidying.follow(world)
        assert [one.run for one in world.store.runs.last(9)] == [run]
        paper.clock.forward(days=4000)
        tidying.follow(world)
        paper.clock.forward(hours=1)
        tidying.follow(world)
        assert world.store.runs.last(9) == []
