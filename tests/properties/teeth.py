"""For each law a bug that it catches: what is broken, in the words of `README.md`, and how to break it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
import test_author_laws
import test_backends_agree
import test_cycle_laws
import test_decide_laws
import test_eject_laws
import test_mirror_laws
import test_order_laws
import test_ownership_laws
import test_receipts_add_up
import test_safety_laws

from syncd.connector.errors import Ambiguous
from syncd.core import decide
from syncd.core.backlog import BacklogItem
from syncd.core.expressions import backends
from syncd.core.permission import authors, ownership
from syncd.core.safety import brakes
from syncd.core.scoring import receipt
from syncd.core.writing import diff, eject, moves, order, undo
from syncd.core.writing.order import Ranking
from syncd.engine import look
from syncd.engine.pacing import pace
from syncd.engine.writing import order as native_order
from syncd.engine.writing import send_edits, settle
from syncd.store import incoming
from syncd.store import open as opening
from syncd.store.entries import Verdict

Law = Callable[..., None]
Break = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True, slots=True)
class Seeded:
    law: str
    bug: str
    """One line, as in the README."""
    seed: Break
    test: Law
    """The law, or its short form where the law is tried on whole histories."""


def _everything_is_written_again(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(diff, "_settled", lambda *_: False)


def _fences_are_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(order, "movable", lambda item: item.status.open)


def _every_value_is_ours(patch: pytest.MonkeyPatch) -> None:
    look = ownership._look

    def mine(item: BacklogItem, *rest: Any) -> ownership.Place:
        place = look(item, *rest)
        theirs = place.standing is ownership.Standing.THEIRS
        return replace(place, standing=ownership.Standing.OURS) if theirs else place

    patch.setattr(ownership, "_look", mine)


def _undo_writes_over_later_edits(patch: pytest.MonkeyPatch) -> None:
    equal = undo._equal
    patch.setattr(undo, "_equal", lambda change, one, other: equal(change, one, other) or one is not None)


def _eject_takes_later_edits_along(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(eject, "same_value", lambda *_: True)


def _eject_leaves_without_a_word(patch: pytest.MonkeyPatch) -> None:
    plan = eject.Plan
    patch.setattr(eject, "Plan", lambda source, edits, **_: plan(source, edits))


def _moves_are_undone_first_to_last(patch: pytest.MonkeyPatch) -> None:
    back = undo.moves_back

    def forwards(*given: Any) -> Any:
        moves, left = back(*given)
        return moves[::-1], left

    patch.setattr(undo, "moves_back", forwards)


def _whoever_stands_right_first_stays(patch: pytest.MonkeyPatch) -> None:
    def greedy(places: Sequence[int], at_once: int = 1) -> list[int]:
        stay: list[int] = []
        for index, place in enumerate(places):
            if not stay or place > places[stay[-1]]:
                stay.append(index)
        return stay

    patch.setattr(moves, "fewest_moves", greedy)


def _a_digest_uses_the_hash_of_a_text(patch: pytest.MonkeyPatch) -> None:
    broken = "from syncd.core import plan\nplan.Plan.digest = property(lambda self: hex(hash(repr(self.edits))))\n"
    patch.setattr(test_decide_laws, "ONE_DECISION", broken + test_decide_laws.ONE_DECISION)


def _the_last_page_wins(patch: pytest.MonkeyPatch) -> None:
    numbers = itertools.count(10)
    patch.setattr(incoming, "current_epoch", lambda *_: next(numbers))


def _the_gate_stands_open(patch: pytest.MonkeyPatch) -> None:
    made = pace.Pace.__init__

    def opened(self: pace.Pace, *given: Any, **named: Any) -> None:
        made(self, *given, **named)
        self._closed_because = None

    patch.setattr(pace.Pace, "__init__", opened)


def _what_a_crash_left_open_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(look, "settle_open", lambda world, source: settle.Settled(frozenset(), frozenset(), {}))


def _a_lost_answer_is_taken_for_done(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(settle, "_verdict", lambda *_: (Verdict.DONE, ""))


def _a_lost_answer_is_sent_again(patch: pytest.MonkeyPatch) -> None:
    outcomes = send_edits._outcomes

    def eager(source: Any, edits: Sequence[Any]) -> Any:
        for edit, outcome in zip(edits, outcomes(source, edits), strict=True):
            yield next(iter(source.connector.apply([edit]))) if isinstance(outcome, Ambiguous) else outcome

    patch.setattr(send_edits, "_outcomes", eager)


def _nobody_remembers_the_order(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(native_order, "remember", lambda world, source: None)


def _our_own_moves_pass_for_drags(patch: pytest.MonkeyPatch) -> None:
    found = native_order.dragged
    patch.setattr(native_order, "dragged", lambda left, seen, ours: found(left, seen, ()))


def _the_lock_is_not_taken(patch: pytest.MonkeyPatch) -> None:
    class NoLock:
        def release(self) -> None:
            """There is none."""

    patch.setattr(opening.FileLock, "take", lambda *_, **__: NoLock())


def _a_step_leaves_the_total_alone(patch: pytest.MonkeyPatch) -> None:
    def step(self: Any, step: str, text: str, total: float, because: str = "", value: float | None = None) -> None:
        self.total = total if step != "adjust" else self.total
        self.lines.append(receipt.ReceiptLine(step, text, because, value, total))

    patch.setattr(receipt._Writer, "step", step)


def _one_backend_minds_the_case(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(backends, "_same_text", lambda left, right: left is not None and left == right)


def _the_size_of_a_plan_is_not_looked_at(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(brakes, "_size", lambda *_: iter(()))


def _edits_follow_addresses_in_memory(patch: pytest.MonkeyPatch) -> None:
    made = decide.diff

    def scattered(*given: Any) -> Any:
        plan = made(*given)
        return replace(plan, edits=tuple(sorted(plan.edits, key=lambda edit: id(edit) // 16 % 7)))

    patch.setattr(decide, "diff", scattered)


def _neighbors_of_pins_are_forgotten(patch: pytest.MonkeyPatch) -> None:
    wanted = order.wanted_order
    from syncd.core.writing import reorder

    def by_rank(current: Sequence[str], known: Ranking, anchors: order.Anchors) -> list[str]:
        return wanted(current, known, {})

    patch.setattr(reorder, "wanted_order", by_rank)


def _the_latest_change_alone_is_looked_at(patch: pytest.MonkeyPatch) -> None:
    traced = authors.trace

    def latest(touches: Any, *given: Any) -> authors.Traced:
        found = traced(touches, *given)
        return replace(found, accounts=found.accounts[:1], whole=bool(found.accounts))

    patch.setattr(authors, "trace", latest)


def _rewrites_are_not_counted(patch: pytest.MonkeyPatch) -> None:
    count = authors.counted
    patch.setattr(authors, "counted", lambda known, before, *given: count(known, None, *given))


def _every_account_counts_as_nobody(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(authors, "is_listed", lambda *_: True)


SEEDED = (
    Seeded(
        "a_quiet_world_stays_quiet",
        "what stands there already is written again",
        _everything_is_written_again,
        test_decide_laws.test_a_quiet_world_stays_quiet,
    ),
    Seeded(
        "what_is_not_ours_is_never_touched",
        "issues in an active sprint are ranked",
        _fences_are_forgotten,
        test_ownership_laws.test_what_is_not_ours_is_never_touched,
    ),
    Seeded(
        "a_human_edit_wins_and_stays",
        "every value counts as ours",
        _every_value_is_ours,
        test_ownership_laws.test_a_human_edit_wins_and_stays,
    ),
    Seeded(
        "a_human_edit_wins_and_stays",
        "the order is not remembered, so a dragged issue is ranked again",
        _nobody_remembers_the_order,
        test_cycle_laws.test_a_human_edit_wins_and_stays_in_a_native_order,
    ),
    Seeded(
        "a_human_edit_wins_and_stays",
        "a dragged issue is known and ranked all the same",
        _neighbors_of_pins_are_forgotten,
        test_cycle_laws.test_a_human_edit_wins_and_stays_in_a_native_order,
    ),
    Seeded(
        "whoever_is_not_listed_wins",
        "only the latest change of a place is looked at",
        _the_latest_change_alone_is_looked_at,
        test_author_laws.test_whoever_is_not_listed_wins,
    ),
    Seeded(
        "whoever_is_not_listed_wins",
        "every account counts as nobody",
        _every_account_counts_as_nobody,
        test_cycle_laws.test_whoever_is_not_listed_wins_beside_a_bot,
    ),
    Seeded(
        "a_fight_with_a_bot_ends",
        "rewrites over bots are not counted",
        _rewrites_are_not_counted,
        test_author_laws.test_a_fight_with_a_bot_ends,
    ),
    Seeded(
        "undo_restores_what_nobody_changed_since",
        "an undo writes over what changed since",
        _undo_writes_over_later_edits,
        test_cycle_laws.test_undo_restores_what_nobody_changed_since,
    ),
    Seeded(
        "undo_restores_what_nobody_changed_since",
        "moves are taken back first to last",
        _moves_are_undone_first_to_last,
        test_cycle_laws.test_undo_restores_what_nobody_changed_since,
    ),
    Seeded(
        "eject_removes_what_is_still_ours_and_nothing_else",
        "eject empties what changed since",
        _eject_takes_later_edits_along,
        test_eject_laws.test_eject_removes_what_is_still_ours_and_nothing_else,
    ),
    Seeded(
        "eject_removes_what_is_still_ours_and_nothing_else",
        "what eject leaves is not told",
        _eject_leaves_without_a_word,
        test_eject_laws.test_eject_removes_what_is_still_ours_and_nothing_else,
    ),
    Seeded(
        "moves_reach_the_order_with_the_fewest_moves",
        "whoever stands right first stays",
        _whoever_stands_right_first_stays,
        test_order_laws.test_moves_reach_the_order_with_the_fewest_moves,
    ),
    Seeded(
        "a_digest_means_the_same_everywhere",
        "the digest uses the hash of a text",
        _a_digest_uses_the_hash_of_a_text,
        test_decide_laws.test_a_digest_means_the_same_everywhere,
    ),
    Seeded(
        "pages_in_any_order_with_repeats_give_one_mirror",
        "the page that comes last wins",
        _the_last_page_wins,
        test_mirror_laws.test_pages_in_any_order_with_repeats_give_one_mirror,
    ),
    Seeded(
        "a_dry_run_never_writes",
        "the gate stands open from the start",
        _the_gate_stands_open,
        test_cycle_laws.test_a_dry_run_never_writes,
    ),
    Seeded(
        "killed_anywhere_it_converges",
        "what a crash left open is not settled",
        _what_a_crash_left_open_is_forgotten,
        test_cycle_laws.test_a_storm_is_followed_by_calm,
    ),
    Seeded(
        "killed_anywhere_it_converges",
        "a write without an answer is taken for done",
        _a_lost_answer_is_taken_for_done,
        test_cycle_laws.test_a_storm_is_followed_by_calm,
    ),
    Seeded(
        "killed_anywhere_it_converges",
        "a write without an answer is sent again",
        _a_lost_answer_is_sent_again,
        test_cycle_laws.test_a_storm_is_followed_by_calm,
    ),
    Seeded(
        "killed_anywhere_it_converges",
        "moves of ours that nobody confirmed pass for a person's",
        _our_own_moves_pass_for_drags,
        test_cycle_laws.test_a_storm_is_followed_by_calm,
    ),
    Seeded(
        "killed_anywhere_it_converges",
        "a second process gets the store, too",
        _the_lock_is_not_taken,
        test_cycle_laws.test_a_storm_is_followed_by_calm,
    ),
    Seeded(
        "a_receipt_adds_up",
        "an adjustment is told and left out of the total",
        _a_step_leaves_the_total_alone,
        test_receipts_add_up.test_a_receipt_adds_up,
    ),
    Seeded(
        "both_backends_agree",
        "one of the two minds upper and lower case",
        _one_backend_minds_the_case,
        test_backends_agree.test_both_backends_agree,
    ),
    Seeded(
        "safety_always_fires_above_the_limit",
        "the size of a plan is not looked at",
        _the_size_of_a_plan_is_not_looked_at,
        test_safety_laws.test_safety_always_fires_above_the_limit,
    ),
    Seeded(
        "every_step_is_deterministic",
        "edits follow the addresses of objects in memory",
        _edits_follow_addresses_in_memory,
        test_decide_laws.test_every_step_is_deterministic,
    ),
)
