"""Two receipts side by side where they differ, ending with the sentence that says why."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from syncd.cli.render.values import count, number, score
from syncd.core.backlog import Ranked
from syncd.core.reports.above import Above


def show(console: Console, found: Above) -> None:
    for row in (found.upper, found.lower):
        console.print(f"[dim]#{row.rank}[/] [bold]{escape(row.work.primary.key)}[/]  {escape(row.work.primary.title)}")
    console.print()
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("  step", style="dim", no_wrap=True)
    table.add_column("what", overflow="fold")
    for row in (found.upper, found.lower):
        table.add_column(row.work.primary.key, overflow="fold", header_style="bold")
        table.add_column("score", justify="right", no_wrap=True)
    for one in found.differences:
        totals = [
            Text("" if total is None else number(round(total, 4))) for total in (one.upper_total, one.lower_total)
        ]
        table.add_row(f"  {one.step}", Text(one.what), Text(one.upper), totals[0], Text(one.lower), totals[1])
    bold = [Text(score(row.score), "bold") for row in (found.upper, found.lower)]
    table.add_row("  [bold]score[/]", "", "", bold[0], "", bold[1])
    console.print(table)
    if found.same:
        console.print(f"  [dim]{count(found.same, 'line')} the same on both[/]")
    console.print(f"\n{escape(found.sentence)}")


def as_json(found: Above) -> dict[str, object]:
    return {
        "upper": _place(found.upper),
        "lower": _place(found.lower),
        "because": found.sentence,
        "same_lines": found.same,
        "differences": [
            {
                "step": one.step,
                "what": one.what,
                "upper": one.upper,
                "lower": one.lower,
                "upper_total": one.upper_total,
                "lower_total": one.lower_total,
            }
            for one in found.differences
        ],
    }


def _place(row: Ranked) -> dict[str, object]:
    item = row.work.primary
    return {"key": item.key, "title": item.title, "url": item.url, "rank": row.rank, "score": row.score}


def as_markdown(found: Above) -> str:
    names = [row.work.primary.key for row in (found.upper, found.lower)]
    lines = [_safe(found.sentence), "", f"| step | what | {names[0]} | score | {names[1]} | score |"]
    lines.append("|---|---|---|--:|---|--:|")
    for one in found.differences:
        totals = ["" if total is None else number(round(total, 4)) for total in (one.upper_total, one.lower_total)]
        cells = (one.step, one.what, one.upper, totals[0], one.lower, totals[1])
        lines.append("| " + " | ".join(_safe(cell) for cell in cells) + " |")
    lines.append(f"| score |  |  | **{score(found.upper.score)}** |  | **{score(found.lower.score)}** |")
    return "\n".join(lines)


def _safe(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")
