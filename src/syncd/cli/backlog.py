"""`syncd backlog`: the one ranked backlog over all sources, from the mirror; asks no source.

\b
  syncd backlog --horizon now           what comes first
  syncd backlog --objective O1 --limit 0 --markdown
  syncd backlog --orphans               what serves no objective
"""

from __future__ import annotations

import json
from pathlib import Path

import click

from syncd.cli.exits import Exit, Failure
from syncd.cli.help import help_of
from syncd.cli.limit import limit_option
from syncd.cli.render import backlog as render
from syncd.cli.render.terminal import harmless
from syncd.cli.render.values import count, out
from syncd.cli.session import opened
from syncd.cli.several import chosen, mixed, of_option
from syncd.core.expressions.guess import did_you_mean
from syncd.engine.cycle import Cycle


@click.command("backlog", help=help_of(__doc__))
@limit_option(30, "How many", "--top", "top")
@of_option
@click.option("--horizon", help="Only this horizon.")
@click.option("--source", help="Only work that lives in this source.")
@click.option("--objective", help="Only work linked to this objective or key result.")
@click.option("--orphans", is_flag=True, help="Only work tied to no outcome.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for scripts.")
@click.option("--markdown", "as_markdown", is_flag=True, help="As Markdown, for a chat or a pull request.")
@click.pass_obj
def command(
    config: Path, top: int, backlog: str | None, horizon: str | None, source: str | None, objective: str | None, orphans: bool,
    as_json: bool, as_markdown: bool,
) -> None:  # fmt: skip
    with opened(config, write=False) as world:
        decision = Cycle(world).decision(remember=False)
        rules = world.rules
    decision = chosen(decision, rules, backlog)
    names = list((rules if backlog is None else rules.of(backlog)).horizon_names)
    outcomes = [known for one in rules.okrs.objectives for known in (one.id, *(kr.id for kr in one.key_results))]
    for what, named, known in (
        ("horizon", horizon, names),
        ("source", source, list(rules.sources)),
        ("objective or key result", objective, outcomes),
    ):
        if named is not None and named not in known:
            hint = did_you_mean(named, known)
            raise Failure(f"there is no {what} '{named}'{hint}; known here: {', '.join(known) or 'none'}", Exit.USAGE)
    rows = [
        row
        for row in decision.ranked
        if (horizon is None or row.horizon == horizon)
        and (source is None or any(m.ref.source == source for m in row.work.members))
        and (objective is None or (row.work.okr and objective in (row.work.okr.objective, row.work.okr.key_result)))
        and (not orphans or row.work.okr is None)
    ]
    shown = rows[: top or None]
    if as_json:
        click.echo(json.dumps(render.as_json(shown, decision.scores), ensure_ascii=False, indent=2))
        return
    if as_markdown:
        click.echo(harmless(render.as_markdown(shown)))
        return
    console = out()
    best = max((row.score for row in decision.ranked if row.score is not None), default=0.0)
    console.print(render.table(shown, names, console.width, top_score=best, several=mixed(decision)))
    rest = len(rows) - len(shown)
    more = f", {count(rest, 'more', 'more')} with --limit 0" if rest else ""
    console.print(
        f"[dim]{count(len(rows), 'open piece', 'open pieces')} of work{more}; why one stands where it does: syncd explain KEY[/]"
    )
