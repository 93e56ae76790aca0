"""`syncd takeover SOURCE`: let this syncd write to a source that another one has marked as its own.

The other one sees it within ten minutes and only reads from then on. Stop it first: until then both may write.

\b
  syncd takeover jira        once the other syncd is stopped
"""

from __future__ import annotations

import getpass
from pathlib import Path

import click

from syncd.cli.exits import Exit, Failure
from syncd.cli.help import help_of
from syncd.cli.hold import chosen, names_of
from syncd.cli.session import letter_box, opened, read_configuration
from syncd.connector.errors import ConnectorError
from syncd.engine.permits.claim import CannotClaim, take_over
from syncd.engine.service import post


@click.command("takeover", help=help_of(__doc__))
@click.argument("source")
@click.option("--by", default=getpass.getuser, show_default="your login", help="Who takes over, for the record.")
@click.pass_obj
def command(config: Path, source: str, by: str) -> None:
    loaded = read_configuration(config)
    (name,) = chosen(names_of(loaded), [source])
    try:
        with opened(config, write=True) as world:
            refused = take_over(world, world.sources[name], by)
    except (ConnectorError, CannotClaim) as error:
        raise Failure(str(error)) from None
    except Failure as failure:
        if failure.exit_code != Exit.BUSY:
            raise
        box = letter_box(loaded.settings)
        assert box is not None  # only a file is ever in use
        post.send_takeover(box, name, by)
        click.echo(f"the running syncd takes {name} over before its next cycle")
        return
    for sentence in refused:
        click.echo(f"no mark: {sentence}", err=True)
    click.echo(f"{name} is written by this syncd now; another one stops within ten minutes")
