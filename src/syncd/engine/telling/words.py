"""Other people's words in a message: cut to a length, on one line, and unable to call anybody or to hide anything.

Titles of issues are written by whoever may write issues. The forms show them in places where no markup is read; this takes
the teeth out of what would be read all the same, where a receiver is not what it says it is.
"""

from __future__ import annotations

import re
from typing import Final

JOINER: Final = "\u2060"
"""Is seen by nobody and keeps what stands on both sides of it apart."""
_SPACES: Final = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
_TURNS: Final = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
"""What turns the direction of writing, so that a text looks like another."""
_CALLS: Final = re.compile(r"(?<=[@<])(?=[\w!@#/])|(?<=\])(?=\()")
"""Within @here, <!channel>, <at> and [text](address)."""


def plain(text: str, most: int) -> str:
    """At most so many characters."""
    shown = _CALLS.sub(JOINER, _SPACES.sub(" ", _TURNS.sub("", text)).strip())
    return shown if len(shown) <= most else shown[: most - 1].rstrip() + "…"
