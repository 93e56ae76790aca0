"""`syncd okrs`: how the objectives stand, what open work serves them, and what serves none; asks no source.

\b
  syncd okrs                 with the work that would move what is behind
  syncd okrs --orphans       all work that serves no objective
"""

from __future__ import annotations

import json
from pathlib import Path

import click

from syncd.cli.help import help_of
from syncd.cli.render import okrs as render
from syncd.cli.render.terminal import harmless
from syncd.cli.render.trends import Trend
from syncd.cli.render.values import out
from syncd.cli.session import clock, opened
from syncd.cli.several import chosen, of_option
from syncd.core.reports.outcomes import outcomes
from syncd.engine.cycle import Cycle
from syncd.engine.world import World


@click.command("okrs", help=help_of(__doc__))
@click.option("--orphans", is_flag=True, help="List all work tied to no outcome, and not only the top of it.")
@of_option
@click.option("--json", "as_json", is_flag=True, help="As JSON, for scripts.")
@click.option("--markdown", "as_markdown", is_flag=True, help="As Markdown, for a chat or a pull request.")
@click.pass_obj
def command(config: Path, orphans: bool, backlog: str | None, as_json: bool, as_markdown: bool) -> None:
    with opened(config, write=False) as world:
        decision = chosen(Cycle(world).decision(remember=False), world.rules, backlog)
        found = outcomes(decision.ranked, world.rules.okrs, decision.as_of)
        trends = measured(world)
    top = None if orphans else render.TOP
    if as_json:
        click.echo(json.dumps(render.as_json(found, top, trends), ensure_ascii=False, indent=2))
    elif as_markdown:
        click.echo(harmless(render.as_markdown(found, top, trends)))
    else:
        render.show(out(), found, top, trends)


def measured(world: World) -> dict[str, Trend]:
    """How each measured key result went over the period that is shown."""
    now, store = clock(), world.store.measures
    states = store.states()
    found: dict[str, Trend] = {}
    for one in world.loaded.measures:
        state = states.get(one.key_result)
        same = state is not None and state.definition == one.definition
        history = tuple(store.history(one.key_result, one.definition, now - Trend.SPAN))
        found[one.key_result] = Trend(
            one.origin, history, now, one.stale_after, state.problem if state is not None and same else None
        )
    return found
