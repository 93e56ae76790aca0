"""`syncd approve DIGEST`: approve exactly the writes of a plan that was shown.

What changes else does not matter: each approved write that is still wanted so is made, also when the writing broke off or other
issues joined. A write that is wanted differently by now needs a new approval.

\b
  syncd plan --stored        shows the plans that wait, and their names
  syncd approve d74aea3933f1
"""

from __future__ import annotations

import getpass
from pathlib import Path

import click

from syncd.cli.exits import Exit, Failure
from syncd.cli.help import help_of
from syncd.cli.render.plan import headline
from syncd.cli.session import letter_box, opened
from syncd.core.permission.leave import Mode
from syncd.engine.permits import approvals
from syncd.engine.permits.approvals import Approval
from syncd.engine.permits.permit import kinds_in_mode, listed
from syncd.engine.world import World


@click.command("approve", help=help_of(__doc__))
@click.argument("digest")
@click.option("--by", default=getpass.getuser, show_default="your login", help="Who approves, for the record.")
@click.pass_obj
def command(config: Path, digest: str, by: str) -> None:
    leave(config, digest, by)


def leave(config: Path, digest: str, by: str) -> None:
    """Records the approval, or leaves it to the running daemon."""
    with opened(config, write=False) as world:
        stored = world.store.plans.find(digest)
        if stored is None or stored.plan.source not in world.sources:
            raise Failure(_unknown(world, digest), Exit.WAITS)
        if (box := letter_box(world.loaded.settings)) is not None:
            approvals.send(box, Approval(digest, by))
        plan = stored.plan if stored.digest == digest else stored.waiting
        observed = kinds_in_mode(world.sources[plan.source], plan, Mode.OBSERVE)
    when = "in the next cycle of the running syncd"
    try:
        with opened(config, write=True) as world:
            if box is None:
                approvals.approve(world, digest, by)
            else:
                approvals.receive(world, box)
                when = "by the next `syncd run` or `syncd apply`"
    except Failure as failure:
        if failure.exit_code != Exit.BUSY:
            raise
    click.echo(
        f"approved {digest} for {plan.source} ({headline(plan)}): what of it is still wanted exactly so is written {when}, "
        f"what is new waits"
    )
    if observed:
        click.echo(
            f"{listed(observed)} of {plan.source}: mode observe, so none of these is written before `mode:` in syncd.yaml says otherwise"
        )


def _unknown(world: World, digest: str) -> str:
    latest = [one for name in world.sources if (one := world.store.plans.latest(name)) is not None]
    known = ", ".join(f"{one.plan.source} {one.waiting_digest}" for one in latest if one.waiting_digest)
    return f"no source has the plan {digest} (waiting: {known or 'none'}). Look with `syncd plan --stored`"
