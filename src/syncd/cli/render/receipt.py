"""A receipt: the lines that explain a score, ending in it."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from syncd.cli.render.values import number, score
from syncd.core.backlog import BacklogItem, Ranked, Receipt
from syncd.core.plan import Skip
from syncd.core.rules import Policy, Rules
from syncd.core.writing.note import headline
from syncd.core.writing.want import filled


def show(
    console: Console,
    receipt: Receipt,
    ranked: Ranked | None,
    item: BacklogItem,
    rules: Rules,
    backlog: Sequence[Ranked],
    left_alone: Sequence[Skip] = (),
) -> None:
    """Prints where the issue stands in its backlog and the whole way to its score."""
    console.print(f"[bold]{escape(receipt.key)}[/]  {escape(item.title)}")
    console.print(f"  [dim]{escape(item.url)}[/]")
    if ranked is not None:
        horizon = f", [bold]{escape(ranked.horizon)}[/]" if ranked.horizon else ""
        where = f" in the backlog [bold]{escape(ranked.backlog)}[/]" if ranked.backlog else ""
        console.print(
            f"  rank [bold]{ranked.rank}[/] of {len(backlog):,}{where}{horizon}, score [bold]{score(ranked.score)}[/]"
        )
        full = filled(backlog, rules.of(ranked.backlog))
        if ranked.horizon is not None:
            said = full.get((ranked.horizon, ranked.team)) or full[ranked.horizon, None]
            console.print(f"  [dim]{escape(said)}[/]")
        if ranked.work.twins:
            console.print(f"  the same work as {', '.join(escape(twin.key) for twin in ranked.work.twins)}")
        for pin in ranked.pins:
            console.print(f"  [yellow]pinned[/] {escape(pin)}")
    elif not item.status.open:
        console.print(f"  {item.status.value}: closed work has no rank")
    else:
        console.print("  [yellow]no backlog of scoring.yaml takes it[/], so it has no rank")
    for skip in left_alone:
        about = f"{skip.key}, {skip.slot.replace('_', ' ')}: {skip.because}"
        console.print(f"  [yellow]left alone[/] {escape(about)}", soft_wrap=True)
    console.print()
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("  step", style="dim", no_wrap=True)
    table.add_column("what", overflow="fold")
    table.add_column("because", style="dim", overflow="fold")
    table.add_column("score", justify="right", no_wrap=True)
    for line in receipt.lines:
        total_text = Text("" if line.total is None else number(round(line.total, 4)))
        table.add_row(f"  {line.step}", line.text, line.because, total_text)
    table.add_row("", "", "", "")
    table.add_row("  [bold]score[/]", receipt.reason or "", "", Text(score(receipt.score), "bold"))
    console.print(table)


def as_json(receipt: Receipt, ranked: Ranked | None, item: BacklogItem) -> dict[str, object]:
    return {
        "key": receipt.key,
        "title": item.title,
        "url": item.url,
        "status": item.status.value,
        "rank": ranked.rank if ranked else None,
        "backlog": ranked.backlog or None if ranked else None,
        "horizon": ranked.horizon if ranked else None,
        "team": ranked.team if ranked else None,
        "score": receipt.score,
        "reason": receipt.reason,
        "twins": [twin.key for twin in ranked.work.twins] if ranked else [],
        "pins": list(ranked.pins) if ranked else [],
        "lines": [
            {"step": r.step, "text": r.text, "because": r.because, "value": r.value, "total": r.total}
            for r in receipt.lines
        ],
    }


def as_markdown(receipt: Receipt, ranked: Ranked | None, item: BacklogItem, policy: Policy, total: int) -> str:
    """Begins as the note on the issue does; `total` is how much is ranked in its backlog."""
    where = headline(ranked, policy, total) if ranked else f"{item.status.value}, {receipt.reason}"
    lines = [f"**{receipt.key}** {item.title}: {where}", ""]
    lines += ["| step | what | because | score |", "|---|---|---|--:|"]
    for line in receipt.lines:
        shown = "" if line.total is None else number(round(line.total, 4))
        lines.append(
            "| " + " | ".join(c.replace("|", "\\|") for c in (line.step, line.text, line.because, shown)) + " |"
        )
    return "\n".join(lines)
