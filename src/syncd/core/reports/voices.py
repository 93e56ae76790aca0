"""What users say, over a whole backlog: the most heard work, loud work that ranks low, how it went month by month."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil

from syncd.core.backlog import Ranked
from syncd.core.decide import Decision
from syncd.core.linking.heard import Hearing, Unheard
from syncd.core.voices import Heard, Voice

MONTHS = 12
"""Of a trend; the last one is that of the decision."""
FEWEST = 2
"""Customers who make work loud."""
LOUDEST = 0.25
"""The share of the heard work that is loud at most."""


@dataclass(frozen=True, slots=True)
class Loud:
    row: Ranked
    heard: Heard
    months: tuple[int, ...]
    """Voices by month, the oldest first."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """What was said about a backlog; of all files, where there is one."""

    hearing: Hearing
    as_of: date
    most: tuple[Loud, ...]
    """All ranked work that voices are about: by customers, then people, then how often, then rank. What only hears what
    its children hear is not among it: their voices stand there already."""
    low: tuple[Loud, ...]
    """What is among the loudest and stands in the lower half of its backlog, or has no score."""
    months: tuple[int, ...]
    """All voices about this work, each once."""
    unranked: int
    """Voices about open work that is in no backlog, or not in this one, and about none that is."""

    @property
    def unheard(self) -> Sequence[Unheard]:
        return self.hearing.unheard


def spoken(decision: Decision) -> Spoken | None:
    """None where no file of voices is configured."""
    hearing = decision.hearing
    if hearing is None:
        return None
    voices = hearing.voices
    most: list[Loud] = []
    here: set[int] = set()
    for row in decision.ranked:
        if row.work.heard is not None:
            numbers = hearing.by_work[row.work.ref]
            here.update(numbers)
            if row.work.heard.below < len(numbers):
                most.append(Loud(row, row.work.heard, _months((voices.said[n] for n in numbers), decision.as_of)))
    most.sort(key=lambda one: (-one.heard.customers, -one.heard.people, -one.heard.count, one.row.rank))
    sizes = {name: len(part.ranked) for name, part in decision.parts.items()}
    loudest = [one for one in most[: ceil(len(most) * LOUDEST)] if one.heard.customers >= FEWEST]
    low = [one for one in loudest if one.row.score is None or 2 * one.row.rank > sizes[one.row.backlog]]
    everywhere: set[int] = set().union(*hearing.by_work.values())
    months = _months((voices.said[n] for n in here), decision.as_of)
    return Spoken(hearing, decision.as_of, tuple(most), tuple(low), months, len(everywhere - here))


def latest(hearing: Hearing | None, row: Ranked | None) -> tuple[Voice, ...]:
    """Everything that was said about a piece of work, the latest first."""
    if hearing is None or row is None:
        return ()
    return tuple(hearing.voices.said[number] for number in reversed(hearing.by_work.get(row.work.ref, ())))


def _months(voices: Iterable[Voice], as_of: date) -> tuple[int, ...]:
    counts = [0] * MONTHS
    last = as_of.year * 12 + as_of.month
    for voice in voices:
        ago = last - (voice.day.year * 12 + voice.day.month)
        if 0 <= ago < MONTHS:
            counts[-1 - ago] += 1
    return tuple(counts)
