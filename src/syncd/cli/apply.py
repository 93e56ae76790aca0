"""`syncd apply`: pull, decide, and write what a person has seen.

With --plan only a plan with exactly this digest is written; without it the plans are shown and you are asked.
"""

from __future__ import annotations

import getpass
from pathlib import Path

import click

from syncd.cli.exits import Exit, Failure
from syncd.cli.help import help_of
from syncd.cli.render import plan as render
from syncd.cli.render.progress import Screen
from syncd.cli.render.values import count, out
from syncd.cli.session import opened
from syncd.core.plan import Plan
from syncd.engine.cycle import Cycle
from syncd.engine.report import CycleResult


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
@click.option("--limit", default=20, show_default=True, help="Issues shown per source; 0 shows all.")
@click.pass_obj
def command(config: Path, digests: tuple[str, ...], yes: bool, by: str, limit: int) -> None:
    with Screen() as screen, opened(config, write=True, watch=screen) as world:
        cycle = Cycle(world)
        if digests:
            result = cycle.run(write=True, approved=lambda plan: by if plan.digest in digests else None, only=digests)
            finish(result, digests)
            return
        shown = cycle.run(write=False)
        screen.pause()
        if shown.decision is None:
            finish(shown, ())
            return
        views = [render.PlanView(outcome.plan, None) for outcome in shown.sources.values()]
        render.show(out(), views, limit=limit or 10**9)
        seen = {view.plan.digest for view in views if not view.plan.empty}
        if not seen:
            finish(shown, ())
            return
        if not yes:
            click.confirm(f"\nWrite {count(sum(view.plan.size for view in views), 'issue')}?", abort=True)
        screen.resume()

        def approve(plan: Plan) -> str | None:
            return by if plan.digest in seen else None

        finish(cycle.run(write=True, approved=approve, only=tuple(seen)), tuple(seen))


def finish(result: CycleResult, wanted: tuple[str, ...]) -> None:
    """Ends with the exit code that tells what happened."""
    errors = [f"{name}: {outcome.error}" for name, outcome in result.sources.items() if outcome.error]
    applied = {o.plan.digest: o.applied for o in result.sources.values() if o.applied is not None}
    for name, outcome in result.sources.items():
        if outcome.applied is not None:
            errors += [f"{name}: {sentence}" for sentence in outcome.applied.failed]
    if errors:
        raise Failure("\n       ".join(errors))
    held = [
        f"nothing was written for {outcome.plan.digest}: {name} is {outcome.waits_for}"
        for name, outcome in result.sources.items()
        if outcome.plan.digest in wanted and (outcome.waits_for or "").startswith("held by ")
    ]
    if held:
        raise Failure("\n       ".join(held), Exit.WAITS)
    void = [digest for digest in wanted if digest not in applied]
    if void:
        now = ", ".join(
            f"{n} {o.plan.digest} ({render.headline(o.plan)})" for n, o in result.sources.items() if not o.plan.empty
        )
        raise Failure(
            f"nothing was written for {', '.join(void)}: no source has this plan now"
            + (
                f"; the plans now are {now}. Look again with `syncd plan`"
                if now
                else "; there is nothing left to write"
            ),
            Exit.WAITS,
        )
    if not applied:
        click.echo("nothing to write: every source shows what it should")
