"""`syncd approve DIGEST`: approve exactly the plan that the running daemon shows; it is void when the plan changes."""

from __future__ import annotations

import getpass
from pathlib import Path

import click

from syncd.cli.exits import Exit, Failure
from syncd.cli.help import help_of
from syncd.cli.plan import stored_views
from syncd.cli.session import letter_box, opened, read_configuration
from syncd.engine.approvals import Approval, record, send


@click.command("approve", help=help_of(__doc__))
@click.argument("digest")
@click.option("--by", default=getpass.getuser, show_default="your login", help="Who approves, for the record.")
@click.pass_obj
def command(config: Path, digest: str, by: str) -> None:
    loaded = read_configuration(config)
    box = letter_box(loaded)
    with opened(config, write=box is None) as world:
        views = {view.plan.digest: view.plan for view in stored_views(world) if not view.plan.empty}
        if digest not in views:
            known = ", ".join(f"{plan.source} {d}" for d, plan in views.items()) or "none waits"
            raise Failure(
                f"no source has the plan {digest} (plans: {known}). Look with `syncd plan --stored`", Exit.WAITS
            )
        if box is None:
            record(world, Approval(digest, by))
        else:
            send(box, Approval(digest, by))
    click.echo(
        f"approved {digest} for {views[digest].source}; the daemon writes it in its next cycle, if it is still the plan"
    )
