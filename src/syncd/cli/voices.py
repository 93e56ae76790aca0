"""`syncd voices`: what users say: the most heard work, loud work that ranks low, and voices about no open work.

\b
  syncd voices                  over the whole backlog
  syncd voices PAY-128          what they say about it, in their words
  syncd voices --markdown       counts alone: words of users are not passed on
"""

from __future__ import annotations

import json
from pathlib import Path

import click

from syncd.cli.exits import Exit, Failure
from syncd.cli.help import help_of
from syncd.cli.limit import limit_option
from syncd.cli.named import named
from syncd.cli.render import voices as render
from syncd.cli.render.terminal import harmless
from syncd.cli.render.values import out
from syncd.cli.session import opened
from syncd.cli.several import chosen, mixed, of_option
from syncd.core.reports.voices import Loud, latest, spoken
from syncd.engine.cycle import Cycle


@click.command("voices", help=help_of(__doc__))
@click.argument("key", required=False)
@limit_option(15, "How many of each", "--top", "top")
@of_option
@click.option("--json", "as_json", is_flag=True, help="As JSON, for scripts.")
@click.option(
    "--markdown", "as_markdown", is_flag=True, help="As Markdown, for a chat or a pull request; without words of users."
)
@click.pass_obj
def command(config: Path, key: str | None, top: int, backlog: str | None, as_json: bool, as_markdown: bool) -> None:
    with opened(config, write=False) as world:
        cycle = Cycle(world)
        whole = cycle.decision(remember=False)
        if whole.hearing is None:
            hint = "add `voices: voices.csv` to scoring.yaml, a file with the columns issue, customer, said and date"
            raise Failure(f"no file of voices is configured; {hint}", Exit.USAGE)
        decision = chosen(whole, world.rules, backlog)
        item = None if key is None else named(key, list(cycle.items.items.values()), cycle.items.problems)
    if item is None:
        found = spoken(decision)
        assert found is not None
        if as_json:
            click.echo(json.dumps(render.as_json(found), ensure_ascii=False, indent=2))
        elif as_markdown:
            click.echo(harmless(render.as_markdown(found.most[: top or None], found.hearing.voices)))
        else:
            render.show_all(out(), found, top, several=mixed(decision))
        return
    primary = decision.primary_of[item.ref]
    row = next((row for row in decision.ranked if row.work.ref == primary), None)
    if row is None:
        why = "no backlog of scoring.yaml takes it" if item.status.open else f"it is {item.status.value}"
        raise Failure(f"{item.key} hears no voices: {why}")
    voices = latest(decision.hearing, row)
    if as_json:
        told = {"key": row.work.primary.key, "title": row.work.primary.title, **render.work_json(row, voices)}
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    elif as_markdown:
        rows = [Loud(row, row.work.heard, ())] if row.work.heard is not None else []
        click.echo(harmless(render.as_markdown(rows, whole.hearing.voices)))
    else:
        render.show_work(out(), row.work.primary.key, row.work.primary.title, row, voices, top)
