"""Platinum, first part: the native order is read as people see it and reaches what the moves describe."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from syncd.connector.errors import Ambiguous, ConnectorError, Stale
from syncd.testing.conformance.faults import possible
from syncd.testing.conformance.levels import Level
from syncd.testing.conformance.stage import Mirror, Stage
from syncd.testing.conformance.telling import demand, fail, named
from syncd.testing.sandbox import On, Weather

PLACE = "a move places an issue directly below another, or on top of the scope; moves are made in order."


class PlatinumOrder:
    level: ClassVar[Level] = Level.PLATINUM

    def test_the_native_order_is_what_people_see(self, stage: Stage) -> None:
        ids, _ = self._scene(stage, stage.sandbox.page + 2)
        seen, told = people_see(stage), list(stage.connector.order(stage.scope))
        demand(
            told == seen and sorted(told) == sorted(ids),
            "`order` gives the native order of the scope now: all ids, top first.",
            f"told {told[:12]}, people see {seen[:12]}",
            "sort by the tool's own rank, and page to the end.",
        )

    def test_moves_reach_the_order_they_describe(self, stage: Stage) -> None:
        ids, mirror = self._scene(stage, 6)
        one, two, three, four, five, six = ids
        for pairs in (
            [(six, None)],
            [(one, six)],
            [(three, two), (four, three), (five, None)],
            [(id_, None) for id_ in ids],
            [(six, None), *zip(reversed(ids[:-1]), reversed(ids[1:]), strict=True)],
        ):
            before = people_see(stage)
            wanted = replayed(before, pairs)
            outcomes = list(stage.connector.reorder(stage.scope, [mirror.move(*pair) for pair in pairs]))
            seen = people_see(stage)
            demand(
                outcomes == [None] * len(pairs)
                and seen == wanted
                and list(stage.connector.order(stage.scope)) == wanted,
                PLACE,
                f"from {before} by (issue, below) {pairs}: outcomes {named(outcomes)}, people see {seen}, not {wanted}",
                "send the moves one after the other, or batches that mean the same.",
            )

    def test_moves_made_twice_are_harmless(self, stage: Stage) -> None:
        ids, mirror = self._scene(stage, 4)
        moves = [mirror.move(ids[3], None), mirror.move(ids[2], ids[3])]
        for _ in range(2):
            outcomes = list(stage.connector.reorder(stage.scope, moves))
        wanted = [ids[3], ids[2], ids[0], ids[1]]
        demand(
            outcomes == [None, None] and people_see(stage) == wanted,
            "every move is absolute, so making it twice is harmless.",
            f"outcomes {named(outcomes)}; people see {people_see(stage)}, not {wanted}",
            "place relative to the named issue, never by numbers of places.",
        )

    def test_after_a_move_that_failed_the_rest_are_stale(self, stage: Stage) -> None:
        ids, mirror = self._scene(stage, 5)
        moves = [mirror.move(ids[4], None), mirror.move(ids[3], ids[2]), mirror.move(ids[0], ids[1])]
        stage.sandbox.delete(ids[3])
        outcomes = list(stage.connector.reorder(stage.scope, moves))
        place = people_see(stage)
        demand(
            len(outcomes) == 3 and outcomes[1] is not None and isinstance(outcomes[2], Stale),
            "after the first failure the rest are yielded as Stale.",
            f"the second of three moves names a deleted issue; the outcomes are {named(outcomes)}",
            "stop at the first failure: later moves were decided for an order that is not there.",
        )
        demand(
            outcomes[0] is not None or place[0] == ids[4],
            "None means that the tool confirmed the move.",
            f"outcomes {named(outcomes)}; people see {place}",
            "give each move the outcome that the tool gave it.",
        )

    def test_a_lost_answer_to_a_move_is_ambiguous_and_ends_the_moves(self, stage: Stage) -> None:
        possible(stage, Weather.LOST)
        ids, mirror = self._scene(stage, 4)
        outcomes: list[ConnectorError | None] = []
        with stage.sandbox.weather(Weather.LOST, On.WRITING):
            outcomes += stage.connector.reorder(stage.scope, [mirror.move(ids[3], None), mirror.move(ids[1], ids[2])])
        demand(
            len(outcomes) == 2 and isinstance(outcomes[0], Ambiguous) and isinstance(outcomes[1], Stale | Ambiguous),
            "a lost answer is Ambiguous, and ends the moves.",
            f"the outcomes are {named(outcomes)}",
            "yield Ambiguous for what was sent, Stale for the rest.",
        )

    def _scene(self, stage: Stage, count: int) -> tuple[list[str], Mirror]:
        scope = stage.scope
        ids = stage.people_add(count)
        mirror = stage.pulled()
        if people_see(stage) != ids:
            fail(
                "Sandbox.add puts an issue at the end of the native order, and Sandbox.order shows it.",
                f"added {ids[:8]}, Sandbox.order gives {people_see(stage)[:8]} for the scope {scope}",
                "correct the sandbox: this check is about it and not about the connector.",
            )
        return ids, mirror


def people_see(stage: Stage) -> list[str]:
    seen = stage.sandbox.order()
    if seen is None:
        fail(
            "a connector that can MOVE is checked against what people see.",
            "Sandbox.order gives None",
            "write Sandbox.order, read from the tool without the connector.",
        )
    return list(seen)


def replayed(order: Sequence[str], pairs: Sequence[tuple[str, str | None]]) -> list[str]:
    """What the moves mean, one after the other."""
    now = list(order)
    for id_, below in pairs:
        now.remove(id_)
        now.insert(0 if below is None else now.index(below) + 1, id_)
    return now


__all__ = ["PlatinumOrder", "people_see", "replayed"]
