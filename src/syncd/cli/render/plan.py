"""A plan as a diff that people can read: per issue old → new, with the reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from syncd.cli.render.values import count, cut, value
from syncd.core.issue import FieldValue
from syncd.core.plan import Change, Plan, Relabel, SetField, SetNote
from syncd.core.safety.noise import Cost
from syncd.core.writing.note import summary


@dataclass(frozen=True, slots=True)
class PlanView:
    """A plan and what it waits for (None: nothing)."""

    plan: Plan
    waits_for: str | None
    waiting: Plan | None = None
    """The part that a person may approve; None: nothing waits for one."""
    cost: Cost | None = None

    @property
    def approvable(self) -> str | None:
        """The digest to approve."""
        return None if self.waiting is None or self.waiting.empty else self.waiting.digest


def headline(plan: Plan) -> str:
    """`213 issues to edit, 12 moves, 3 skipped`"""
    if plan.empty and not plan.skips:
        return "nothing to write"
    moves = sum(len(moves) for moves in plan.moves.values())
    parts = [count(len({edit.ref for edit in plan.edits}), "issue") + " to edit"]
    if plan.new_notes:
        parts.append(f"{count(plan.new_notes, 'new comment')} (each is a mail to whoever watches the issue)")
    if moves:
        parts.append(count(moves, "move"))
    if plan.skips:
        parts.append(count(len(plan.skips), "place") + " left alone")
    return ", ".join(parts)


def by_kind(plan: Plan) -> str:
    """`score 213, horizon 180, rank 100`"""
    counts = Counter(change.slot for edit in plan.edits for change in edit.changes)
    counts["order"] = sum(len(moves) for moves in plan.moves.values())
    return ", ".join(f"{slot} {n:,}" for slot, n in counts.most_common() if n)


def show(console: Console, views: Sequence[PlanView], *, limit: int) -> None:
    """Prints the plans; at most `limit` issues, moves and skips each per source."""
    for view in views:
        plan = view.plan
        console.print()
        console.print(f"[bold]{escape(plan.source)}[/]  {headline(plan)}  [dim]plan {plan.digest}[/]")
        for slot, said in groups(plan):
            console.print(f"  [dim]{slot:<11}{escape(said)}[/]")
        if plan.edits:
            console.print(_edits(plan, limit))
            _more(console, len(plan.edits) - limit, "issue")
        for scope in sorted(plan.moves):
            moves = plan.moves[scope]
            console.print(f"  [bold]order of {escape(scope)}[/]: {count(len(moves), 'move')}")
            for move in moves[:limit]:
                console.print(
                    f"    {escape(move.key)} → below {escape(move.below_key)}"
                    if move.below_key
                    else f"    {escape(move.key)} → top"
                )
            _more(console, len(moves) - limit, "move")
        if plan.skips:
            console.print(_skips(plan, limit))
            _more(console, len(plan.skips) - limit, "place")
    _summary(console, views)


def _summary(console: Console, views: Sequence[PlanView]) -> None:
    """What is worth knowing before one says yes, where the eye ends up after a long page."""
    told = [view for view in views if not view.plan.empty or view.waits_for]
    if not told:
        return
    console.print("\n[bold]Summary[/]")
    width = max(len(view.plan.source) for view in told)
    for view in told:
        plan = view.plan
        costs = f"; {price(view.cost)}" if view.cost is not None else ""
        console.print(f"  {escape(plan.source):<{width}}  {headline(plan)}{costs}", soft_wrap=True)
        lines = [f"[yellow]waits:[/] {escape(view.waits_for)}"] if view.waits_for else []
        if (digest := view.approvable) is not None:
            part = "" if view.waiting is plan or digest == plan.digest else f" ({headline(view.waiting or plan)})"
            lines.append(f"approve with: [bold]syncd approve {digest}[/]{part}")
        for line in lines:
            console.print(f"  {'':<{width}}  {line}", soft_wrap=True)


def price(cost: Cost) -> str:
    """`225 requests, about 4 min; up to 340 notifications`"""
    told = f"up to {count(cost.notifications, 'notification')}" if cost.notifications else "nobody is notified"
    return f"{count(cost.requests, 'request')}, about {_long(cost.seconds)}; {told}"


def _long(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def groups(plan: Plan) -> list[tuple[str, str]]:
    """For each slot what happens to it: `200 set, 13 changed`, and where values are few, which."""
    kinds: dict[str, Counter[str]] = {}
    values: dict[str, Counter[str]] = {}
    for edit in plan.edits:
        for change in edit.changes:
            before, after = _before_and_after(change)
            word = "set" if not before else "changed" if after else "cleared"
            kinds.setdefault(change.slot, Counter())[word] += 1
            if after and isinstance(after, str) and change.slot in ("horizon", "objective", "key_result"):
                prefix = change.prefix if isinstance(change, Relabel) else ""
                values.setdefault(change.slot, Counter())[cut(after.removeprefix(prefix), 24)] += 1
    moves = sum(len(made) for made in plan.moves.values())
    if moves:
        kinds["order"] = Counter({"moved": moves})
    found = []
    for slot, words in kinds.items():
        said = ", ".join(f"{n:,} {word}" for word, n in words.most_common())
        top = values.get(slot, Counter()).most_common(5)
        said += f" ({', '.join(f'{name} {n:,}' for name, n in top)})" if top else ""
        found.append((slot.replace("_", " "), said))
    return found


def _before_and_after(change: Change) -> tuple[FieldValue, FieldValue]:
    if isinstance(change, Relabel):
        return change.remove, change.add[0] if change.add else None
    return change.before, change.after


def _edits(plan: Plan, limit: int) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name in ("issue", "title", "place", "now", "", "then"):
        table.add_column(name, no_wrap=True, overflow="ellipsis")
    table.add_column("because", style="dim", overflow="fold")
    for edit in plan.edits[:limit]:
        first = True
        for change in edit.changes:
            for place, before, after, style in _rows(change):
                table.add_row(
                    f"  {edit.key}" if first else "",
                    Text(cut(edit.title, 34), "dim") if first else "",
                    place,
                    Text(before, "red" if before != "∅" else "dim"),
                    "→",
                    Text(after, style),
                    change.because,
                )
                first = False
    return table


def _rows(change: Change) -> Iterator[tuple[str, str, str, str]]:
    if isinstance(change, SetField):
        yield change.field, value(change.before), value(change.after), "green" if change.after is not None else "dim"
        return
    if isinstance(change, SetNote):
        before, after = summary(change.before), summary(change.after)
        yield "note", value(before), value(after), "green" if after is not None else "dim"
        return
    removed = ", ".join(change.remove) or "∅"
    added = ", ".join(change.add) or "∅"
    yield f"label {change.prefix}…", removed, added, "green" if change.add else "dim"


def _skips(plan: Plan, limit: int) -> Table:
    table = Table(
        box=None,
        padding=(0, 2, 0, 0),
        header_style="dim",
        title="  left alone",
        title_justify="left",
        title_style="bold",
    )
    for name in ("issue", "place", "there", "", "wanted"):
        table.add_column(name, no_wrap=True)
    table.add_column("because", style="dim", overflow="fold")
    for skip in plan.skips[:limit]:
        table.add_row(f"  {skip.key}", skip.slot, value(skip.live), "≠", value(skip.wanted), skip.because)
    return table


def _more(console: Console, left: int, noun: str) -> None:
    if left > 0:
        console.print(f"  [dim]… and {count(left, 'more ' + noun)}; see all with --limit 0[/]")


def as_json(views: Sequence[PlanView]) -> list[dict[str, object]]:
    """The whole plans, for programs."""
    return [
        {
            "source": view.plan.source,
            "digest": view.plan.digest,
            "waits_for": view.waits_for,
            "waiting": view.approvable,
            "cost": None if view.cost is None else asdict(view.cost),
            "edits": [
                {
                    "id": edit.ref.id,
                    "key": edit.key,
                    "title": edit.title,
                    "changes": [_change_json(change) for change in edit.changes],
                }
                for edit in view.plan.edits
            ],
            "moves": {
                scope: [{"key": move.key, "below": move.below_key} for move in moves]
                for scope, moves in sorted(view.plan.moves.items())
            },
            "skips": [
                {"key": s.key, "slot": s.slot, "live": s.live, "wanted": s.wanted, "because": s.because}
                for s in view.plan.skips
            ],
        }
        for view in views
    ]


def _change_json(change: Change) -> dict[str, FieldValue | list[str]]:
    if isinstance(change, Relabel):
        return {"slot": change.slot, "add": list(change.add), "remove": list(change.remove), "because": change.because}
    if isinstance(change, SetNote):
        return {"slot": change.slot, "before": change.before, "after": change.after, "because": change.because}
    return {
        "slot": change.slot,
        "field": change.field,
        "before": change.before,
        "after": change.after,
        "because": change.because,
    }


def as_markdown(views: Sequence[PlanView], *, limit: int) -> str:
    """For a pull request or a chat."""
    lines: list[str] = []
    for view in views:
        plan = view.plan
        lines += [
            f"### {plan.source}: {headline(plan)}",
            "",
            f"Plan `{plan.digest}`" + (f", {by_kind(plan)}" if by_kind(plan) else ""),
            "",
        ]
        if plan.edits:
            lines += ["| issue | place | now | then | because |", "|---|---|---|---|---|"]
            for edit in plan.edits[:limit]:
                for change in edit.changes:
                    for place, before, after, _ in _rows(change):
                        cells = (f"{edit.key} {cut(edit.title, 50)}", place, before, after, change.because)
                        lines.append("| " + " | ".join(_cell(cell) for cell in cells) + " |")
            lines.append("")
        if len(plan.edits) > limit:
            lines += [f"… and {count(len(plan.edits) - limit, 'more issue')}", ""]
        for scope in sorted(plan.moves):
            lines += [f"Order of {scope}: {count(len(plan.moves[scope]), 'move')}", ""]
        if plan.skips:
            lines += [f"Left alone: {count(len(plan.skips), 'place')} that a person set", ""]
        if view.cost is not None:
            lines += [f"Costs {price(view.cost)}.", ""]
        if view.waits_for:
            lines += [f"> {view.waits_for}", ""]
        if view.approvable is not None:
            lines += [f"Approve with `syncd approve {view.approvable}`", ""]
    return "\n".join(lines)


def _cell(text: str) -> str:
    """Issue text cannot break out of its table cell."""
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ").replace("<", "&lt;").replace("`", "\\`")
