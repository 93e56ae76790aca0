"""The release plan as tables, JSON or Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.text import Text

from syncd.cli.exits import Failure
from syncd.cli.render.columns import Column
from syncd.cli.render.columns import show as show_columns
from syncd.cli.render.values import HORIZON_STYLE, count, cut, number, score
from syncd.core.backlog import Ranked
from syncd.core.expressions.guess import did_you_mean
from syncd.core.reports.forecast import Pace
from syncd.core.reports.releases import SURE, Planned, Release, ReleasePlan, pace_in_words
from syncd.core.scoring.phrasing import percent

TITLE = 48
LOOSE = 10
"""Work without a release that is listed; the rest is counted."""


def chosen(plan: ReleasePlan, name: str | None) -> ReleasePlan:
    """Only one release, where one is named."""
    if name is None:
        return plan
    found = [one for one in plan.releases if one.name.casefold() == name.casefold()]
    if not found:
        known = [one.name for one in plan.releases]
        raise Failure(
            f"there is no coming release {name}{did_you_mean(name, known)}; known: {', '.join(known) or 'none'}"
        )
    return replace(plan, releases=tuple(found), loose=())


def show(console: Console, plan: ReleasePlan, *, risks: bool) -> None:
    if not plan.releases:
        console.print("no milestone and no fix version has open work, or a day to come")
    for release in plan.releases:
        _show_release(console, plan, release, risks)
    if plan.loose and not risks:
        console.print(f"[bold]In {_nearest(plan)}, and in no release[/]")
        some = plan.loose[:LOOSE]
        show_columns(console, _columns(some, plan.nearest, [""] * len(some)), indent=2, header=False)
        if len(plan.loose) > LOOSE:
            console.print(f"  [dim]and {count(len(plan.loose) - LOOSE, 'other', 'others')}; all of them with --json[/]")
        console.print()
    for name, pace in plan.paces.items():
        of = f" of {escape(name)}" if name else ""
        console.print(
            f"[dim]recent pace{of}: {pace_in_words(pace)}; forecasts are this pace, in the order of the ranks[/]"
        )


def _show_release(console: Console, plan: ReleasePlan, release: Release, risks: bool) -> None:
    mark = "[red]●[/]" if release.risks else "[yellow]●[/]" if release.at_risk else "[green]●[/]"
    console.print(
        f"{mark} [bold]{escape(release.name)}[/]  {escape(_day(release, plan.as_of))}  [dim]{escape(', '.join(release.scopes))}[/]"
    )
    console.print(Padding.indent(Text(f"{_counts(release)}{_forecast(release)}"), 2))
    for risk in release.risks:
        console.print(Padding.indent(Text(risk, "red"), 2))
    rows = [one for one in release.open if one.risks or not risks]
    if rows:
        told = ["; ".join(one.risks) for one in rows]
        show_columns(console, _columns([one.row for one in rows], plan.nearest, told), indent=2, header=False)
    console.print()


def _columns(rows: Sequence[Ranked], nearest: frozenset[str], risks: Sequence[str]) -> list[Column]:
    near = [Text(row.horizon or "–", HORIZON_STYLE[0] if row.horizon in nearest else "") for row in rows]
    backlogs = Column("", [row.backlog for row in rows], style="dim")
    return [
        *([backlogs] if any(backlogs.cells) else []),
        Column("", [f"#{row.rank}" for row in rows], right=True, style="dim"),
        Column("", [row.work.primary.key for row in rows]),
        Column("", [cut(row.work.primary.title, TITLE) for row in rows], least=20),
        Column("", [score(row.score) for row in rows], right=True),
        Column("", near),
        Column("", risks, style="yellow", least=20, folds=True),
    ]


def _day(release: Release, today: date) -> str:
    if release.due is None:
        return "without a day"
    days = (release.due - today).days
    when = "today" if not days else f"in {count(days, 'day')}" if days > 0 else f"{count(-days, 'day')} ago"
    return f"{release.due}, {when}"


def _counts(release: Release) -> str:
    total = release.done + len(release.open)
    done = percent(release.done / total) if total else "0 %"
    effort = f", {number(release.effort_open)} effort open" if release.effort_open else ""
    missing = f" ({release.unestimated} not estimated)" if release.unestimated else ""
    return f"{release.done} of {total} done ({done}){effort}{missing}"


def _forecast(release: Release) -> str:
    told = [f"{day} ({percent(share)})" for day, share in zip(release.days, SURE, strict=True) if day is not None]
    return f"; all of it by {', '.join(told)}" if told else ""


def _nearest(plan: ReleasePlan) -> str:
    return ", ".join(sorted(plan.nearest))


def as_json(plan: ReleasePlan) -> dict[str, object]:
    return {
        "as_of": plan.as_of.isoformat(),
        "pace": {name: _pace_json(pace) for name, pace in plan.paces.items()},
        "releases": [_release_json(one) for one in plan.releases],
        "without_release": [_row_json(row) for row in plan.loose],
    }


def _pace_json(pace: Pace) -> dict[str, object]:
    return {"weeks": list(pace.weeks), "until": pace.until.isoformat(), "enough": pace.known}


def _release_json(release: Release) -> dict[str, object]:
    return {
        "name": release.name,
        "due": release.due.isoformat() if release.due else None,
        "scopes": list(release.scopes),
        "done": release.done,
        "open": len(release.open),
        "effort_done": release.effort_done,
        "effort_open": release.effort_open,
        "unestimated": release.unestimated,
        "forecast": {
            f"{share:g}": day.isoformat() if day else None for share, day in zip(SURE, release.days, strict=True)
        },
        "risks": list(release.risks),
        "work": [_planned_json(one) for one in release.open],
    }


def _planned_json(one: Planned) -> dict[str, object]:
    return {**_row_json(one.row), "queue": one.place, "chance": one.chance, "risks": list(one.risks)}


def _row_json(row: Ranked) -> dict[str, object]:
    item = row.work.primary
    return {
        "key": item.key, "title": item.title, "url": item.url, "backlog": row.backlog or None, "rank": row.rank,
        "score": row.score, "horizon": row.horizon,
    }  # fmt: skip


def as_markdown(plan: ReleasePlan, *, risks: bool) -> str:
    lines: list[str] = []
    for release in plan.releases:
        lines += [
            f"### {_safe(release.name)}: {_day(release, plan.as_of)}",
            "",
            f"{_counts(release)}{_forecast(release)}.",
            "",
        ]
        lines += [f"**{_safe(risk)}**\n" for risk in release.risks]
        rows = [one for one in release.open if one.risks or not risks]
        if rows:
            lines += _markdown_rows([(one.row, "; ".join(one.risks)) for one in rows])
    if plan.loose and not risks:
        lines += [f"### In {_nearest(plan)}, and in no release", "", *_markdown_rows([(row, "") for row in plan.loose])]
    for name, pace in plan.paces.items():
        lines.append(f"_Recent pace{f' of {name}' if name else ''}: {pace_in_words(pace)}._")
    return "\n".join(lines)


def _markdown_rows(rows: Sequence[tuple[Ranked, str]]) -> list[str]:
    lines = ["| # | issue | title | horizon | risk |", "|--:|---|---|---|---|"]
    for row, risk in rows:
        item = row.work.primary
        title = _safe(cut(item.title, 90))
        lines.append(
            f"| {f'{row.backlog} {row.rank}'.strip()} | [{item.key}]({item.url}) | {title} | {row.horizon or ''} | {_safe(risk)} |"
        )
    return [*lines, ""]


def _safe(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")
