"""Who changed what syncd wrote: a person, or an account that is listed under `bots` and counts as nobody.

Known of a place are the changes since it last showed what syncd wrote there, newest first, by value and not by the clock: clocks of trackers and
of ours differ. Only where every one of them was made by a listed account may syncd write again. Whoever is not
listed wins, and so does whatever cannot be told.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from syncd.core.issue import FieldValue, Ref, Touch
from syncd.core.permission.values import same_value

WINDOW = timedelta(days=1)
"""Rewrites over bots are counted within so long."""


class Word(StrEnum):
    """What a change counts as."""

    PERSON = "person"
    BOT = "bot"
    """Only listed accounts changed it: no person's word."""
    FOUGHT = "fought"
    """As BOT, and they did it too often: syncd yields as to a person."""
    UNTOLD = "untold"
    """The tool does not tell, or what it tells does not lead back to what syncd wrote."""


@dataclass(frozen=True, slots=True)
class Author:
    """Who changed a place, for people and for the decision."""

    name: str
    """Of the newest change; empty when the tool does not say."""
    at: datetime | None
    word: Word
    rewrites: int = 0
    """How often syncd wrote over listed accounts here, within a day."""


Line = tuple[datetime, str]
"""Names a line of the ledger of one place: when it was written, and by which run."""


@dataclass(frozen=True, slots=True)
class Traced:
    """What is remembered of one change of a place, so that the tool is not asked about it again."""

    written: Line
    """What syncd had written there, by the ledger: the change came after it."""
    live: FieldValue
    """What the change left."""
    revision: str
    """The issue's, when the tool was asked."""
    accounts: tuple[tuple[str, ...], ...] = ()
    """Who changed it since, newest first, each once, with all names that `bots` may list it by. The first is for people."""
    at: datetime | None = None
    """Of the newest change."""
    whole: bool = False
    """Whether these are all changes since the place showed what syncd wrote."""
    rewrites: tuple[datetime, ...] = ()
    """When syncd wrote over listed accounts here, within a day before it was last looked at, oldest first."""
    granted: Line | None = None
    """`written` as of when it was found that syncd may write over them once more: another line of the ledger is that
    rewrite."""
    yields: bool = False
    """It was too often."""

    def about(self, written: Line, live: FieldValue, revision: str, bots: Collection[str]) -> bool:
        """Whether this is still what there is to know. That a person was there stays true; anything else is only as good as
        the issue is unchanged."""
        if self.written != written or not same_value(self.live, live):
            return False
        return self.revision == revision or self.of_person(bots)

    def of_person(self, bots: Collection[str]) -> bool:
        """Whether anybody who is not listed is among them."""
        return any(not is_listed(names, bots) for names in self.accounts)

    def author(self, bots: Collection[str]) -> Author:
        """`bots` are casefolded. For a change that this is `about`."""
        name = next((names[0] for names in self.accounts if names), "")
        if self.of_person(bots):
            first = next(names for names in self.accounts if not is_listed(names, bots))
            return Author(first[0] if first else "", self.at if first is self.accounts[0] else None, Word.PERSON)
        if not self.whole or not self.accounts:
            return Author(name, self.at, Word.UNTOLD)
        return Author(name, self.at, Word.FOUGHT if self.yields else Word.BOT, len(self.rewrites))


Authors = Mapping[tuple[Ref, str], Traced]
"""By issue and `Target.key`, as the ledger."""


def is_listed(names: Sequence[str], bots: Collection[str]) -> bool:
    """An account without a name, such as one that was deleted, never is."""
    return any(name.casefold() in bots for name in names)


def trace(touches: Sequence[Touch] | None, written: Line, wrote: FieldValue, live: FieldValue, revision: str) -> Traced:
    """Follow a place's changes, newest first, back to where it showed what syncd `wrote`. None: the tool does not tell.

    Where the newest does not leave what stands there now, the look at the issue and the look at its past do not belong
    together, and nothing is known.
    """
    found = Traced(written, live, revision)
    if not touches or not same_value(touches[0].left, live):
        return found
    accounts: list[tuple[str, ...]] = []
    whole = False
    for touch in touches:
        if touch.by not in accounts:
            accounts.append(touch.by)
        if same_value(touch.found, wrote):
            whole = True
            break
    return replace(found, accounts=tuple(accounts), at=touches[0].at, whole=whole)


def counted(now_known: Traced, before: Traced | None, bots: Collection[str], most: int, now: datetime) -> Traced:
    """The same with the rewrites over listed accounts in this place so far. Where there were `most` within a day already,
    it yields, and goes on to yield until syncd writes there again, which only a person can bring about."""
    if before is None:
        before = Traced(now_known.written, now_known.live, "")
    if before.yields and before.written == now_known.written:
        return replace(now_known, rewrites=before.rewrites, granted=before.granted, yields=True)
    past = before.rewrites
    if before.granted is not None and now_known.written != before.granted:
        past = (*past, now_known.written[0])
    kept = replace(now_known, rewrites=tuple(at for at in past if now - at < WINDOW))
    if kept.author(bots).word is not Word.BOT:
        return kept
    if len(kept.rewrites) >= most:
        return replace(kept, yields=True)
    return replace(kept, granted=now_known.written)


def whom(author: Author | None) -> str:
    """`anna, 2026-11-03,` or `a person`: who set a value, within a sentence."""
    if author is None or author.word is Word.UNTOLD or not author.name:
        return "a person"
    name = f"{author.name}, listed under bots" if author.word is Word.FOUGHT else author.name
    return f"{name}, {author.at:%Y-%m-%d}," if author.at is not None else name


def told(author: Author | None, emptied: bool) -> str:
    """Why a place is not syncd's to write to, in words."""
    did = "emptied it" if emptied else "set it"
    if author is not None and author.word is Word.FOUGHT:
        times = "once" if author.rewrites == 1 else f"{author.rewrites} times"
        within = f"although syncd had written there {times} within a day" if author.rewrites else "and bots win here"
        return f"{author.name}, listed under bots, {did} again, {within}: syncd yields"
    if author is not None and author.word is Word.PERSON and author.name:
        return f"{author.name} {did}" + (f" on {author.at:%Y-%m-%d}" if author.at is not None else "")
    unknown = " (who did it, cannot be told)" if author is not None else ""
    return ("a person emptied it" if emptied else "a person's value stands there") + unknown
