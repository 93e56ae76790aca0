"""`syncd init [jira] [github]`: write a commented starting configuration. Refuses to write over existing files.

\b
  syncd init                 for Jira and GitHub
  syncd init github          for GitHub alone
  syncd -c ops/syncd init    into another folder
"""

from __future__ import annotations

from pathlib import Path

import click

from syncd.cli.exits import Exit, Failure
from syncd.cli.help import help_of
from syncd.cli.session import clock
from syncd.config.authoring.starter import KINDS, VARIABLES, write_starting_files
from syncd.config.reading.faults import ConfigError


@click.command("init", help=help_of(__doc__))
@click.argument("kinds", nargs=-1, type=click.Choice(KINDS))
@click.pass_obj
def command(config: Path, kinds: tuple[str, ...]) -> None:
    chosen = kinds or KINDS
    try:
        written = write_starting_files(config, chosen, clock().date())
    except ConfigError as error:
        raise Failure(str(error), Exit.USAGE) from None
    for path in written:
        click.echo(f"wrote {path}")
    variables = " ".join(f"{VARIABLES[kind]}=…" for kind in chosen)
    click.echo(
        f"\nNext:\n  1. put your trackers' addresses, projects and repositories into {config / 'syncd.yaml'}\n"
        f"  2. export {variables}\n"
        f"  3. syncd check     finds mistakes and asks the trackers; writes nothing\n"
        f"  4. syncd backlog   after a `syncd pull`: the order as it would be; syncd plan: what would be written, and why\n"
        f"  5. syncd test      runs the promises of {config / 'scoring.tests.yaml'}; change the rules as docs/rules.md shows\n"
        f"\nNo tracker at hand? syncd demo shows all of it on a local Jira and GitHub."
    )
