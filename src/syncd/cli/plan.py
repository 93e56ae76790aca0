"""`syncd plan`: what would be written and why. Writes nothing to any source.

\b
  syncd plan                 the first issues of each source
  syncd plan --limit 0       every change
  syncd plan --stored        what the daemon decided last; asks no source
"""

from __future__ import annotations

import json
from pathlib import Path

import click

from syncd.cli.exits import Exit, Failure
from syncd.cli.help import help_of
from syncd.cli.limit import limit_option
from syncd.cli.render import plan as render
from syncd.cli.render.progress import Screen
from syncd.cli.render.terminal import harmless
from syncd.cli.render.values import out
from syncd.cli.session import opened
from syncd.engine.cycle import Cycle
from syncd.engine.permits import holds
from syncd.engine.permits.approvals import told
from syncd.engine.world import World

FORMATS = [
    click.option("--json", "as_json", is_flag=True, help="The whole plans as JSON."),
    click.option("--markdown", "as_markdown", is_flag=True, help="As Markdown, for a pull request or a chat."),
    limit_option(20, "Issues shown per source"),
]


@click.command("plan", help=help_of(__doc__))
@click.option("--stored", is_flag=True, help="Show the last stored plans without asking the sources.")
@click.option("--exit-code", is_flag=True, help="Exit with 3 when a plan is not empty.")
@click.pass_obj
def command(config: Path, stored: bool, exit_code: bool, as_json: bool, as_markdown: bool, limit: int) -> None:
    failed: list[str] = []
    try:
        views = _stored(config) if stored else _fresh(config, failed, quiet=as_json or as_markdown)
    except Failure as failure:
        if failure.exit_code != Exit.BUSY:
            raise
        click.echo("the daemon is running; these are the plans it stored last", err=True)
        views = _stored(config)
    show(views, as_json=as_json, as_markdown=as_markdown, limit=limit)
    if failed:
        raise Failure("; ".join(failed))
    if exit_code and any(not view.plan.empty for view in views):
        raise SystemExit(Exit.WAITS)


for option in reversed(FORMATS):
    option(command)


def show(views: list[render.PlanView], *, as_json: bool, as_markdown: bool, limit: int) -> None:
    shown = limit or 10**9
    if as_json:
        click.echo(json.dumps(render.as_json(views), ensure_ascii=False, indent=2))
    elif as_markdown:
        click.echo(harmless(render.as_markdown(views, limit=shown)))
    else:
        render.show(out(), views, limit=shown)


def _fresh(config: Path, failed: list[str], *, quiet: bool) -> list[render.PlanView]:
    with Screen(quiet=quiet) as screen, opened(config, write=True, watch=screen) as world:
        result = Cycle(world).run(write=False)
        failed += [f"{name}: {outcome.error}" for name, outcome in result.sources.items() if outcome.error]
        return [
            render.PlanView(one.plan, one.waits_for, one.waiting, one.cost, told(world, name, world.clock()))
            for name, one in result.sources.items()
        ]


def _stored(config: Path) -> list[render.PlanView]:
    with opened(config, write=False) as world:
        return stored_views(world)


def stored_views(world: World) -> list[render.PlanView]:
    """The latest stored plan of each source."""
    found = ((name, world.store.plans.latest(name)) for name in world.sources)
    return [
        render.PlanView(
            stored.plan,
            "; ".join(dict.fromkeys([*_held(world, name), *stored.because])) or None,
            stored.waiting,
            stored.cost,
            told(world, name, world.clock()),
        )
        for name, stored in found
        if stored is not None
    ]


def _held(world: World, name: str) -> list[str]:
    hold = holds.in_force(world.store, name)
    return [] if hold is None else [holds.waits(name, hold)]
