"""What people moved in a native order since we looked last: the fewest issues that explain it, and none that we moved."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from syncd.core.writing.calls import fewest_moves


@dataclass(frozen=True, slots=True)
class Dragged:
    by_people: tuple[str, ...]
    """In the order in which they stand now."""
    unseen: frozenset[str]
    """Moved by us, but not to be seen where we put it last: an answer of an index that lags, or a move that never arrived."""


def dragged(left: Sequence[str], seen: Sequence[str], ours: Sequence[tuple[str, str | None]]) -> Dragged:
    """Compares two looks at one scope. `ours` are our moves `(id, below)` since the first look, that may have happened.

    Only what is in both orders counts, so an issue that was created, deleted, or moved in or out says nothing about the
    others, and neither does a tool that gives its issues new rank strings.

    Where we moved an issue ourselves, it counts as a person's only where it stands neither where it stood nor where one of our
    moves put it. Places are compared by the next issue above that nobody moved.
    """
    there = {id_: index for index, id_ in enumerate(seen)}
    common = [id_ for id_ in dict.fromkeys(left) if id_ in there]
    moved_by_us = {id_ for id_, _ in ours}
    still = [id_ for id_ in common if id_ not in moved_by_us]
    stay = {still[index] for index in fewest_moves([there[id_] for id_ in still])}
    by_people = {id_ for id_ in still if id_ not in stay}
    unseen: set[str] = set()
    if moved_by_us:
        was, now = _slots(left, stay), _slots(seen, stay)
        allowed = _allowed(was, now, stay, ours)
        for id_ in common:
            if id_ not in moved_by_us:
                continue
            if now[id_] not in allowed[id_]:
                by_people.add(id_)
            elif now[id_] != allowed[id_][-1]:
                unseen.add(id_)
    return Dragged(tuple(sorted(by_people, key=there.__getitem__)), frozenset(unseen))


def _slots(order: Sequence[str], stay: Collection[str]) -> dict[str, str | None]:
    """For each issue the next one above it that stayed; None is the top."""
    above: str | None = None
    slots: dict[str, str | None] = {}
    for id_ in order:
        slots[id_] = above
        if id_ in stay:
            above = id_
    return slots


def _allowed(
    was: Mapping[str, str | None],
    now: Mapping[str, str | None],
    stay: Collection[str],
    ours: Sequence[tuple[str, str | None]],
) -> dict[str, list[str | None]]:
    """For each issue that we moved the slots in which it may stand by our doing, the last one last."""
    slot = dict(was)
    moved = {id_ for id_, _ in ours}
    allowed: dict[str, list[str | None]] = {id_: [was[id_]] if id_ in was else [] for id_ in moved}
    for id_, below in ours:
        if below is None or below in stay:
            slots: list[str | None] = [below]
        elif below in moved:
            slots = [*allowed[below], slot[below]] if below in slot else [now.get(below)]
        else:
            slots = [slot.get(below), now.get(below)]  # a person dragged it, before our move or after it
        allowed[id_] += slots
        slot[id_] = slots[-1]
    return allowed
