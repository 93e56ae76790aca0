"""The objectives: bars of progress against the calendar, the work behind each, and what is tied to nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.text import Text

from syncd.cli.render.columns import Column
from syncd.cli.render.columns import show as show_columns
from syncd.cli.render.trends import Trend
from syncd.cli.render.values import count, cut, number, score
from syncd.core.backlog import Ranked
from syncd.core.reports.outcomes import KeyResultOutcome, ObjectiveOutcome, Outcomes
from syncd.core.rules import KeyResult
from syncd.core.scoring.phrasing import percent
from syncd.core.standing import Standing

TOP = 5
"""Orphans that are shown unless all are asked for."""
MOVERS = 3
"""Open work shown for a key result that is behind."""
ROOMY = 120
"""From this width of the terminal on, bars are long."""


def bar(standing: Standing, width: int) -> Text:
    """Progress as a bar; the mark │ stands where it was to be by today."""
    if standing.progress is None:
        return Text("not measured", "dim")
    full = round(min(1.0, max(0.0, standing.progress)) * width)
    cells = ["█"] * full + ["·"] * (width - full)
    if standing.expected is not None:
        cells[min(width - 1, int(standing.expected * width))] = "│"
    return Text("".join(cells), "red" if (standing.behind or 0.0) > 0.2 else "green")


Trends = Mapping[str, Trend]
"""Of measured key results, by id."""
NO_TRENDS: Trends = MappingProxyType({})


def show(console: Console, found: Outcomes, top: int | None, trends: Trends = NO_TRENDS) -> None:
    """Prints everything for people, the objectives first."""
    if not found.objectives:
        console.print("There are no objectives yet: write them into okrs.yaml; `syncd init` shows how.")
        return
    console.print(f"[bold]Objectives[/] as of {found.as_of}   [dim]│ marks where progress was to be by today[/]\n")
    show_columns(console, _columns(found, console.width))
    if trends:
        console.print("\n[bold]Measured[/]")
        show_columns(console, _measured(found, trends), indent=2, header=False)
    console.print(f"\n{_covered(found)}")
    for objective in found.without_work:
        console.print(f"[yellow]no open work[/] serves {objective.objective.id} {escape(objective.objective.title)}")
    if found.behind:
        console.print("\n[bold]Behind the calendar[/], and the open work that would move it")
        for late in found.behind:
            console.print(Padding.indent(Text(_lateness(late)), 2))
            if late.served_by:
                show_columns(console, _works_columns(late.served_by[:MOVERS]), indent=4, header=False)
            if not late.served_by:
                console.print("    [yellow]no open work is tied to it[/]")
    if found.orphans:
        shown = found.orphans[:top]
        console.print("\n[bold]Tied to no outcome[/]")
        show_columns(console, _works_columns(shown), indent=2, header=False)
        if len(shown) < len(found.orphans):
            console.print(f"  [dim]{count(len(found.orphans) - len(shown), 'more', 'more')}: syncd okrs --orphans[/]")


def _columns(found: Outcomes, width: int) -> list[Column]:
    rows: list[ObjectiveOutcome | KeyResultOutcome] = []
    for one in found.objectives:
        rows += (one, *one.key_results)
    late = [Text(percent(row.behind), _alarm(row)) if row.behind else Text("–") for row in rows]
    return [
        Column("", [_id(one) for one in rows]),
        Column("", [_name(one) for one in rows], least=16, folds=True),
        Column("start → now → target", [_sub(one) for one in rows]),
        Column("progress", [bar(one.standing, 16 if width >= ROOMY else 8) for one in rows]),
        Column("", [_percent(one.standing.progress) for one in rows], right=True),
        Column("by today", [_percent(one.standing.expected) for one in rows], right=True, style="dim", spare=2),
        Column("behind", late, right=True),
        Column("open", [Text(str(one.load.works), "" if one.load.works else "yellow") for one in rows], right=True),
        Column("effort", [_effort(one) for one in rows], right=True, spare=1),
    ]


def _id(one: ObjectiveOutcome | KeyResultOutcome) -> Text:
    return Text(one.objective.id, "bold") if isinstance(one, ObjectiveOutcome) else Text(f"  {one.key_result.id}")


def _name(one: ObjectiveOutcome | KeyResultOutcome) -> Text:
    return Text(one.objective.title, "bold") if isinstance(one, ObjectiveOutcome) else Text(one.key_result.title)


def _sub(one: ObjectiveOutcome | KeyResultOutcome) -> Text:
    """The way of a key result; of an objective how much it weighs."""
    if isinstance(one, ObjectiveOutcome):
        return Text(f"weight {number(one.objective.weight)}", "dim")
    return Text(_way(one.key_result))


def _effort(one: ObjectiveOutcome | KeyResultOutcome) -> str:
    share = one.effort_share if isinstance(one, ObjectiveOutcome) else None
    return number(round(one.load.effort, 1)) + (f" ({percent(share)})" if share is not None else "")


def _alarm(one: ObjectiveOutcome | KeyResultOutcome) -> str:
    return "red" if (one.behind or 0.0) > 0.2 else ""


def _measured(found: Outcomes, trends: Trends) -> list[Column]:
    some = [(kr, trends[kr.id]) for kr in _key_results(found) if kr.id in trends]
    bad = [trend.problem is not None or trend.stale for _, trend in some]
    words = [Text(trend.words, "red" if late else "dim") for (_, trend), late in zip(some, bad, strict=True)]
    return [
        Column("", [kr.id for kr, _ in some]),
        Column("", [Text(trend.line, "cyan") for _, trend in some], spare=1),
        Column("", [_way(kr) for kr, _ in some]),
        Column("", words, least=24, folds=True),
    ]


def _key_results(found: Outcomes) -> list[KeyResult]:
    return [kr.key_result for one in found.objectives for kr in one.key_results]


def _way(kr: KeyResult) -> str:
    now = "?" if kr.current is None else number(kr.current)
    return f"{number(kr.start)} → {now} → {number(kr.target)}{' ' + kr.unit if kr.unit else ''}"


def _covered(found: Outcomes) -> str:
    if found.coverage is None:
        return "There is no open work."
    effort = f", {percent(found.effort_coverage)} of its effort" if found.effort_coverage is not None else ""
    unknown = found.total.unestimated
    rest = f" [dim]({count(unknown, 'piece', 'pieces')} without an estimate)[/]" if unknown else ""
    return (
        f"[bold]{percent(found.coverage)}[/] of the open work ({found.tied.works} of {found.total.works}){effort} "
        f"is tied to an outcome{rest}"
    )


def _lateness(late: KeyResultOutcome) -> str:
    kr, standing = late.key_result, late.standing
    return (
        f"{kr.id} {kr.title}: {_way(kr)}, {_percent(standing.progress)} of the way "
        f"where {_percent(standing.expected)} was to be expected"
    )


def _works_columns(rows: Sequence[Ranked]) -> list[Column]:
    return [
        *([Column("", [row.backlog for row in rows], style="dim")] if any(row.backlog for row in rows) else []),
        Column("", [f"#{row.rank}" for row in rows], right=True, style="dim"),
        Column("", [row.work.primary.key for row in rows]),
        Column("", [row.work.primary.title for row in rows], least=20),
        Column("", [f"score {score(row.score)}" for row in rows], right=True, style="dim"),
    ]


def _percent(share: float | None) -> str:
    return "–" if share is None else percent(share)


def as_json(found: Outcomes, top: int | None, trends: Trends = NO_TRENDS) -> dict[str, object]:
    return {
        "as_of": found.as_of.isoformat(),
        "objectives": [_objective_json(one, trends) for one in found.objectives],
        "coverage": {
            "open": found.total.works,
            "tied": found.tied.works,
            "share": found.coverage,
            "effort": found.total.effort,
            "tied_effort": found.tied.effort,
            "effort_share": found.effort_coverage,
            "unestimated": found.total.unestimated,
        },
        "without_work": [one.objective.id for one in found.without_work],
        "behind": [
            {"key_result": kr.key_result.id, "behind": kr.behind, "moved_by": _works(kr.served_by[:MOVERS])}
            for kr in found.behind
        ],
        "orphans": {"count": len(found.orphans), "works": _works(found.orphans[:top])},
    }


def _objective_json(one: ObjectiveOutcome, trends: Trends) -> dict[str, object]:
    objective = one.objective
    return {
        "id": objective.id,
        "title": objective.title,
        "owner": objective.owner,
        "weight": objective.weight,
        "weight_share": one.weight_share,
        "starts": objective.starts.isoformat() if objective.starts else None,
        "ends": objective.ends.isoformat() if objective.ends else None,
        **_standing_json(one),
        "effort_share": one.effort_share,
        "without_key_result": one.loose.works,
        "key_results": [
            {
                "id": kr.key_result.id,
                "title": kr.key_result.title,
                "owner": kr.key_result.owner,
                "start": kr.key_result.start,
                "current": kr.key_result.current,
                "target": kr.key_result.target,
                "unit": kr.key_result.unit,
                "due": kr.key_result.due.isoformat() if kr.key_result.due else None,
                "measured": trend.as_json() if (trend := trends.get(kr.key_result.id)) is not None else None,
                **_standing_json(kr),
            }
            for kr in one.key_results
        ],
    }


def _standing_json(one: ObjectiveOutcome | KeyResultOutcome) -> dict[str, object]:
    return {
        "progress": one.standing.progress,
        "expected": one.standing.expected,
        "behind": one.behind,
        "open": one.load.works,
        "effort": one.load.effort,
        "unestimated": one.load.unestimated,
    }


def _works(rows: Sequence[Ranked]) -> list[dict[str, object]]:
    return [
        {
            "backlog": row.backlog or None,
            "rank": row.rank,
            "key": row.work.primary.key,
            "title": row.work.primary.title,
            "score": row.score,
        }
        for row in rows
    ]


def as_markdown(found: Outcomes, top: int | None, trends: Trends = NO_TRENDS) -> str:
    lines = ["| outcome | start → now → target | progress | by today | behind | open | effort |"]
    lines.append("|---|---|--:|--:|--:|--:|--:|")
    for one in found.objectives:
        share = f" ({percent(one.effort_share)})" if one.effort_share is not None else ""
        name = f"**{one.objective.id} {one.objective.title}**"
        lines.append(_row(name, f"weight {number(one.objective.weight)}", one, share))
        lines += [_row(f"{kr.key_result.id} {kr.key_result.title}", _way(kr.key_result), kr) for kr in one.key_results]
    shown = [(kr.id, trends[kr.id]) for kr in _key_results(found) if kr.id in trends]
    if shown:
        lines += ["", "Measured:", ""]
        lines += [f"- {name}{f' `{trend.line}`' if trend.line else ''} {_safe(trend.words)}" for name, trend in shown]
    if found.coverage is not None:
        effort = f", {percent(found.effort_coverage)} of its effort" if found.effort_coverage is not None else ""
        lines += ["", f"**{percent(found.coverage)}** of the open work{effort} is tied to an outcome."]
    for objective in found.without_work:
        lines.append(f"\nNo open work serves {_safe(objective.objective.id + ' ' + objective.objective.title)}.")
    for late in found.behind:
        movers = ", ".join(_link(row) for row in late.served_by[:MOVERS]) or "no open work"
        lines.append(f"\n{_safe(_lateness(late))}; moved by {movers}.")
    if found.orphans:
        lines += ["", f"Tied to no outcome ({len(found.orphans)}):", ""]
        lines += [
            f"- {_place(row)} {_link(row)} {_safe(cut(row.work.primary.title, 90))}" for row in found.orphans[:top]
        ]
    return "\n".join(lines)


def _row(name: str, way: str, one: ObjectiveOutcome | KeyResultOutcome, share: str = "") -> str:
    standing = one.standing
    behind = percent(one.behind) if one.behind else ""
    cells = (_safe(name), _safe(way), _percent(standing.progress), _percent(standing.expected), behind)
    return f"| {' | '.join(cells)} | {one.load.works} | {number(round(one.load.effort, 1))}{share} |"


def _place(row: Ranked) -> str:
    return f"{row.backlog} #{row.rank}".strip()


def _link(row: Ranked) -> str:
    return f"[{row.work.primary.key}]({row.work.primary.url})"


def _safe(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")
