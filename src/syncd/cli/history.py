"""`syncd history`: every write, newest first, by run: before → after and the reason, and what became of it where it was not done. Asks no source.

\b
  syncd history PAY-128                  what was written to an issue
  syncd history --run 20261125-094655-76d2
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from syncd.cli.help import help_of
from syncd.cli.limit import limit_option
from syncd.cli.render.values import count, out, value
from syncd.cli.session import opened
from syncd.core.issue import FieldValue
from syncd.core.plan import NOTE
from syncd.core.writing.note import summary
from syncd.store.entries import Happened, Verdict


@click.command("history", help=help_of(__doc__))
@click.argument("key", required=False)
@click.option("--run", metavar="RUN", help="Only what this run wrote.")
@limit_option(50, "Changes shown")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for scripts.")
@click.pass_obj
def command(config: Path, key: str | None, run: str | None, limit: int, as_json: bool) -> None:
    shown = limit or 10**9
    with opened(config, write=False) as world:
        lines = world.store.journal.history(key, shown + 1, run=run)
    if as_json:
        click.echo(json.dumps([_as_json(line) for line in lines[:shown]], ensure_ascii=False, indent=2))
        return
    if not lines:
        where = f" to {key}" if key else ""
        click.echo(f"nothing was written{where}{f' by the run {run}' if run else ''}")
        return
    console = out()
    _show(console, lines[:shown])
    if len(lines) > shown:
        console.print(f"[dim]only the last {count(shown, 'change')}; see all with --limit 0[/]")
    console.print("[dim]take back a run or an issue with `syncd undo RUN` or `syncd undo KEY`[/]")


def _show(console: Console, lines: Sequence[Happened]) -> None:
    """A heading for each run and a line for each write, in columns that are the same for all runs."""
    keys, places = (min(max(map(len, some)), most) for some, most in (
        ([line.key for line in lines], 24), ([_place(line) for line in lines], 20),
    ))  # fmt: skip
    for run, some in itertools.groupby(lines, key=lambda line: line.run):
        group = list(some)
        console.print(f"[bold]{run}[/]  [dim]{group[0].at:%Y-%m-%d %H:%M:%S} UTC, {count(len(group), 'change')}[/]")
        table = Table(box=None, padding=(0, 2, 0, 0), show_header=False, pad_edge=False)
        table.add_column(width=keys, overflow="fold")
        table.add_column(width=places, overflow="fold")
        table.add_column(overflow="fold", ratio=1)
        table.add_column(overflow="fold", ratio=1)
        for line in group:
            change = f"{_value(line, line.before)} → {_value(line, line.after)}"
            because = Text(line.because, "dim")
            if line.verdict is not Verdict.DONE:
                because = Text.assemble(_verdict(line), "  ", because)
            table.add_row(Text(line.key), Text(_place(line)), Text(change), because)
        console.print(Padding(table, (0, 0, 0, 2)))


def _place(line: Happened) -> str:
    kind, _, name = line.target.partition(":")
    return name if kind == "field" else f"{kind} {name}".rstrip()


def _value(line: Happened, shown: FieldValue) -> str:
    return value(summary(shown) if line.target == NOTE and isinstance(shown, str) else shown)


def _verdict(line: Happened) -> Text:
    if line.verdict is None:
        return Text("open", "yellow")
    return Text(f"{line.verdict}: {line.message}" if line.message else str(line.verdict), "yellow")


def _as_json(line: Happened) -> dict[str, object]:
    return {
        "at": line.at.isoformat(),
        "run": line.run,
        "source": line.ref.source,
        "key": line.key,
        "slot": line.slot,
        "place": line.target,
        "before": line.before,
        "after": line.after,
        "because": line.because,
        "verdict": str(line.verdict) if line.verdict is not None else None,
        "message": line.message,
        "finished": line.finished.isoformat() if line.finished is not None else None,
    }
