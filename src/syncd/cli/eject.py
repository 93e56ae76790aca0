"""`syncd eject SOURCE`: remove the labels and field values that syncd still owns in a source, and nothing else.

What a person changed since stays. The source is held first and stays held.

\b
  syncd eject github --dry-run     what would go and what would stay
  syncd eject github
"""

from __future__ import annotations

import getpass
from pathlib import Path

import click

from syncd.cli.exits import Exit, Failure
from syncd.cli.help import help_of
from syncd.cli.hold import chosen, names_of
from syncd.cli.limit import limit_option
from syncd.cli.session import clock, letter_box, opened, read_configuration
from syncd.cli.undo import tell
from syncd.connector.errors import ConnectorError
from syncd.engine.permits import holds
from syncd.engine.permits.holds import Hold
from syncd.engine.service import post
from syncd.engine.writing.eject import eject_source


@click.command("eject", help=help_of(__doc__))
@click.argument("source")
@click.option("--dry-run", is_flag=True, help="Show what would be removed and what would be left; write nothing.")
@click.option("--by", default=getpass.getuser, show_default="your login", help="Who ejects, for the record.")
@limit_option(20, "Issues shown")
@click.pass_obj
def command(config: Path, source: str, dry_run: bool, by: str, limit: int) -> None:
    loaded = read_configuration(config)
    (name,) = chosen(names_of(loaded), [source])
    try:
        try:
            with opened(config, write=True) as world:
                restored = eject_source(world, world.sources[name], by=by, dry_run=dry_run)
        except Failure as failure:
            if failure.exit_code != Exit.BUSY:
                raise
            if not dry_run:
                box = letter_box(loaded.settings)
                assert box is not None  # only a file is ever in use
                holds.send(box, [name], Hold(by, f"ejected {name}", clock()))
                post.send_eject(box, name, by)
                click.echo(f"{name} held; the running syncd removes what it owns now. Look with `syncd history`")
                return
            with opened(config, write=False) as world:
                restored = eject_source(world, world.sources[name], by=by, dry_run=True)
    except ConnectorError as error:
        raise Failure(f"{error}; nothing more was removed, run it again") from None
    tell([restored], dry_run=dry_run, limit=limit)
