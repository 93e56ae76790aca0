"""Why a piece of work moved: three steps that add up, and what is behind each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from syncd.cli.render.columns import Column
from syncd.cli.render.columns import show as show_columns
from syncd.cli.render.sparkline import history_json, lines_of, show_history
from syncd.cli.render.values import count, cut, number, score
from syncd.core.reports.changes import ChangedInput
from syncd.core.reports.movement import Neighbor, Stand
from syncd.engine.memory.movement import Since
from syncd.store.memory import Day

NAMED = 8
"""Neighbors that are told by name; the rest is counted, and in --json."""

Told = tuple[Since, Sequence[Day]]


def show(console: Console, told: Told) -> None:
    found, days = told
    moved = found.movement
    item = moved.work.primary
    console.print(f"[bold]{escape(item.key)}[/]  {escape(item.title)}")
    if moved.backlog:
        console.print(f"  in the backlog [bold]{escape(moved.backlog)}[/]")
    console.print(f"  {escape(_headline(found))}\n")
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for header, right in (("  step", False), ("score", True), ("", True), ("rank", True), ("", True)):
        table.add_column(header, justify="right" if right else "left", no_wrap=True)
    table.add_column("because of", overflow="fold")
    for name, stand, points, places, because in _steps(found):
        table.add_row(f"  {name}", score(stand.score), points, str(stand.rank), places, Text(because))
    console.print(table)
    _show_inputs(console, found)
    _show_rules(console, found)
    for title, some in (("Overtook it", moved.overtook), ("Fell behind it", moved.fell_behind)):
        _show_neighbors(console, title, some)
    if lines_of(days):
        console.print()
        show_history(console, days)


def _show_inputs(console: Console, found: Since) -> None:
    if not found.movement.inputs:
        return
    console.print("\n[bold]Its own inputs[/]")
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    for right in (False, False, True, False):
        table.add_column(justify="right" if right else "left", overflow="fold")
    for change in found.movement.inputs:
        where = Text(_where(found, change), "dim")
        table.add_row(f"  {change.name}", Text(_change(change)), _points(change.points), where)
    console.print(table)


def _show_rules(console: Console, found: Since) -> None:
    if not found.files and not found.measured:
        return
    console.print("\n[bold]The rules[/]")
    for file in found.files:
        console.print(f"  {file.name}" + ("" if file.lines else " changed"))
        for line in file.lines[:NAMED]:
            console.print(f"    [{'red' if line[0] == '−' else 'green'}]{escape(line)}[/]")
        if len(file.lines) > NAMED:
            console.print(f"    [dim]{count(len(file.lines) - NAMED, 'more line')}; all of them with --json[/]")
    for name, before, after in found.measured:
        console.print(f"  {escape(name)} measured {_number(before)} → {_number(after)}")
    if not found.rules_readable:
        console.print("  [yellow]the rules of then cannot be read any more, so their part is not told apart[/]")


def _show_neighbors(console: Console, title: str, some: Sequence[Neighbor]) -> None:
    if not some:
        return
    console.print(f"\n[bold]{title}[/]")
    named = some[:NAMED]
    columns = [
        Column("", [one.key for one in named]),
        Column("", [one.title for one in named], least=16),
        Column("", [f"rank {_pair(one)[0]}" for one in named], right=True),
        Column("", [f"score {_pair(one)[1]}" for one in named], right=True),
        Column("", [one.because for one in named], style="dim", least=16, folds=True),
    ]
    show_columns(console, columns, indent=2, header=False)
    if len(some) > NAMED:
        console.print(f"  [dim]and {count(len(some) - NAMED, 'other', 'others')}; all of them with --json[/]")


def _headline(found: Since) -> str:
    moved = found.movement
    whole = sum(moved.places)
    places = f"{count(abs(whole), 'place')} {'up' if whole > 0 else 'down'}" if whole else "the same place"
    return (
        f"since {found.moment.words}: rank {moved.then.rank} → {moved.now.rank}, {places}; "
        f"score {score(moved.then.score)} → {score(moved.now.score)}"
    )


def _steps(found: Since) -> Iterator[tuple[str, Stand, str, str, str]]:
    moved = found.movement
    yield "then", moved.then, "", "", ""
    points = moved.points or (None, None, None)
    rules, inputs, others = _becauses(found)
    stands = (moved.by_rules, moved.by_inputs, moved.now)
    names = ("the rules", "its own inputs", "others")
    for name, stand, gained, places, because in zip(
        names, stands, points, moved.places, (rules, inputs, others), strict=True
    ):
        arrow = "" if not places else f"{'↑' if places > 0 else '↓'}{abs(places)}"
        yield name, stand, _points(gained), arrow, because


def _becauses(found: Since) -> tuple[str, str, str]:
    moved = found.movement
    rules = ", ".join([file.name for file in found.files] + [name for name, _, _ in found.measured])
    inputs = ", ".join(change.name for change in moved.inputs)
    sides = []
    if moved.overtook:
        sides.append(f"{len(moved.overtook)} overtook it")
    if moved.fell_behind:
        sides.append(f"{len(moved.fell_behind)} fell behind it")
    return rules or "unchanged", inputs or "unchanged", ", ".join(sides) or "nobody passed it"


def _points(points: Decimal | None) -> str:
    if points is None:
        return ""
    return "0" if not points else f"{points:+.4g}".replace("-", "−")


def _change(change: ChangedInput) -> str:
    if not change.before and not change.after:
        return "changed"
    return f"{change.before or 'without'} → {change.after or 'without'}"


def _where(found: Since, change: ChangedInput) -> str:
    seen = found.seen.get(change.name)
    return ", ".join(part for part in (change.origin, f"seen {seen:%Y-%m-%d %H:%M}" if seen else "") if part)


def _pair(one: Neighbor) -> tuple[str, str]:
    def shown(before: str, after: str) -> str:
        return before if before == after else f"{before} → {after}"

    ranks = [str(stand.rank) if stand else "–" for stand in (one.before, one.after)]
    scores = [score(stand.score) if stand else "–" for stand in (one.before, one.after)]
    return shown(*ranks), shown(*scores)


def _number(value: float | None) -> str:
    return "–" if value is None else number(value)


def as_json(told: Told) -> dict[str, object]:
    found, days = told
    moved = found.movement
    points, places = moved.points, moved.places
    return {
        "key": moved.work.primary.key,
        "title": moved.work.primary.title,
        "url": moved.work.primary.url,
        "backlog": moved.backlog or None,
        "since": {"moment": found.moment.at.isoformat(), "words": found.moment.words},
        "score": {
            "before": moved.then.score,
            "after": moved.now.score,
            "change": None if points is None else float(sum(points)),
            "rules": None if points is None else float(points[0]),
            "own_inputs": None if points is None else float(points[1]),
            "others": None if points is None else float(points[2]),
        },
        "rank": {
            "before": moved.then.rank,
            "after": moved.now.rank,
            "places_up": sum(places),
            "rules": places[0],
            "own_inputs": places[1],
            "others": places[2],
        },
        "inputs": [
            {
                "name": change.name,
                "before": change.before,
                "after": change.after,
                "origin": change.origin,
                "points": None if change.points is None else float(change.points),
                "seen": found.seen[change.name].isoformat() if change.name in found.seen else None,
            }
            for change in moved.inputs
        ],
        "rules": {
            "files": [{"name": file.name, "lines": list(file.lines)} for file in found.files],
            "measured": [{"id": name, "before": old, "after": new} for name, old, new in found.measured],
            "readable": found.rules_readable,
        },
        "overtook": [_neighbor_json(one) for one in moved.overtook],
        "fell_behind": [_neighbor_json(one) for one in moved.fell_behind],
        "history": history_json(days),
    }


def _neighbor_json(one: Neighbor) -> dict[str, object]:
    def stand(at: Stand | None) -> dict[str, object] | None:
        return None if at is None else {"rank": at.rank, "score": at.score}

    return {
        "key": one.key, "title": one.title, "because": one.because, "before": stand(one.before), "after": stand(one.after),
    }  # fmt: skip


def as_markdown(told: Told) -> str:
    found, days = told
    moved = found.movement
    lines = [f"**{moved.work.primary.key}** {_safe(moved.work.primary.title)}: {_safe(_headline(found))}", ""]
    lines += ["| step | score | | rank | | because of |", "|---|--:|--:|--:|--:|---|"]
    for name, stand, points, places, because in _steps(found):
        lines.append(f"| {name} | {score(stand.score)} | {points} | {stand.rank} | {places} | {_safe(because)} |")
    if moved.inputs:
        lines += ["", "**Its own inputs**", ""]
        for change in moved.inputs:
            where = _where(found, change)
            told_points = f": {_points(change.points)}" if change.points else ""
            lines.append(
                f"- {change.name} {_safe(_change(change))}{told_points}" + (f" ({_safe(where)})" if where else "")
            )
    if found.files or found.measured:
        lines += ["", "**The rules**", ""]
        lines += [f"- {name} measured {_number(old)} → {_number(new)}" for name, old, new in found.measured]
        for file in found.files:
            lines.append(f"- {file.name}")
            if file.lines:
                lines += ["", "  ```diff", *(f"  {'-' if x[0] == '−' else '+'}{x[1:]}" for x in file.lines[:NAMED])]
                lines += ["  ```"]
    for title, some in (("Overtook it", moved.overtook), ("Fell behind it", moved.fell_behind)):
        if some:
            lines += ["", f"**{title}**", ""]
            lines += [
                f"- {one.key} {_safe(cut(one.title, 80))}: rank {_pair(one)[0]}, score {_pair(one)[1]} ({_safe(one.because)})"
                for one in some[:NAMED]
            ]
            if len(some) > NAMED:
                lines.append(f"- and {count(len(some) - NAMED, 'other', 'others')}")
    for name, line, ends in lines_of(days):
        lines += ["", f"{name} `{line}` {ends}"]
    return "\n".join(lines)


def _safe(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")
