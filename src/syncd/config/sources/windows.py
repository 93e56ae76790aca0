"""Change windows as rules; their time zone is looked up here, once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from syncd.config.reading.document import Place
from syncd.config.reading.faults import Fault, words
from syncd.config.text.windows import TimeText, WindowsText, WindowText
from syncd.core.expressions.guess import did_you_mean
from syncd.core.permission.windows import ALWAYS, Window, Windows


def windows_rules(text: WindowsText, place: Place, sources: Collection[str], faults: list[Fault]) -> Windows:
    """`sources` are the configured names."""
    for word, found in (("allow", text.allow), ("deny", text.deny)):
        for i, one in enumerate(found):
            for name in one.sources:
                if name not in sources:
                    message = f"there is no source '{name}'{did_you_mean(name, sources)}"
                    faults.append(
                        (place / word / i / "sources").fault(message, f"known here: {words(sorted(sources), 'and')}")
                    )
    zone = zone_of(text.zone, place / "zone", faults)
    if zone is None:
        return ALWAYS
    return Windows(zone, text.zone, tuple(map(_window, text.allow)), tuple(map(_window, text.deny)))


def zone_of(name: str, place: Place, faults: list[Fault]) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        message = f"there is no time zone '{name}'{did_you_mean(name, available_timezones())}"
        faults.append(place.fault(message, "write a name such as Europe/Berlin or America/New_York, or UTC"))
        return None


def time_of(text: TimeText) -> Window:
    start, end = text.hours or (time(0), time(0))
    return Window(
        days=frozenset(range(7)) if text.days is None else text.days,
        start=start,
        end=end,
        first=text.first,
        last=text.until,
    )


def _window(text: WindowText) -> Window:
    return replace(
        time_of(text), sources=frozenset(text.sources), kinds=frozenset(text.kinds), because=text.because or ""
    )
