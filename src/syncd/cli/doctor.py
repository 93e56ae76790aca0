"""`syncd doctor`: asks each source, the store and the files whether everything is as it must be. Writes nothing.

\b
  syncd doctor               everything
  syncd doctor --source jira
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import click
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from syncd.cli.exits import Exit
from syncd.cli.help import help_of
from syncd.cli.render.values import count, out
from syncd.cli.session import clock, read_configuration
from syncd.config.load import Loaded
from syncd.connector.errors import ConnectorError
from syncd.engine.checkup.doctor import Finding, Grade, examine
from syncd.engine.checkup.premises import examine_files, examine_receivers, examine_store
from syncd.engine.stop import Stop
from syncd.engine.world import connect, keep_pause
from syncd.store.errors import StoreError
from syncd.store.open import Store, open_store

_MARKS = {Grade.OK: ("✓", "green"), Grade.WARNING: ("!", "yellow"), Grade.PROBLEM: ("✗", "red")}


@click.command("doctor", help=help_of(__doc__))
@click.option("--source", "only", metavar="NAME", help="Only this source.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for scripts.")
@click.pass_context
def command(ctx: click.Context, only: str | None, as_json: bool) -> None:
    config: Path = ctx.obj
    loaded = read_configuration(config)
    names = [source.name for source in loaded.sources]
    if only is not None and only not in names:
        raise click.BadParameter(
            f"there is no source {only!r}; there are {', '.join(names)}", ctx, param_hint="--source"
        )
    console, found = out(), []
    about = ""
    for finding in _examined(config, loaded, only):
        found.append(finding)
        if as_json:
            continue
        if finding.about != about:
            about = finding.about
            console.print(Text(about, "bold"))
        _show(console, finding)
    problems, warnings = (sum(f.grade is grade for f in found) for grade in (Grade.PROBLEM, Grade.WARNING))
    if as_json:
        listed = [asdict(finding) for finding in found]
        click.echo(
            json.dumps({"problems": problems, "warnings": warnings, "findings": listed}, ensure_ascii=False, indent=2)
        )
    else:
        console.print(f"\n{count(problems, 'problem')}, {count(warnings, 'warning')}")
    ctx.exit(Exit.FAILED if problems else Exit.OK)


def _show(console: Console, finding: Finding) -> None:
    mark, style = _MARKS[finding.grade]
    line = Text.assemble((mark, style), f" {finding.check}: {finding.says}")
    if finding.remedy:
        line.append(f" → {finding.remedy}", "dim")
    line.overflow = "fold"
    console.print(Padding(line, (0, 0, 0, 2), expand=False))


def _examined(config: Path, loaded: Loaded, only: str | None) -> Iterator[Finding]:
    store, trouble = _store(loaded)
    try:
        if only is None:
            yield from examine_files(config, loaded)
            yield from examine_store(loaded, store, trouble)
            yield from examine_receivers(loaded, store)
        for source in loaded.sources:
            if only in (None, source.name):
                yield from _source(replace(loaded, sources=(source,)), store)
    finally:
        if store is not None:
            store.close()


def _source(loaded: Loaded, store: Store | None) -> Iterator[Finding]:
    """Each source is built by itself, so that one that cannot be built hides no other."""
    name = loaded.sources[0].name
    try:
        source = connect(loaded, Stop(), clock)[name]
    except ConnectorError as error:
        yield Finding(name, "settings", Grade.PROBLEM, str(error))
        return
    if store is not None:
        keep_pause(store, source)
    try:
        yield from examine(source, loaded.rules.horizon_names, clock)
    finally:
        source.connector.close()


def _store(loaded: Loaded) -> tuple[Store | None, StoreError | None]:
    try:
        return open_store(loaded.settings.store, write=False, now=clock()), None
    except StoreError as error:
        return None, error
