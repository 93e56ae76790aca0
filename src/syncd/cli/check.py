"""`syncd check`: is the configuration right, and does each source have what it names? Pulls nothing, writes nothing.

\b
  syncd check                the files, and every source that they name
  syncd check --offline      the files alone, as on a pull request
"""

from __future__ import annotations

from pathlib import Path

import click
from rich.markup import escape

from syncd.cli.exits import Exit, Failure
from syncd.cli.help import help_of
from syncd.cli.render.values import count, out
from syncd.cli.session import clock, read_configuration
from syncd.config.load import Loaded
from syncd.connector.errors import ConnectorError
from syncd.engine.reading.inspect import mismatches
from syncd.engine.stop import Stop
from syncd.engine.world import connect


@click.command("check", help=help_of(__doc__))
@click.option("--offline", is_flag=True, help="Only the files: needs no secrets and asks no source.")
@click.pass_obj
def command(config: Path, offline: bool) -> None:
    console = out()
    loaded = read_configuration(config, offline=offline)
    rules = loaded.rules
    console.print(
        f"[green]✓[/] {escape(str(config))}: {count(len(rules.facts), 'fact')}, {rules.framework.name} "
        f"({escape(rules.framework.text)}), {count(len(rules.adjustments), 'adjustment')}, "
        f"{count(len(rules.okrs.objectives), 'objective')}, horizons {', '.join(rules.horizon_names) or 'none'}"
    )
    if rules.voices is not None:
        unusable = len(rules.voices.unusable)
        rest = f"; [yellow]{count(unusable, 'row')} cannot be used[/]: syncd voices" if unusable else ""
        files = ", ".join(map(escape, rules.voices.files))
        console.print(f"  {count(len(rules.voices.said), 'voice')} of {files}{rest}", soft_wrap=True)
    if offline:
        console.print("  [dim]only the files were looked at; secrets and trackers: syncd check[/]")
        return
    faults = _ask_sources(loaded)
    if faults:
        raise Failure("\n       ".join(faults), Exit.USAGE)


def _ask_sources(loaded: Loaded) -> list[str]:
    """Asks each source who it is; returns a sentence for everything that does not fit."""
    console = out()
    faults: list[str] = []
    try:
        sources = connect(loaded, Stop(), clock)
    except ConnectorError as error:
        return [str(error)]
    horizons = loaded.rules.horizon_names
    for name, source in sources.items():
        try:
            there = source.pace.patiently(source.connector.describe, attempts=2)
        except ConnectorError as error:
            console.print(f"[red]✗[/] {escape(name)}")
            faults.append(f"{name}: {error}")
            continue
        finally:
            source.connector.close()
        wrong = mismatches(source.configured, there, horizons)
        mark = "[red]✗[/]" if wrong else "[green]✓[/]"
        console.print(
            f"{mark} {escape(name)}: {escape(there.tool)} as {escape(there.account)}, {', '.join(map(escape, there.scopes))}; "
            f"mode {source.configured.rules.modes_text}, {count(len(there.fields), 'field')} found"
        )
        faults += wrong
    return faults
