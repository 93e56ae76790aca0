"""What waits lifts what it waits for: each blocker gets at least the best of what it blocks, through any chain.

A cycle ends by itself and its members share the best among them; `core.linking.link` reports it as a problem.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Container, Iterator, Mapping, Sequence

from syncd.core.backlog import Work
from syncd.core.issue import Ref


def lifted(own: Mapping[int, float], blocks: Mapping[int, Sequence[int]]) -> dict[int, float]:
    """What a blocker gets, by place: the best of its own value and of the values of all that waits for it.

    `own` holds the values of the places that have one, `blocks` the places that wait for a place. Only places of which
    something with a value waits are in the answer.
    """
    blockers: dict[int, list[int]] = {}
    for place, waiting in blocks.items():
        for blocked in waiting:
            blockers.setdefault(blocked, []).append(place)
    known = [(value, blocked) for blocked in blockers if (value := own.get(blocked)) is not None]
    best: dict[int, float] = {}
    reached: set[int] = set()
    # From the best downwards, everything is reached first by the best that it serves, and only once.
    for value, start in sorted(known, reverse=True):
        if start in reached:
            continue
        reached.add(start)
        ahead = [start]
        while ahead:
            for blocker in blockers.get(ahead.pop(), ()):
                if blocker not in reached:
                    reached.add(blocker)
                    ahead.append(blocker)
                    before = own.get(blocker)
                    best[blocker] = value if before is None else max(value, before)
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
