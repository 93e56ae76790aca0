"""Voices → the work that they are about, each once, however many ways lead there; and what is about no open work.

A voice counts once for a piece of work: not again for a twin of it, nor for a child when it names the parent, too. What
was said about open children counts for the parent (`children:`), as far up as there are parents.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date

from syncd.core.backlog import BacklogItem
from syncd.core.issue import Pointer, Ref
from syncd.core.linking.resolve import Resolver
from syncd.core.voices import Heard, Voices

NAMELESS = ""
"""In `Unheard.about`: it is not about the name of an issue."""


@dataclass(frozen=True, slots=True)
class Unheard:
    """Voices that count for no work by this name, and why."""

    about: str
    numbers: Sequence[int]
    """Of the voices, in ascending order."""
    why: str


@dataclass(frozen=True, slots=True)
class Hearing:
    """What became of all voices."""

    voices: Voices
    by_work: Mapping[Ref, Sequence[int]] = field(repr=False)
    """Primary of open work → the numbers of its voices, in ascending order and so by day; those of children included."""
    unheard: Sequence[Unheard]
    """What most voices ask for first."""
    heard: int
    """How many voices count for any work."""


def hear(
    voices: Voices,
    items: Sequence[BacklogItem],
    lead: Sequence[int],
    open_works: Set[int],
    parent: Mapping[int, int],
    resolver: Resolver,
    excluded: Mapping[str, str],
    as_of: date,
) -> tuple[Hearing, dict[int, Heard]]:
    """What became of the voices, and what each piece of open work heard, by the place of its primary.

    Items are named by their place; `lead` leads from one to its work, `excluded` from casefolded keys to the reason.
    """
    known = voices.until(as_of)
    find = _Finder(items, lead, open_works, resolver, excluded)
    own: dict[int, set[int]] = {}
    unheard: list[Unheard] = []
    for about, numbers in voices.named.items():
        said = [number for number in numbers if number < known]
        if not said:
            continue
        found = find.work(about)
        if isinstance(found, int):
            own.setdefault(found, set()).update(said)
        else:
            written = next(name for name in voices.said[said[0]].about if name.casefold() == about)
            unheard.append(Unheard(written, said, found))
    if nameless := [number for number in voices.nameless if number < known]:
        unheard.append(Unheard(NAMELESS, nameless, "nobody said which issue it is about"))
    if known < len(voices.said):
        ahead = range(known, len(voices.said))
        unheard.append(Unheard(NAMELESS, ahead, f"the day of the decision is {as_of}, and it was said later"))
    every = _with_children(own, parent, open_works) if voices.children else own
    heard = {
        place: voices.heard(numbers, as_of, len(numbers) - len(own.get(place, ()))) for place, numbers in every.items()
    }
    by_work = {items[place].ref: sorted(every[place]) for place in sorted(every)}
    unheard.sort(key=lambda one: (-len(one.numbers), one.about, one.why))
    return Hearing(voices, by_work, tuple(unheard), len(set().union(*own.values()))), heard


class _Finder:
    def __init__(
        self,
        items: Sequence[BacklogItem],
        lead: Sequence[int],
        open_works: Set[int],
        resolver: Resolver,
        excluded: Mapping[str, str],
    ) -> None:
        self._items, self._lead, self._open = items, lead, open_works
        self._resolver, self._excluded = resolver, excluded

    def work(self, about: str) -> int | str:
        """The open work that a casefolded key or address stands for, or why there is none."""
        address = "://" in about
        found = self._resolver.find(Pointer(url=about) if address else Pointer(key=about), "")
        leads = {self._lead[place] for place in found}
        if len(leads) == 1:
            lead = leads.pop()
            if lead in self._open:
                return lead
            item = self._items[lead]
            since = f" since {item.closed:%Y-%m-%d}" if item.closed is not None else ""
            return f"{item.key} is {item.status.value}{since}"
        if leads:
            return "several sources have an issue of this key; the web address would say which one"
        if (why := self._excluded.get(about)) is not None:
            return f"the issue is left out: {why}"
        return f"no issue in the backlog has this {'address' if address else 'key'}"


def _with_children(own: Mapping[int, set[int]], parent: Mapping[int, int], open_works: Set[int]) -> dict[int, set[int]]:
    """What each piece of open work and everything open below it heard."""
    every = {place: set(numbers) for place, numbers in own.items()}
    for place, numbers in own.items():
        above = parent.get(place)
        while above is not None:
            if above in open_works:
                every.setdefault(above, set()).update(numbers)
            above = parent.get(above)
    return every
