"""What each weather must end in, and how a check holds an error to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from syncd.connector.errors import Ambiguous, ConnectorError, Locked, Refused, Stale, Transient
from syncd.testing.conformance.stage import Mirror, Stage
from syncd.testing.conformance.telling import demand, does_not_apply, fail, named
from syncd.testing.sandbox import RETRY_AFTER, Weather

FIVE = (Transient, Ambiguous, Stale, Refused, Locked)
WAIT = (Transient, Ambiguous)

READING: dict[Weather, tuple[type[ConnectorError], ...]] = {
    Weather.DROPPED: WAIT,
    Weather.LOST: WAIT,
    Weather.BROKEN: WAIT,
    Weather.LIMITED: (Transient,),
    Weather.PAGE: (Locked, Transient, Refused),
    Weather.TRUNCATED: (Transient, Ambiguous, Refused, Locked),
    Weather.LOCKED: (Locked,),
}
WRITING: dict[Weather, tuple[type[ConnectorError], ...]] = {
    Weather.DROPPED: WAIT,
    Weather.LOST: (Ambiguous,),
    Weather.BROKEN: WAIT,
    Weather.LIMITED: (Transient,),
    Weather.PAGE: (Locked, Ambiguous, Transient, Refused),
    Weather.TRUNCATED: (Ambiguous,),
    Weather.LOCKED: (Locked,),
}
MEANINGS = {
    Weather.DROPPED: "a connection that ends is Transient for reads and Ambiguous for writes (Transient when nothing left)",
    Weather.LOST: "a lost answer is Ambiguous when writing: nobody knows whether it happened",
    Weather.BROKEN: "a tool that fails inside is Transient for reads and Ambiguous for writes",
    Weather.LIMITED: "a tool that asks to wait is Transient with its retry_after in seconds, and nothing happened",
    Weather.PAGE: "a web page with status 200 is no answer: mostly a login (Locked), never success",
    Weather.TRUNCATED: "an answer that ends in the middle is no answer: Transient for reads, Ambiguous for writes",
    Weather.LOCKED: "a tool that lets us in no more is Locked: this source stops until a person acts",
}


def possible(stage: Stage, kind: Weather) -> None:
    reason = stage.sandbox.cannot.get(kind)
    if reason is not None:
        does_not_apply(reason)


def partly(stage: Stage) -> bool:
    """Whether a tool needs several requests for an edit, so that a part may be there when the rest fails."""
    return stage.sandbox.write_requests(1) > 1


def readings(
    stage: Stage, mirror: Mirror, ids: list[str], scopes: tuple[str, ...]
) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Each way to read, by a connector as a new process builds it."""
    yield "describe", lambda: stage.another().describe()
    yield "pull from the start", lambda: list(stage.another().pull(None))
    yield "pull", lambda: list(stage.another().pull(mirror.cursor))
    yield "census", lambda: list(stage.another().census())
    yield "fetch", lambda: list(stage.another().fetch(ids, {id_: mirror.handles(id_) for id_ in ids}))
    if scopes:
        yield "order", lambda: list(stage.another().order(scopes[0]))


def outcomes_of(stage: Stage, edits: list[Any]) -> tuple[list[ConnectorError | None], ConnectorError | None]:
    """The outcomes that were yielded, and what was raised after them. A bug fails the check."""
    outcomes: list[ConnectorError | None] = []
    try:
        for outcome in stage.connector.apply(edits):
            outcomes.append(outcome)
    except ConnectorError as error:
        return outcomes, error
    except Exception as bug:
        expect(bug, FIVE, None, "`apply`")
    return outcomes, None


def expect(error: BaseException, kinds: tuple[type[ConnectorError], ...], kind: Weather | None, where: str) -> None:
    """The error is one of these, with a sentence, and with the wait that the tool asked for."""
    if not isinstance(error, FIVE):
        fail(
            "only the five ConnectorErrors escape from a connector.",
            f"{where} ended in {named(error)}",
            "turn it into one of them where requests leave and answers are read.",
        )
    meaning = f"{MEANINGS[kind]}." if kind is not None else "errors are named by what the engine must do next."
    demand(
        isinstance(error, kinds) and bool(str(error).strip()),
        meaning,
        f"{where} ended in {named(error)}",
        f"raise {' or '.join(sorted({one.__name__ for one in kinds}))}, with one sentence for people.",
    )
    if kind is Weather.LIMITED and isinstance(error, Transient):
        demand(
            error.retry_after is not None and 0 < error.retry_after <= RETRY_AFTER + 2,
            meaning,
            f"{where} says retry_after={error.retry_after}, the tool said {RETRY_AFTER}",
            "pass on what the tool asks for (in seconds, whether it says seconds or a date).",
        )
