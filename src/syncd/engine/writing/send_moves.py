"""Sends the moves of one native order, in pieces that end where a call to the tool ends: journal, connector, look."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from syncd.connector.errors import ConnectorError
from syncd.core.issue import Ref, SourceIssue
from syncd.core.permission.leave import WriteKind
from syncd.core.plan import Move
from syncd.core.writing.moves import stood_below, together
from syncd.engine.news import Writing
from syncd.engine.reading.pull import read_order
from syncd.engine.world import Source, World
from syncd.engine.writing.applied import CHUNK, Applied, ends_the_run, verdict_of
from syncd.engine.writing.headway import Headway
from syncd.engine.writing.order import learn
from syncd.engine.writing.settle import settle
from syncd.store.entries import Verdict


def send_moves(world: World, source: Source, scope: str, moves: Sequence[Move], run: str, result: Applied) -> None:
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
    headway = Headway(source.name, "moves", len(moves))
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
                verdicts.append((id_, verdict_of(outcome), str(outcome)))
                ended = ended or outcome
                result.failed.append(f"{move.key}: {outcome}")
        except ConnectorError as error:
            ended = error
        source.verdicts.update(verdict.value for _, verdict, _ in verdicts)
        world.store.journal.finish(verdicts, now=world.clock())
        sent = [entry for entry in world.store.journal.open_entries(source.name) if entry.id in entries]
        result.changed |= settle(world, source, sent, frozenset(confirmed)).changed
        if ended is not None:
            if ends_the_run(ended):
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
