"""What other rules would change: two decisions about the same issues, held against each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from syncd.core.backlog import Ranked, Work
from syncd.core.decide import Decision
from syncd.core.writing.moves import moves

FEW = 64
"""Up to so many values all pairs are looked at at once, which takes less time than halving them further."""


@dataclass(frozen=True, slots=True)
class Moved:
    """Where one piece of work stands before and after; None where it is not in the backlog."""

    work: Work
    before: Ranked | None
    after: Ranked | None


@dataclass(frozen=True, slots=True)
class Share:
    """How much of the open work is tied to an objective, or to any: each 0 … 1, None where there is nothing to share."""

    works: float | None
    effort: float | None
    top: float | None
    """Of the first N."""


@dataclass(frozen=True, slots=True)
class Coverage:
    objective: str | None
    """None: any objective."""
    before: Share
    after: Share


@dataclass(frozen=True, slots=True)
class Writes:
    source: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class WhatIf:
    top: int
    compared: int
    """How much work is in both backlogs; tau, churn and moved are about it."""
    entering: tuple[Moved, ...]
    """Those of the new first N that were not among them."""
    leaving: tuple[Moved, ...]
    rehorizoned: int
    """How many change their horizon."""
    tau: float
    """Kendall's rank correlation: 1 for the same order, 0 for no relation, −1 for the opposite."""
    churn: float
    """The share of all pairs that change places: (1 − tau) ÷ 2."""
    moved: float
    """The share of the work that must be moved, at least, to get from the old order to the new one."""
    coverage: tuple[Coverage, ...]
    writes: tuple[Writes, ...]
    backlogs: Mapping[str, WhatIf] = field(default_factory=dict)
    """The same for each backlog by itself, where either side has several; work that changes its backlog leaves one and
    enters another. The whole is then about all of them as one order."""

    @property
    def writes_after(self) -> int:
        return sum(one.after for one in self.writes)


def whatif(before: Decision, after: Decision, top: int) -> WhatIf:
    was = {row.work.ref: row for row in before.ranked}
    will = {row.work.ref: row for row in after.ranked}
    both = [row.work.ref for row in before.ranked if row.work.ref in will]
    place = {row.work.ref: at for at, row in enumerate(after.ranked)}
    tau = kendall([place[ref] for ref in both])
    wanted = [str(row.work.ref) for row in after.ranked if row.work.ref in was]
    moved = len(moves([str(ref) for ref in both], wanted))
    first, then = ({row.work.ref for row in one.ranked[:top]} for one in (before, after))
    return WhatIf(
        top=top,
        compared=len(both),
        entering=tuple(
            Moved(row.work, was.get(row.work.ref), row) for row in after.ranked[:top] if row.work.ref not in first
        ),
        leaving=tuple(
            Moved(row.work, row, will.get(row.work.ref)) for row in before.ranked[:top] if row.work.ref not in then
        ),
        rehorizoned=sum(was[ref].horizon != will[ref].horizon for ref in both),
        tau=tau,
        churn=(1 - tau) / 2,
        moved=moved / len(both) if both else 0.0,
        coverage=tuple(_coverage(before.ranked, after.ranked, top)),
        writes=tuple(_writes(before, after)),
        backlogs=_each(before, after, top),
    )


def _each(before: Decision, after: Decision, top: int) -> dict[str, WhatIf]:
    names = dict.fromkeys((*before.parts, *after.parts))
    if len(names) < 2:
        return {}
    return {name: whatif(_alone(before, name), _alone(after, name), top) for name in names}


def _alone(decision: Decision, name: str) -> Decision:
    """One backlog, empty where the decision has none of this name; what is written concerns the whole."""
    part = decision.parts.get(name)
    return replace(decision, ranked=part.ranked if part else (), plans={}, parts={} if part is None else {name: part})


def kendall(ranks: Sequence[int]) -> float:
    """The rank correlation of 1, 2, 3 … with these, which are all different; 1.0 for less than two."""
    count = len(ranks)
    pairs = count * (count - 1) / 2
    return 1.0 if not pairs else 1 - 2 * _inversions(np.array(ranks, dtype=np.int64)) / pairs


def _inversions(values: npt.NDArray[np.int64]) -> int:
    """How many pairs stand in the wrong order: by halves, and few enough each with each."""
    if values.size <= FEW:
        return int(np.triu(values[:, None] > values, 1).sum())
    left, right = values[: values.size // 2], values[values.size // 2 :]
    across = left.size * right.size - int(np.searchsorted(np.sort(left), right).sum())
    return _inversions(left) + _inversions(right) + across


def _coverage(before: Sequence[Ranked], after: Sequence[Ranked], top: int) -> Iterator[Coverage]:
    ids = {row.work.okr.objective for rows in (before, after) for row in rows if row.work.okr is not None}
    for objective in (None, *sorted(ids)):
        yield Coverage(objective, _share(before, objective, top), _share(after, objective, top))


def _share(rows: Sequence[Ranked], objective: str | None, top: int) -> Share:
    def tied(row: Ranked) -> bool:
        okr = row.work.okr
        return okr is not None and objective in (None, okr.objective)

    efforts = [(tied(row), row.work.primary.effort or 0.0) for row in rows]
    return Share(
        works=_ratio(sum(map(tied, rows)), len(rows)),
        effort=_ratio(sum(effort for yes, effort in efforts if yes), sum(effort for _, effort in efforts)),
        top=_ratio(sum(map(tied, rows[:top])), len(rows[:top])),
    )


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _writes(before: Decision, after: Decision) -> Iterator[Writes]:
    def count(decision: Decision, source: str) -> int:
        plan = decision.plans.get(source)
        return 0 if plan is None else len(plan.edits) + len(plan.moves)

    for source in dict.fromkeys((*before.plans, *after.plans)):
        yield Writes(source, count(before, source), count(after, source))


def as_json(found: WhatIf) -> Mapping[str, object]:
    """All of it, with keys and ranks in place of works."""

    def listed(some: Sequence[Moved]) -> list[dict[str, object]]:
        return [
            {
                "key": one.work.primary.key,
                "title": one.work.primary.title,
                "rank": {"before": one.before and one.before.rank, "after": one.after and one.after.rank},
                "score": {"before": one.before and one.before.score, "after": one.after and one.after.score},
                "horizon": {"before": one.before and one.before.horizon, "after": one.after and one.after.horizon},
            }
            for one in some
        ]

    def share(one: Share) -> dict[str, float | None]:
        return {"works": one.works, "effort": one.effort, "top": one.top}

    return {
        "top": found.top,
        "compared": found.compared,
        "entering": listed(found.entering),
        "leaving": listed(found.leaving),
        "horizon_changes": found.rehorizoned,
        "kendall_tau": found.tau,
        "churn": found.churn,
        "moved_share": found.moved,
        "coverage": [
            {"objective": one.objective, "before": share(one.before), "after": share(one.after)}
            for one in found.coverage
        ],
        "writes": {one.source: {"before": one.before, "after": one.after} for one in found.writes},
        "backlogs": {name: as_json(one) for name, one in found.backlogs.items()},
    }
