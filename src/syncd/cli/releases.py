"""`syncd releases`: the release plan, from milestones and fix versions: dates, contents by rank, and what is at risk.

It differs from the roadmap (`syncd backlog`): that says what comes first, this what is promised together and by when.
The forecast is the pace of the last weeks going on as it was, over work done in the order of the ranks. Asks no source.

\b
  syncd releases --risks                only what is at risk
  syncd releases 'Payments 4.2'         one release
"""

from __future__ import annotations

import json
from pathlib import Path

import click

from syncd.cli.help import help_of
from syncd.cli.render import releases as render
from syncd.cli.render.terminal import harmless
from syncd.cli.render.values import out
from syncd.cli.session import opened
from syncd.core.reports.releases import release_plan
from syncd.engine.cycle import Cycle


@click.command("releases", help=help_of(__doc__))
@click.argument("name", required=False)
@click.option("--risks", is_flag=True, help="Only work that is at risk.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for scripts.")
@click.option("--markdown", "as_markdown", is_flag=True, help="As Markdown, for a chat or a pull request.")
@click.pass_obj
def command(config: Path, name: str | None, risks: bool, as_json: bool, as_markdown: bool) -> None:
    with opened(config, write=False) as world:
        plan = release_plan(Cycle(world).decision(remember=False), world.rules)
    if as_json:
        click.echo(json.dumps(render.as_json(render.chosen(plan, name)), ensure_ascii=False, indent=2))
    elif as_markdown:
        click.echo(harmless(render.as_markdown(render.chosen(plan, name), risks=risks)))
    else:
        render.show(out(), render.chosen(plan, name), risks=risks)
