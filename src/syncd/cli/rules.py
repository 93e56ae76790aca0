"""`syncd rules [WHAT]`: what rules may use, with an example for each. Reads no configuration.

\b
  syncd rules                frameworks, functions and names
  syncd rules functions      only these; also frameworks, names
  syncd rules wsjf           one of them: what it reads, on which scales, who says so, what to write

With --markdown it is the whole page docs/rules.md.
"""

from __future__ import annotations

import click

from syncd.cli.exits import Exit, Failure
from syncd.cli.help import help_of
from syncd.cli.render import rules as render
from syncd.cli.render.rules_page import page
from syncd.cli.render.values import out
from syncd.core.expressions.guess import did_you_mean


@click.command("rules", help=help_of(__doc__))
@click.argument("what", required=False)
@click.option("--markdown", "as_markdown", is_flag=True, help="As Markdown, for a chat or a pull request.")
def command(what: str | None, as_markdown: bool) -> None:
    if what is not None and what not in render.ROWS:
        _one(what, as_markdown)
    elif as_markdown:
        click.echo(render.as_markdown(what) if what else page().removesuffix("\n"))
    else:
        console = out()
        for each in (what,) if what else render.ROWS:
            console.print(render.table(each, console.width))
            console.print()


def _one(what: str, as_markdown: bool) -> None:
    known = render.everything()
    found = known.get(what.casefold().replace("-", "_"))
    if found is None:
        hint = did_you_mean(what, [*render.ROWS, *known])
        raise Failure(f"there is no framework, function or name '{what}'{hint}; type: syncd rules", Exit.USAGE)
    if as_markdown:
        click.echo(found.as_markdown())
    else:
        found.show(out())
