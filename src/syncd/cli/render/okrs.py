"""The objectives: bars of progress against the calendar, the work behind each, and what is tied to nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from syncd.cli.render.trends import Trend
from syncd.cli.render.values import count, cut, number, score
from syncd.core.backlog import Ranked
from syncd.core.reports.outcomes import KeyResultOutcome, Load, ObjectiveOutcome, Outcomes
from syncd.core.rules import KeyResult
from syncd.core.scoring.phrasing import percent
from syncd.core.standing import Standing

TOP = 5
"""Orphans that are shown unless all are asked for."""
MOVERS = 3
"""Open work shown for a key result that is behind."""
WIDTH = 16


def bar(standing: Standing, width: int = WIDTH) -> Text:
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
    console.print(_table(found))
    if trends:
        console.print("\n[bold]Measured[/]")
        console.print(_measured(found, trends))
    console.print(f"\n{_covered(found)}")
    for objective in found.without_work:
        console.print(f"[yellow]no open work[/] serves {objective.objective.id} {escape(objective.objective.title)}")
    if found.behind:
        console.print("\n[bold]Behind the calendar[/], and the open work that would move it")
        for late in found.behind:
            console.print(f"  {escape(_lateness(late))}")
            for row in late.served_by[:MOVERS]:
                console.print(f"    {_line(row)}")
            if not late.served_by:
                console.print("    [yellow]no open work is tied to it[/]")
    if found.orphans:
        shown = found.orphans[:top]
        console.print("\n[bold]Tied to no outcome[/]")
        for row in shown:
            console.print(f"  {_line(row)}")
        if len(shown) < len(found.orphans):
            console.print(f"  [dim]{count(len(found.orphans) - len(shown), 'more', 'more')}: syncd okrs --orphans[/]")


def _table(found: Outcomes) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("", no_wrap=True, min_width=_widest_id(found))
    table.add_column("", overflow="fold")
    table.add_column("start → now → target", no_wrap=True, min_width=20)
    table.add_column("progress", no_wrap=True, min_width=WIDTH)
    for name, width in (("", 5), ("by today", 8), ("behind", 6), ("open", 4), ("effort", 11)):
        table.add_column(name, justify="right", no_wrap=True, min_width=width)
    for one in found.objectives:
        objective = one.objective
        table.add_row(
            Text(objective.id, "bold"), Text(objective.title, "bold"), Text(f"weight {number(objective.weight)}", "dim"),
            *_progress(one), *_load(one.load, one.effort_share),
        )  # fmt: skip
        for kr in one.key_results:
            table.add_row(
                Text(f"  {kr.key_result.id}"),
                Text(kr.key_result.title),
                _way(kr.key_result),
                *_progress(kr),
                *_load(kr.load),
            )
    return table


def _measured(found: Outcomes, trends: Trends) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    for width in (0, Trend.WIDTH, 0, 0):
        table.add_column(no_wrap=width > 0, min_width=width or None, overflow="fold")
    for kr in _key_results(found):
        trend = trends.get(kr.id)
        if trend is not None:
            bad = trend.problem is not None or trend.stale
            table.add_row(f"  {kr.id}", Text(trend.line, "cyan"), _way(kr), Text(trend.words, "red" if bad else "dim"))
    return table


def _key_results(found: Outcomes) -> list[KeyResult]:
    return [kr.key_result for one in found.objectives for kr in one.key_results]


def _widest_id(found: Outcomes) -> int:
    ids = [one.objective.id for one in found.objectives]
    return max(map(len, (*ids, *(f"  {kr.key_result.id}" for one in found.objectives for kr in one.key_results))))


def _progress(one: ObjectiveOutcome | KeyResultOutcome) -> tuple[Text, ...]:
    standing, behind = one.standing, one.behind
    late = Text("–" if not behind else percent(behind), "red" if (behind or 0.0) > 0.2 else "")
    return bar(standing), Text(_percent(standing.progress)), Text(_percent(standing.expected), "dim"), late


def _load(load: Load, share: float | None = None) -> tuple[Text, Text]:
    effort = number(round(load.effort, 1)) + (f" ({percent(share)})" if share is not None else "")
    return Text(str(load.works), "yellow" if not load.works else ""), Text(effort)


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


def _line(row: Ranked) -> str:
    item = row.work.primary
    return f"[dim]#{row.rank:<4}[/]{escape(item.key)}  {escape(cut(item.title, 80))}  [dim]score {score(row.score)}[/]"


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
        {"rank": row.rank, "key": row.work.primary.key, "title": row.work.primary.title, "score": row.score}
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
        lines += [f"- #{row.rank} {_link(row)} {_safe(cut(row.work.primary.title, 90))}" for row in found.orphans[:top]]
    return "\n".join(lines)


def _row(name: str, way: str, one: ObjectiveOutcome | KeyResultOutcome, share: str = "") -> str:
    standing = one.standing
    behind = percent(one.behind) if one.behind else ""
    cells = (_safe(name), _safe(way), _percent(standing.progress), _percent(standing.expected), behind)
    return f"| {' | '.join(cells)} | {one.load.works} | {number(round(one.load.effort, 1))}{share} |"


def _link(row: Ranked) -> str:
    return f"[{row.work.primary.key}]({row.work.primary.url})"


def _safe(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")
