"""`syncd pull`: bring the mirror up to date. Decides nothing and writes nothing to any source.

\b
  syncd pull                 what changed since the last look
  syncd pull --census        also what was deleted
"""

from __future__ import annotations

from pathlib import Path

import click

from syncd.cli.exits import Failure
from syncd.cli.help import help_of
from syncd.cli.render.progress import Screen
from syncd.cli.render.values import count
from syncd.cli.session import opened
from syncd.engine.cycle import Cycle


@click.command("pull", help=help_of(__doc__))
@click.option("--census", is_flag=True, help="Also compare all ids, to find deleted issues.")
@click.pass_obj
def command(config: Path, census: bool) -> None:
    with Screen() as screen, opened(config, write=True, watch=screen) as world:
        errors = Cycle(world).pull(census=census)
        there = {name: world.store.mirror.count(name) for name in world.sources if name not in errors}
    # Once the bars are gone: they take the last lines of the terminal with them.
    for name, issues in there.items():
        click.echo(f"{name}: {count(issues, 'issue')} in the mirror")
    if errors:
        raise Failure("; ".join(f"{name}: {error}" for name, error in errors.items()))
