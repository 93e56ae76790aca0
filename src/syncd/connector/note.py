"""What to do about a note, given what stands on the issue: the same table for every tool."""

from __future__ import annotations

from enum import StrEnum

from syncd.connector.errors import Refused
from syncd.core.plan import SetNote


class Step(StrEnum):
    NOTHING = "nothing"
    MAKE = "make"
    EDIT = "edit"
    DELETE = "delete"


def step(change: SetNote, there: str | None, key: str) -> Step:
    """`there` is the text of our note on the issue, None when it has none. Raises Refused where a person decided otherwise."""
    if there is None:
        if change.before is not None and change.after is not None:
            raise _theirs("deleted", key)
        return Step.MAKE if change.after is not None else Step.NOTHING
    if there == change.after:
        return Step.NOTHING
    if change.before is not None and there != change.before:
        raise _theirs("changed", key)
    return Step.EDIT if change.after is not None else Step.DELETE


def _theirs(what: str, key: str) -> Refused:
    return Refused(
        f"a person {what} syncd's note on {key}, so it stays {what}; hand it back with: syncd release {key} note",
        theirs=True,
    )
