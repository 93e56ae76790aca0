"""`syncd apply`: pull, decide, and write what a person has seen.

With --plan exactly the writes of this plan are made, as far as they are still wanted; what is new waits. Without it
the plans are shown and you are asked. A running syncd gets the approval and writes it.

\b
  syncd apply                         shows the plans, asks, writes
  syncd apply --plan d74aea3933f1     writes exactly this plan, and asks nothing
"""

from __future__ import annotations

import getpass
from pathlib import Path

import click

from syncd.cli.approve import leave
from syncd.cli.exits import Exit, Failure
from syncd.cli.help import help_of
from syncd.cli.limit import limit_option
from syncd.cli.render import plan as render
from syncd.cli.render.progress import Screen
from syncd.cli.render.values import count, out
from syncd.cli.session import opened
from syncd.core.plan import Plan
from syncd.engine.cycle import Cycle
from syncd.engine.permits import approvals
from syncd.engine.report import CycleResult
from syncd.engine.service.daemon import stopping_on_signals
from syncd.engine.world import World


@click.command("apply", help=help_of(__doc__))
@click.option(
    "--plan",
    "digests",
    multiple=True,
    metavar="DIGEST",
    help="Write only this plan; may be given again for other sources.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--by", default=getpass.getuser, show_default="your login", help="Who approves, for the record.")
@limit_option(20, "Issues shown per source")
@click.pass_obj
def command(config: Path, digests: tuple[str, ...], yes: bool, by: str, limit: int) -> None:
    try:
        with Screen() as screen, opened(config, write=True, watch=screen) as world:
            if digests:
                result, wanted = _approved(world, digests, by), digests
            else:
                result, wanted = _asked(world, screen, yes, by, limit or 10**9)
        finish(result, wanted)  # once the bars are gone: they take the last lines of the terminal with them
    except Failure as failure:
        if failure.exit_code != Exit.BUSY or not digests:
            raise
        for digest in digests:
            leave(config, digest, by)


def _approved(world: World, digests: tuple[str, ...], by: str) -> CycleResult:
    """Writes what these plans said and what is still wanted exactly so; one that was never shown must be the plan of now."""
    for digest in digests:
        approvals.approve(world, digest, by)

    def now(plan: Plan) -> str | None:
        return by if plan.digest in digests else None

    with stopping_on_signals(world.stop):
        return Cycle(world).run(write=True, approved=now, only=digests)


def _asked(world: World, screen: Screen, yes: bool, by: str, limit: int) -> tuple[CycleResult, tuple[str, ...]]:
    """What came of it, and the digests that were to be written."""
    cycle = Cycle(world)
    shown = cycle.run(write=False)
    screen.pause()
    views = [render.PlanView(outcome.plan, None, cost=outcome.cost) for outcome in shown.sources.values()]
    plans = [view.plan for view in views if not view.plan.empty]
    if shown.decision is None or not plans:
        return shown, ()
    render.show(out(), views, limit=limit)
    if not yes:
        click.confirm(f"\nWrite {count(sum(plan.size for plan in plans), 'issue')}?", abort=True)
    screen.resume()
    for plan in plans:
        approvals.grant(world, plan.source, plan, by)
    digests = tuple(plan.digest for plan in plans)
    with stopping_on_signals(world.stop):
        return cycle.run(write=True, only=digests), digests


def finish(result: CycleResult, wanted: tuple[str, ...]) -> None:
    """Ends with the exit code that tells what happened. `wanted` are the digests that were to be written."""
    errors = [f"{name}: {outcome.error}" for name, outcome in result.sources.items() if outcome.error]
    applied = {name for name, outcome in result.sources.items() if outcome.applied is not None}
    for name, outcome in result.sources.items():
        if outcome.applied is not None:
            errors += [f"{name}: {sentence}" for sentence in outcome.applied.failed]
            if not outcome.applied.failed and outcome.applied.ended_by is not None:
                errors.append(f"{name}: ended early: {outcome.applied.ended_by}")
    if errors:
        raise Failure("\n       ".join(errors))
    if wanted and not applied:
        named = ", ".join(wanted)
        because = [f"{name} {outcome.waits_for}" for name, outcome in result.sources.items() if outcome.waits_for]
        now = ", ".join(
            f"{name} {one.plan.digest} ({render.headline(one.plan)})"
            for name, one in result.sources.items()
            if not one.plan.empty
        )
        if not now:
            raise Failure(f"nothing was written for {named}: there is nothing left to write", Exit.WAITS)
        why = "; ".join(because) or "no source has this plan now"
        raise Failure(
            f"nothing was written for {named}: {why}; the plans now are {now}. Look again with `syncd plan`", Exit.WAITS
        )
    for name, outcome in result.sources.items():
        if name in applied and outcome.waiting is not None and not outcome.waiting.empty:
            click.echo(f"{name}: {render.headline(outcome.waiting)} more: {outcome.waits_for}")
    if not applied:
        click.echo("nothing to write: every source shows what it should")
