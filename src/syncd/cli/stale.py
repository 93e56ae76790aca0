"""`syncd stale`: work whose answers expired, by rank, and who could give new ones; asks no source."""

from __future__ import annotations

import json
from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from syncd.cli.help import help_of
from syncd.cli.render.values import count, cut, out
from syncd.cli.session import opened
from syncd.core.reports.stale import Stale, stale
from syncd.core.rules import Rules
from syncd.engine.cycle import Cycle


@click.command("stale", help=help_of(__doc__))
@click.option("--top", default=30, show_default=True, help="How many; 0 shows all.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def command(config: Path, top: int, as_json: bool) -> None:
    with opened(config, write=False) as world:
        decision = Cycle(world).decision(remember=False)
        found, rules = stale(decision.ranked, decision.as_of), world.rules
    if as_json:
        click.echo(json.dumps([_json(one) for one in found[: top or None]], ensure_ascii=False, indent=2))
        return
    console = out()
    if not found:
        console.print(_nothing(rules))
        return
    shown = found[: top or None]
    console.print(_table(shown))
    more = f", {count(len(found) - len(shown), 'more', 'more')} with --top 0" if len(shown) < len(found) else ""
    console.print(
        f"[dim]{count(len(found), 'issue')} to look at again{more}; setting a value anew, or any other change to the "
        "issue by a person, renews it[/]"
    )


def _nothing(rules: Rules) -> str:
    limits = [f"{fact.name} after {fact.expires_days} days" for fact in rules.facts.values() if fact.expires_days]
    if limits:
        return f"Every answer is young enough ({', '.join(limits)})."
    return "No fact expires: write `expires: 90 days` under a fact in scoring.yaml that people should look at again."


def _table(found: tuple[Stale, ...]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("#", justify="right", style="dim")
    table.add_column("issue", no_wrap=True, min_width=8)
    table.add_column("title", no_wrap=True, overflow="ellipsis")
    table.add_column("please look again at", overflow="fold")
    table.add_column("untouched", justify="right", no_wrap=True, min_width=9)
    table.add_column("ask", no_wrap=True, overflow="ellipsis")
    for one in found:
        answers = ", ".join(f"{each.fact} {each.shown}" for each in one.expired)
        who = Text(cut(" or ".join(one.ask), 32)) if one.ask else Text("nobody is named", "yellow")
        table.add_row(
            str(one.row.rank),
            one.item.key,
            Text(cut(one.item.title, 50)),
            Text(answers),
            f"{one.idle_days:,} days",
            who,
        )
    return table


def _json(one: Stale) -> dict[str, object]:
    return {
        "rank": one.row.rank,
        "key": one.item.key,
        "url": one.item.url,
        "source": one.item.ref.source,
        "title": one.item.title,
        "score": one.row.score,
        "expired": [
            {"fact": each.fact, "value": each.shown.strip("“”"), "origin": each.origin} for each in one.expired
        ],
        "untouched_since": one.since.isoformat(),
        "untouched_days": one.idle_days,
        "assignees": list(one.item.assignees),
        "reporter": one.item.reporter,
    }
