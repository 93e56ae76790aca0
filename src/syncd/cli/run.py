"""`syncd run`: the daemon. Pulls, decides and writes what may be written, until SIGTERM or Ctrl-C."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from syncd.cli.apply import finish
from syncd.cli.exits import Exit, Failure
from syncd.cli.help import help_of
from syncd.cli.render.progress import Screen
from syncd.cli.session import opened
from syncd.config.text.syncd import LogFormat
from syncd.engine import daemon, post
from syncd.engine.cycle import Cycle
from syncd.engine.letters import box_of
from syncd.telemetry import configure_logging


@click.command("run", help=help_of(__doc__))
@click.option("--once", is_flag=True, help="One cycle, for cron and CI.")
@click.pass_obj
def command(config: Path, once: bool) -> None:
    with opened(config, write=True) as world:
        settings = world.loaded.settings
        as_json = settings.log_format is LogFormat.JSON or (
            settings.log_format is LogFormat.AUTO and not sys.stderr.isatty()
        )
        configure_logging(json=as_json, level=settings.log_level)
        if once:
            with Screen(quiet=not sys.stderr.isatty()) as screen, daemon.stopping_on_signals(world.stop):
                world.watch = screen
                cycle = Cycle(world)
                post.follow(world, cycle, box_of(world.store))
                finish(cycle.run(write=True), ())
            return
        from syncd.web.server import ListenError, serving  # what --once does without

        try:
            with daemon.stopping_on_signals(world.stop), serving(world):
                daemon.run(world, box_of(world.store))
        except ListenError as error:
            raise Failure(str(error), Exit.USAGE) from None
