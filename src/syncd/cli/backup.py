"""`syncd backup FILE`: a consistent copy of the store, also while syncd runs; an existing file is never overwritten.

To restore, stop syncd and put the copy in the place of the store's file. A store in PostgreSQL is backed up by pg_dump.

\b
  syncd backup /backup/syncd-$(date +%F).db
"""

from __future__ import annotations

from pathlib import Path

import click

from syncd.cli.exits import Failure
from syncd.cli.help import help_of
from syncd.cli.session import read_configuration, read_store
from syncd.store.errors import StoreError


@click.command("backup", help=help_of(__doc__))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_obj
def command(config: Path, file: Path) -> None:
    store = read_store(read_configuration(config, offline=True).settings, write=False, any_schema=True)
    try:
        store.backup(file)
    except StoreError as error:
        raise Failure(str(error)) from None
    finally:
        store.close()
    click.echo(f"{store.name} is backed up to {file} ({file.stat().st_size / 1e6:,.1f} MB)")
