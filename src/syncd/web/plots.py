"""Pictures over a whole page, as SVG drawn on the server: how scores are spread, who moved, when releases will be done.

Places are in percent of the width, so that a picture fills any screen and its text is never stretched. As in `draw`, the
colors come from the style sheet by class, and what a picture means stands beside it or in its label.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from markupsafe import Markup, escape

from syncd.web.phrases import count, number
from syncd.web.picture import BINS, LEVELS, Row, Spread

MOVERS = 12
"""Of the top of the backlog, so many lines are drawn."""
AHEAD = timedelta(days=270)
"""What is farther ahead than this and than every due day stands at the edge of the calendar."""
NAMED = 6
"""So many months can be named side by side on a telephone."""
FOOT = 16
"""The height of what is written under a picture, in pixels."""


def scores(spread: Spread, height: int = 56) -> Markup:
    """How many pieces of work have which score, lowest left, each column in the colors of their horizons."""
    most, each = max(sum(one) for one in spread.bins), 100 / BINS
    parts: list[str] = []
    for place, one in enumerate(spread.bins):
        y = float(height)
        for level in reversed(range(LEVELS)):
            if one[level]:
                tall = one[level] / most * height
                y -= tall
                parts.append(
                    f'<rect class="level-{level}" x="{place * each:.2f}%" width="{each * 0.82:.2f}%" y="{y:.1f}" '
                    f'height="{max(tall, 1.0):.1f}"/>'
                )
    told = f"{count(sum(map(sum, spread.bins)), 'score')} from {number(spread.low)} to {number(spread.high)}"
    foot = _foot(height, *map(number, (spread.low, (spread.low + spread.high) / 2, spread.high)))
    return Markup(  # noqa: S704 - numbers and escaped text
        f'<svg class="plot" width="100%" height="{height + FOOT}" role="img" aria-label="{escape(told)}">'
        f"{''.join(parts)}{foot}</svg>"
    )


def movement(rows: Sequence[Row], since: date, height: int = 56) -> Markup:
    """A line for each of the first pieces of work, from its rank on that day to its rank now. One from farther below comes
    in from the edge; one that was not there has a dot only. Nothing where nothing moved."""
    first = rows[:MOVERS]
    if all(row.was == row.ranked.rank for row in first):
        return Markup("")
    step = (height - 6) / max(1, len(first) - 1)

    def y(rank: int) -> float:
        return 3 + min(rank - 1, len(first)) * step

    parts: list[str] = []
    up = down = new = 0
    for row in first:
        now, was = row.ranked.rank, row.was
        kind = "new" if was is None else "up" if was > now else "down" if was < now else "same"
        up, down, new = up + (kind == "up"), down + (kind == "down"), new + (kind == "new")
        title = f"{row.key}: {'new' if was is None else f'rank {was} on {since}'}, {now} now"
        line = "" if was is None else f'<line x1="2%" x2="98%" y1="{y(was):.1f}" y2="{y(now):.1f}"/>'
        parts.append(
            f'<g class="{kind}"><title>{escape(title)}</title>{line}<circle cx="98%" cy="{y(now):.1f}" r="2"/></g>'
        )
    foot = _foot(height, str(since), "", "now")
    told = f"the first {len(first)} since {since}: {up} up, {down} down, {new} new"
    return Markup(  # noqa: S704 - numbers and escaped text
        f'<svg class="plot moves" width="100%" height="{height + FOOT}" role="img" aria-label="{escape(told)}">'
        f"{''.join(parts)}{foot}</svg>"
    )


def _foot(y: int, left: str, middle: str, right: str) -> str:
    """The axis: what stands at its ends and in the middle."""
    places = (("0%", "start", left), ("50%", "middle", middle), ("100%", "end", right))
    return "".join(f'<text x="{x}" y="{y + 12}" text-anchor="{side}">{text}</text>' for x, side, text in places if text)


@dataclass(frozen=True, slots=True)
class Weeks:
    """The time that a calendar of releases shows."""

    start: date
    end: date

    def at(self, day: date) -> float:
        """In percent of the width; the edges for what lies beyond."""
        return min(100.0, max(0.0, 100 * (day - self.start).days / max(1, (self.end - self.start).days)))


def weeks_of(today: date, dues: Sequence[date | None], days: Sequence[date | None]) -> Weeks:
    """From today, or a day that is over, until the last due day and what the forecasts reach soon after it."""
    known = [due for due in dues if due is not None]
    reach = max([today + AHEAD, *(due + timedelta(days=14) for due in known)])
    last = max([today + timedelta(days=42), *known, *(min(day, reach) for day in days if day is not None)])
    return Weeks(min([today, *known]) - timedelta(days=2), last + timedelta(days=3))


def months(weeks: Weeks) -> Markup:
    """The axis: where each month begins. Where they are many, some have no name, or only on a wide screen (`between`)."""
    firsts = [weeks.start.replace(day=1)]
    while firsts[-1] <= weeks.end:
        firsts.append((firsts[-1] + timedelta(days=32)).replace(day=1))
    firsts = [day for day in firsts if weeks.start <= day <= weeks.end]
    step = next((step for step in (1, 2, 3, 6) if len(firsts) <= NAMED * step), 12)
    parts = []
    for day in firsts:
        at = weeks.at(day)
        between = (day.month - 1) % step != 0
        if at < 94 and (not between or len(firsts) <= 2 * NAMED):
            name = f"{day:%b %Y}" if day.month == 1 else f"{day:%b}"
            kind = "between" if between else "named"
            parts.append(f'<text class="{kind}" x="{at:.2f}%" dx="4" y="11">{name}</text>')
        parts.append(f'<line class="grid" x1="{at:.2f}%" x2="{at:.2f}%" y1="0" y2="16"/>')
    return Markup(f'<svg class="plot axis" width="100%" height="16" aria-hidden="true">{"".join(parts)}</svg>')  # noqa: S704 - numbers only


def forecast(weeks: Weeks, today: date, due: date | None, days: Sequence[date | None], height: int = 24) -> Markup:
    """When a release will be done: from as likely as not over 85 % to 95 % sure, with the day that was promised."""
    middle = height / 2
    sure = [day for day in days if day is not None]
    late = due is not None and len(sure) > 1 and sure[1] > due
    kind = "late" if late and due is not None and sure[0] > due else "close" if late else "fine"
    parts = [
        f'<line class="grid" x1="0%" x2="100%" y1="{middle}" y2="{middle}"/>',
        f'<line class="today" x1="{weeks.at(today):.2f}%" x2="{weeks.at(today):.2f}%" y1="0" y2="{height}"/>',
    ]
    for index, (one, other) in enumerate(itertools.pairwise(sure)):
        x = weeks.at(one)
        wide = max(weeks.at(other) - x, 0.6)
        parts.append(
            f'<rect class="{kind} sure-{index}" x="{min(x, 99.4):.2f}%" width="{wide:.2f}%" y="{middle - 5}" height="10" rx="2"/>'
        )
    if due is not None:
        parts.append(
            f'<line class="due" x1="{weeks.at(due):.2f}%" x2="{weeks.at(due):.2f}%" y1="2" y2="{height - 2}"/>'
        )
    return Markup(f'<svg class="plot fan" width="100%" height="{height}" aria-hidden="true">{"".join(parts)}</svg>')  # noqa: S704 - numbers only
