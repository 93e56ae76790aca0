"""`syncd store`: what concerns the store as a whole."""

from __future__ import annotations

from pathlib import Path

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from syncd.cli.exits import Exit, Failure
from syncd.cli.help import help_of
from syncd.cli.render.values import err
from syncd.cli.session import clock, read_configuration, read_store
from syncd.cli.suggest import Suggesting
from syncd.store.errors import StoreError, StoreLocked
from syncd.store.open import open_store


@click.group("store", cls=Suggesting, help=help_of(__doc__))
def command() -> None:
    """See `move`."""


@command.command("move", short_help="Move the store to another database.")
@click.argument("url", metavar="TO_URL")
@click.pass_obj
def move(config: Path, url: str) -> None:
    """Move the store to another database: from a file to PostgreSQL, or back.

    The new one must be empty. Everything arrives, counted on both sides, or nothing does; the old store stays as it is.
    Stop syncd before, and point `store:` at the new one after.
    """
    here = read_store(read_configuration(config, offline=True).settings, write=True)
    try:
        there = open_store(url, write=True, now=clock())
        try:
            with _bar() as bar:
                task = bar.add_task("rows", total=None)
                rows = here.move_to(there, lambda done, total: bar.update(task, completed=done, total=total))
        finally:
            there.close()
    except StoreLocked as error:
        raise Failure(str(error), Exit.BUSY) from None
    except StoreError as error:
        raise Failure(str(error)) from None
    finally:
        here.close()
    click.echo(
        f"moved {sum(rows.values()):,} rows of {len(rows)} tables to {there.name}. Now write its address as `store:` in "
        f"syncd.yaml or SYNCD_STORE, then start syncd; {here.name} was left as it is"
    )


def _bar() -> Progress:
    console = err()
    return Progress(
        TextColumn("  {task.description}"),
        BarColumn(bar_width=32),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
