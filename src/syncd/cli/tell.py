"""`syncd tell [NAME]`: what the receivers of messages would be told now, and what they were told; --try sends a test.

Receivers stand under `tell:` in syncd.yaml. Asks no source, and sends nothing without --try.

\b
  syncd tell                            who is told what
  syncd tell team --try                 send a test message, and say what came back
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from syncd.cli.exits import Exit, Failure
from syncd.cli.help import help_of
from syncd.cli.render.values import count, out
from syncd.cli.session import clock, opened, read_configuration
from syncd.config.load import Loaded
from syncd.config.sources.receivers import Receiver
from syncd.core.expressions.guess import did_you_mean
from syncd.core.telling.notices import About, Notice
from syncd.core.telling.subjects import span
from syncd.engine.cycle import Cycle
from syncd.engine.telling.preview import Preview, preview, try_it

NONE = "nobody is told anything; name a receiver in syncd.yaml: tell: {team: {url: {env: SLACK_WEBHOOK}, form: slack}}"


@click.command("tell", help=help_of(__doc__))
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option("--try", "test", is_flag=True, help="Send a test message, and say what came back.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for scripts.")
@click.pass_obj
def command(config: Path, names: tuple[str, ...], test: bool, as_json: bool) -> None:
    loaded = read_configuration(config)
    chosen = _chosen(loaded, names)
    if test:
        _try(loaded, chosen, as_json)
        return
    if not chosen:
        click.echo("[]" if as_json else NONE)
        return
    with opened(config, write=False) as world:
        now = world.clock()
        reports = any(About.HORIZONS in one.terms.about for one in chosen)
        decision = Cycle(world).decision(remember=False) if reports else None
        found = [preview(world, one, decision) for one in chosen]
    if as_json:
        click.echo(json.dumps([_json(one) for one in found], ensure_ascii=False, indent=2))
        return
    console = out()
    console.print(_table(found, now))
    for one in found:
        _would(console, one)
        _last(console, one, now)


def _chosen(loaded: Loaded, names: Sequence[str]) -> tuple[Receiver, ...]:
    known = {one.name: one for one in loaded.receivers}
    for name in names:
        if name not in known:
            there = f"there are {', '.join(known)}" if known else NONE
            raise Failure(f"there is no receiver {name}{did_you_mean(name, known)}; {there}", Exit.USAGE)
    return tuple(known[name] for name in names) or loaded.receivers


def _try(loaded: Loaded, chosen: Sequence[Receiver], as_json: bool) -> None:
    if not chosen:
        raise Failure(NONE, Exit.USAGE)
    outcomes = {one.name: try_it(one, loaded.settings.public_url, clock()) for one in chosen}
    failed = {name: outcome.problem for name, outcome in outcomes.items() if outcome.problem is not None}
    if as_json:
        said = [{"receiver": name, "problem": one.problem, "said": one.said} for name, one in outcomes.items()]
        click.echo(json.dumps(said, ensure_ascii=False, indent=2))
    else:
        console = out()
        for name, outcome in outcomes.items():
            mark = Text("✗ ", "red") if outcome.problem else Text("✓ ", "green")
            console.print(mark.append(outcome.problem or f"{name} took a test message ({outcome.said})", "default"))
    if failed:
        raise Failure(f"{count(len(failed), 'receiver')} did not take a test message")


def _table(found: Sequence[Preview], now: datetime) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name in ("receiver", "form", "about", "sources", "state", "last arrived"):
        table.add_column(name, overflow="fold", no_wrap=name in ("receiver", "form"))
    for one in found:
        text = one.receiver.text
        arrived = one.arrival.arrived
        table.add_row(
            Text(one.receiver.name),
            text.form.value,
            ", ".join(text.about),
            Text(", ".join(text.sources) or "all"),
            _state(one),
            f"{span((now - arrived).total_seconds())} ago" if arrived is not None else "never",
        )
    return table


def _state(one: Preview) -> Text:
    if one.arrival.problem is not None:
        since = f" since {one.arrival.failing_since:%d %b, %H:%M} UTC" if one.arrival.failing_since else ""
        return Text(f"does not arrive{since}: {one.arrival.problem}", "red")
    if one.rests is not None:
        until = one.rests.until
        zone = one.receiver.terms.quiet
        return Text(
            f"quiet until {until.astimezone(zone.zone):%a %H:%M} ({zone.zone_name})" if until else "quiet", "yellow"
        )
    return Text("works" if one.arrival.arrived is not None else "new", "green" if one.arrival.arrived else "dim")


def _would(console: Console, one: Preview) -> None:
    when = "after its quiet hours" if one.rests is not None else "with the next cycle of `syncd run`"
    if not one.would:
        console.print(Text.assemble("\n", (one.receiver.name, "bold"), ": nothing is to be told"))
        return
    console.print(Text.assemble("\n", (one.receiver.name, "bold"), f" would be told {when}:"))
    for notice in one.would:
        _notice(console, notice)


def _notice(console: Console, notice: Notice) -> None:
    console.print(Text(f"  {notice.headline}", "yellow"), soft_wrap=True)
    for reason in notice.reasons:
        console.print(Text(f"    {reason}"), soft_wrap=True)
    for line in notice.lines:
        because = f" ({line.because})" if line.because else ""
        title = f" {line.title}" if line.title else ""
        console.print(
            Text.assemble("    ", (line.key, "bold"), f"{title}: {line.what}", (because, "dim")), soft_wrap=True
        )
    if notice.lines and notice.more > 0:
        console.print(Text(f"    and {notice.more:,} more", "dim"))
    if notice.command is not None:
        console.print(Text(f"    {notice.command}", "bold"), soft_wrap=True)


def _last(console: Console, one: Preview, now: datetime) -> None:
    if one.last:
        console.print(Text.assemble((one.receiver.name, "bold"), " was told:"))
    for row in one.last:
        ago = span((now - (row.at or row.since)).total_seconds())
        console.print(Text.assemble((f"  {ago} ago  ", "dim"), row.headline), soft_wrap=True)


def _json(one: Preview) -> dict[str, object]:
    text, arrival = one.receiver.text, one.arrival
    return {
        "receiver": one.receiver.name,
        "form": text.form.value,
        "about": [about.value for about in text.about],
        "sources": list(text.sources) or None,
        "arrived": _moment(arrival.arrived),
        "problem": arrival.problem,
        "failing_since": _moment(arrival.failing_since),
        "quiet": one.rests is not None,
        "quiet_until": _moment(one.rests.until) if one.rests is not None else None,
        "would": [
            {
                "subject": notice.subject,
                "about": notice.about,
                "event": notice.event.value,
                "headline": notice.headline,
                "command": notice.command,
            }
            for notice in one.would
        ],
        "told": [{"at": _moment(row.at), "headline": row.headline, "times": row.times} for row in one.last],
    }


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment is not None else None
