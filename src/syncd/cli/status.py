"""`syncd status`: each source's last success, what waits and why, and the problems; asks no source.

\b
  syncd status               one line a source
  syncd status --problems    and each problem with its remedy
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import click
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from syncd.cli.help import help_of
from syncd.cli.render.plan import headline
from syncd.cli.render.values import count, out
from syncd.cli.session import clock, opened
from syncd.engine.measuring import known as measures
from syncd.engine.pacing.limits import Pause
from syncd.engine.permits import holds
from syncd.engine.permits.approvals import lifetime, told
from syncd.engine.world import World
from syncd.store.telling import Arrival

LONG = timedelta(minutes=5)
"""Without a look at any source."""
_STYLES = {"works": "green", "paused": "yellow", "held": "yellow", "broken": "red"}


@click.command("status", help=help_of(__doc__))
@click.option("--problems", is_flag=True, help="List every problem with its remedy.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for scripts.")
@click.pass_obj
def command(config: Path, problems: bool, as_json: bool) -> None:
    with opened(config, write=False) as world:
        found = {name: _one(world, name) for name in world.sources}
        leases = world.store.leases.all() if world.store.path is None else None
        if leases is not None:
            for name, one in found.items():
                one["replica"] = leases[name].owner if name in leases else None
        listed = world.store.problems.all()
        if as_json:
            click.echo(json.dumps(found, ensure_ascii=False, indent=2, default=_written))
            return
        console = out()
        table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
        shared = ("replica",) if leases is not None else ()
        for name in ("source", "state", "last success", "issues", "plan", *shared, "waits for"):
            table.add_column(name, overflow="fold", no_wrap=name in ("source", "state", "last success"))
        for name, one in found.items():
            style = _STYLES.get(str(one["state"]), "dim")
            plan = str(one["plan"])
            waits = str(one["problem"] or one["held"] or one["paused"] or one["waits_for"] or "")
            table.add_row(
                escape(name),
                Text(str(one["state"]), style),
                _ago(one["last_success"]),
                f"{one['issues']:,}",
                plan,
                *([str(one["replica"] or "nobody's")] if leases is not None else ()),
                Text(waits),
            )
        console.print(table)
        if (silence := _silence(world, found)) is not None:
            console.print(f"\n[yellow]{silence}[/]")
        for name, one in found.items():
            for sentence in cast(list[str], one["approvals"]):
                console.print(f"\n{escape(name)}: {escape(sentence)}")
        if proofs := list(_orders(found)):
            console.print("", *proofs, sep="\n")
        for measure, state in measures.problems(world.store, world.loaded.measures):
            since = f"{state.failing_since:%Y-%m-%d %H:%M}" if state.failing_since is not None else "now"
            console.print(
                f"\n[red]not measured[/] {escape(measure.key_result)} since {since}: {escape(state.problem or '')} "
                f"[dim]try it with `syncd measure {escape(measure.key_result)}`[/]"
            )
        arrivals = world.store.telling.arrivals()
        for receiver in (one.name for one in world.loaded.receivers):
            if (arrival := arrivals.get(receiver, Arrival())).problem is not None:
                since = f"{arrival.failing_since:%Y-%m-%d %H:%M}" if arrival.failing_since is not None else "now"
                console.print(
                    f"\n[red]not told[/] {escape(receiver)} since {since}: {escape(arrival.problem)} "
                    f"[dim]try it with `syncd tell {escape(receiver)} --try`[/]"
                )
        if listed and not problems:
            codes = Counter(problem.code for problem in listed)
            kinds = ", ".join(f"{code} {n}" for code, n in codes.most_common())
            console.print(f"\n{count(len(listed), 'problem')} ({kinds}): see `syncd status --problems`")
        for problem in listed if problems else ():
            mark = "[red]left out[/]" if problem.excludes else "[yellow]noted[/]"
            console.print(
                f"{mark} {escape(problem.key or problem.source)}: {escape(problem.message)} [dim]{escape(problem.remedy)}[/]"
            )


def _written(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _one(world: World, name: str) -> dict[str, object]:
    state = world.store.sources.get(name)
    stored = world.store.plans.latest(name)
    now = clock()
    pause = None
    if state.paused_until is not None and state.paused_until > now:
        pause = Pause(state.paused_until, state.paused_because or "a limit")
    hold = holds.in_force(world.store, name)
    words = {"broken": state.problem, "held": hold, "paused": pause, "new": state.last_attempt is None, "works": True}
    word = next(word for word, true in words.items() if true)
    return {
        "state": word,
        "last_success": state.last_success,
        "last_attempt": state.last_attempt,
        "issues": world.store.mirror.count(name),
        "problem": state.problem if word == "broken" else None,
        "paused": pause.sentence(now) if pause is not None else None,
        "held": str(hold) if hold is not None else None,
        "plan": headline(stored.plan) if stored else "none yet",
        "digest": stored.digest if stored else None,
        "waiting": stored.waiting_digest if stored else None,
        "waits_for": "; ".join(stored.because) or None if stored else None,
        "approved": [
            {
                "digest": one.digest,
                "by": one.by,
                "at": one.at,
                "expires": one.at + lifetime(world),
                "writes": one.writes,
                "left": one.left,
            }
            for one in world.store.approvals.listed(name)
            if one.left and one.at + lifetime(world) > now
        ],
        "approvals": told(world, name, now),
        "order": _last_orders(world, name),
    }


def _silence(world: World, found: Mapping[str, Mapping[str, object]]) -> str | None:
    """What is only seen by what is missing: a daemon that does not run, or whose cycles fail as a whole."""
    looks = [moment for one in found.values() if isinstance(moment := one["last_attempt"], datetime)]
    if not looks or clock() - max(looks) < max(LONG, 5 * world.loaded.settings.poll):
        return None
    return (
        f"No source was looked at since {_ago(max(looks)).removesuffix(' ago')}: where `syncd run` should be at work, its "
        "log says why."
    )


def _last_orders(world: World, name: str) -> Mapping[str, Mapping[str, Any]]:
    """What the last run that looked at this source said of its native orders, by scope."""
    for run in world.store.runs.last(50):  # replicas each have runs of their own
        summary = run.summary.get(name) if run.summary else None
        if isinstance(summary, dict) and "order" in summary:
            return cast(Mapping[str, Mapping[str, Any]], summary["order"])
    return {}


def _orders(found: Mapping[str, Mapping[str, object]]) -> Iterator[Text]:
    """One line a native order that is kept: whether it says what the one backlog says."""
    for name, one in found.items():
        for scope, proof in cast(Mapping[str, Mapping[str, Any]], one["order"]).items():
            line = Text(f"{name}: the order of {scope} ", "dim")
            first = proof["first_out"]
            if first is None:
                line.append(f"is that of the backlog ({count(proof['issues'], 'issue')} compared)", "green")
            else:
                line.append(
                    f"is not that of the backlog: {first[0]} stands above {first[1]}, which ranks higher", "yellow"
                )
            yield line


def _ago(moment: object) -> str:
    if not isinstance(moment, datetime):
        return "never"
    seconds = max(0, int((clock() - moment).total_seconds()))
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit} ago"
    return f"{seconds} s ago"
