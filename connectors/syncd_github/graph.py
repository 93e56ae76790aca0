"""GraphQL over the client: data and errors apart, and for writes one outcome an alias.

https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
GitHub answers 200 to nearly everything; what went wrong stands in `errors`, beside the data of what went well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import msgspec
from msgspec.json import Decoder

from syncd.connector.errors import Ambiguous, ConnectorError, Locked, Refused, Stale
from syncd_github.client import Client
from syncd_github.faults import Response, TooMuch, limit, not_understood, one_line, way_out
from syncd_github.wire_graph import Envelope, Trouble

T = TypeVar("T")
_LIMITS = ("RATE_LIMITED", "RATE_LIMIT")
_TOO_MUCH = ("RESOURCE_LIMITS_EXCEEDED", "MAX_NODE_LIMIT_EXCEEDED")
_FORBIDDEN = ("FORBIDDEN", "INSUFFICIENT_SCOPES")
_OLD = "A GitHub Enterprise Server that is too old for this has to be updated"
READ_ISSUES = "the repository permission Issues (read), or a classic token the scope `repo`"
READ_PROJECT = "the organization permission Projects (read), or a classic token the scope `read:project`"


@dataclass(frozen=True, slots=True)
class Result:
    """What became of the aliases of one mutation."""

    data: Mapping[str, msgspec.Raw]
    errors: Mapping[str, ConnectorError]
    seconds: float


class Graph:
    def __init__(self, client: Client) -> None:
        self._client = client

    def read(
        self,
        decoder: Decoder[Envelope[T]],
        text: str,
        variables: Mapping[str, object],
        *,
        what: str,
        needs: str = READ_ISSUES,
    ) -> tuple[T, Sequence[Trouble], Response]:
        """Data and what is missing from it. Only objects that were not found are left to the caller, and references to
        what is hidden are missing; the rest raises. `needs` is the access that it takes."""
        answer = self._client.graphql(text, variables, what=what)
        try:
            envelope = decoder.decode(answer.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise not_understood(answer, error, what=what) from error
        troubles = envelope.errors or ()
        for trouble in troubles:
            if trouble.type != "NOT_FOUND" and not trouble.hides:
                raise _reading(trouble, answer, what, needs)
        if envelope.data is None:
            raise _reading(troubles[0], answer, what, needs) if troubles else not_understood(answer, what=what)
        return envelope.data, troubles, answer

    def write(self, text: str, variables: Mapping[str, object], aliases: Mapping[str, str], *, what: str) -> Result:
        """Every alias is in exactly one of `data` and `errors`. Raises when nothing at all happened. `aliases` tells of
        each the access that it takes."""
        answer = self._client.graphql(text, variables, what=what, mutates=True)
        try:
            envelope = _mutation.decode(answer.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise not_understood(answer, mutates=True, what=what) from error
        troubles = envelope.errors or ()
        data = {alias: raw for alias, raw in (envelope.data or {}).items() if bytes(raw) != b"null"}
        errors: dict[str, ConnectorError] = {}
        whole: ConnectorError | None = None
        for trouble in troubles:
            problem = _writing(trouble, answer, what, aliases.get(trouble.alias, ""))
            if trouble.alias in aliases:
                errors.setdefault(trouble.alias, problem)
            else:
                whole = whole or problem
        if not data and not errors and whole is not None and not isinstance(whole, Ambiguous):
            raise whole
        lost = whole or Ambiguous(f"GitHub did not say what became of it while {what}")
        for alias in aliases:
            if alias not in data:
                errors.setdefault(alias, lost)
        return Result({a: raw for a, raw in data.items() if a not in errors}, errors, answer.seconds)


_mutation: Decoder[Envelope[dict[str, msgspec.Raw]]] = Decoder(Envelope[dict[str, msgspec.Raw]])


def _remedy(trouble: Trouble, needs: str) -> str:
    """What to do about a refusal."""
    if trouble.wants_sign_on:
        return "Authorize the token for the organization's single sign-on, on GitHub's page of tokens"
    if trouble.type == "INSUFFICIENT_SCOPES":
        return "Add the scope that is named to the token"
    return f"Give the token or App {needs}" if needs else "Give the account the access that is named"


def _reading(trouble: Trouble, answer: Response, what: str, needs: str) -> ConnectorError:
    message = one_line(trouble.message)
    if trouble.type in _LIMITS:
        return limit(answer, what)
    if trouble.type in _TOO_MUCH:
        return TooMuch(f"GitHub found the request too large while {what}", 1.0, "GitHub's limit on one query")
    if trouble.type in _FORBIDDEN:
        return Locked(f"GitHub forbids {what}: {message}. {_remedy(trouble, needs)}")
    if trouble.type == "NOT_FOUND":
        return Locked(f"not found while {what}: {message}. Check the name and the account's access")
    if trouble.code or trouble.type:
        return Locked(f"GitHub did not understand syncd while {what}: {message}. {_OLD}")
    # "Something went wrong while executing your query": mostly for want of time, again and again until less is asked.
    return TooMuch(f"GitHub stumbled while {what}: {message}", scope="GitHub")


def _writing(trouble: Trouble, answer: Response, what: str, needs: str) -> ConnectorError:
    message = one_line(trouble.message)
    if trouble.type in _LIMITS:
        return limit(answer, what)
    if trouble.type in _TOO_MUCH:
        return TooMuch(f"GitHub found the request too large while {what}", 1.0, "GitHub's limit on one query")
    if trouble.type == "INSUFFICIENT_SCOPES":
        return Locked(f"the token may not write: {message}. {_remedy(trouble, needs)}")
    if trouble.type == "NOT_FOUND":
        return Stale(f"it is no longer there: {message}")
    if trouble.type == "FORBIDDEN":
        return Refused(f"the account may not do this: {message}. {_remedy(trouble, needs)}")
    if trouble.code and not trouble.type:
        return Locked(f"GitHub did not understand syncd while {what}: {message}. {_OLD}")
    if trouble.type and trouble.type not in ("INTERNAL", "SERVICE_UNAVAILABLE"):
        return Refused(f"GitHub refused: {message}{way_out(message)}")
    return Ambiguous(f"GitHub stumbled: {message}; it may or may not have happened")
