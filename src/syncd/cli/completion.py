"""`syncd completion SHELL`: print the script that completes commands and options in a shell.

\b
  eval "$(syncd completion bash)"                    in ~/.bashrc
  eval "$(syncd completion zsh)"                     in ~/.zshrc
  syncd completion fish > ~/.config/fish/completions/syncd.fish
"""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from syncd.cli.help import help_of

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_SYNCD_COMPLETE"
"""What the script sets when it asks; click's name for a program called syncd."""


@click.command("completion", help=help_of(__doc__))
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    made = get_completion_class(shell)
    assert made is not None, shell
    click.echo(made(ctx.find_root().command, {}, "syncd", VARIABLE).source())
