"""SVG for pages, drawn on the server: bars and lines from numbers. Colors come from the style sheet by class.

Every drawing is `Markup` made of numbers and escaped text; its meaning stands beside it as text, so it is hidden from
screen readers unless it has a title.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from markupsafe import Markup, escape

from syncd.web.phrases import number


def bar(share: float | None, kind: str = "", width: int = 72, height: int = 8) -> Markup:
    """A horizontal bar filled to `share`, 0 … 1; more than that is shown as over."""
    full = max(0.0, min(1.0, share or 0.0)) * width
    over = (share or 0.0) > 1.0001
    shape = f'<rect class="fill {escape("over" if over else kind)}" width="{full:.1f}" height="{height}" rx="2"/>'
    return Markup(  # noqa: S704 - numbers and escaped names
        f'<svg class="bar" width="{width}" height="{height}" viewBox="0 0 {width} {height}" preserveAspectRatio="none" '
        f'aria-hidden="true"><rect class="rail" width="{width}" height="{height}" rx="2"/>{shape if full else ""}</svg>'
    )


def expected_bar(progress: float | None, expected: float | None, width: int = 160, height: int = 10) -> Markup:
    """Progress as a bar, with a mark where it should be by now."""
    done = max(0.0, min(1.0, progress or 0.0)) * width
    kind = "behind" if progress is not None and expected is not None and expected - progress >= 0.005 else "good"
    parts = [f'<rect class="rail" width="{width}" height="{height}" rx="2"/>']
    if done:
        parts.append(f'<rect class="fill {kind}" width="{done:.1f}" height="{height}" rx="2"/>')
    if expected is not None:
        at = max(1.0, min(1.0, max(0.0, expected)) * width - 1)
        parts.append(f'<rect class="mark" x="{at:.1f}" y="-3" width="2" height="{height + 6}"/>')
    return Markup(  # noqa: S704 - numbers only
        f'<svg class="bar expected" width="{width}" height="{height + 6}" viewBox="0 -3 {width} {height + 6}" '
        f'preserveAspectRatio="none" aria-hidden="true">{"".join(parts)}</svg>'
    )


def spark(values: Sequence[float], width: int = 120, height: int = 28) -> Markup:
    """A line through the values, evenly spaced; nothing for less than two."""
    if len(values) < 2:
        return Markup("")
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    step = (width - 4) / (len(values) - 1)
    points = [(2 + i * step, 2 + (height - 4) * (1 - (v - low) / span)) for i, v in enumerate(values)]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    x, y = points[-1]
    return Markup(  # noqa: S704 - numbers only
        f'<svg class="spark" width="{width}" height="{height}" viewBox="0 0 {width} {height}" aria-hidden="true">'
        f'<polyline points="{line}"/><circle cx="{x:.1f}" cy="{y:.1f}" r="2.2"/></svg>'
    )


def steps(
    days: Sequence[tuple[date, float | None]],
    until: date,
    label: str,
    *,
    upside_down: bool = False,
    width: int = 420,
    height: int = 96,
) -> Markup:
    """A value that holds until it changes, over time, with its axis: for ranks (`upside_down`, 1 is on top) and scores."""
    known = [(day, value) for day, value in days if value is not None]
    if not known:
        return Markup("")
    left, right, top, bottom = 40.0, 12.0, 10.0, 18.0
    first = days[0][0]
    span = max(1, (until - first).days)
    low, high = min(v for _, v in known), max(v for _, v in known)
    if low == high:
        low, high = low - 1, high + 1

    def x(day: date) -> float:
        return left + (width - left - right) * (day - first).days / span

    def y(value: float) -> float:
        share = (value - low) / (high - low)
        return top + (height - top - bottom) * (share if upside_down else 1 - share)

    path: list[str] = []
    drawing = False
    for (day, value), nxt in zip(days, [*(d for d, _ in days[1:]), until], strict=True):
        if value is None:
            drawing = False
            continue
        path.append(f"{'L' if drawing else 'M'}{x(day):.1f} {y(value):.1f}H{x(max(nxt, day)):.1f}")
        drawing = True
    last = known[-1][1]
    ended = days[-1][1] is None
    dot = "" if ended else f'<circle cx="{x(until):.1f}" cy="{y(last):.1f}" r="3"/>'
    upper, lower = (low, high) if upside_down else (high, low)
    shown = [] if len({v for _, v in known}) == 1 else [(upper, top), (lower, height - bottom)]
    if not shown:
        shown = [(known[0][1], y(known[0][1]))]
    axis = "".join(
        f'<text x="{left - 6}" y="{at + 3.5:.1f}" text-anchor="end">{number(value)}</text>'
        f'<line class="grid" x1="{left}" x2="{width - right}" y1="{at:.1f}" y2="{at:.1f}"/>'
        for value, at in shown
    )
    title = escape(f"{label}: {number(known[0][1])} on {first:%b %d}, {number(last)} now")
    return Markup(  # noqa: S704 - numbers and escaped text
        f'<svg class="steps" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-label="{title}">'
        f'{axis}<path d="{" ".join(path)}"/>{dot}'
        f'<text x="{left}" y="{height - 4}">{first:%b %d}</text>'
        f'<text x="{width - right}" y="{height - 4}" text-anchor="end">{until:%b %d}</text></svg>'
    )


def weeks(values: Sequence[int], width: int = 96, height: int = 24) -> Markup:
    """A small column for each week, this one last; empty weeks have a foot, so that the time can be read."""
    most = max(values, default=0) or 1
    each = width / max(1, len(values))
    bars = "".join(
        f'<rect class="{"week" if value else "foot"}" x="{place * each:.1f}" width="{each - 2:.1f}" '
        f'y="{height - (tall := max(1.5, value / most * height)):.1f}" height="{tall:.1f}"/>'
        for place, value in enumerate(values)
    )
    label = escape(f"finished by week: {', '.join(map(str, values))}")
    return Markup(  # noqa: S704 - numbers only
        f'<svg class="weeks" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{label}">{bars}</svg>'
    )
