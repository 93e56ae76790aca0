"""What an HTTP answer of GitHub means: the pure mapping from statuses, headers and bodies to the five errors.

https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import msgspec

from syncd.connector.errors import Ambiguous, ConnectorError, Locked, Reach, Refused, Transient

_FAR_FUTURE = 4_102_444_800  # the year 2100, as a bound for nonsense in a header


class TooMuch(Transient):
    """GitHub did not manage the request: the next one should ask for less."""


@dataclass(frozen=True, slots=True)
class Response:
    """What came back for one request."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    seconds: float
    limited: bool = False
    """PyGithub reads the answer as a rate limit."""

    @property
    def date(self) -> datetime | None:
        """The server's clock."""
        try:
            return parsedate_to_datetime(self.headers["date"]).astimezone(UTC)
        except (KeyError, ValueError, TypeError, OverflowError):
            return None

    @property
    def suspended(self) -> bool:
        """Whether somebody switched our App's installation off."""
        return self.status == 403 and "suspended" in self.message

    @property
    def is_githubs(self) -> bool:
        """Whether GitHub itself answered, and not what stands between it and us."""
        return self.body[:1] == b"{"

    @property
    def message(self) -> str:
        """GitHub's own sentence, in one line and not long; a hint at what came when it sent none."""
        try:
            found = msgspec.json.decode(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return "the answer was not GitHub's" if self.body else "the answer was empty"
        text = found.get("message") if isinstance(found, dict) else None
        return one_line(text) if isinstance(text, str) and text else "no reason was given"


def one_line(text: str) -> str:
    line = " ".join(text.split()).rstrip(".")
    return line if len(line) <= 200 else line[:199] + "…"


def unexpected(answer: Response, *, mutates: bool, what: str, whole: bool = False) -> ConnectorError:
    """The error for a status that the caller had no use for. `what` goes on "while …".

    `whole`: a refusal is not about what was asked, but about us, as at the one address of GraphQL.
    """
    status = answer.status
    if status == 401:
        return Locked(f"GitHub does not accept the credentials while {what} ({answer.message}). Check `token` or `app`")
    if status in (403, 429) and (limit := _limit(answer, what)):
        return limit
    if status in (408, 500, 502, 503, 504) or status > 504 or status < 300:
        if mutates:
            return Ambiguous(f"GitHub answered {status} while {what}: it may or may not have happened")
        kind = TooMuch if status in (502, 504) else Transient
        return kind(f"GitHub answered {status} while {what}", _seconds(answer.headers), "GitHub")
    if 300 <= status < 400:
        return Locked(
            f"GitHub answered {status} while {what} and points to {_place(answer.headers)}. "
            f"Correct `url` or the repository's name"
        )
    if mutates and not whole and answer.is_githubs:
        return Refused(f"GitHub refused {what}: {answer.message} ({status}){_asks(answer)}")
    return Locked(_unusable(answer, what, mutates))


def not_understood(
    answer: Response, error: Exception | None = None, *, mutates: bool = False, what: str
) -> ConnectorError:
    """The error for a good status whose body is not what GitHub sends."""
    if mutates:
        return Ambiguous(f"the answer broke off while {what}: it may or may not have happened")
    if isinstance(error, msgspec.ValidationError):
        said = one_line(str(error))
        return Locked(f"the answer has a shape that syncd does not know while {what}: {said}. Check `url`")
    return Transient(f"the answer was not GitHub's while {what}; something between syncd and GitHub may have failed")


def _unusable(answer: Response, what: str, mutates: bool) -> str:
    reason = answer.message
    match answer.status:
        case 403:
            remedy = _asks(answer) or f". Give the account {'write' if mutates else 'read'} access"
            return f"GitHub forbids {what}: {reason}{remedy}"
        case 404:
            return (
                f"not found while {what}. Either the name is wrong, it was deleted, or the account may not see it: "
                f"check the name and the account's access"
            )
        case 410:
            return f"gone while {what}: {reason}. Are issues switched off there?"
        case 451:
            return f"blocked for legal reasons while {what}: {reason}"
    return f"GitHub did not understand syncd while {what}: {reason} ({answer.status}). Check `url`"


def _limit(answer: Response, what: str) -> Transient | None:
    headers = answer.headers
    spent = headers.get("x-ratelimit-remaining") == "0"
    if not (answer.limited or answer.status == 429 or spent or "retry-after" in headers):
        return None
    return limit(answer, what)


def limit(answer: Response, what: str) -> Transient:
    """The error for an answer that is known to be about a rate limit."""
    headers = answer.headers
    now = answer.date
    resource = headers.get("x-ratelimit-resource", "")
    hourly = f"GitHub's hourly limit ({resource})" if resource else "GitHub's hourly limit"
    after = _seconds(headers)
    if after is not None:
        spent = headers.get("x-ratelimit-remaining") == "0"
        name, reach = (hourly, Reach.REQUEST) if spent else ("GitHub's limit on bursts", Reach.ACCOUNT)
        return Transient(f"{name} is reached while {what}", after, name, reach=reach)
    until = _reset(headers) if headers.get("x-ratelimit-remaining") == "0" else None
    if until is not None:
        wait = max((until - now).total_seconds() + 1, 1.0) if now else 60.0
        return Transient(f"{hourly} is reached while {what}", wait, hourly, until)
    name = "GitHub's limit on bursts"
    return Transient(f"{name} is reached while {what}", 60.0, name, reach=Reach.ACCOUNT)


def _reset(headers: Mapping[str, str]) -> datetime | None:
    text = headers.get("x-ratelimit-reset", "")
    if not text.isdecimal() or not 0 < int(text[:12]) < _FAR_FUTURE:
        return None
    return datetime.fromtimestamp(int(text[:12]), UTC)


def _seconds(headers: Mapping[str, str]) -> float | None:
    text = headers.get("retry-after", "").strip()
    return float(text[:9]) if text.isdecimal() and text.isascii() else None


def _place(headers: Mapping[str, str]) -> str:
    return one_line(headers.get("location", "nowhere"))


_WAYS = (
    ("item is archived", "Restore it in the project's archive"),
    ("Repository was archived", "Unarchive the repository, or take it off `repositories`"),
    ("installation has been suspended", "An owner of the organization has to unsuspend it under Settings, GitHub Apps"),
)


def way_out(message: str) -> str:
    """What people can do about a refusal whose own words do not say it; empty where nothing is known."""
    return next((f". {way}" for said, way in _WAYS if said in message), "")


def _asks(answer: Response) -> str:
    """What GitHub asks for, where it says so: another sentence for the end of one.

    https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api#resource-not-accessible
    """
    if answer.headers.get("x-github-sso", "").startswith("required"):
        return ". The organization asks for single sign-on: authorize the token for it"
    if way := way_out(answer.message):
        return way
    wanted = answer.headers.get("x-accepted-github-permissions", "")
    if not wanted:
        return ""
    ways = " or ".join(one_line(way) for way in wanted.split(";"))
    return f". Give the token or App the permission {ways}"
