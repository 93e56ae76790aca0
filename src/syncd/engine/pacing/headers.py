"""Reads the waits, moments and numbers that servers put into headers, and survives whatever else they put there. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

FOREVER: Final = timedelta(days=366)
"""The longest wait that is taken seriously; a server that asks for more sent nonsense."""


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """`Retry-After` in seconds or as a date of the server's clock; None when it says nothing or zero."""
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    try:
        wait = bounded(float(text))
    except ValueError:
        moment = http_date(text)
        wait = moment - server_now(headers, now) if moment is not None else timedelta()
    return min(wait, FOREVER) if wait > timedelta() else None


def reset_in(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How long until `X-RateLimit-Reset` (seconds since 1970, or ISO 8601); None when that is over or unreadable."""
    text = headers.get("x-ratelimit-reset", "").strip()
    try:
        if text.isascii() and text.isdecimal():
            moment = datetime.fromtimestamp(int(text[:15]), UTC)
        else:
            moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    wait = moment - server_now(headers, now)
    return wait if timedelta() < wait <= FOREVER else None


def server_now(headers: Mapping[str, str], now: datetime) -> datetime:
    """The server's clock where it tells it, else ours."""
    return http_date(headers.get("date", "")) or now


def http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def bounded(seconds: float) -> timedelta:
    """Raises ValueError for what is no number."""
    if seconds != seconds:
        raise ValueError("not a number of seconds")
    return timedelta(seconds=min(max(seconds, 0.0), FOREVER.total_seconds()))


def whole(headers: Mapping[str, str], name: str) -> int | None:
    """`X-RateLimit-NAME` as a count."""
    text = headers.get(f"x-ratelimit-{name}", "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 12 else None


def number(headers: Mapping[str, str], name: str) -> float | None:
    """`X-RateLimit-NAME` as a positive number."""
    try:
        found = float(headers.get(f"x-ratelimit-{name}", ""))
    except ValueError:
        return None
    return found if 0 < found < 1e9 else None
