"""`syncd run`: the daemon. Pulls, decides and writes what may be written, until SIGTERM or Ctrl-C."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

import syncd
from syncd.cli.exits import Exit, Failure
from syncd.cli.help import help_of
from syncd.cli.main import HANGUPS
from syncd.cli.render.plan import headline
from syncd.cli.render.progress import Screen
from syncd.cli.session import opened
from syncd.config.load import Loaded, load
from syncd.config.secrets import secrets_of
from syncd.config.text.syncd import LogFormat
from syncd.connector.registry import connectors
from syncd.engine.cycle import Cycle
from syncd.engine.permits.letters import box_of
from syncd.engine.report import CycleResult
from syncd.engine.service import daemon, post
from syncd.engine.service.reload import Reload
from syncd.engine.telling.heartbeat import Heartbeat
from syncd.engine.telling.traces import TracesMissing, tracing
from syncd.engine.world import World
from syncd.telemetry import configure_logging


@click.command("run", help=help_of(__doc__))
@click.option(
    "--once", is_flag=True,
    help="One cycle, for cron and CI. Ends with 0 when all is as it should be, 1 when something failed, 3 when a plan waits "
    "for a person.",
)  # fmt: skip
@click.pass_obj
def command(config: Path, once: bool) -> None:
    missed: list[int] = click.get_current_context().meta[HANGUPS]
    with opened(config, write=True) as world:
        _log(world.loaded)
        world.store.require_sound()
        if once:
            with Screen(quiet=not sys.stderr.isatty()) as screen, daemon.stopping_on_signals(world.stop):
                world.watch = screen
                cycle = Cycle(world)
                post.follow(world, cycle, box_of(world.store))
                result = cycle.run(write=True)
            _finish(result)
            return
        _run(world, config, missed)


def _run(world: World, config: Path, missed: list[int]) -> None:
    from syncd.engine.service.watching import watching  # what --once does without
    from syncd.web.server import ListenError, serving

    environ = dict(os.environ)
    reload = Reload(world, lambda: load(config, environ, connectors()))
    reload.taken = _log
    traces = world.loaded.settings.traces
    try:
        with (
            tracing(traces.url, traces.share, syncd.__version__) as world.traces,
            daemon.stopping_on_signals(world.stop, reload.ask),
            serving(world),
            watching(lambda: world.loaded.files, reload.ask),
        ):
            if missed:
                reload.ask("SIGHUP")
            daemon.run(world, box_of(world.store), told=Heartbeat(world).told, reload=reload)
    except (ListenError, TracesMissing) as error:
        raise Failure(str(error), Exit.USAGE) from None


def _log(loaded: Loaded) -> None:
    settings = loaded.settings
    text = settings.log_format is LogFormat.TEXT
    configure_logging(
        json=not text and (settings.log_format is LogFormat.JSON or not sys.stderr.isatty()),
        level=settings.log_level,
        secrets=secrets_of(loaded),
    )


def _finish(result: CycleResult) -> None:
    """Says in a line a source what came of it, and ends with the exit code for the worst."""
    failed, waits = False, False
    for name, outcome in result.sources.items():
        applied, plan = outcome.applied, outcome.plan
        if outcome.error is not None:
            failed = True
            said = f"failed: {outcome.error}"
        elif applied is not None:
            failed = failed or bool(applied.failed) or applied.ended_by is not None
            said = f"wrote {applied.edits} edits and {applied.moves} moves"
            said += f"; {len(applied.failed)} not written: {applied.failed[0]}" if applied.failed else ""
            said += f"; ended early: {applied.ended_by}" if applied.ended_by is not None else ""
        elif result.decision is None:
            failed = True
            said = "not decided: another source was never read whole"
        elif outcome.waits_for is None:
            said = "nothing to write: it shows what it should"
        else:
            said = headline(plan)
        if outcome.error is None and outcome.waits_for is not None:
            waits = True
            said += f"; waits: {outcome.waits_for}"
        click.echo(f"{name}: {said}")
    if failed:
        raise Failure("not everything was done; the next run goes on where this one ended")
    if waits:
        raise click.exceptions.Exit(Exit.WAITS)
