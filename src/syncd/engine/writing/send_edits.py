"""Sends a plan's edits in chunks: journal, connector, look."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from syncd.connector.errors import Ambiguous, ConnectorError, Reach, Refused, Stale, Transient
from syncd.core.plan import Edit, Plan
from syncd.core.safety.portions import kinds_of
from syncd.engine.news import Writing
from syncd.engine.stop import Stopped
from syncd.engine.world import Source, World
from syncd.engine.writing.applied import CHUNK, Applied, ends_the_run, verdict_of
from syncd.engine.writing.headway import Headway, Silence
from syncd.engine.writing.settle import settle
from syncd.engine.writing.still import still
from syncd.store.entries import Verdict


def send_edits(world: World, source: Source, edits: Sequence[Edit], run: str, result: Applied, looked: float) -> None:
    total, done = len(edits), 0
    headway = Headway(source.name, "edits", total)
    world.watch(Writing(source.name, "edits", 0, total))
    for start in range(0, total, CHUNK):
        some = edits[start : start + CHUNK]
        chunk = still(world, source, some, looked, result)
        done += len(some) - len(chunk)
        if not chunk:
            continue
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
            ends = ends_the_run(outcome)
            ended = ends or ended
            if isinstance(outcome, Refused) and outcome.theirs:
                theirs.add(id_)
            if not isinstance(outcome, Ambiguous):
                refused.append((id_, verdict_of(outcome), str(outcome)))
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
    attempts, silence = 0, Silence()
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


def _may_come_again(busy: Transient) -> bool:
    """Whether waiting helps within this cycle. A limit on one issue holds up no other: the next cycle decides it again."""
    return not isinstance(busy, Stopped) and busy.reach is not Reach.ISSUE
