"""Change windows at work: what may not be written now, until when, and the ward at the gate that ends a run in time."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from syncd.connector.errors import Transient
from syncd.core.permission.leave import WriteKind
from syncd.core.permission.windows import Closed, Windows, closed
from syncd.engine.stop import Stopped


class OutsideWindow(Stopped):
    """A mutating request wanted to leave outside its change window. Nothing was sent; reading goes on."""

    def __init__(self, source: str, shut: Closed, windows: Windows) -> None:
        Transient.__init__(self, f"{source} {sentence(shut, windows)}; nothing more is sent")


def shut(windows: Windows, source: str, kinds: Iterable[WriteKind], moment: datetime) -> list[Closed]:
    """What of these kinds may not be written now, those with the same reason and end together."""
    found: dict[Closed, set[WriteKind]] = {}
    for kind in kinds:
        if (one := closed(windows, source, kind, moment)) is not None:
            found.setdefault(one, set()).add(kind)
    return [Closed(frozenset(kinds), one.until, one.because) for one, kinds in found.items()]


def sentence(one: Closed, windows: Windows) -> str:
    """`is outside its change window until Mon 23 Nov 2026, 20:00 CET (release freeze)`"""
    reason = f" ({one.because})" if one.because else ""
    if one.until is None:
        return f"is outside its change window for more than a year{reason}; see `windows:` in syncd.yaml"
    return f"is outside its change window until {one.until.astimezone(windows.zone):%a %d %b %Y, %H:%M %Z}{reason}"


def ward(source: str, windows: Windows, kinds: Collection[WriteKind], moment: datetime) -> OutsideWindow | None:
    """Why a request that makes writes of these kinds must not leave now."""
    found = shut(windows, source, sorted(kinds), moment)
    return OutsideWindow(source, found[0], windows) if found else None
