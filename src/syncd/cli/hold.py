"""`syncd hold`: stop all writing to the named sources (or to all) within one request, until `syncd resume`.

It also stops a running daemon, and it survives restarts. Reading and deciding go on.

\b
  syncd hold --because 'release day'    all sources
  syncd hold github                     one of them
"""

from __future__ import annotations

import getpass
import os
from collections.abc import Sequence
from pathlib import Path

import click

from syncd.cli.exits import Exit, Failure
from syncd.cli.help import help_of
from syncd.cli.session import clock, letter_box, read_configuration, read_store
from syncd.config.load import Loaded, load_at_least
from syncd.config.reading.faults import ConfigError
from syncd.config.settings import Settings
from syncd.engine.permits import holds
from syncd.engine.permits.holds import Hold


@click.command("hold", help=help_of(__doc__))
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@click.option("--by", default=getpass.getuser, show_default="your login", help="Who holds, for the record.")
@click.option("--because", metavar="TEXT", help="Why, shown wherever the source waits.")
@click.pass_obj
def command(config: Path, sources: tuple[str, ...], by: str, because: str | None) -> None:
    settings, known = _readable(config)
    names = chosen(known, sources)
    hold = Hold(by, because, clock())
    here = delivered(settings, names, hold)
    also = "" if here else "; the running syncd stops within one request"
    click.echo(f"{', '.join(names)} {hold}{also}. Go on with `syncd resume {' '.join(names)}`")


def _readable(config: Path) -> tuple[Settings, Sequence[str]]:
    """Stopping must be possible just when the configuration is wrong: what was taken before is still at work."""
    try:
        loaded = read_configuration(config)
    except Failure as failure:
        try:
            found = load_at_least(config, os.environ)
        except ConfigError:  # there is no such folder
            raise failure from None
        if found is None:
            raise
        click.echo(
            "the configuration cannot be used as it is (`syncd check` says why); this is done all the same", err=True
        )
        return found
    return loaded.settings, names_of(loaded)


def names_of(loaded: Loaded) -> list[str]:
    return [source.name for source in loaded.sources]


def chosen(known: Sequence[str], sources: Sequence[str]) -> list[str]:
    """The named sources, all of them when none is named."""
    for name in sources:
        if name not in known:
            raise Failure(f"there is no source {name}; the sources are {', '.join(known)}", Exit.USAGE)
    return list(dict.fromkeys(sources)) or list(known)


def delivered(settings: Settings, names: Sequence[str], hold: Hold | None) -> bool:
    """Gives the word to the store, first by letters where it is a file.

    False when another process is at work, which heeds it within one request.
    """
    if (box := letter_box(settings)) is not None:
        holds.send(box, names, hold)
    try:
        store = read_store(settings, write=True)
    except Failure as failure:
        if failure.exit_code == Exit.BUSY:
            return False
        raise
    try:
        if store.path is None:
            for name in names:
                holds.keep(store, name, hold)
        holds.receive(store)
    finally:
        store.close()
    return store.path is not None
