"""`syncd backlog`: the one ranked backlog over all sources, from the mirror; asks no source."""

from __future__ import annotations

import json
from pathlib import Path

import click

from syncd.cli.help import help_of
from syncd.cli.render import backlog as render
from syncd.cli.render.values import count, out
from syncd.cli.session import opened
from syncd.engine.cycle import Cycle


@click.command("backlog", help=help_of(__doc__))
@click.option("--top", default=30, show_default=True, help="How many; 0 shows all.")
@click.option("--horizon", help="Only this horizon.")
@click.option("--source", help="Only work that lives in this source.")
@click.option("--objective", help="Only work linked to this objective or key result.")
@click.option("--orphans", is_flag=True, help="Only work tied to no outcome.")
@click.option("--json", "as_json", is_flag=True)
@click.option("--markdown", "as_markdown", is_flag=True)
@click.pass_obj
def command(
    config: Path, top: int, horizon: str | None, source: str | None, objective: str | None, orphans: bool,
    as_json: bool, as_markdown: bool,
) -> None:  # fmt: skip
    with opened(config, write=False) as world:
        decision = Cycle(world).decision(remember=False)
        names = [h.name for h in world.rules.horizons.names]
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
        click.echo(render.as_markdown(shown))
        return
    console = out()
    best = max((row.score for row in decision.ranked if row.score is not None), default=0.0)
    console.print(render.table(shown, names, top_score=best))
    rest = len(rows) - len(shown)
    more = f", {count(rest, 'more', 'more')} with --top 0" if rest else ""
    console.print(
        f"[dim]{count(len(rows), 'open piece', 'open pieces')} of work{more}; why one stands where it does: syncd explain KEY[/]"
    )
