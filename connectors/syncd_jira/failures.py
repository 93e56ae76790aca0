"""Which of the five errors an answer of Jira means, and the sentence for it. Pure.

https://developer.atlassian.com/cloud/jira/platform/rest/v3/intro/#status-codes
https://developer.atlassian.com/cloud/jira/platform/rate-limiting/
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from syncd.connector.errors import Ambiguous, ConnectorError, Locked, Reach, Refused, Stale, Transient

_LIMITS = {
    "jira-quota-global-based": "Jira's hourly quota of this app",
    "jira-quota-tenant-based": "Jira's hourly quota of this site",
    "jira-quota-based": "Jira's hourly quota of this site",
    "jira-cost-based": "Jira's hourly quota of this site",
    "jira-burst-based": "Jira's limit of requests per second",
    "jira-per-issue-on-write": "Jira's limit of writes to one issue",
}


@dataclass(frozen=True, slots=True)
class Received:
    """An answer that came back whole. Header names are lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    seconds: float = 0.0

    @property
    def is_web_page(self) -> bool:
        """A proxy's or a log-in form's page where data was asked for."""
        return "html" in self.headers.get("content-type", "").lower() or self.body[:64].lstrip()[:1] == b"<"

    @property
    def lacks_scope(self) -> bool:
        """The gateway's 401 for a token that is good, but not for this operation."""
        return self.status == 401 and b"scope does not match" in self.body

    @property
    def date(self) -> datetime | None:
        """The server's clock when it answered."""
        return http_date(self.headers.get("date", ""))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a request went, for the sentences."""

    source: str
    host: str
    doing: str
    """What was asked, to be read after "while": searching issues, writing PAY-12."""
    writes: bool = False
    single: bool = False
    """It concerned one issue, so that a refusal concerns that issue only."""
    oauth: bool = False
    """The token is one that an authorization gave, and is renewed."""
    email: bool = False
    """The token is used with an account's address."""
    setting: str = "url"
    """The setting that names the address."""


class QueryRefused(Locked):
    """A search that Jira does not run (400): the query is wrong, or a page token has run out."""


def http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def failure(place: Place, got: Received) -> ConnectorError | None:
    """The error that an answer means; None for an answer that can be used."""
    status = got.status
    if 200 <= status < 300:
        return _web_page(place) if got.is_web_page and got.body else None
    if 300 <= status < 400:
        target = got.headers.get("location", "")[:200].split("?")[0]
        return Locked(
            f"{place.host} redirected source {place.source} to {target or 'another address'} while {place.doing}: "
            f"set its `{place.setting}` to the address that Jira itself answers on."
        )
    if status == 429 or status == 503:
        return _busy(place, got)
    if status == 401 and got.lacks_scope:
        return Locked(
            f"The token of source {place.source} lacks a scope that {place.host} asks for while {place.doing}: add the "
            f"scopes to read and write issues, of Jira and of Jira Software, and set the new token."
        )
    if status == 401 and place.oauth:
        return Locked(
            f"The access of source {place.source} was refused by {place.host} while {place.doing}, although its token "
            f"is fresh: check `oauth.cloud_id`, or authorize the app again and set the new `oauth.refresh_token`."
        )
    if status == 401 and place.email:
        return Locked(
            f"The token of source {place.source} was refused by {place.host}: it is wrong, has expired, does not belong to "
            f"`email`, or has scopes, with which it works only at https://api.atlassian.com/ex/jira/CLOUD_ID as `url`. "
            f"Make a new one and set it as its `token`."
        )
    if status == 401:
        return Locked(
            f"The token of source {place.source} was refused by {place.host}: it is wrong, has expired or was revoked, or is "
            f"one of Jira Cloud, which needs `email`, too. Make a new one and set it as its `token`."
        )
    if status == 403:
        return _forbidden(place, got)
    if status >= 500 or status == 408:
        return _broken(place, got)
    return _client_error(place, got)


def _client_error(place: Place, got: Received) -> ConnectorError:
    if got.is_web_page:
        return _web_page(place)
    said = what_it_said(got)
    if place.single:
        if got.status == 404:
            return Stale(f"Jira does not show the issue any more while {place.doing}: deleted, moved or hidden.")
        if got.status in (409, 412):
            return Stale(f"Jira met another change at the same moment while {place.doing}: {said}")
        if got.status == 410:
            return Locked(f"{place.host} no longer has the address that syncd used while {place.doing}: {said}")
        return Refused(f"Jira refused {place.doing}: {said}")
    if got.status == 400:
        return QueryRefused(f"Jira refused source {place.source} while {place.doing}: {said}")
    if got.status == 404:
        reason = f" ({said})" if got.body and not said.startswith("no reason given") else ""
        return Locked(
            f"{place.host} knows no such address while {place.doing}{reason}: check the `{place.setting}` of source "
            f"{place.source}, with its context path if Jira has one."
        )
    return Locked(f"{place.host} answered {got.status} to source {place.source} while {place.doing}: {said}")


