"""Writes one source's plan: journal first, then the connector, then a look at what stands there now.

Nothing is queued for later: what fails is decided again by the next cycle.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import structlog

from syncd.connector.errors import Ambiguous, ConnectorError, Locked, Reach, Refused, Stale, Transient
from syncd.core.issue import Ref, SourceIssue
from syncd.core.permission.leave import WriteKind
from syncd.core.plan import Edit, Move, Plan
from syncd.core.safety.portions import kinds_of
from syncd.core.writing.moves import stood_below, together
from syncd.engine.news import Writing, Wrote
from syncd.engine.permits.holds import Hold
from syncd.engine.reading.pull import read_order
from syncd.engine.stop import Stopped
from syncd.engine.world import Source, World
from syncd.engine.writing.order import learn
from syncd.engine.writing.settle import settle
from syncd.store.entries import Verdict
from syncd.store.errors import StoreError

log = structlog.get_logger()

CHUNK = 100
"""Edits that are journaled, sent and looked at together: one read-back request per chunk."""
SILENT: Final = 10.0
"""Seconds in all that calls may take which get no answer. After that nothing more is sent in this cycle: each of a hundred
writes could wait for a minute, and every other source with it."""


TELL_EVERY: Final = 60.0
"""Seconds between two lines of the log on how far a long writing is."""


class _Headway:
    """Says now and then how far a long writing is, where nobody sees a bar."""

    def __init__(self, source: str, what: str, total: int) -> None:
        self._source, self._what, self._total = source, what, total
        self._began = self._told = time.monotonic()

    def tell(self, done: int) -> None:
        now = time.monotonic()
        if now - self._told < TELL_EVERY or not 0 < done < self._total:
            return
        self._told = now
        left = (now - self._began) / done * (self._total - done)
        log.info(
            "writing", source=self._source, what=self._what, done=done, total=self._total, seconds_left=round(left)
        )


@dataclass(slots=True)
class Applied:
    edits: int = 0
    moves: int = 0
    failed: list[str] = field(default_factory=list)
    """One sentence for each write that did not happen."""
    changed: set[str] = field(default_factory=set)
    """Ids whose mirror changed by the read-back."""
    requests: int = 0
    """That it took, writing and looking."""
    seconds: float = 0.0
    ended_by: ConnectorError | None = None
    """What ended the writing early, None when the plan was worked through."""


class _Silence:
    """Adds up how long it was waited for answers that never came."""

    def __init__(self) -> None:
        self._seconds = 0.0
        self._since = time.monotonic()

    def after(self, outcome: ConnectorError | None) -> Transient | None:
        """To be called with each outcome: why nothing more should be sent, or None."""
        now = time.monotonic()
        if isinstance(outcome, Ambiguous):
            self._seconds += now - self._since
        self._since = now
        if self._seconds <= SILENT:
            return None
        return Transient(f"not sent, since the writes before it got no answer for {self._seconds:.0f} seconds")


def apply(world: World, source: Source, plan: Plan, run: str, *, under: Hold | None = None) -> Applied:
    """Works through the plan. Never raises a ConnectorError: what went wrong is in the result and in the journal.

    A hold ends it within one request, except the one that it works `under`.
    """
    began, sent = time.monotonic(), source.pace.requests.total()
    result = Applied()
    try:
        with source.pace.writing(under):
            _edits(world, source, plan.edits, run, result)
            for scope in sorted(plan.moves):
                _moves(world, source, scope, plan.moves[scope], run, result)
    except ConnectorError as error:
        source.pace.heed(error)
        result.ended_by = error
    except StoreError:
        raise
    except Exception as bug:
        log.exception("this is a bug in syncd or in its connector", source=source.name)
        result.failed.append(f"{type(bug).__name__}: {bug} (a bug; the log has its traceback)")
    for sentence in result.failed:
        log.warning("not written", source=source.name, because=sentence)
    result.seconds, result.requests = time.monotonic() - began, source.pace.requests.total() - sent
    world.watch(Wrote(source.name, result.edits, result.moves, len(result.failed), result.seconds))
    log.info("applied", source=source.name, run=run, edits=result.edits, moves=result.moves, failed=len(result.failed))
    return result


def _edits(world: World, source: Source, edits: Sequence[Edit], run: str, result: Applied) -> None:
    total, done = len(edits), 0
    headway = _Headway(source.name, "edits", total)
    world.watch(Writing(source.name, "edits", 0, total))
    for start in range(0, total, CHUNK):
        chunk = edits[start : start + CHUNK]
        source.pace.kinds = kinds_of(Plan(source.name, tuple(chunk)))
        entries = world.store.journal.start(run, source.name, chunk, now=world.clock())
        confirmed: set[int] = set()
        refused: list[tuple[int, Verdict, str]] = []
        theirs: set[int] = set()
        ended: ConnectorError | None = None
        held_up: list[str] = []
        for edit, id_, outcome in zip(chunk, entries, _outcomes(source, chunk), strict=True):
            done += 1
            if outcome is None:
                confirmed.add(id_)
                world.watch(Writing(source.name, "edits", done, total))
                continue
            ends = _ends_the_run(outcome)
            ended = ends or ended
            if isinstance(outcome, Refused) and outcome.theirs:
                theirs.add(id_)
            if not isinstance(outcome, Ambiguous):
                refused.append((id_, _verdict(outcome), str(outcome)))
            if ends is not None:
                held_up.append(edit.key)
            elif not isinstance(outcome, Stopped):
                result.failed.append(f"{edit.key}: {outcome}")
        if held_up and not isinstance(ended, Stopped):
            result.failed.append(f"{_from_on(held_up)}: {ended}")
        source.verdicts.update(verdict.value for _, verdict, _ in refused)
        world.store.journal.finish(refused, now=world.clock(), theirs=theirs)
        closed = {id_ for id_, _, _ in refused}
        sent = [entry for entry in world.store.journal.open_entries(source.name) if entry.id not in closed]
        settled = settle(world, source, sent, frozenset(confirmed))
        result.changed |= settled.changed
        result.edits += sum(settled.verdicts.get(entry.id) is Verdict.DONE for entry in sent)
        if ended is not None:
            raise ended
        headway.tell(done)


def _from_on(keys: Sequence[str]) -> str:
    """One sentence is enough for what a limit or a lock keeps from being sent."""
    return keys[0] if len(keys) == 1 else f"{keys[0]} and {len(keys) - 1} more"


def _outcomes(source: Source, edits: Sequence[Edit]) -> Iterator[ConnectorError | None]:
    """One outcome per edit, in order; an edit that was not sent because the server was busy is tried again."""
    left = list(edits)
    attempts, silence = 0, _Silence()
    while left:
        sent = 0
        busy: ConnectorError | None = None
        try:
            for outcome in source.connector.apply(left):
                if isinstance(outcome, Transient) and _may_come_again(outcome) and attempts < 4:
                    busy = outcome
                    break
                sent += 1
                yield outcome
                if (given_up := silence.after(outcome)) is not None:
                    yield from [given_up] * (len(left) - sent)
                    return
        except ConnectorError as error:
            busy = error
        left = left[sent:]
        if not left:
            return
        if busy is None:
            busy = Stale("the connector gave no outcome")
            attempts = 4
        attempts = 0 if sent else attempts + 1
        wait = busy.retry_after if isinstance(busy, Transient) and busy.retry_after is not None else 2.0**attempts
        if not isinstance(busy, Transient) or isinstance(busy, Stopped) or attempts > 4 or wait > 90:
            for _ in left:
                yield busy
            return
        source.pace.rest(wait)


def _moves(world: World, source: Source, scope: str, moves: Sequence[Move], run: str, result: Applied) -> None:
    if not moves:
        return
    planned = world.store.mirror.orders(source.name).get(scope, ())
    if not _still(planned, read_order(world, source, scope)):
        result.failed.append(
            f"{scope}: issues were moved meanwhile, so the order is decided again and nothing was moved"
        )
        return
    source.pace.kinds = (WriteKind.ORDER,)
    # What was read is no proof any more, wherever this ends: nothing is learned from it until it is read again.
    world.store.sources.set(source.name, last_order=None)
    world.watch(Writing(source.name, "moves", 0, len(moves)))
    done = 0
    headway = _Headway(source.name, "moves", len(moves))
    at_once = source.configured.rules.moves_at_once
    for some in _chunks(_with_old_places(world, source, scope, moves), at_once):
        chunk = _with_handles(world, source, some)
        entries = world.store.journal.start_moves(run, source.name, scope, chunk, now=world.clock())
        verdicts: list[tuple[int, Verdict, str]] = []
        confirmed: set[int] = set()
        ended: ConnectorError | None = None
        try:
            for move, id_, outcome in zip(chunk, entries, source.connector.reorder(scope, chunk), strict=True):
                done += 1
                if outcome is None:
                    result.moves += 1
                    confirmed.add(id_)
                    world.watch(Writing(source.name, "moves", done, len(moves)))
                    continue
                verdicts.append((id_, _verdict(outcome), str(outcome)))
                ended = ended or outcome
                result.failed.append(f"{move.key}: {outcome}")
        except ConnectorError as error:
            ended = error
        source.verdicts.update(verdict.value for _, verdict, _ in verdicts)
        world.store.journal.finish(verdicts, now=world.clock())
        sent = [entry for entry in world.store.journal.open_entries(source.name) if entry.id in entries]
        result.changed |= settle(world, source, sent, frozenset(confirmed)).changed
        if ended is not None:
            if _ends_the_run(ended):
                raise ended
            return
        headway.tell(done)
    learn(world, source, scope, read_order(world, source, scope))
    world.store.sources.set(source.name, last_order=world.clock())


def _still(planned: Sequence[str], present: Sequence[str]) -> bool:
    """Whether the order is the one that the moves were made for, apart from issues that came or went."""
    here, there = frozenset(present), frozenset(planned)
    return [id_ for id_ in planned if id_ in here] == [id_ for id_ in present if id_ in there]


def _chunks(moves: Sequence[Move], at_once: int) -> Iterator[Sequence[Move]]:
    """Pieces of at least CHUNK moves that end where a call to the tool ends, so that none is torn in two."""
    start = 0
    pairs = [(move.ref.id, move.below.id if move.below is not None else None) for move in moves]
    for _, end in together(pairs, at_once):
        if end - start >= CHUNK or end == len(moves):
            yield moves[start:end]
            start = end


def _with_handles(world: World, source: Source, moves: Sequence[Move]) -> list[Move]:
    """The moves with the handles that the mirror has now: an edit of this run may have put an issue on the board."""
    ids = {ref.id for move in moves for ref in (move.ref, move.below, move.was_below) if ref is not None}
    known = {issue.ref.id: issue for issue in world.store.mirror.issues(source.name, ids)}
    return [
        replace(
            move,
            handles=known[move.ref.id].handles if move.ref.id in known else move.handles,
            below_handles=known[move.below.id].handles if move.below is not None and move.below.id in known else {},
            was_below_key=_key(move.was_below, known),
        )
        for move in moves
    ]


def _with_old_places(world: World, source: Source, scope: str, moves: Sequence[Move]) -> list[Move]:
    """Each move with what the issue stands below before it, by the stored order and the moves in front of it."""
    order = world.store.mirror.orders(source.name).get(scope, ())
    pairs = [(move.ref.id, move.below.id if move.below is not None else None) for move in moves]
    return [
        replace(move, was_below=Ref(source.name, was) if was is not None else None, was_known=known)
        for move, (known, was) in zip(moves, stood_below(order, pairs), strict=True)
    ]


def _key(ref: Ref | None, known: Mapping[str, SourceIssue]) -> str | None:
    return known[ref.id].key if ref is not None and ref.id in known else None


def _may_come_again(busy: Transient) -> bool:
    """Whether waiting helps within this cycle. A limit on one issue holds up no other: the next cycle decides it again."""
    return not isinstance(busy, Stopped) and busy.reach is not Reach.ISSUE


def _ends_the_run(error: ConnectorError) -> ConnectorError | None:
    if isinstance(error, Transient) and error.reach is Reach.ISSUE:
        return None
    return error if isinstance(error, Transient | Locked) else None


_VERDICTS: tuple[tuple[type[ConnectorError], Verdict], ...] = (
    (Stale, Verdict.STALE),
    (Ambiguous, Verdict.UNKNOWN),
    (Transient, Verdict.FAILED),
    (Locked, Verdict.FAILED),
)


def _verdict(error: ConnectorError) -> Verdict:
    return next((verdict for kind, verdict in _VERDICTS if isinstance(error, kind)), Verdict.REFUSED)
