"""Blockers stand in front of what they block: who waits for whom, what that lends a blocker, and the order it gives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

Strength = tuple[int, int, float]
"""What the order follows, smallest first: unscored after scored, class (best first), minus the score."""


def waits_for(pairs: Iterable[tuple[int, int]], own: Mapping[int, Strength]) -> dict[int, tuple[int, ...]]:
    """For each blocked row the rows it waits for, of pairs of a blocked row and a blocker.

    Unscored work stands at the end whatever it blocks, so no edge joins it to scored work. Work that waits for itself in
    a circle says nothing about who goes first, and such edges are dropped.
    """
    edges: dict[int, set[int]] = {}
    for blocked, blocker in pairs:
        if own[blocked][0] == own[blocker][0]:
            edges.setdefault(blocked, set()).add(blocker)
    return _without_circles(edges)


def inherit(own: Mapping[int, Strength], waits: Mapping[int, tuple[int, ...]]) -> dict[int, Strength]:
    """A blocker is at least as strong as the strongest work that waits for it, at any distance.

    Strengths spread from the strongest work to the weakest, so the first one to reach a blocker is the one that counts.
    """
    inherited = dict(own)
    for ref in sorted(waits, key=own.__getitem__):
        reached = [ref]
        while reached:
            current = reached.pop()
            for blocker in waits.get(current, ()):
                if inherited[current] < inherited[blocker]:
                    inherited[blocker] = inherited[current]
                    reached.append(blocker)
    return inherited


def blockers_first(order: Sequence[int], waits: Mapping[int, tuple[int, ...]]) -> list[int]:
    """Pull each blocker directly in front of the first work that waits for it.

    `order` follows inherited strength, so only work of equal strength changes places, and an order in which all
    blockers stand in front already comes back as it is.
    """
    involved = {*waits, *(blocker for blockers in waits.values() for blocker in blockers)}
    at = {row: index for index, row in enumerate(order) if row in involved}
    result = list(order)
    for first, last in _spans((at[row], at[blocker]) for row, blockers in waits.items() for blocker in blockers):
        result[first : last + 1] = _pulled(order[first : last + 1], at, waits)
    return result


def _spans(links: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The stretches of the order in which a blocker stands behind what waits for it; those that overlap are one."""
    first, last = -1, -1
    for waiting, blocker in sorted(link for link in links if link[0] < link[1]):
        if waiting > last:
            if first >= 0:
                yield first, last
            first = waiting
        last = max(last, blocker)
    if first >= 0:
        yield first, last


def _pulled(order: Sequence[int], at: Mapping[int, int], waits: Mapping[int, tuple[int, ...]]) -> list[int]:
    """One stretch of the order; blockers of its rows that are not in it stand in front of it."""
    result: list[int] = []
    inside = set(order)
    done: set[int] = set()
    for first in order:
        pending = [first]
        while pending:
            row = pending[-1]
            ahead = [] if row in done else [one for one in waits.get(row, ()) if one in inside and one not in done]
            if ahead:
                pending.append(min(ahead, key=at.__getitem__))
                continue
            pending.pop()
            if row not in done:
                done.add(row)
                result.append(row)
    return result


def _without_circles(edges: Mapping[int, set[int]]) -> dict[int, tuple[int, ...]]:
    """Peel off work that nothing waits for or that waits for nothing; what cannot be peeled is circles and the paths
    between them, and the edges in there are dropped."""
    waits = {ref: set(blockers) for ref, blockers in edges.items()}
    waiting: dict[int, set[int]] = {}
    for ref, blockers in edges.items():
        for blocker in blockers:
            waiting.setdefault(blocker, set()).add(ref)
    loose = [ref for ref in edges if ref not in waiting] + [ref for ref in waiting if ref not in edges]
    peeled: set[int] = set()
    while loose:
        ref = loose.pop()
        if ref in peeled:
            continue
        peeled.add(ref)
        for there, back in ((waits, waiting), (waiting, waits)):
            for other in there.get(ref, ()):
                back[other].discard(ref)
                if not back[other]:
                    loose.append(other)
    kept = {ref: tuple(sorted(b for b in blockers if ref in peeled or b in peeled)) for ref, blockers in edges.items()}
    return {ref: blockers for ref, blockers in kept.items() if blockers}
