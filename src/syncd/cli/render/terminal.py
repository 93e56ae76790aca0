"""The console of every command. What people wrote in trackers never steers the terminal: a title could otherwise hide, move or
rewrite lines of the very plan that somebody is about to approve."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from syncd.telemetry import STEERS, harmless

__all__ = ["STEERS", "Terminal", "harmless"]


class Terminal(Console):
    """Leaves the characters of `STEERS` out; what rich itself says to the terminal stands in segments of its own."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            if segment.control is None and STEERS.search(segment.text):
                yield Segment(harmless(segment.text), segment.style)
            else:
                yield segment
