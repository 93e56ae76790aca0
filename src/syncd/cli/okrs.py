"""`syncd okrs`: how the objectives stand, what open work serves them, and what serves none; asks no source."""

from __future__ import annotations

import json
from pathlib import Path

import click

from syncd.cli.help import help_of
from syncd.cli.render import okrs as render
from syncd.cli.render.values import out
from syncd.cli.session import opened
from syncd.core.outcomes import outcomes
from syncd.engine.cycle import Cycle


@click.command("okrs", help=help_of(__doc__))
@click.option("--orphans", is_flag=True, help="List all work tied to no outcome, and not only the top of it.")
@click.option("--json", "as_json", is_flag=True)
@click.option("--markdown", "as_markdown", is_flag=True)
@click.pass_obj
def command(config: Path, orphans: bool, as_json: bool, as_markdown: bool) -> None:
    with opened(config, write=False) as world:
        decision = Cycle(world).decision(remember=False)
        found = outcomes(decision.ranked, world.rules.okrs, decision.as_of)
    top = None if orphans else render.TOP
    if as_json:
        click.echo(json.dumps(render.as_json(found, top), ensure_ascii=False, indent=2))
    elif as_markdown:
        click.echo(render.as_markdown(found, top))
    else:
        render.show(out(), found, top)
