"""The five errors a connector may raise, named by what the engine must do next. Anything else is a bug.

Every message is one sentence for people, with the next step, and never holds a secret.
"""

from __future__ import annotations

from datetime import datetime


class ConnectorError(Exception):
    """Base of the five. `str(error)` is one sentence for people."""


class Transient(ConnectorError):
    """The server is busy or unreachable and nothing happened: wait, then try the same again.

    `retry_after` is in seconds, None when the server did not say. `until` is the moment the server named, if any.
    `scope` names what is limited, for people: "GitHub's hourly limit", "this Jira site".
    """

    def __init__(
        self, message: str, retry_after: float | None = None, scope: str = "", until: datetime | None = None
    ) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.scope = scope
        self.until = until


class Ambiguous(ConnectorError):
    """A write left and its answer never came: it may or may not have happened. Never retried blindly."""


class Stale(ConnectorError):
    """What was decided no longer fits what is there; the next cycle decides again."""


class Refused(ConnectorError):
    """The tool will not do this one thing (bad value, field not on screen, no permission on this issue)."""


class Locked(ConnectorError):
    """This source cannot be used at all until a person acts: wrong token, no such project, host unknown."""
