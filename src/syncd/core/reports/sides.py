"""Two receipts side by side: which line answers which, and where they differ."""

from __future__ import annotations

from dataclasses import dataclass

from syncd.core.backlog import Ranked, Receipt, ReceiptLine
from syncd.core.scoring.phrasing import number

_NONE = "–"
_ONCE = frozenset({"formula", "scale", "cap", "pin", "blocker"})


@dataclass(frozen=True, slots=True)
class Difference:
    step: str
    what: str
    """The name of an input or adjustment; empty where the step says it all."""
    upper: str
    lower: str
    upper_total: float | None = None
    lower_total: float | None = None


def differences(upper: Ranked, lower: Ranked, mine: Receipt, other: Receipt) -> tuple[tuple[Difference, ...], int]:
    """The lines that differ, in the order of the steps, and how many say the same."""
    left, right = _by_place(mine), _by_place(other)
    order = list(left)
    for at, place in enumerate(right):  # what only the lower one has stands after what precedes it there
        if place not in left:
            before = list(right)[:at]
            order.insert(max((order.index(one) + 1 for one in before if one in order), default=0), place)
    found: list[Difference] = []
    same = 0
    for place in order:
        one, two = left.get(place), right.get(place)
        # The same formula over other inputs reads the same, but gives another number.
        if one is not None and two is not None and _of(one) == _of(two):
            same += 1
            continue
        found.append(Difference(*place, _said(one, place), _said(two, place), _total(one), _total(two)))
    for what, mine_, other_ in (
        ("horizon", upper.horizon or _NONE, lower.horizon or _NONE),
        ("pins", "; ".join(upper.pins) or _NONE, "; ".join(lower.pins) or _NONE),
        ("waits for", str(len(upper.work.blocked_by)), str(len(lower.work.blocked_by))),
        ("blocks", str(len(upper.work.blocks)), str(len(lower.work.blocks))),
        ("rank", str(upper.rank), str(lower.rank)),
    ):
        if mine_ != other_:
            found.append(Difference("place", what, mine_, other_))
    return tuple(found), same


def _by_place(receipt: Receipt) -> dict[tuple[str, str], ReceiptLine]:
    return {_place(line): line for line in receipt.lines if not line.text.startswith("rounded to ")}


def _place(line: ReceiptLine) -> tuple[str, str]:
    if line.step == "input":
        return line.step, line.text.partition(" = ")[0].removesuffix(" is missing")
    if line.step == "adjust":
        return line.step, line.text.rpartition(": ")[0]
    if line.step in _ONCE:
        return line.step, ""
    for start in ("serves ", "class "):
        if line.text.startswith(start):
            return line.step, start.strip()
    return line.step, line.text


def _said(line: ReceiptLine | None, place: tuple[str, str]) -> str:
    if line is None:
        return _NONE
    step, what = place
    if step == "input":
        said = line.text.partition(" = ")[2] or "missing"
        return f"{said} ({line.because})" if line.because else said
    if step == "adjust":
        return line.text.rpartition(": ")[2]
    if step == "formula" and isinstance(line.value, float):
        return number(line.value)
    return line.text.removeprefix(f"{what} ") if what in ("serves", "class") else line.text


def _of(line: ReceiptLine) -> tuple[object, ...]:
    """What a line says by itself; the running total of an adjustment depends on what came before."""
    return line.text, line.because, line.value if line.step == "formula" else None


def _total(line: ReceiptLine | None) -> float | None:
    return None if line is None else line.total
