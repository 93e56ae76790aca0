"""`syncd explain KEY`: the receipt of an issue's score and rank, from the mirror; asks no source."""

from __future__ import annotations

import difflib
import json
from pathlib import Path

import click

from syncd.cli.exits import Failure
from syncd.cli.help import help_of
from syncd.cli.render import receipt as render
from syncd.cli.render.values import out
from syncd.cli.session import opened
from syncd.core.backlog import BacklogItem, Problem
from syncd.core.decide import explain
from syncd.engine.cycle import Cycle


@click.command("explain", help=help_of(__doc__))
@click.argument("key")
@click.option("--json", "as_json", is_flag=True)
@click.option("--markdown", "as_markdown", is_flag=True)
@click.pass_obj
def command(config: Path, key: str, as_json: bool, as_markdown: bool) -> None:
    with opened(config, write=False) as world:
        cycle = Cycle(world)
        decision = cycle.decision(remember=False)
        item = _find(key, list(cycle.items.items.values()), cycle.items.problems)
        receipt = explain(decision, world.rules, item.ref)
    primary = decision.primary_of.get(item.ref, item.ref)
    ranked = next((row for row in decision.ranked if row.work.ref == primary), None)
    if as_json:
        click.echo(json.dumps(render.as_json(receipt, ranked, item), ensure_ascii=False, indent=2))
    elif as_markdown:
        click.echo(render.as_markdown(receipt, ranked, item))
    else:
        render.show(out(), receipt, ranked, item, len(decision.ranked))


def _find(key: str, items: list[BacklogItem], problems: tuple[Problem, ...]) -> BacklogItem:
    """The item with this key or web address, in any spelling of upper and lower case."""
    wanted = key.casefold().rstrip("/")
    found = [item for item in items if wanted in (item.key.casefold(), item.url.casefold())]
    if not found:  # the short form, when only one repository has it
        found = [
            item for item in items if item.key.casefold().endswith(("/" + wanted, wanted if "#" in wanted else "\0"))
        ]
    if len(found) == 1:
        return found[0]
    if len(found) > 1:
        raise Failure(f"{key} could be {', '.join(item.key for item in found[:5])}; type the whole key")
    for problem in problems:
        if problem.excludes and problem.key is not None and problem.key.casefold() == wanted:
            raise Failure(f"{problem.key} is not in the backlog: {problem.message} {problem.remedy}")
    near = difflib.get_close_matches(key.upper(), [item.key for item in items], n=3)
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    raise Failure(
        f"no issue {key} in the mirror; {hint}`syncd backlog --top 0` lists the open ones, `syncd pull` reads anew"
    )
