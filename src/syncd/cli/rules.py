"""`syncd rules [frameworks|functions|names]`: what rules may use, with an example for each. Reads no configuration.

Without an argument it shows all three; with --markdown that is the whole page docs/rules.md.
"""

from __future__ import annotations

import click

from syncd.cli.help import help_of
from syncd.cli.render import rules as render
from syncd.cli.render.values import out


@click.command("rules", help=help_of(__doc__))
@click.argument("kind", type=click.Choice(tuple(render.ROWS)), required=False)
@click.option("--markdown", "as_markdown", is_flag=True)
def command(kind: str | None, as_markdown: bool) -> None:
    if as_markdown:
        click.echo(render.as_markdown(kind) if kind else render.page().removesuffix("\n"))
        return
    console = out()
    for each in (kind,) if kind else render.ROWS:
        console.print(render.table(each))
        console.print()
