"""`syncd measure [KR]`: measure key results now, whatever their schedule says; with --dry-run keep nothing.

While the daemon runs, it is asked to measure, and --dry-run asks by itself.

\b
  syncd measure KR7 --dry-run           try a measure, keep nothing
  syncd measure --once                  what is due, from cron
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from syncd.cli.exits import Exit, Failure
from syncd.cli.help import help_of
from syncd.cli.render.values import count, number, out
from syncd.cli.session import clock, letter_box, opened
from syncd.config.rules.measures import Measure
from syncd.core.expressions.guess import did_you_mean
from syncd.engine.measuring.schedule import Taken, due, keep, take
from syncd.engine.service import post
from syncd.engine.world import World
from syncd.store.measures import Value


@click.command("measure", help=help_of(__doc__))
@click.argument("key_results", metavar="[KR]...", nargs=-1)
@click.option("--once", is_flag=True, help="Only what is due by its schedule, for cron.")
@click.option("--dry-run", is_flag=True, help="Ask and show, and keep nothing: to try a new measure.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for scripts.")
@click.pass_obj
def command(config: Path, key_results: tuple[str, ...], once: bool, dry_run: bool, as_json: bool) -> None:
    try:
        with opened(config, write=not dry_run) as world:
            wanted = _chosen(world, key_results)
            states = world.store.measures.states()
            if once:
                wanted = due(wanted, states, clock())
            before = world.store.measures.last({one.key_result: one.definition for one in wanted})
            taken = take(world, wanted)
            if not dry_run:
                keep(world.store, taken, states, clock())
    except Failure as failure:
        if failure.exit_code != Exit.BUSY:
            raise
        with opened(config, write=False) as world:
            names = [one.key_result for one in _chosen(world, key_results)]
            box = letter_box(world.loaded.settings)
            assert box is not None  # only a file is ever in use
            post.send_measure(box, names)
        click.echo(f"the running syncd measures {', '.join(names)} now; see `syncd okrs`")
        return
    if as_json:
        click.echo(json.dumps([_json(one, before.get(one.measure.key_result)) for one in taken], indent=2))
    elif taken:
        _show(out(), taken, before)
    else:
        click.echo("nothing is due" if once else "there is nothing to measure")
    if failed := sum(one.value is None for one in taken):
        raise Failure(f"{count(failed, 'key result')} could not be measured; the last value stays until it is stale")


def _chosen(world: World, names: Sequence[str]) -> tuple[Measure, ...]:
    measures = {one.key_result.casefold(): one for one in world.loaded.measures}
    if not measures:
        raise Failure(
            "no key result has a measure; write one in okrs.yaml, such as "
            'measure: {source: jira, count: "project = PAY AND type = Bug"}',
            Exit.USAGE,
        )
    for name in names:
        if name.casefold() not in measures:
            known = [one.key_result for one in measures.values()]
            raise Failure(
                f"{name} is no measured key result{did_you_mean(name, known)}; there are {', '.join(known)}", Exit.USAGE
            )
    return tuple(measures[name.casefold()] for name in names) or tuple(measures.values())


def _show(console: Console, taken: Sequence[Taken], before: dict[str, Value]) -> None:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name in ("", "key result", "now", "before", "from", "took"):
        table.add_column(name, justify="right" if name in ("now", "before", "took") else "left", overflow="fold")
    for one in taken:
        last = before.get(one.measure.key_result)
        fine = one.value is not None
        table.add_row(
            Text("✓", "green") if fine else Text("✗", "red"),
            one.measure.key_result,
            Text(number(one.value) if one.value is not None else "?", "" if fine else "red"),
            Text(number(last.value) if last is not None else "–", "dim"),
            Text(one.measure.origin if one.problem is None else one.problem, "dim" if fine else "red"),
            Text(f"{one.seconds:.1f} s", "dim"),
        )
    console.print(table)


def _json(one: Taken, before: Value | None) -> dict[str, object]:
    return {
        "key_result": one.measure.key_result,
        "value": one.value,
        "before": before.value if before is not None else None,
        "origin": one.measure.origin,
        "problem": one.problem,
        "seconds": round(one.seconds, 3),
    }
