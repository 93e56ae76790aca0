"""`syncd release KEY [SLOT]`: hand what people decided on an issue back to syncd: all of it, or one slot.

What stands there counts as syncd's from then on, and the next plan changes it to what the rules say.

\b
  syncd release SHOP-74                 all that people decided on it
  syncd release lumen/web#64 horizon    only its horizon
"""

from __future__ import annotations

import getpass
from pathlib import Path

import click

from syncd.cli.exits import Exit, Failure
from syncd.cli.help import help_of
from syncd.cli.render.values import value
from syncd.cli.session import letter_box, opened
from syncd.engine.cycle import Cycle
from syncd.engine.permits import pins


@click.command("release", help=help_of(__doc__))
@click.argument("key")
@click.argument("slot", required=False)
@click.option("--by", default=getpass.getuser, show_default="your login", help="Who releases, for the record.")
@click.pass_obj
def command(config: Path, key: str, slot: str | None, by: str) -> None:
    try:
        try:
            with opened(config, write=True) as world:
                theirs = pins.release(world, Cycle(world).items, key, slot, by)
            when = "the next plan shows what changes"
        except Failure as failure:
            if failure.exit_code != Exit.BUSY:
                raise
            with opened(config, write=False) as world:
                theirs = pins.find(world, Cycle(world).items, key, slot)
                box = letter_box(world.loaded.settings)
                assert box is not None  # only a file is ever in use
                pins.send(box, key, slot, by)
            when = "the running syncd takes over in its next cycle"
    except pins.NoSuchPlace as error:
        raise Failure(str(error)) from None
    places = ", ".join(f"{one.slot} ({value(one.live)})" for one in theirs)
    click.echo(f"{theirs[0].key}: {places} handed back; {when}")
