"""`syncd pins`: everything that people decided: places where their value stands, or that they emptied. Asks no source.

\b
  syncd pins                 each place, who decided, and what syncd would write
  syncd pins --json
"""

from __future__ import annotations

import json
from pathlib import Path

import click
from rich.text import Text

from syncd.cli.help import help_of
from syncd.cli.render.columns import Column, fitted
from syncd.cli.render.values import count, out, value
from syncd.cli.session import opened
from syncd.core.permission.authors import Author, Word
from syncd.engine.cycle import Cycle
from syncd.engine.permits.pins import Theirs, pinned


@click.command("pins", help=help_of(__doc__))
@click.option("--json", "as_json", is_flag=True, help="As JSON, for scripts.")
@click.pass_obj
def command(config: Path, as_json: bool) -> None:
    with opened(config, write=False) as world:
        found = pinned(world, Cycle(world).items)
    if as_json:
        click.echo(json.dumps([_as_json(one) for one in found], ensure_ascii=False, indent=2))
        return
    if not found:
        click.echo("people decided nothing: every place is syncd's to write, or has nothing of it yet")
        return
    console = out()
    columns = [
        Column("issue", [one.key for one in found]),
        Column("title", [one.title for one in found], style="dim", least=12, spare=2),
        Column("slot", [one.slot for one in found]),
        Column("theirs", [Text(value(one.live), "cyan") for one in found], least=12),
        Column("ours was", [_ours(one) for one in found], least=12, spare=1),
        Column("by", [_who(one) for one in found], least=14),
        Column("since", [_since(one) for one in found], spare=3),
    ]
    console.print(fitted(columns, console.width))
    console.print(f"\n{count(len(found), 'place')}; hand one back with `syncd release KEY [SLOT]`")


def _since(one: Theirs) -> str:
    """When a single value changed is only asked where bots are listed; else it lies between our last write and the issue's
    last change."""
    if one.author is not None and one.author.at is not None:
        return f"{one.author.at:%Y-%m-%d %H:%M}"
    if one.after is None:
        return "before syncd"
    return f"after {one.after:%Y-%m-%d %H:%M}"


def _ours(one: Theirs) -> Text:
    return Text(value(one.ours)) if one.after is not None else Text("–", "dim")


def _who(one: Theirs) -> Text:
    if one.author is None or not one.author.name:
        return Text("a person", "dim")
    if one.author.word is Word.FOUGHT:
        return Text(f"{one.author.name} (fights)", "yellow")
    return Text(one.author.name, "dim" if one.author.word is Word.UNTOLD else "")


def _as_json(one: Theirs) -> dict[str, object]:
    return {
        "source": one.ref.source,
        "key": one.key,
        "title": one.title,
        "slot": one.slot,
        "place": one.place,
        "theirs": one.live,
        "ours_was": one.ours,
        "after": one.after.isoformat() if one.after is not None else None,
        "issue_changed": one.by.isoformat(),
        "author": _author(one.author) if one.author is not None else None,
    }


def _author(author: Author) -> dict[str, object]:
    at = author.at.isoformat() if author.at is not None else None
    return {"name": author.name or None, "at": at, "counts_as": author.word.value, "rewrites": author.rewrites}
