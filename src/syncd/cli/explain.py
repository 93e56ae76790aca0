"""`syncd explain KEY`: the receipt of an issue's score and rank, from the mirror; asks no source.

\b
  syncd explain PAY-128                      why it has its score
  syncd explain PAY-128 --above SHOP-74      why it stands above another
  syncd explain PAY-128 --since 2026-11-20   why it moved; also 7d, yesterday, or a run
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click
from rich.console import Console

from syncd.cli.exits import Failure
from syncd.cli.help import help_of
from syncd.cli.named import named
from syncd.cli.render import above as above_render
from syncd.cli.render import receipt as render
from syncd.cli.render import since as since_render
from syncd.cli.render import voices as voices_render
from syncd.cli.render.sparkline import history_json, show_history
from syncd.cli.render.terminal import harmless
from syncd.cli.render.values import out
from syncd.cli.session import opened
from syncd.connector.registry import connectors
from syncd.core.backlog import BacklogItem, Ranked
from syncd.core.decide import Decision, explain
from syncd.core.reports.above import above
from syncd.core.reports.voices import latest
from syncd.engine.cycle import Cycle
from syncd.engine.memory.movement import NothingKept, Since, explain_since, line_of_days, rereading
from syncd.engine.world import World

T = TypeVar("T")


@click.command("explain", help=help_of(__doc__))
@click.argument("key")
@click.option("--above", "below", metavar="KEY2", help="Why it stands above this one.")
@click.option("--since", metavar="RUN|DATE", help="Why it moved since then: the rules, its own inputs, or others.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for scripts.")
@click.option("--markdown", "as_markdown", is_flag=True, help="As Markdown, for a chat or a pull request.")
@click.pass_obj
def command(config: Path, key: str, below: str | None, since: str | None, as_json: bool, as_markdown: bool) -> None:
    if below is not None and since is not None:
        raise click.UsageError("--above and --since are two questions; ask one after the other")
    with opened(config, write=False) as world:
        cycle = Cycle(world)
        decision = cycle.decision(remember=False)
        items = list(cycle.items.items.values())
        item = named(key, items, cycle.items.problems)
        if below is not None:
            pair = _pair(decision, item, named(below, items, cycle.items.problems))
            backlog = pair[0].backlog
            found = above(*pair, decision.of(backlog), world.rules.of(backlog))
            _tell(as_json, as_markdown, found, above_render.as_json, above_render.as_markdown, above_render.show)
            return
        days = world.store.memory.history(decision.primary_of.get(item.ref, item.ref))
        if since is not None:
            moved = _since(config, world, decision, item, since), line_of_days(days, decision.as_of)
            _tell(as_json, as_markdown, moved, since_render.as_json, since_render.as_markdown, since_render.show)
            return
        receipt = explain(decision, world.rules, item.ref)
    primary = decision.primary_of.get(item.ref, item.ref)
    ranked = next((row for row in decision.ranked if row.work.ref == primary), None)
    left = decision.left_alone(decision.works[primary])
    voices = latest(decision.hearing, ranked)
    if as_json:
        skipped = [
            {"key": s.key, "slot": s.slot, "live": s.live, "wanted": s.wanted, "because": s.because} for s in left
        ]
        told = {**render.as_json(receipt, ranked, item), "left_alone": skipped, "history": history_json(days)}
        if decision.hearing is not None:
            told["voices"] = voices_render.work_json(ranked, voices[: voices_render.FEW])
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    elif as_markdown:
        total = len(decision.of(ranked.backlog).ranked) if ranked else 0
        click.echo(harmless(render.as_markdown(receipt, ranked, item, world.rules.policy, total)))
    else:
        others = decision.of(ranked.backlog).ranked if ranked else ()
        render.show(out(), receipt, ranked, item, world.rules, others, left)
        show_history(out(), line_of_days(days, decision.as_of))
        voices_render.show_few(out(), item.key, ranked, voices)


def _tell(
    as_json: bool,
    as_markdown: bool,
    found: T,
    to_json: Callable[[T], object],
    to_markdown: Callable[[T], str],
    show: Callable[[Console, T], None],
) -> None:
    if as_json:
        click.echo(json.dumps(to_json(found), ensure_ascii=False, indent=2))
    elif as_markdown:
        click.echo(harmless(to_markdown(found)))
    else:
        show(out(), found)


def _unranked(item: BacklogItem) -> str:
    return "no backlog of scoring.yaml takes it" if item.status.open else f"it is {item.status.value}"


def _since(config: Path, world: World, decision: Decision, item: BacklogItem, since: str) -> Since:
    if decision.primary_of.get(item.ref) not in decision.scores:
        raise Failure(f"{item.key} has no rank that could move: {_unranked(item)}")
    reread = rereading(config, os.environ, connectors())
    try:
        return explain_since(
            world.store, item.ref, since, decision, world.rules, world.loaded.texts, reread, world.clock()
        )
    except NothingKept as nothing:
        raise Failure(str(nothing)) from None


def _pair(decision: Decision, upper: BacklogItem, lower: BacklogItem) -> tuple[Ranked, Ranked]:
    """Both as ranked work, in the order that was asked for."""
    refs = [decision.primary_of.get(item.ref, item.ref) for item in (upper, lower)]
    if refs[0] == refs[1]:
        raise Failure(f"{upper.key} and {lower.key} are the same work; `syncd explain {upper.key}` explains its place")
    places = {row.work.ref: row for row in decision.ranked if row.work.ref in refs}
    for ref, item in zip(refs, (upper, lower), strict=True):
        if ref not in places:
            raise Failure(f"{item.key} has no rank to compare: {_unranked(item)}")
    first, second = places[refs[0]], places[refs[1]]
    if first.backlog != second.backlog:
        raise Failure(
            f"{upper.key} is in the backlog {first.backlog} and {lower.key} in {second.backlog}: "
            "two backlogs have scores of their own, and no common order"
        )
    if first.rank > second.rank:
        raise Failure(
            f"{upper.key} (rank {first.rank}) stands below {lower.key} (rank {second.rank}); ask the other way around: "
            f"syncd explain {lower.key} --above {upper.key}"
        )
    return first, second
