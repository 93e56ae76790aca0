"""`syncd history`: every write, newest first: before → after, the reason, the run, and what became of it. Asks no source."""

from __future__ import annotations

import json
from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from syncd.cli.help import help_of
from syncd.cli.render.values import count, out, value
from syncd.cli.session import opened
from syncd.core.issue import FieldValue
from syncd.core.plan import NOTE
from syncd.core.writing.note import summary
from syncd.store.entries import Happened, Verdict


@click.command("history", help=help_of(__doc__))
@click.argument("key", required=False)
@click.option("--run", metavar="RUN", help="Only what this run wrote.")
@click.option("--limit", default=50, show_default=True, help="Changes shown; 0 shows all.")
@click.option("--json", "as_json", is_flag=True)
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
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name in ("time (UTC)", "run", "issue", "place", "before", "", "after", "verdict"):
        table.add_column(name, no_wrap=name in ("time (UTC)", "run", "issue", ""), overflow="fold")
    table.add_column("because", style="dim", overflow="fold")
    for line in lines[:shown]:
        table.add_row(
            f"{line.at:%m-%d %H:%M:%S}", line.run, line.key, _place(line), _value(line, line.before), "→", _value(line, line.after),
            _verdict(line), Text(line.because),
        )  # fmt: skip
    console.print(table)
    if len(lines) > shown:
        console.print(f"[dim]only the last {count(shown, 'change')}; see all with --limit 0[/]")
    console.print("[dim]take back a run or an issue with `syncd undo RUN` or `syncd undo KEY`[/]")


def _place(line: Happened) -> str:
    kind, _, name = line.target.partition(":")
    return name if kind == "field" else f"{kind} {name}".rstrip()


def _value(line: Happened, shown: FieldValue) -> str:
    return value(summary(shown) if line.target == NOTE and isinstance(shown, str) else shown)


def _verdict(line: Happened) -> Text:
    if line.verdict is Verdict.DONE:
        return Text("done", "green")
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
