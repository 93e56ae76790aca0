"""How score and rank went over the last days, as lines of eighths."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from syncd.cli.render.values import score
from syncd.store.memory import Day

_EIGHTHS = "▁▂▃▄▅▆▇█"


def sparkline(values: Sequence[float | None], *, least: float = 1.0) -> str:
    """One character a value, a gap for none. `least` is the distance of lowest and highest that fills the height, so
    that a quiet line looks quiet."""
    known = [value for value in values if value is not None]
    if not known:
        return ""
    low, high = min(known), max(known)
    span = max(high - low, least)
    return "".join(" " if v is None else _EIGHTHS[min(7, int((v - low) / span * 8))] for v in values)


def lines_of(days: Sequence[Day]) -> list[tuple[str, str, str]]:
    """(name, line, from … to) for score and rank; up is better in both. Empty with less than two days."""
    if len(days) < 2:
        return []
    ranks = [day.rank for day in days]
    shown = [rank for rank in ranks if rank is not None]
    found = []
    if any(day.score is not None for day in days):
        line = sparkline([day.score for day in days], least=10.0)
        found.append(("score", line, f"{score(days[0].score)} → {score(days[-1].score)}"))
    if shown:
        line = sparkline([None if rank is None else -float(rank) for rank in ranks], least=8.0)
        found.append(("rank", line, f"{ranks[0] or '–'} → {ranks[-1] or '–'}"))
    return found


def show_history(console: Console, days: Sequence[Day]) -> None:
    for place, (name, line, ends) in enumerate(lines_of(days)):
        since = f"  [dim]since {days[0].day:%Y-%m-%d}[/]" if place == 0 else ""
        console.print(f"  [dim]{name:>5}[/]  [cyan]{line}[/]  {ends}{since}")


def history_json(days: Sequence[Day]) -> list[dict[str, object]]:
    """A row for each day of change."""
    return [{"day": day.day.isoformat(), "rank": day.rank, "score": day.score, "horizon": day.horizon} for day in days]
