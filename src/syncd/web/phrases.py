"""How values look on a page: numbers, moments, counts. The same words as on the terminal."""

from __future__ import annotations

import re
from datetime import datetime
from urllib.parse import quote

from markupsafe import Markup, escape

from syncd.core.issue import FieldValue


def number(shown: float | int | None, digits: int = 1) -> str:
    """1,204 · 3.5 · – for nothing; a whole number has no digits behind the point."""
    if shown is None:
        return "–"
    rounded = round(float(shown), digits)
    return f"{rounded:,.0f}" if rounded == int(rounded) else f"{rounded:,.{digits}f}"


def score(shown: float | None) -> str:
    return "–" if shown is None else f"{shown:,.1f}"


def percent(share: float | None, digits: int = 0) -> str:
    """`4 %`, as in receipts and on the terminal; the number and its sign stay on one line."""
    return "–" if share is None else f"{100 * share:.{digits}f}\N{NO-BREAK SPACE}%"


def count(n: int, noun: str, plural: str = "") -> str:
    """`1 issue`, `1,204 issues`"""
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"


def value(shown: FieldValue) -> str:
    """A field's value: ∅ for nothing, 3 instead of 3.0."""
    if shown is None or shown == "":
        return "∅"
    if isinstance(shown, bool):
        return "yes" if shown else "no"
    if isinstance(shown, float | int):
        return f"{shown:g}" if abs(shown) < 1e6 else f"{shown:,.0f}"
    return ", ".join(shown) if isinstance(shown, tuple) else str(shown)


def ago(moment: datetime | None, now: datetime) -> str:
    if moment is None:
        return "never"
    seconds = int((now - moment).total_seconds())
    if seconds < 0:
        return "in " + span(-seconds)
    return "now" if seconds < 2 else span(seconds) + " ago"


def when(moment_: datetime | None, now: datetime) -> Markup:
    """`ago` for a page: it names the moment, and goes on while the page is open (live.js)."""
    if moment_ is None:
        return Markup("never")
    mark = Markup('<time datetime="{}" title="{}" data-ago>{}</time>')
    return mark.format(moment_.isoformat(), moment(moment_), ago(moment_, now))


def span(seconds: float) -> str:
    """`3 h`, `12 min`, `8 s`"""
    seconds = int(seconds)
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def sentence(text: str) -> Markup:
    """A sentence with `commands` in it, the commands as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped before


def moment(shown: datetime | None) -> str:
    return "–" if shown is None else f"{shown:%Y-%m-%d %H:%M:%S} UTC"


def path(text: str) -> str:
    """A key as a part of an address."""
    return quote(text, safe="/")


_NAMES = {"rice": "RICE", "ice": "ICE", "wsjf": "WSJF", "cd3": "CD3", "moscow": "MoSCoW", "kano": "Kano"}


def framework(name: str) -> str:
    """As people write it: RICE for rice, value effort for value_effort."""
    return _NAMES.get(name, name.replace("_", " "))
