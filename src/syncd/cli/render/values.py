"""How single values look, everywhere the same."""

from __future__ import annotations

import os
import sys

from rich.console import Console

from syncd.cli.render.terminal import Terminal
from syncd.core.issue import FieldValue

NOTHING = "∅"
HORIZON_STYLE = ("bold green", "yellow", "bright_black")
"""Nearest first; farther horizons share the last."""


def out() -> Console:
    """Standard output. Redirected or piped, it is plain text of a fixed width, and never cut in the middle of a word."""
    return Terminal(highlight=False, width=None if sys.stdout.isatty() or "COLUMNS" in os.environ else 140)


def err() -> Console:
    """Standard error, by the same rule."""
    return Terminal(stderr=True, highlight=False, width=None if sys.stderr.isatty() or "COLUMNS" in os.environ else 140)


def value(shown: FieldValue) -> str:
    """A field's value: ∅ for nothing, 3 instead of 3.0."""
    if shown is None or shown == "":
        return NOTHING
    if isinstance(shown, float):
        return number(shown)
    if isinstance(shown, tuple):
        return in_one_line(", ".join(shown))
    return in_one_line(str(shown))


def number(shown: float) -> str:
    return f"{shown:g}" if abs(shown) < 1e6 else f"{shown:,.0f}"


def score(shown: float | None) -> str:
    return "–" if shown is None else f"{shown:.1f}"


def count(n: int, noun: str, plural: str = "") -> str:
    """`1 issue`, `1,204 issues`"""
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"


def cut(text: str, width: int) -> str:
    text = in_one_line(text)
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"


def in_one_line(text: str) -> str:
    """Somebody's text could otherwise look like lines of ours."""
    return " ".join(text.splitlines())


def duration(seconds: float) -> str:
    """`40 s`, `16 min`, `2.7 h`"""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