def _busy(place: Place, got: Received) -> Transient:
    reason = got.headers.get("ratelimit-reason", "")
    scope = _LIMITS.get(reason, "this Jira site")
    wait, until = _when(got)
    what = "limits requests" if got.status == 429 else "is unavailable for the moment"
    reach = Reach.REQUEST
    if reason == "jira-per-issue-on-write":
        reach = Reach.ISSUE
    elif "quota" in reason or "cost" in reason:
        reach = Reach.ACCOUNT
    return Transient(f"{place.host} {what} ({scope}) while {place.doing}.", wait, scope, until, reach)


def _when(got: Received) -> tuple[float | None, datetime | None]:
    """Seconds to wait and the moment named: Retry-After in seconds or as a date, else X-RateLimit-Reset."""
    text = got.headers.get("retry-after", "").strip()
    until: datetime | None = None
    if text:
        try:
            seconds = float(text)
        except ValueError:
            until = http_date(text)
        else:
            return (min(max(seconds, 0.0), 86_400.0), None) if seconds == seconds else (None, None)
    if until is None and got.status == 429:
        until = _iso(got.headers.get("x-ratelimit-reset", ""))
    if until is None or got.date is None:
        return None, until
    if until - got.date > timedelta(days=1):
        return None, None
    return max((until - got.date).total_seconds(), 0.0), until


def _iso(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _forbidden(place: Place, got: Received) -> ConnectorError:
    denied = got.headers.get("x-authentication-denied-reason", "")
    if "CAPTCHA" in denied or got.headers.get("x-seraph-loginreason") == "AUTHENTICATION_DENIED":
        return Locked(
            f"{place.host} wants a person to log in after too many wrong tokens of source {place.source}: log in as its "
            f"account in a browser and solve the captcha, then check its `token`."
        )
    if denied or not place.single or not any(error_body(got.body)):
        # Without Jira's own words about the issue it is no refusal of the issue: a proxy, or a check of the request itself.
        return Locked(
            f"{place.host} denied source {place.source} while {place.doing}: {denied[:200] or what_it_said(got)}"
        )
    return Refused(f"The account of source {place.source} may not do this, {place.doing}: {what_it_said(got)}")


def _broken(place: Place, got: Received) -> ConnectorError:
    sentence = f"{place.host} answered {got.status} while {place.doing}: {what_it_said(got)}"
    if place.writes:
        return Ambiguous(sentence)
    return Transient(sentence, _when(got)[0], "this Jira site")


def _web_page(place: Place) -> ConnectorError:
    return Locked(
        f"{place.host} answered with a web page instead of data while {place.doing}: a log-in page or a proxy stands "
        f"before Jira. Check the `{place.setting}` and `token` of source {place.source}."
    )


def what_it_said(got: Received) -> str:
    """The error body in one line; never longer than 300 characters."""
    if got.is_web_page:
        return "(a web page)"
    messages, errors = error_body(got.body)
    parts = [*messages, *(f"{name}: {text}" for name, text in errors.items())]
    if not parts:
        plain = got.body[:300].decode("utf-8", "replace").strip() if got.body[:1] not in (b"{", b"[") else ""
        parts = [plain or f"no reason given (HTTP {got.status})"]
    return " ".join(" ".join(parts).split())[:300]


def error_body(body: bytes) -> tuple[tuple[str, ...], Mapping[str, str]]:
    """`errorMessages` and `errors` by field, from whatever came; empty where it has another shape."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return (), {}
    if not isinstance(data, dict):
        return (), {}
    found: list[str] = []
    for name in ("errorMessages", "errorMessage", "message"):
        value = data.get(name)
        found += [str(v) for v in value] if isinstance(value, list) else [value] if isinstance(value, str) else []
    errors = data.get("errors")
    by_field = {str(k): str(v) for k, v in errors.items()} if isinstance(errors, dict) else {}
    if isinstance(errors, list):
        found += [str(e) for e in errors]
    return tuple(m for m in found if m), by_field
