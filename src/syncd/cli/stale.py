"""`syncd stale`: work whose answers expired, by rank, and who could give new ones; asks no source.

\b
  syncd stale                what to ask for anew, the most important first
  syncd stale --limit 0      all of it
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click
from rich.text import Text

from syncd.cli.help import help_of
from syncd.cli.limit import limit_option
from syncd.cli.render.columns import Column, show
from syncd.cli.render.values import count, out
from syncd.cli.session import opened
from syncd.cli.several import chosen, mixed, of_option
from syncd.core.reports.stale import Stale, stale
from syncd.core.rules import Rules
from syncd.engine.cycle import Cycle


@click.command("stale", help=help_of(__doc__))
@limit_option(30, "How many", "--top", "top")
@of_option
@click.option("--json", "as_json", is_flag=True, help="As JSON, for scripts.")
@click.pass_obj
def command(config: Path, top: int, backlog: str | None, as_json: bool) -> None:
    with opened(config, write=False) as world:
        decision = chosen(Cycle(world).decision(remember=False), world.rules, backlog)
        found, rules = stale(decision.ranked, decision.as_of), world.rules
    if as_json:
        click.echo(json.dumps([_json(one) for one in found[: top or None]], ensure_ascii=False, indent=2))
        return
    console = out()
    if not found:
        console.print(_nothing(rules))
        return
    shown = found[: top or None]
    show(console, _columns(shown, mixed(decision)))
    more = f", {count(len(found) - len(shown), 'more', 'more')} with --limit 0" if len(shown) < len(found) else ""
    console.print(
        f"[dim]{count(len(found), 'issue')} to look at again{more}; setting a value anew, or any other change to the "
        "issue by a person, renews it[/]"
    )


def _nothing(rules: Rules) -> str:
    limits = [f"{fact.name} after {fact.expires_days} days" for fact in rules.facts.values() if fact.expires_days]
    if limits:
        return f"Every answer is young enough ({', '.join(limits)})."
    return "No fact expires: write `expires: 90 days` under a fact in scoring.yaml that people should look at again."


def _columns(found: Sequence[Stale], several: bool) -> list[Column]:
    asks = [Text(" or ".join(one.ask)) if one.ask else Text("nobody is named", "yellow") for one in found]
    backlog = Column("backlog", [one.row.backlog for one in found])
    return [
        *([backlog] if several else []),
        Column("#", [str(one.row.rank) for one in found], right=True, style="dim"),
        Column("issue", [one.item.key for one in found]),
        Column("title", [one.item.title for one in found], least=14),
        Column("please look again at", [_answers(one) for one in found], least=14, folds=True),
        Column("untouched", [f"{one.idle_days:,} days" for one in found], right=True),
        Column("ask", asks, least=14, folds=True),
    ]


def _answers(one: Stale) -> str:
    return ", ".join(f"{each.fact} {each.shown}" for each in one.expired)


def _json(one: Stale) -> dict[str, object]:
    return {
        "backlog": one.row.backlog or None,
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
