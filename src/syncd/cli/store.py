"""`syncd store`: what concerns the store as a whole.

\b
  syncd store move sqlite:////srv/syncd/syncd.db    keeps all that is known
  syncd store reclaim jira                          after a restored backup
"""

from __future__ import annotations

import getpass
from pathlib import Path

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from syncd.cli.exits import Exit, Failure
from syncd.cli.help import help_of
from syncd.cli.hold import chosen, names_of
from syncd.cli.render.values import count, err
from syncd.cli.session import clock, letter_box, opened, read_configuration, read_store
from syncd.cli.suggest import Suggesting
from syncd.connector.errors import ConnectorError
from syncd.engine.cycle import Cycle
from syncd.engine.permits.claim import CannotClaim
from syncd.engine.permits.reclaim import reclaim
from syncd.engine.service import post
from syncd.store.errors import StoreError, StoreLocked
from syncd.store.open import open_store


@click.group("store", cls=Suggesting, help=help_of(__doc__))
def command() -> None:
    """See `move` and `reclaim`."""


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


@command.command("reclaim", short_help="Take back what syncd wrote after the copy that the store was restored from.")
@click.argument("source")
@click.option("--by", default=getpass.getuser, show_default="your login", help="Who does it, for the record.")
@click.pass_obj
def reclaim_one(config: Path, source: str, by: str) -> None:
    """Take back what syncd wrote to SOURCE after the copy was made that the store was restored from.

    Where the tracker tells that every change since then was made by syncd's own account, the value that stands there is syncd's
    again; everything else stays a person's. The account must be syncd's alone. The next plan waits for a person.
    """
    loaded = read_configuration(config)
    (name,) = chosen(names_of(loaded), [source])
    try:
        with opened(config, write=True) as world:
            cycle = Cycle(world)
            broken = cycle.pull().get(name)
            if broken is not None:
                raise Failure(f"{name} cannot be read, and nothing was done: {broken}")
            found = reclaim(world, world.sources[name], cycle.items, by)
    except (ConnectorError, CannotClaim) as error:
        raise Failure(f"nothing was done: {error}") from None
    except Failure as failure:
        if failure.exit_code != Exit.BUSY:
            raise
        box = letter_box(loaded.settings)
        assert box is not None  # only a file is ever in use
        post.send_reclaim(box, name, by)
        click.echo(
            f"the running syncd takes back what is its own in {name} before its next cycle; its log says how much"
        )
        return
    for sentence in found.unmarked:
        click.echo(f"no mark: {sentence}", err=True)
    stay = "stays" if len(found.left) == 1 else "stay"
    left = f"; {count(len(found.left), 'place')} {stay} people's: see `syncd pins`" if found.left else ""
    click.echo(
        f"{name}: {count(len(found.ours), 'value')} that {found.account} wrote {'is' if len(found.ours) == 1 else 'are'} syncd's again{left}. The next plan waits for a person: syncd plan"
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
