"""When things happened in the demo: dates that fit together, all before the given day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from syncd.demo.dice import Dice
from syncd.demo.draft import SprintPlace, Stage

SPRINT_DAYS = 14
SPRINT_STARTS = {SprintPlace.CLOSED: -20, SprintPlace.ACTIVE: -6, SprintPlace.FUTURE: 8}
"""Days from today."""

_CLOSED_SHARE = ((365, 0.62), (120, 0.4), (30, 0.22), (0, 0.08))
"""Of the issues older than so many days."""


@dataclass(frozen=True, slots=True)
class Life:
    """The dates of one issue."""

    created: datetime
    updated: datetime
    stage: Stage
    closed: datetime | None = None


class Calendar:
    def __init__(self, dice: Dice, today: date) -> None:
        self._dice = dice
        self.today = today
        self.midnight = datetime.combine(today, time(), UTC)

    def age(self) -> int:
        """Days since an issue was created; the young ones are more."""
        roll = self._dice.share()
        return 1 + int(700 * (0.35 * roll + 0.65 * roll * roll))

    def moment(self, days_ago: int) -> datetime:
        """Within office hours, days_ago at least 1."""
        seconds = 7 * 3600 + self._dice.below(11 * 3600)
        return self.midnight - timedelta(days=max(1, days_ago)) + timedelta(seconds=seconds)

    def life(self, age: int) -> Life:
        share = next(share for days, share in _CLOSED_SHARE if age >= days)
        if not self._dice.chance(share):
            return self.open_life(age, self._open_stage())
        # Most of what gets done was decided on lately, however old the wish is.
        open_for = 1 + int((1 - self._dice.share() * self._dice.share()) * (age - 1))
        created = self.moment(age)
        closed = max(self.moment(age - open_for), created + timedelta(hours=2))
        stage = Stage.DONE if self._dice.chance(0.86) else Stage.WONT_DO
        return Life(created, closed, stage, closed)

    def open_life(self, age: int, stage: Stage) -> Life:
        created = self.moment(age)
        quiet = int(self._dice.share() * self._dice.share() * age)
        if stage in (Stage.IN_PROGRESS, Stage.IN_REVIEW):
            quiet = min(quiet, 9)
        return Life(created, max(self.moment(quiet), created), stage)

    def between(self, start: datetime, end: datetime) -> datetime:
        seconds = int((end - start).total_seconds())
        return start + timedelta(seconds=self._dice.below(max(1, seconds)))

    def day(self, offset: int) -> date:
        return self.today + timedelta(days=offset)

    def days_ago(self, moment: datetime) -> int:
        return (self.midnight - moment).days

    def _open_stage(self) -> Stage:
        return self._dice.weighted(
            ((Stage.TO_DO, 64), (Stage.IN_PROGRESS, 18), (Stage.IN_REVIEW, 9), (Stage.BLOCKED, 9))
        )
