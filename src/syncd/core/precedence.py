"""Blockers stand in front of what they block: who waits for whom, what that lends a blocker, and the order it gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from syncd.core.backlog import Work
from syncd.core.issue import Ref

Strength = tuple[int, int, float]
"""What the order follows, smallest first: unscored after scored, class (best first), minus the score."""


def waits_for(works: Mapping[Ref, Work], own: Mapping[Ref, Strength]) -> dict[Ref, tuple[Ref, ...]]:
    """For each blocked work the open work it waits for.

    Unscored work stands at the end whatever it blocks, so no edge joins it to scored work. Work that waits for itself in
    a circle says nothing about who goes first, and such edges are dropped.
    """
    edges: dict[Ref, set[Ref]] = {}
    for ref, work in works.items():
        pairs = [(blocked, ref) for blocked in work.blocks] + [(ref, blocker) for blocker in work.blocked_by]
        for blocked, blocker in pairs:
            if blocked in works and blocker in works and own[blocked][0] == own[blocker][0]:
                edges.setdefault(blocked, set()).add(blocker)
    return _without_circles(edges)


def inherit(own: Mapping[Ref, Strength], waits: Mapping[Ref, tuple[Ref, ...]]) -> dict[Ref, Strength]:
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


def blockers_first(order: Sequence[Ref], waits: Mapping[Ref, tuple[Ref, ...]]) -> list[Ref]:
    """Pull each blocker directly in front of the first work that waits for it.

    `order` follows inherited strength, so only work of equal strength changes places, and an order in which all
    blockers stand in front already comes back as it is.
    """
    at = {ref: index for index, ref in enumerate(order)}
    result: list[Ref] = []
    done: set[Ref] = set()
    for first in order:
        pending = [first]
        while pending:
            ref = pending[-1]
            ahead = [] if ref in done else [blocker for blocker in waits.get(ref, ()) if blocker not in done]
            if ahead:
                pending.append(min(ahead, key=at.__getitem__))
                continue
            pending.pop()
            if ref not in done:
                done.add(ref)
                result.append(ref)
    return result


def _without_circles(edges: Mapping[Ref, set[Ref]]) -> dict[Ref, tuple[Ref, ...]]:
    """Peel off work that nothing waits for or that waits for nothing; what cannot be peeled is circles and the paths
    between them, and the edges in there are dropped."""
    waits = {ref: set(blockers) for ref, blockers in edges.items()}
    waiting: dict[Ref, set[Ref]] = {}
    for ref, blockers in edges.items():
        for blocker in blockers:
            waiting.setdefault(blocker, set()).add(ref)
    loose = [ref for ref in edges if ref not in waiting] + [ref for ref in waiting if ref not in edges]
    peeled: set[Ref] = set()
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
