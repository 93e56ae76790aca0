"""The `syncd` command: finds subcommands lazily, so that `syncd --version` stays quick."""

from __future__ import annotations

import importlib
import io
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import click
from click.shell_completion import CompletionItem

import syncd
from syncd.cli.exits import Failure
from syncd.cli.suggest import Suggesting

COMMANDS = {
    "init": ("syncd.cli.init", "Write a commented starting configuration."),
    "check": ("syncd.cli.check", "Check the configuration, and the sources it names."),
    "pull": ("syncd.cli.pull", "Bring the mirror up to date; decide and write nothing."),
    "plan": ("syncd.cli.plan", "Show what would be written, with the reason for each change."),
    "apply": ("syncd.cli.apply", "Write a plan that a person has seen."),
    "approve": ("syncd.cli.approve", "Approve a plan that the running daemon shows."),
    "run": ("syncd.cli.run", "Run the daemon."),
    "hold": ("syncd.cli.hold", "Stop all writing within one request, until resumed."),
    "resume": ("syncd.cli.resume", "End a hold."),
    "history": ("syncd.cli.history", "Show every write: before, after, reason, run, verdict."),
    "undo": ("syncd.cli.undo", "Take back what a run wrote, or what was written to an issue."),
    "pins": ("syncd.cli.pins", "Show everything that people decided."),
    "takeover": ("syncd.cli.takeover", "Let this syncd write where another one does."),
    "release": ("syncd.cli.release", "Hand what people decided on an issue back to syncd."),
    "eject": ("syncd.cli.eject", "Remove what syncd still owns in a source, and nothing else."),
    "backlog": ("syncd.cli.backlog", "Show the one ranked backlog."),
    "explain": ("syncd.cli.explain", "Show why an issue stands where it stands."),
    "okrs": ("syncd.cli.okrs", "Show how the objectives stand, the work behind them, and work tied to none."),
    "measure": ("syncd.cli.measure", "Measure key results now, whatever their schedule says."),
    "releases": ("syncd.cli.releases", "Show dates and contents of the coming releases, and what is at risk."),
    "stale": ("syncd.cli.stale", "List work whose answers expired, and who could give new ones."),
    "voices": ("syncd.cli.voices", "Show what users say: the most heard work, and loud work that ranks low."),
    "rules": ("syncd.cli.rules", "Show what rules may use: frameworks, functions, names."),
    "test": ("syncd.cli.test", "Test the rules with the cases of scoring.tests.yaml."),
    "whatif": ("syncd.cli.whatif", "Show what other rules would change; write nothing."),
    "status": ("syncd.cli.status", "Show each source's last success, what waits, and problems."),
    "backup": ("syncd.cli.backup", "Copy the store into a file, also while syncd runs."),
    "store": ("syncd.cli.store", "Move the store to another database, or take syncd's own back after a restore."),
    "doctor": ("syncd.cli.doctor", "Examine sources, permissions, limits, store and files, with the remedy for each."),
    "tell": ("syncd.cli.tell", "Show who is told what waits for people, and try whether messages arrive."),
    "webhooks": ("syncd.cli.webhooks", "Show which webhooks the sources send, and what is missing."),
    "config": ("syncd.cli.config", "Show the configuration in force, and where each value comes from."),
    "demo": ("syncd.cli.demo", "Try everything on a local Jira and a local GitHub."),
    "completion": ("syncd.cli.completion", "Print the script that completes commands in bash, zsh or fish."),
    "schema": ("syncd.cli.schema", "Write the JSON Schemas of the configuration files."),
}


SECTIONS = {
    "Begin": ("demo", "init", "check", "plan", "apply", "run"),
    "See what matters, and why": ("backlog", "explain", "okrs", "releases", "stale", "voices"),
    "Shape the rules": ("rules", "test", "whatif", "measure"),
    "Stay in command": (
        "status", "history", "approve", "hold", "resume", "undo", "pins", "release", "takeover", "eject",
    ),
    "Operate": ("doctor", "tell", "webhooks", "pull", "config", "store", "backup", "schema", "completion"),
}  # fmt: skip
"""Each command once, as `syncd --help` lists them."""


HANGUPS = "syncd.hangups"
"""In the context of `syncd run`: the SIGHUPs that came before it could reload anything, from the first moment on."""


class Commands(Suggesting):
    """Imports a subcommand's module only when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for names in SECTIONS.values() for name in names]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        if cmd_name == "run":  # before its imports, which take the longest of its start
            missed: list[int] = ctx.meta.setdefault(HANGUPS, [])
            signal.signal(signal.SIGHUP, lambda number, frame: missed.append(number))
            # As a container's first process it would not hear SIGTERM at all until somebody listens.
            signal.signal(signal.SIGTERM, _end)
        command = importlib.import_module(COMMANDS[cmd_name][0]).command
        assert isinstance(command, click.Command)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Exception as error:
            from syncd.store.errors import StoreError  # with all of the store: what most commands do without

            if isinstance(error, StoreError):
                raise Failure(str(error)) from None
            if isinstance(error, OSError) and error.filename is not None and error.strerror is not None:
                raise Failure(f"{error.filename}: {error.strerror.lower()}") from None
            raise

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        wide = max(map(len, COMMANDS))
        for title, names in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name.ljust(wide), COMMANDS[name][1]) for name in names])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """From the table above: importing each command for its help would make every press of the key slow."""
        names = [name for name in self.list_commands(ctx) if name.startswith(incomplete)]
        return [
            *(CompletionItem(name, help=COMMANDS[name][1]) for name in names),
            *click.Command.shell_complete(self, ctx, incomplete),
        ]


def _end(number: int, frame: FrameType | None) -> None:
    """Ends a start: what is under way in the store is undone."""
    raise SystemExit(0)


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="`syncd COMMAND --help` tells more, with examples. Exit codes: 0 fine, 1 something failed, 2 wrong usage or configuration, 3 a plan waits for a person, "
    "4 another syncd uses the store.",
)
@click.version_option(syncd.__version__, prog_name="syncd", message="%(prog)s %(version)s")
@click.option(
    "--config", "-c", type=click.Path(path_type=Path, file_okay=False), default=Path("config"), show_default=True,
    envvar="SYNCD_CONFIG", help="The folder with syncd.yaml, okrs.yaml and scoring.yaml.",
)  # fmt: skip
@click.pass_context
def cli(ctx: click.Context, config: Path) -> None:
    """One ranked backlog over Jira and GitHub, scored by rules anyone can read, written back to the trackers."""
    from syncd.telemetry import silence_logging  # half of what --version and --help would wait for

    ctx.obj = config
    silence_logging()


def main() -> None:
    """Runs the command line; ends the process with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.encoding.lower() not in ("utf-8", "utf8"):
            # A file or a pipe gets the bytes that everybody reads; a screen that has no arrows shows question marks.
            stream.reconfigure(encoding=stream.encoding if stream.isatty() else "utf-8", errors="replace")
    cli(prog_name="syncd")


if __name__ == "__main__":
    main()
