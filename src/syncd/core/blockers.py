"""What waits lifts what it waits for: each blocker gets at least the best of what it blocks, through any chain.

A cycle ends by itself and its members share the best among them; `core.link` reports it as a problem.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Container, Iterator, Mapping

from syncd.core.backlog import Work
from syncd.core.issue import Ref


def lifted(works: Mapping[Ref, Work], own: Mapping[Ref, float]) -> dict[Ref, float]:
    """For each work that has a value, or blocks one that has, the largest of its own and of all that waits for it."""
    blockers: dict[Ref, list[Ref]] = {}
    for ref, work in works.items():
        for blocked in work.blocks:
            if blocked in works:
                blockers.setdefault(blocked, []).append(ref)
    if not blockers:
        return dict(own)
    best = dict(own)
    reached: set[Ref] = set()
    # From the best downwards, everything is reached first by the best that it serves, and only once.
    for start in sorted((ref for ref in blockers if ref in own), key=lambda ref: -own[ref]):
        if start in reached:
            continue
        reached.add(start)
        value, ahead = own[start], [start]
        while ahead:
            for blocker in blockers.get(ahead.pop(), ()):
                if blocker not in reached:
                    reached.add(blocker)
                    ahead.append(blocker)
                    best[blocker] = max(value, best.get(blocker, value))
    return best


def waiting_for(work: Work, works: Mapping[Ref, Work], open_refs: Container[Ref]) -> Iterator[Work]:
    """All open work that waits for this one, directly and then through others, nearest first, without itself."""
    seen, ahead = {work.ref}, deque([work])
    while ahead:
        for ref in ahead.popleft().blocks:
            blocked = works.get(ref)
            if blocked is not None and ref in open_refs and ref not in seen:
                seen.add(ref)
                ahead.append(blocked)
                yield blocked
