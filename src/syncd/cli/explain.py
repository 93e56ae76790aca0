"""`syncd explain KEY`: the receipt of an issue's score and rank, from the mirror; asks no source."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click
from rich.console import Console

from syncd.cli.exits import Failure
from syncd.cli.help import help_of
from syncd.cli.render import above as above_render
from syncd.cli.render import receipt as render
from syncd.cli.render.values import out
from syncd.cli.session import opened
from syncd.core.above import above
from syncd.core.backlog import BacklogItem, Problem, Ranked
from syncd.core.decide import Decision, explain
from syncd.engine.cycle import Cycle

T = TypeVar("T")


@click.command("explain", help=help_of(__doc__))
@click.argument("key")
@click.option("--above", "below", metavar="KEY2", help="Why it stands above this one.")
@click.option("--json", "as_json", is_flag=True)
@click.option("--markdown", "as_markdown", is_flag=True)
@click.pass_obj
def command(config: Path, key: str, below: str | None, as_json: bool, as_markdown: bool) -> None:
    with opened(config, write=False) as world:
        cycle = Cycle(world)
        decision = cycle.decision(remember=False)
        items = list(cycle.items.items.values())
        item = _find(key, items, cycle.items.problems)
        if below is not None:
            pair = _pair(decision, item, _find(below, items, cycle.items.problems))
            found = above(*pair, decision, world.rules)
            _tell(as_json, as_markdown, found, above_render.as_json, above_render.as_markdown, above_render.show)
            return
        receipt = explain(decision, world.rules, item.ref)
    primary = decision.primary_of.get(item.ref, item.ref)
    ranked = next((row for row in decision.ranked if row.work.ref == primary), None)
    if as_json:
        click.echo(json.dumps(render.as_json(receipt, ranked, item), ensure_ascii=False, indent=2))
    elif as_markdown:
        click.echo(render.as_markdown(receipt, ranked, item))
    else:
        render.show(out(), receipt, ranked, item, len(decision.ranked))


def _tell(
    as_json: bool,
    as_markdown: bool,
    found: T,
    to_json: Callable[[T], object],
    to_markdown: Callable[[T], str],
    show: Callable[[Console, T], None],
) -> None:
    if as_json:
        click.echo(json.dumps(to_json(found), ensure_ascii=False, indent=2))
    elif as_markdown:
        click.echo(to_markdown(found))
    else:
        show(out(), found)


def _pair(decision: Decision, upper: BacklogItem, lower: BacklogItem) -> tuple[Ranked, Ranked]:
    """Both as ranked work, in the order that was asked for."""
    refs = [decision.primary_of.get(item.ref, item.ref) for item in (upper, lower)]
    if refs[0] == refs[1]:
        raise Failure(f"{upper.key} and {lower.key} are the same work; `syncd explain {upper.key}` explains its place")
    places = {row.work.ref: row for row in decision.ranked if row.work.ref in refs}
    for ref, item in zip(refs, (upper, lower), strict=True):
        if ref not in places:
            raise Failure(f"{item.key} is {item.status.value}: closed work has no rank to compare")
    first, second = places[refs[0]], places[refs[1]]
    if first.rank > second.rank:
        raise Failure(
            f"{upper.key} (rank {first.rank}) stands below {lower.key} (rank {second.rank}); ask the other way around: "
            f"syncd explain {lower.key} --above {upper.key}"
        )
    return first, second


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
