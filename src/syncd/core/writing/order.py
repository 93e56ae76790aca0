"""The native order that is wanted of a tool: the ranks, except where a person's word, a fence or the dead band says to stay.

Fenced issues stay where they are and are no neighbors: closed ones, and those in an active sprint, whose order belongs to
the team. An issue that a person dragged is pinned: it stays directly below what it was dropped below, and goes with it.
Two issues whose scores differ by less than the dead band stand right either way, so they keep the order that they have.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import pairwise
from math import nan

import numpy as np

from syncd.core.backlog import BacklogItem, Ranked, Work
from syncd.core.issue import Ref
from syncd.core.ranking.ranking import Ranking as Rows
from syncd.core.rules import Policy
from syncd.core.scoring.scores import NO_CLASS, Scored, Scores

Anchors = Mapping[str, str | None]
"""What people dragged in one scope: the id of a pinned issue → the id it was dropped directly below; None is the top."""

_Level = tuple[bool, int]
_Row = tuple[str, int, _Level, float]
"""The id of an issue, the rank of its work, and what its place rests on."""
_NO_CLASS = 1_000_000


@dataclass(frozen=True, slots=True)
class Ranking:
    """The issues of one source that may be moved, best first, and how firmly each stands above the others."""

    ids: tuple[str, ...]
    ranks: tuple[int, ...]
    """Of the work that each belongs to."""
    levels: tuple[_Level, ...]
    """What the order follows before the score: unscored after scored, then the class."""
    scores: tuple[float, ...]
    """As the order follows them: never growing within a level."""
    deadband: float
    blockers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """For an issue those above it that it waits for: no dead band puts it in front of them."""
    total: int = 0
    """How much work is ranked in all sources."""

    def among(self, ids: Iterable[str]) -> Ranking:
        """The same for some of the issues."""
        chosen = frozenset(ids)
        at = [index for index, id_ in enumerate(self.ids) if id_ in chosen]
        return Ranking(
            tuple(self.ids[i] for i in at),
            tuple(self.ranks[i] for i in at),
            tuple(self.levels[i] for i in at),
            tuple(self.scores[i] for i in at),
            self.deadband,
            {
                id_: kept
                for id_, them in self.blockers.items()
                if id_ in chosen and (kept := tuple(one for one in them if one in chosen))
            },
            self.total,
        )

    def firmly_above(self, one: int, other: int) -> bool:
        """Whether the issue at place `one` has to stand above the one at the later place `other`."""
        return self.levels[one] != self.levels[other] or self.scores[one] - self.scores[other] >= self.deadband


def movable(item: BacklogItem) -> bool:
    in_sprint = item.sprint is not None and item.sprint.state.casefold() == "active"
    return item.status.open and not in_sprint


def rankings(
    sources: Iterable[str],
    ranked: Sequence[Ranked],
    scores: Mapping[Ref, Scored],
    items: Mapping[Ref, BacklogItem],
    policy: Policy,
) -> dict[str, Ranking]:
    """What a decision says about the order of each source's issues, in one pass over the work."""
    rows: dict[str, list[_Row]] = {source: [] for source in sources}
    tied = _tied(ranked) if policy.blockers else frozenset()
    waiting: list[Ranked] = []
    for one, level, lowest in zip(ranked, *_firmness(ranked, _classes(ranked, scores)), strict=True):
        work = one.work
        if tied and work.ref in tied:
            waiting.append(one)
        if work.twins:
            for source, kept in rows.items():
                kept += [(id_, one.rank, level, lowest) for id_ in _here(work, source, items)]
            continue
        item = work.primary
        ref = item.ref
        if (found := rows.get(ref.source)) is not None and movable(item):
            found.append((ref.id, one.rank, level, lowest))
    made: dict[str, Ranking] = {}
    for source, kept in rows.items():
        ids, ranks, levels, values = zip(*kept, strict=True) if kept else ((), (), (), ())
        blockers = _blockers(waiting, source, items)
        made[source] = Ranking(ids, ranks, levels, values, policy.deadband, blockers, len(ranked))
    return made


