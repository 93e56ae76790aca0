"""Who gets messages, as the engine needs it: `tell:` with its sources, its time zone and its quiet hours looked up."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from syncd.config.reading.document import Place
from syncd.config.reading.faults import Fault, words
from syncd.config.sources.windows import time_of, zone_of
from syncd.config.text.tell import TellText
from syncd.core.expressions.guess import did_you_mean
from syncd.core.permission.windows import Windows
from syncd.core.telling.told import Terms


@dataclass(frozen=True, slots=True)
class Receiver:
    name: str
    text: TellText
    terms: Terms


def receivers(
    tell: Mapping[str, TellText], place: Place, sources: Collection[str], zone: str, faults: list[Fault]
) -> tuple[Receiver, ...]:
    """`sources` are the configured names, `zone` is that of the change windows."""
    found = []
    for name, text in tell.items():
        here = place / name
        for source in text.sources:
            if source not in sources:
                message = f"there is no source '{source}'{did_you_mean(source, sources)}"
                faults.append((here / "sources").fault(message, f"known here: {words(sorted(sources), 'and')}"))
        told: list[Fault] = faults if text.zone is not None else []  # that of the windows was told there
        clock = zone_of(text.zone or zone, here / "zone", told)
        if clock is not None:
            quiet = Windows(clock, text.zone or zone, deny=tuple(map(time_of, text.quiet)))
            found.append(Receiver(name, text, _terms(text, quiet)))
    return tuple(found)


def _terms(text: TellText, quiet: Windows) -> Terms:
    return Terms(
        about=frozenset(text.about),
        sources=frozenset(text.sources),
        quiet=quiet,
        patience=text.patience,
        remind=text.remind,
        every=text.every,
        titles=text.titles,
    )
