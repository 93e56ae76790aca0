"""`syncd run`: the daemon. Pulls, decides and writes what may be written, until SIGTERM or Ctrl-C.

\b
  syncd run                  until somebody stops it
  syncd run --once           one cycle, for cron and CI
"""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path
from typing import Final

import click
import structlog

import syncd
from syncd.cli.exits import Exit, Failure
from syncd.cli.help import help_of
from syncd.cli.main import HANGUPS
from syncd.cli.render.plan import headline
from syncd.cli.render.progress import Screen
from syncd.cli.session import opened
from syncd.config.load import Loaded, load
from syncd.config.secrets import secrets_of
from syncd.config.settings import variable
from syncd.config.text.syncd import LogFormat
from syncd.connector.registry import connectors
from syncd.engine.cycle import Cycle
from syncd.engine.permits.letters import box_of
from syncd.engine.report import CycleResult
from syncd.engine.service import daemon, post
from syncd.engine.service.ending import end_in_time
from syncd.engine.service.reload import Reload
from syncd.engine.telling.heartbeat import Heartbeat
from syncd.engine.telling.teller import Teller, telling
from syncd.engine.telling.traces import TracesMissing, tracing
from syncd.engine.world import World
from syncd.telemetry import configure_logging

log = structlog.get_logger()

START_SECONDS: Final = 60.0
"""How long a server that does not answer yet is waited for: where all is started at once, a database takes its time."""
MOST_FILES: Final = 65_536
"""Open at a time, where the system allows so many."""


class Logs:
    """The form of the log, by what is known of the configuration."""

    json = False

    def follow(self, loaded: Loaded | None) -> None:
        """None: nothing is known yet, so that the environment alone decides."""
        if loaded is None:
            form, level, secrets = os.environ.get(variable("log_format"), "").casefold(), "info", frozenset[str]()
        else:
            form, level, secrets = loaded.settings.log_format, loaded.settings.log_level, secrets_of(loaded)
        self.json = form == LogFormat.JSON or (form != LogFormat.TEXT and not sys.stderr.isatty())
        configure_logging(json=self.json, level=level, secrets=secrets)


@click.command("run", help=help_of(__doc__))
@click.option(
    "--once", is_flag=True,
    help="One cycle, for cron and CI. Ends with 0 when all is as it should be, 1 when something failed, 3 when a plan waits "
    "for a person.",
)  # fmt: skip
@click.pass_obj
def command(config: Path, once: bool) -> None:
    missed: list[int] = click.get_current_context().meta[HANGUPS]
    logs = Logs()
    try:
        _work(config, once, missed, logs)
    except Failure as failure:
        if once or not logs.json:
            raise
        # Whoever reads a daemon's log reads its last word there, too, in the form of all others.
        log.critical("ended with an error", error=failure.message, exit_code=failure.exit_code)
        raise click.exceptions.Exit(failure.exit_code) from None
    except Exception as bug:
        if once or not logs.json:
            raise
        log.critical("ended with an error", error=f"{type(bug).__name__}: {bug} (a bug)", exit_code=1, exc_info=True)
        raise click.exceptions.Exit(Exit.FAILED) from None


def _work(config: Path, once: bool, missed: list[int], logs: Logs) -> None:
    if not once:
        logs.follow(None)
        _many_files()
    with opened(config, write=True, read=logs.follow, wait=0.0 if once else START_SECONDS) as world:
        end_in_time(world, Exit.FAILED if once else Exit.OK)
        world.store.require_sound()
        if once:
            with Screen(quiet=not sys.stderr.isatty()) as screen, daemon.stopping_on_signals(world.stop):
                world.watch = screen
                cycle = Cycle(world)
                post.follow(world, cycle, box_of(world.store))
                result = cycle.run(write=True)
            with world.work.turn(world.sources):
                Teller(world).tell(result)
            _finish(result)
            return
        _run(world, config, missed, logs)


def _many_files() -> None:
    """A connection is a file, and many systems give a process 1,024 until it asks for what it may have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _run(world: World, config: Path, missed: list[int], logs: Logs) -> None:
    from syncd.engine.service.watching import watching  # what --once does without
    from syncd.web.server import ListenError, serving

    environ = dict(os.environ)
    reload = Reload(world, lambda: load(config, environ, connectors()))
    reload.taken = logs.follow
    traces = world.loaded.settings.traces
    try:
        with (
            tracing(traces.url, traces.share, syncd.__version__) as world.traces,
            daemon.stopping_on_signals(world.stop, reload.ask),
            serving(world),
            watching(lambda: world.loaded.files, reload.ask),
            telling(world) as tell,
        ):
            if missed:
                reload.ask("SIGHUP")
            heartbeat = Heartbeat(world)

            def told(result: CycleResult) -> None:
                heartbeat.told(result)
                tell(result)

            daemon.run(world, box_of(world.store), told=told, reload=reload)
    except (ListenError, TracesMissing) as error:
        raise Failure(str(error), Exit.USAGE) from None


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
