"""The five errors a connector may raise, named by what the engine must do next. Anything else is a bug.

Every message is one sentence for people, with the next step, and never holds a secret.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum


class ConnectorError(Exception):
    """Base of the five. `str(error)` is one sentence for people."""


class Reach(StrEnum):
    """What must wait because of a Transient."""

    REQUEST = "request"
    """This request; the headers of its answer may say more."""
    ISSUE = "issue"
    """Writes to this one issue: all others go on, and the next cycle tries this one again."""
    ACCOUNT = "account"
    """Every request of the source, although no header said so."""


class Transient(ConnectorError):
    """The server is busy or unreachable and nothing happened: wait, then try the same again.

    `retry_after` is in seconds, None when the server did not say. `until` is the moment the server named, if any.
    `scope` names what is limited, for people: "GitHub's hourly limit", "this Jira site"; `reach` tells the engine.
    """

    def __init__(
        self,
        message: str,
        retry_after: float | None = None,
        scope: str = "",
        until: datetime | None = None,
        reach: Reach = Reach.REQUEST,
    ) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.scope = scope
        self.until = until
        self.reach = reach


class Ambiguous(ConnectorError):
    """A write left and its answer never came: it may or may not have happened. Never retried blindly."""


class Stale(ConnectorError):
    """What was decided no longer fits what is there; the next cycle decides again."""


class Refused(ConnectorError):
    """The tool will not do this one thing (bad value, field not on screen, no permission on this issue).

    `theirs`: not the tool refuses, but what stands there is a person's now; it stays theirs until they release it.
    """

    def __init__(self, message: str, *, theirs: bool = False) -> None:
        super().__init__(message)
        self.theirs = theirs


class Locked(ConnectorError):
    """This source cannot be used at all until a person acts: wrong token, no such project, host unknown."""