def _blockers(waiting: Sequence[Ranked], source: str, items: Mapping[Ref, BacklogItem]) -> dict[str, tuple[str, ...]]:
    """For each issue of the source those above it that it waits for, among all `waiting` work, best first."""
    blockers: dict[str, tuple[str, ...]] = {}
    ours = {one.work.ref: here for one in waiting if (here := _here(one.work, source, items))}
    rank_of = {one.work.ref: one.rank for one in waiting}
    for one in waiting:
        ahead = {ref for ref in one.work.blocked_by if rank_of.get(ref, one.rank) < one.rank}
        for id_ in ours.get(one.work.ref, ()):
            if found := tuple(other for ref in sorted(ahead) for other in ours.get(ref, ())):
                blockers[id_] = found
    for one in waiting:
        for ref in one.work.blocks:
            if rank_of.get(ref, 0) > one.rank:
                for id_ in ours.get(ref, ()):
                    ahead_of_it = (*blockers.get(id_, ()), *ours.get(one.work.ref, ()))
                    if ahead_of_it:
                        blockers[id_] = tuple(dict.fromkeys(ahead_of_it))
    return blockers


def _firmness(ranked: Sequence[Ranked], classes: Sequence[int]) -> tuple[list[_Level], list[float]]:
    """For each what its place in the order rests on: a level, and within it a score.

    A blocker of a lower class stands among what it blocks: what follows it is taken for its equal. The order follows the score
    at which work last moved (`core.ranking.rank`), so a score may be a little above the one before; it is taken for that one.
    """
    if isinstance(ranked, Rows):
        scores = ranked.scores.score[ranked.order]
    else:
        scores = np.array([nan if one.score is None else one.score for one in ranked], dtype=np.float64)
    unscored = np.isnan(scores)
    rough = np.maximum.accumulate(np.array(classes, dtype=np.int64) + unscored * 2 * _NO_CLASS)
    values = np.where(unscored, 0.0, scores)
    borders = [0, *(np.flatnonzero(np.diff(rough)) + 1).tolist(), rough.size]
    for start, end in pairwise(borders):
        values[start:end] = np.minimum.accumulate(values[start:end])
    levels = {code: (code >= 2 * _NO_CLASS, code % (2 * _NO_CLASS)) for code in np.unique(rough).tolist()}
    return [levels[code] for code in rough.tolist()], values.tolist()


def _tied(ranked: Sequence[Ranked]) -> frozenset[Ref]:
    """All work that waits for other work, or is waited for."""
    works = [work for one in ranked if (work := one.work).blocks or work.blocked_by]
    return frozenset(ref for work in works for ref in (work.ref, *work.blocks, *work.blocked_by))


def _here(work: Work, source: str, items: Mapping[Ref, BacklogItem]) -> Sequence[str]:
    """The issues of one piece of work that the source has and that may be moved."""
    if work.twins:
        return sorted(m.ref.id for m in work.members if m.ref.source == source and movable(items[m.ref]))
    item = work.primary
    return (item.ref.id,) if item.ref.source == source and movable(item) else ()


def _classes(ranked: Sequence[Ranked], scores: Mapping[Ref, Scored]) -> list[int]:
    """The class of each, best first; without a class it stands below all classes."""
    if isinstance(ranked, Rows) and isinstance(scores, Scores):
        found = scores.classes[ranked.order]
        return [_NO_CLASS if index == NO_CLASS else index for index in found.tolist()]
    marks = (scores.get(one.work.ref) for one in ranked)
    return [_NO_CLASS if mark is None or mark.class_index is None else mark.class_index for mark in marks]


def woven(parts: Sequence[Ranking]) -> Ranking:
    """Several backlogs in one native order: the first of each, then the second of each, in the order of the rules.

    A source whose issues are all in one backlog keeps its tolerance for near ties. Scores of two backlogs cannot be
    compared, so where they meet the ranks alone decide.
    """
    mixed = [part for part in parts if part.ids]
    if len(mixed) < 2:
        return mixed[0] if mixed else parts[0]
    rows = sorted((rank, place, row) for place, part in enumerate(mixed) for row, rank in enumerate(part.ranks))
    level = {pair: (False, at) for at, pair in enumerate(dict.fromkeys((rank, place) for rank, place, _ in rows))}
    return Ranking(
        ids=tuple(mixed[place].ids[row] for _, place, row in rows),
        ranks=tuple(rank for rank, _, _ in rows),
        levels=tuple(level[rank, place] for rank, place, _ in rows),
        scores=(0.0,) * len(rows),
        deadband=mixed[0].deadband,
        blockers={id_: them for part in mixed for id_, them in part.blockers.items()},
        total=sum(part.total for part in parts),
    )


