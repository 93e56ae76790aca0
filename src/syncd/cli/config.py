"""`syncd config show`: the configuration in force, with each value's origin and without its secrets. Asks no source.

\b
  syncd config show          every setting in force
  syncd config show --json
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from syncd.cli.help import help_of
from syncd.cli.render.values import out
from syncd.cli.session import read_configuration
from syncd.cli.suggest import Suggesting
from syncd.config.authoring.effective import MASK, Setting, effective


@click.group("config", cls=Suggesting, help=help_of(__doc__))
def command() -> None:
    """Reads files and environment as every command does."""


@command.command("show", help=help_of(__doc__), short_help="Show each value and where it comes from.")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--changed", is_flag=True, help="Leave out what is a default.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for scripts.")
@click.pass_obj
def show(config: Path, names: tuple[str, ...], changed: bool, as_json: bool) -> None:
    settings = [
        one
        for one in effective(read_configuration(config))
        if (not changed or one.origin != "default") and (not names or any(_below(one.name, name) for name in names))
    ]
    if as_json:
        click.echo(json.dumps([dataclasses.asdict(one) for one in settings], ensure_ascii=False, indent=2))
        return
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in ("setting", "value", "from"):
        table.add_column(column, overflow="fold", no_wrap=column == "setting")
    for one in settings:
        dim = "dim" if one.origin == "default" else ""
        table.add_row(Text(one.name, dim), Text(_shown(one), dim), Text(one.origin, "dim"))
    out().print(table)


def _below(name: str, wanted: str) -> bool:
    return name == wanted or name.startswith(f"{wanted}.")


def _shown(one: Setting) -> str:
    if one.value is None:
        return "–"
    if one.value == MASK:
        return MASK
    return one.value if isinstance(one.value, str) else json.dumps(one.value, ensure_ascii=False)
