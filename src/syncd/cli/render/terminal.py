"""The console of every command. What people wrote in trackers never steers the terminal: a title could otherwise hide, move or
rewrite lines of the very plan that somebody is about to approve."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

STEERS: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters but tab and line feed, and those that turn the direction of the text around them. None has a width."""


def harmless(text: str) -> str:
    return STEERS.sub("", text)


class Terminal(Console):
    """Leaves the characters of `STEERS` out; what rich itself says to the terminal stands in segments of its own."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            if segment.control is None and STEERS.search(segment.text):
                yield Segment(harmless(segment.text), segment.style)
            else:
                yield segment
