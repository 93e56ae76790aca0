"""A plan as a diff that people can read: per issue old → new, with the reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.text import Text

from syncd.cli.render.lines import Line, aligned
from syncd.cli.render.values import NOTHING, count, cut, duration, value
from syncd.core.issue import FieldValue
from syncd.core.plan import Change, Move, Plan, Relabel, SetField, SetNote
from syncd.core.safety.noise import Cost
from syncd.core.writing.moves import together
from syncd.core.writing.note import summary

NAMED: Final = 3
"""Issues of a run of moves that are named; the others are counted."""


@dataclass(frozen=True, slots=True)
class PlanView:
    """A plan and what it waits for (None: nothing)."""

    plan: Plan
    waits_for: str | None
    waiting: Plan | None = None
    """The part that a person may approve; None: nothing waits for one."""
    cost: Cost | None = None
    approvals: Sequence[str] = ()
    """What became of writes that were approved before and not made, in a sentence each."""

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
    return ", ".join(f"{slot.replace('_', ' ')} {n:,}" for slot, n in counts.most_common() if n)


def show(console: Console, views: Sequence[PlanView], *, limit: int) -> None:
    """Prints the plans; at most `limit` issues, moves and skips each per source."""
    for view in views:
        plan = view.plan
        console.print()
        console.print(f"[bold]{escape(plan.source)}[/]  {headline(plan)}  [dim]plan {plan.digest}[/]", soft_wrap=True)
        _print(console, aligned(console, [Line((Text(slot, "dim"),), said) for slot, said in groups(plan)], indent=2))
        if plan.edits:
            console.print()
            _print(console, _edits(console, plan, limit))
            _more(console, len(plan.edits) - limit, "issue")
        for scope in sorted(plan.moves):
            moves = plan.moves[scope]
            console.print(f"\n  [bold]order of {escape(scope)}[/]: {count(len(moves), 'move')}")
            _print(console, _moves(console, moves, limit))
            if 0 < limit < len(moves):
                console.print("    [dim]see each move with --limit 0[/]")
        if plan.skips:
            console.print("\n  [bold]left alone[/]")
            _print(console, _skips(console, plan, limit))
            _more(console, len(plan.skips) - limit, "place")
    _summary(console, views)


def _print(console: Console, lines: Iterable[Text]) -> None:
    """Many at once: a console takes its time for each print."""
    waiting = iter(lines)
    while some := list(islice(waiting, 500)):
        console.print(Text("\n", no_wrap=True, overflow="ignore").join(some), soft_wrap=True)


def _summary(console: Console, views: Sequence[PlanView]) -> None:
    """What is worth knowing before one says yes, where the eye ends up after a long page."""
    told = [view for view in views if not view.plan.empty or view.waits_for or view.approvals]
    if not told:
        return
    console.print("\n[bold]Summary[/]")
    width = max(len(view.plan.source) for view in told)
    for view in told:
        plan = view.plan
        lines = [headline(plan)]
        lines += [f"[dim]{escape(by_kind(plan))}[/]"] if not plan.empty else []
        lines += [price(view.cost)] if view.cost is not None else []
        lines += [f"[yellow]waits:[/] {escape(view.waits_for)}"] if view.waits_for else []
        lines += [escape(sentence) for sentence in view.approvals]
        if (digest := view.approvable) is not None:
            part = "" if view.waiting is plan or digest == plan.digest else f" ({headline(view.waiting or plan)})"
            lines.append(f"approve with: [bold]syncd approve {digest}[/]{part}")
        for number, line in enumerate(lines):
            # Not wrapped by us: a command that is copied from here has no line break in it.
            console.print(f"  {'' if number else escape(plan.source):<{width}}  {line}", soft_wrap=True)


def price(cost: Cost) -> str:
    """`225 requests, about 4 min; up to 340 notifications`"""
    told = f"up to {count(cost.notifications, 'notification')}" if cost.notifications else "nobody is notified"
    return f"{count(cost.requests, 'request')}, about {duration(cost.seconds)}; {told}"


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


def _edits(console: Console, plan: Plan, limit: int) -> Iterator[Text]:
    """Each issue with its title, and under it what changes in which place, and why."""
    lines: list[Line | Text] = []
    for edit in plan.edits[:limit]:
        lines.append(Text(f"  {edit.key}  ").append(cut(edit.title, console.width - len(edit.key) - 4), "dim"))
        lines += [_line(change) for change in edit.changes]
    return aligned(console, lines, indent=4)


def _line(change: Change) -> Line:
    place, before, after, style = _row(change)
    shown = Text().append(before, "dim" if before == NOTHING else "red").append(" → ", "dim").append(after, style)
    return Line((Text(place), shown), change.because)


def _moves(console: Console, moves: Sequence[Move], limit: int) -> Iterator[Text]:
    """Issues that go to one place, one below the other, are one line, which names the first few of them."""
    pairs = [(move.ref.id, move.below.id if move.below is not None else None) for move in moves]
    lines: list[Line | Text] = []
    for start, end in islice(together(pairs, len(pairs)), limit):
        some = [move.key for move in moves[start:end]]
        named = some if limit >= len(moves) or len(some) <= NAMED + 1 else some[:NAMED]
        more = f" and {len(some) - len(named):,} more" if len(some) > len(named) else ""
        where = f"below {moves[start].below_key}" if moves[start].below_key else "to the top"
        lines.append(Line((Text(where),), ", ".join(named) + more))
    return aligned(console, lines, indent=4)


def _row(change: Change) -> tuple[str, str, str, str]:
    """Place, old value, new value and the style of the new one."""
    if isinstance(change, SetField):
        place, before, after = change.field, value(change.before), value(change.after)
    elif isinstance(change, SetNote):
        place, before, after = "note", value(summary(change.before)), value(summary(change.after))
    else:
        place, before, after = f"label {change.prefix}…", value(change.remove or None), value(change.add or None)
    return place, before, after, "dim" if after == NOTHING else "green"


def _skips(console: Console, plan: Plan, limit: int) -> Iterator[Text]:
    lines: list[Line | Text] = []
    for skip in plan.skips[:limit]:
        shown = Text().append(value(skip.live)).append(" ≠ ", "dim").append(value(skip.wanted))
        lines.append(Line((Text(skip.key), Text(skip.slot.replace("_", " "), "dim"), shown), skip.because))
    return aligned(console, lines, indent=4)


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
            "approvals": list(view.approvals),
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
                    place, before, after, _ = _row(change)
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
