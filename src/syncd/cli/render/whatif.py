"""What other rules would change, as tables or Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from syncd.cli.render.columns import Column
from syncd.cli.render.columns import show as show_columns
from syncd.cli.render.values import count, cut, score
from syncd.core.backlog import Ranked
from syncd.core.reports.whatif import Moved, WhatIf

EVERYTHING = "the one backlog"
"""The name of a backlog that has none."""


def show(console: Console, found: WhatIf) -> None:
    for name, one in _named(found).items():
        if name and not one.entering and not one.leaving:
            console.print(f"[dim]nobody enters or leaves the first {found.top} of[/] [bold]{escape(name)}[/]\n")
        else:
            _show_lists(console, name, one)
    console.print(f"[bold]The order[/] of {count(found.compared, 'open piece', 'open pieces')} of work")
    for line in _order(found):
        console.print(f"  {line}")
    if found.backlogs:
        for name, one in found.backlogs.items():
            if one.compared:
                console.print(Padding.indent(Text(f"in {name or EVERYTHING}: {', '.join(_order(one))}"), 2))
    console.print()
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for header in ("  tied to", "of the work", "of the effort", f"of the first {found.top}"):
        table.add_column(header, no_wrap=True)
    for row in _coverage(found):
        table.add_row(f"  {row[0]}", *row[1:])
    console.print(table)
    console.print(f"\n[bold]Writes[/]  {_writes(found)}")
    console.print("[dim]nothing was written[/]")


def _show_lists(console: Console, backlog: str, found: WhatIf) -> None:
    for title, some in _lists(found, backlog):
        console.print(f"[bold]{title}[/]")
        if not some:
            console.print("  [dim]nobody[/]\n")
            continue
        ranks, scores, horizons = zip(*map(_changes, some), strict=True)
        columns = [
            Column("issue", [one.work.primary.key for one in some]),
            Column("title", [one.work.primary.title for one in some], least=16),
            Column("rank", ranks),
            Column("score", scores),
            Column("horizon", horizons),
        ]
        show_columns(console, columns, indent=2)
        console.print()


def as_markdown(found: WhatIf, tripped: Sequence[str]) -> str:
    lines = [f"### What these rules would change\n\n{'. '.join(_order(found))}. Writes: {_writes(found)}."]
    lines += [f"\n**Stop:** {reason}." for reason in tripped]
    for name, part in found.backlogs.items():
        lines.append(f"\nIn {name or EVERYTHING}: {', '.join(_order(part))}.")
    for title, some in (pair for name, part in _named(found).items() for pair in _lists(part, name)):
        if some:
            lines += [f"\n#### {title}\n", "| issue | title | rank | score | horizon |", "|---|---|---|---|---|"]
            for one in some:
                item = one.work.primary
                text = cut(item.title, 90).replace("|", "\\|").replace("<", "&lt;")
                lines.append(f"| [{item.key}]({item.url}) | {text} | {' | '.join(_changes(one))} |")
    lines += [
        f"\n#### Outcomes\n\n| tied to | of the work | of the effort | of the first {found.top} |",
        "|---|---|---|---|",
    ]
    lines += [f"| {' | '.join(row)} |" for row in _coverage(found)]
    return "\n".join(lines)


def _named(found: WhatIf) -> Mapping[str, WhatIf]:
    return found.backlogs or {"": found}


def _lists(found: WhatIf, backlog: str) -> tuple[tuple[str, tuple[Moved, ...]], ...]:
    of = f" of {backlog}" if backlog else ""
    return (
        (f"Enters the first {found.top}{of}", found.entering),
        (f"Leaves the first {found.top}{of}", found.leaving),
    )


def _changes(one: Moved) -> tuple[str, str, str]:
    def pair(read: object, then: object) -> str:
        return f"{read}" if read == then else f"{read} → {then}"

    def shown(row: Ranked | None) -> tuple[str, str, str]:
        return ("–", "–", "–") if row is None else (str(row.rank), score(row.score), row.horizon or "–")

    before, after = shown(one.before), shown(one.after)
    return pair(before[0], after[0]), pair(before[1], after[1]), pair(before[2], after[2])


def _order(found: WhatIf) -> list[str]:
    return [
        f"{found.churn:.1%} of all pairs change places (Kendall's tau {found.tau:.3f})",
        f"{found.moved:.1%} of the work has to move",
        f"{count(found.rehorizoned, 'piece', 'pieces')} of work {'changes its' if found.rehorizoned == 1 else 'change their'} horizon",
    ]


def _coverage(found: WhatIf) -> list[tuple[str, str, str, str]]:
    return [
        (
            one.objective or "any outcome",
            _share(one.before.works, one.after.works),
            _share(one.before.effort, one.after.effort),
            _share(one.before.top, one.after.top),
        )
        for one in found.coverage
    ]


def _share(before: float | None, after: float | None) -> str:
    old, new = ("–" if one is None else f"{one:.0%}" for one in (before, after))
    return old if old == new else f"{old} → {new}"


def _writes(found: WhatIf) -> str:
    return ", ".join(f"{one.source} {one.after:,} (today {one.before:,})" for one in found.writes) or "none"
