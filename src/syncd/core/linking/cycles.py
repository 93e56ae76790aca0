"""Circles among parents and among blockers: found in any graph, each told once, in an order that is always the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def parent_cycles(parent: Mapping[int, int]) -> list[list[int]]:
    """Each circle that following parents runs into, from its smallest place on."""
    done: set[int] = set()
    cycles: list[list[int]] = []
    for start in sorted(parent):
        path: list[int] = []
        at = start
        while at not in done and at in parent:
            done.add(at)
            path.append(at)
            at = parent[at]
        if at in path:
            cycles.append(_turned(path[path.index(at) :]))
    return sorted(cycles)


def cycles(follows: Mapping[int, Sequence[int]]) -> list[list[int]]:
    """For each knot of places that all reach each other, the shortest circle through its smallest place."""
    return sorted(_circle(min(knot), knot, follows) for knot in _knots(follows))


def _knots(follows: Mapping[int, Sequence[int]]) -> list[set[int]]:
    """Strongly connected components of more than one place (Tarjan's algorithm, without recursion)."""
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[int] = []
    on_stack: set[int] = set()
    knots: list[set[int]] = []
    for root in sorted(follows):
        if root in index:
            continue
        work = [(root, iter(follows[root]))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            at, others = work[-1]
            for other in others:
                if other not in index:
                    index[other] = low[other] = len(index)
                    stack.append(other)
                    on_stack.add(other)
                    work.append((other, iter(follows.get(other, ()))))
                    break
                if other in on_stack:
                    low[at] = min(low[at], index[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[at])
                if low[at] == index[at]:
                    knot: set[int] = set()
                    while at not in knot:
                        member = stack.pop()
                        on_stack.discard(member)
                        knot.add(member)
                    if len(knot) > 1:
                        knots.append(knot)
    return knots


def _circle(start: int, knot: set[int], follows: Mapping[int, Sequence[int]]) -> list[int]:
    came_from: dict[int, int] = {}
    wave = [start]
    while wave:
        ahead: list[int] = []
        for at in wave:
            for other in sorted(follows.get(at, ())):
                if other == start:
                    path = [at]
                    while path[-1] != start:
                        path.append(came_from[path[-1]])
                    return path[::-1]
                if other in knot and other not in came_from:
                    came_from[other] = at
                    ahead.append(other)
        wave = ahead
    raise AssertionError("a place of a knot reaches itself")


def _turned(cycle: list[int]) -> list[int]:
    first = cycle.index(min(cycle))
    return cycle[first:] + cycle[:first]
