"""`syncd hello`: say hello to the sources."""

from __future__ import annotations

import click

from syncd.cli.help import help_of


@click.command("hello", help=help_of(__doc__))
@click.option("--loud", is_flag=True)
def command(loud: bool) -> None:
    click.echo("hello")
