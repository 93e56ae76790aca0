"""The ranked backlog as a table, JSON or Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.table import Table
from rich.text import Text

from syncd.cli.render.columns import Column, fitted
from syncd.cli.render.values import HORIZON_STYLE, cut, score
from syncd.core.backlog import Ranked
from syncd.core.issue import Ref
from syncd.core.scoring.score import Scored


def bar(value: float | None, top: float, width: int = 10) -> Text:
    """A score as a bar of eighths, so that neighbors can be compared at a glance."""
    if value is None or top <= 0 or value <= 0:
        return Text("", "dim")
    eighths = round(min(value / top, 1.0) * width * 8)
    full, rest = divmod(eighths, 8)
    return Text("█" * full + (" ▏▎▍▌▋▊▉"[rest] if rest else ""), "cyan")


def table(
    rows: Sequence[Ranked], horizons: Sequence[str], width: int, *, top_score: float, several: bool = False
) -> Table:
    """For a line of `width`. `several`: the rows are of more than one backlog, and each says of which."""
    backlog = Column("backlog", [row.backlog for row in rows])
    columns = [
        Column("#", [str(row.rank) for row in rows], right=True, style="dim"),
        Column("issue", [row.work.primary.key for row in rows]),
        Column("title", [row.work.primary.title for row in rows], least=24),
        Column("score", [score(row.score) for row in rows], right=True),
        Column("", [bar(row.score, top_score) for row in rows], spare=3),
        Column("horizon", [_horizon(row, horizons) for row in rows]),
        Column("effort", [_effort(row) for row in rows], right=True, spare=1),
        Column("outcome", [_outcome(row) for row in rows]),
        Column("also", [_also(row) for row in rows], style="dim", least=6, spare=2),
    ]
    return fitted([backlog, *columns] if several else columns, width)


def _effort(row: Ranked) -> str:
    return "–" if row.work.primary.effort is None else f"{row.work.primary.effort:g}"


def _outcome(row: Ranked) -> Text:
    okr = row.work.okr
    return Text("none", "dim") if okr is None else Text(okr.key_result or okr.objective)


def _also(row: Ranked) -> str:
    return ", ".join([twin.key for twin in row.work.twins] + (["pinned"] if row.pins else []))


def _horizon(row: Ranked, horizons: Sequence[str]) -> Text:
    if row.horizon is None:
        return Text("–", "dim")
    place = horizons.index(row.horizon) if row.horizon in horizons else len(HORIZON_STYLE)
    return Text(row.horizon, HORIZON_STYLE[min(place, len(HORIZON_STYLE) - 1)])


def as_json(rows: Sequence[Ranked], scores: Mapping[Ref, Scored] | None = None) -> list[dict[str, object]]:
    return [
        {
            "backlog": row.backlog or None,
            "rank": row.rank,
            "key": row.work.primary.key,
            "url": row.work.primary.url,
            "source": row.work.ref.source,
            "title": row.work.primary.title,
            "kind": row.work.primary.kind.value,
            "status": row.work.primary.status.value,
            "score": row.score,
            "unscored_because": row.unscored_because,
            "horizon": row.horizon,
            "team": row.team,
            "quadrant": scores[row.work.ref].quadrant if scores else None,
            "effort": row.work.primary.effort,
            "objective": row.work.okr.objective if row.work.okr else None,
            "key_result": row.work.okr.key_result if row.work.okr else None,
            "twins": [twin.key for twin in row.work.twins],
            "pins": list(row.pins),
        }
        for row in rows
    ]


def as_markdown(rows: Sequence[Ranked]) -> str:
    several = len({row.backlog for row in rows}) > 1
    lines = ["| # | issue | title | score | horizon | outcome |", "|--:|---|---|--:|---|---|"]
    if several:
        lines = [f"| backlog {lines[0]}", f"|---{lines[1]}"]
    for row in rows:
        item, okr = row.work.primary, row.work.okr
        title = cut(item.title, 90).replace("|", "\\|").replace("<", "&lt;")
        outcome = (okr.key_result or okr.objective) if okr else ""
        first = f"| {row.backlog} " if several else ""
        lines.append(
            f"{first}| {row.rank} | [{item.key}]({item.url}) | {title} | {score(row.score)} | {row.horizon or ''} | {outcome} |"
        )
    return "\n".join(lines)
