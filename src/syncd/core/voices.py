"""What users say: voices about issues, out of files that people keep, and what a piece of work has heard.

A voice is data and no rule: the digest of the rules does not know it. What was said stands in memory only, and is kept,
written and logged nowhere; what is kept of it are the numbers of `Heard`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from math import fsum
from unicodedata import normalize

from syncd.core.record import record

RECENT_DAYS = 90


@record(frozen=True, slots=True)
class Voice:
    """One row: something that somebody said on a day about one issue or several."""

    about: tuple[str, ...]
    """Keys and addresses, as written; empty where nobody said yet which issue it is about."""
    customer: str
    """Empty where only a person is named; and the other way around. Both are empty for an anonymous voice."""
    person: str
    said: str = field(repr=False)
    """In any language, and as long as it is; empty where only that somebody asked is known."""
    day: date
    weight: float | None = None
    """What the customer is worth, in the unit that people chose: revenue, seats."""
    channel: str = ""
    sentiment: str = ""
    file: str = ""
    """As scoring.yaml names it."""
    line: int = 0

    @property
    def who(self) -> str:
        """`Ada Lovelace, Acme`; empty for an anonymous voice."""
        return ", ".join(name for name in (self.person, self.customer) if name)


@dataclass(frozen=True, slots=True)
class Unusable:
    """A row that does not count, and why."""

    file: str
    line: int
    column: int
    """1 where it is the row as a whole."""
    why: str


@dataclass(frozen=True, slots=True)
class Voices:
    """All voices by day, the oldest first, so that a number names a voice. Two are equal when their digests are."""

    digest: str
    """Of the files and of how they are read."""
    said: tuple[Voice, ...] = field(default=(), compare=False, repr=False)
    recent_days: int = RECENT_DAYS
    children: bool = True
    """Whether work hears what its children hear."""
    unusable: tuple[Unusable, ...] = field(default=(), compare=False, repr=False)
    files: tuple[str, ...] = ()
    weighed: bool = False
    """Whether any file has weights."""
    days: tuple[date, ...] = field(init=False, default=(), compare=False, repr=False)
    named: Mapping[str, Sequence[int]] = field(init=False, default_factory=dict, compare=False, repr=False)
    """Casefolded key or address → the numbers of the voices about it, in ascending order."""
    nameless: Sequence[int] = field(init=False, default=(), compare=False, repr=False)
    """The numbers of the voices that name no issue, in ascending order."""
    customers: Sequence[int] = field(init=False, default=(), compare=False, repr=False)
    """By the number of a voice: whoever has the same customer has the same number here; −1 for an anonymous one. Who
    names no customer stands for themself."""
    people: Sequence[int] = field(init=False, default=(), compare=False, repr=False)
    """The same for people. A customer who names no person counts as one."""

    def __post_init__(self) -> None:
        named: dict[str, list[int]] = {}
        names: dict[str, int] = {}
        customers: list[int] = []
        people: list[int] = []
        nameless: list[int] = []
        said = sorted(self.said, key=_when)
        for number, voice in enumerate(said):
            for about in voice.about:
                named.setdefault(about.casefold(), []).append(number)
            if not voice.about:
                nameless.append(number)
            customer, person = _same(voice.customer), _same(voice.person)
            customers.append(_number(customer or person, names))
            # Two companies may both have an Anna.
            people.append(_number(f"{person}\n{customer}" if person and customer else person or customer, names))
        set_ = object.__setattr__
        set_(self, "said", tuple(said))
        set_(self, "days", tuple(voice.day for voice in said))
        set_(self, "named", named)
        set_(self, "nameless", nameless)
        set_(self, "customers", customers)
        set_(self, "people", people)

    def until(self, day: date) -> int:
        """How many voices there are up to the end of a day: the first so many."""
        return bisect_right(self.days, day)

    def heard(self, numbers: Iterable[int], as_of: date, below: int = 0) -> Heard:
        """What these voices say together; there is at least one, and none is later than the day."""
        ascending = sorted(numbers)
        recent_from = self.until(as_of - timedelta(days=self.recent_days + 1))
        said, customers, people = self.said, self.customers, self.people
        weights: dict[int, float] = {}
        who: set[int] = set()
        persons: set[int] = set()
        recent = 0
        for number in ascending:
            customer = customers[number]
            if customer >= 0:
                who.add(customer)
                persons.add(people[number])
            weight = said[number].weight
            if weight is not None:
                # Nameless voices cannot be told apart, so each counts by itself.
                weights[customer if customer >= 0 else -2 - number] = weight
            recent += number >= recent_from
        return Heard(
            len(ascending), len(persons), len(who), fsum(weights.values()), recent, self.days[ascending[-1]], below
        )


@record(frozen=True, slots=True)
class Heard:
    """What a piece of work has heard, in numbers."""

    count: int
    people: int
    customers: int
    weight: float
    """The weights of those who spoke: of each customer the latest one, once."""
    recent: int
    """How many voices are at most so many days old (`recent:`)."""
    latest: date
    below: int = 0
    """How many of them only its children heard."""

    @property
    def words(self) -> str:
        """Where a number comes from, without a word of what was said: for receipts, which are shown in trackers, too."""
        by = _counted(self.customers, "customer") if self.customers else "nobody who is named"
        text = f"{_counted(self.count, 'voice')} of {by}, latest {self.latest}"
        return f"{text}, {self.below} only by way of its children" if self.below else text


class Ask(StrEnum):
    """What rules may ask of the voices: `voices`, `voices.people` …, and `{voices: people}` for a fact."""

    COUNT = "count"
    PEOPLE = "people"
    CUSTOMERS = "customers"
    WEIGHT = "weight"
    RECENT = "recent"
    LATEST = "latest"

    @property
    def name_in_rules(self) -> str:
        return RECORD if self is Ask.COUNT else f"{RECORD}.{self.value}"


RECORD = "voices"
NOBODY = "nobody said anything"

_ANSWERS: Mapping[Ask, Callable[[Heard], float]] = {
    Ask.COUNT: lambda heard: float(heard.count),
    Ask.PEOPLE: lambda heard: float(heard.people),
    Ask.CUSTOMERS: lambda heard: float(heard.customers),
    Ask.WEIGHT: lambda heard: heard.weight,
    Ask.RECENT: lambda heard: float(heard.recent),
}


def answer(heard: Heard | None, ask: Ask) -> float | date | None:
    """Where nobody said anything, numbers are zero, and there is no latest day."""
    if ask is Ask.LATEST:
        return None if heard is None else heard.latest
    return 0.0 if heard is None else _ANSWERS[ask](heard)


def is_voices(name: str) -> bool:
    """Whether a name of the rules asks for voices."""
    return name == RECORD or name.startswith(f"{RECORD}.")


def _when(voice: Voice) -> tuple[date, str, int]:
    return voice.day, voice.file, voice.line


def _same(name: str) -> str:
    """Equal for two ways to write a name: case, blanks, and accents as signs of their own make no difference."""
    plain = name.casefold() if name.isascii() else normalize("NFKC", name).casefold()
    return " ".join(plain.split())


def _number(name: str, names: dict[str, int]) -> int:
    return names.setdefault(name, len(names)) if name else -1


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
