"""`syncd resume`: end the hold on the named sources (or on all).

\b
  syncd resume               all sources
  syncd resume github        one of them
"""

from __future__ import annotations

from pathlib import Path

import click

from syncd.cli.help import help_of
from syncd.cli.hold import chosen, delivered, names_of
from syncd.cli.session import read_configuration


@click.command("resume", help=help_of(__doc__))
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@click.pass_obj
def command(config: Path, sources: tuple[str, ...]) -> None:
    loaded = read_configuration(config)
    names = chosen(names_of(loaded), sources)
    here = delivered(loaded.settings, names, None)
    who = "the next cycle" if here else "the running syncd, in its next cycle,"
    click.echo(f"{', '.join(names)}: {who} writes again what may be written; look with `syncd plan`")
