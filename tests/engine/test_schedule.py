"""When a source is asked next."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from syncd.engine.schedule import FIRST, JITTER, LONGEST, Schedule, spread

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