def wanted_order(current: Sequence[str], known: Ranking, anchors: Anchors) -> list[str]:
    """The ids of `known` that `current` holds, in the order that is wanted; pinned ones with an anchor that is not
    among them are left out, and so stay where they are.

    A native order that stands right already comes back as it is, and every other is changed only where it must be: of
    the issues that nothing has to stand above any more, the one that natively comes first is next.
    """
    known = known.among(current)
    position = {id_: index for index, id_ in enumerate(current)}
    pinned = {id_: below for id_, below in anchors.items() if id_ in position and id_ in frozenset(known.ids)}
    free = known.among(id_ for id_ in known.ids if id_ not in pinned)
    place = {id_: index for index, id_ in enumerate(free.ids)}
    waits = {place[id_]: len(them) for id_, them in free.blockers.items()}
    lets: dict[int, list[int]] = {}
    for id_, them in free.blockers.items():
        for other in them:
            lets.setdefault(place[other], []).append(place[id_])
    ready: list[tuple[int, int]] = []
    out = bytearray(len(free.ids))
    result: list[str] = []
    first = limit = 0
    while first < len(free.ids):
        while limit < len(free.ids) and (limit <= first or not free.firmly_above(first, limit)):
            if not waits.get(limit):
                heappush(ready, (position[free.ids[limit]], limit))
            limit += 1
        _, index = heappop(ready)
        out[index] = 1
        result.append(free.ids[index])
        for let in lets.get(index, ()):
            waits[let] -= 1
            if not waits[let] and let < limit:
                heappush(ready, (position[free.ids[let]], let))
        while first < len(free.ids) and out[first]:
            first += 1
    return list(_with_pinned(result, pinned, position)) if pinned else result


def _with_pinned(order: Sequence[str], pinned: Anchors, position: Mapping[str, int]) -> Iterator[str]:
    """Each pinned issue directly below its anchor; several below one anchor keep their native order."""
    hanging: dict[str | None, list[str]] = {}
    for id_ in sorted(pinned, key=position.__getitem__):
        hanging.setdefault(pinned[id_], []).append(id_)
    ahead: list[str] = [*reversed(order), *reversed(hanging.get(None, ()))]
    while ahead:
        id_ = ahead.pop()
        yield id_
        ahead.extend(reversed(hanging.get(id_, ())))


@dataclass(frozen=True, slots=True)
class OrderCheck:
    """Whether a native order says what the one backlog says."""

    issues: int
    """How many were held against the ranks: those that may be moved and that nobody pinned."""
    out: tuple[str, str] | None = None
    """The first two that stand the wrong way around, the upper one first; None when the order is a subsequence of the
    one backlog, apart from those within the dead band."""


def check_order(order: Sequence[str], known: Ranking, anchors: Anchors) -> OrderCheck:
    """Holds what was read from the tool against the ranks, without knowing anything of moves."""
    found = known.among(id_ for id_ in order if id_ not in anchors)
    place = {id_: index for index, id_ in enumerate(found.ids)}
    natively = [id_ for id_ in dict.fromkeys(order) if id_ in place]
    stands = {id_: index for index, id_ in enumerate(natively)}
    best: dict[str, str] = {}  # for each issue the best-ranked one that stands below it
    lowest: str | None = None
    for id_ in reversed(natively):
        if lowest is not None:
            best[id_] = lowest
        if lowest is None or place[id_] < place[lowest]:
            lowest = id_
    waiting = {id_: [o for o in them if stands[o] > stands[id_]] for id_, them in found.blockers.items()}
    for id_ in natively:
        other = best.get(id_)
        if other is not None and place[other] < place[id_] and found.firmly_above(place[other], place[id_]):
            return OrderCheck(len(natively), (id_, other))
        if waiting.get(id_):
            return OrderCheck(len(natively), (id_, waiting[id_][0]))
    return OrderCheck(len(natively))
