"""`syncd undo RUN|KEY`: take back what a run wrote, or everything that was written to an issue.

Only what still shows our value is restored; what changed since is listed and stays. The source is held first and stays
held. The undo is a run of its own, which can be undone.

\b
  syncd undo PAY-128 --dry-run        what would come back
  syncd undo 20261125-094655-76d2     all that this run wrote
"""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from pathlib import Path

import click

from syncd.cli.exits import Exit, Failure
from syncd.cli.help import help_of
from syncd.cli.limit import limit_option
from syncd.cli.render import plan as render
from syncd.cli.render.values import count, out
from syncd.cli.session import clock, letter_box, opened
from syncd.connector.errors import ConnectorError
from syncd.engine.permits import holds
from syncd.engine.permits.holds import Hold
from syncd.engine.service import post
from syncd.engine.writing.undo import NothingWritten, Restored, sources_of, undo_what


@click.command("undo", help=help_of(__doc__))
@click.argument("what", metavar="RUN|KEY")
@click.option("--dry-run", is_flag=True, help="Show what would be restored and what would be left; write nothing.")
@click.option("--by", default=getpass.getuser, show_default="your login", help="Who undoes, for the record.")
@limit_option(20, "Issues shown per source")
@click.pass_obj
def command(config: Path, what: str, dry_run: bool, by: str, limit: int) -> None:
    try:
        try:
            with opened(config, write=True) as world:
                restored = undo_what(world, what, by=by, dry_run=dry_run)
        except Failure as failure:
            if failure.exit_code != Exit.BUSY:
                raise
            with opened(config, write=False) as world:
                names = sources_of(world, what)
                if not dry_run:
                    box = letter_box(world.loaded.settings)
                    assert box is not None  # only a file is ever in use
                    holds.send(box, names, Hold(by, f"undo of {what}", clock()))
                    post.send_undo(box, what, by)
                    click.echo(
                        f"{', '.join(names)} held; the running syncd undoes {what} now. "
                        "See what it did with `syncd history`"
                    )
                    return
                restored = undo_what(world, what, by=by, dry_run=True)
    except NothingWritten as error:
        raise Failure(str(error)) from None
    except ConnectorError as error:
        raise Failure(f"{error}; nothing more was undone, run it again") from None
    tell(restored, dry_run=dry_run, limit=limit)


def tell(restored: Sequence[Restored], *, dry_run: bool, limit: int) -> None:
    """Shows what was taken back and what is left alone; fails when something could not be written."""
    console = out()
    render.show(console, [render.PlanView(one.plan, None) for one in restored], limit=limit or 10**9)
    console.print()
    failed: list[str] = []
    for one in restored:
        moves = sum(len(moves) for moves in one.plan.moves.values())
        what = f"{count(len(one.plan.edits), 'issue')} and {count(moves, 'place')} in the order"
        if dry_run:
            click.echo(f"{one.source}: would restore {what}; nothing was written")
        elif one.run is None:
            click.echo(f"{one.source}: nothing to restore; it is held, go on with `syncd resume {one.source}`")
        else:
            click.echo(
                f"{one.source}: restored {what} as the run {one.run}; it is held, go on with "
                f"`syncd resume {one.source}`, or take this back with `syncd undo {one.run}`"
            )
        if one.applied is not None:
            failed += [f"{one.source}: {sentence}" for sentence in one.applied.failed]
            if one.applied.ended_by is not None:
                failed.append(f"{one.source}: {one.applied.ended_by}; run it again to go on")
    if failed:
        raise Failure("\n       ".join(failed))
