"""The voices of scoring.yaml: files of what users said → one `Voices`, every row accounted for.

A file that is wrong as a whole is a fault, as is one of which most rows cannot be used. A single row that cannot be used
is listed (`syncd voices`), since an export of ten thousand rows always has one. Neither shows what anybody said.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Final

from syncd.config.reading.document import Place
from syncd.config.reading.faults import ConfigError, Fault, words
from syncd.config.reading.records import Records, read_records
from syncd.config.text.voices import ColumnsText, Dates, VoiceFileText, VoicesText
from syncd.core.collector import collector_waits
from syncd.core.expressions.guess import did_you_mean
from syncd.core.rules import Rules
from syncd.core.scoring.score import names_read
from syncd.core.voices import Ask, Unusable, Voice, Voices

MOST: Final = 500_000
"""Rows of all files together."""
_ENOUGH: Final = 20
"""Mistakes of one file that are told at once."""
USUAL: Final = {
    "about": (
        "about", "issue", "issues", "issue key", "issue keys", "key", "keys", "linked issue", "linked issues", "jira issue",
        "github issue", "feature", "ticket", "url", "link",
    ),
    "customer": ("customer", "customer name", "company", "company name", "organization", "organisation", "account", "client"),
    "person": ("person", "user", "contact", "requester", "requester name", "respondent", "name", "author", "email", "who"),
    "said": (
        "said", "quote", "what", "feedback", "verbatim", "comment", "message", "note", "notes", "text", "answer", "description",
        "subject",
    ),
    "when": (
        "when", "date", "day", "created", "created at", "created date", "submitted at", "submitted", "timestamp", "time",
    ),
    "weight": ("weight", "arr", "mrr", "revenue", "seats", "value"),
    "channel": ("channel", "via", "source", "medium"),
    "sentiment": ("sentiment", "mood", "rating"),
}  # fmt: skip
"""What columns are usually called, the likeliest first; case, underscores and hyphens make no difference."""
_SPLIT: Final = re.compile(r"[\s,;|]+")
_EDGES: Final = "()[]{}<>\"'`.:!"
_KEY: Final = re.compile(r"\S*[-#]\d+")
_MONEY: Final = "$€£¥"
_SAME: Final = "the same stands in"
_UNREADABLE: Final = "its day cannot be read: write 2026-11-03"
_GROUPED: Final = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_PLAIN: Final = re.compile(r"\d+(?:\.\d+)?")
_PARTS: Final = re.compile(r"(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})(?:[ T,].*)?", re.DOTALL)
_NAMED: Final = re.compile(
    r"(?:(\d{1,2})\.? ([a-z]{3})[a-z]*\.?|([a-z]{3})[a-z]*\.? (\d{1,2})),? (\d{4})(?:[ ,].*)?", re.DOTALL
)
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def read_voices(text: VoicesText, place: Place, faults: list[Fault]) -> Voices | None:
    """None where a file is wrong, which is then in `faults`."""
    with collector_waits():
        return _read_voices(text, place, faults)


def _read_voices(text: VoicesText, place: Place, faults: list[Fault]) -> Voices | None:
    said: list[Voice] = []
    unusable: list[Unusable] = []
    known: dict[tuple[object, ...], str] = {}
    before, rows, weighed = len(faults), 0, False
    digest = hashlib.sha256(text.model_dump_json().encode())
    for number, one in enumerate(text.files):
        at = place / "files" / number
        try:
            records = read_records(place.document.neighbor(one.file))
        except ConfigError as error:
            faults.extend(error.faults)
            if all(fault.line == 0 for fault in error.faults):
                faults.append((at / "file").fault(f"'{one.file}' cannot be read for voices"))
            continue
        digest.update(f"\n{len(records.text)}\n{records.text}".encode())
        odd = [Unusable(one.file, each.line, each.column, each.why) for each in records.odd]
        if _mostly_wrong(records, odd, faults):
            continue
        columns = _columns(records, one.columns, at, faults)
        if columns is None:
            continue
        rows += len(records.rows) + len(records.odd)
        if rows > MOST:
            message = f"there are more than {MOST:,} voices up to this file"
            faults.append((at / "file").fault(message, "leave out what is too old to matter"))
            break
        weighed |= "weight" in columns
        read = _Rows(records, one, columns, known, odd)
        said.extend(read.voices())
        unusable.extend(read.unusable)
        _mostly_wrong(records, read.unusable, faults)
    if len(faults) > before:
        return None
    days = max(1, round(text.recent / timedelta(days=1)))
    names = tuple(one.file for one in text.files)
    return Voices(digest.hexdigest()[:16], tuple(said), days, text.children, tuple(unusable), names, weighed)


def weighs_nothing(rules: Rules, place: Place) -> Fault | None:
    """Rules that ask what customers are worth, where no file says so: everybody would be worth nothing, in silence."""
    asked = Ask.WEIGHT.name_in_rules in names_read(rules) or any(
        fact.voices is Ask.WEIGHT for fact in rules.facts.values()
    )
    if rules.voices is None or rules.voices.weighed or not asked:
        return None
    usual = ", ".join(USUAL["weight"])
    return place.key_fault(
        f"rules read {Ask.WEIGHT.name_in_rules}, and no file of voices has a column of weights",
        f"name one, `columns: {{weight: …}}`, or call it as usual: {usual}",
    )


def _mostly_wrong(records: Records, unusable: Sequence[Unusable], faults: list[Fault]) -> bool:
    """Whether more of a file cannot be used than can: it was not meant like this."""
    wrong = [one for one in unusable if not one.why.startswith(_SAME)]
    total = len(records.rows) + len(records.odd)
    mostly = 2 * len(wrong) > total
    if mostly:
        message = f"{len(wrong):,} of the {total:,} rows cannot be used"
        faults.append(Fault(records.file, 0, 0, message, "the first of them follow"))
        faults.extend(Fault(records.file, one.line, one.column, one.why) for one in wrong[:_ENOUGH])
    return mostly


def _columns(records: Records, text: ColumnsText, place: Place, faults: list[Fault]) -> dict[str, int] | None:
    """What is said in which column, for those that there are; None where one that is needed is not there."""
    before = len(faults)
    folded = [_folded(name) for name in records.header]
    found: dict[str, int] = {}
    for what in USUAL:
        written: str | None = getattr(text, what)
        if written is not None:
            if _folded(written) not in folded:
                message = f"{Path(records.file).name} has no column '{written}'{did_you_mean(written, records.header)}"
                faults.append((place / "columns" / what).fault(message, _header(records, folded)))
            else:
                found[what] = folded.index(_folded(written))
    taken = set(found.values())
    for what, usual in USUAL.items():
        if what not in found:
            place_of = next(
                (folded.index(name) for name in usual if name in folded and folded.index(name) not in taken), None
            )
            if place_of is not None:
                found[what] = place_of
                taken.add(place_of)
    for what, why in (("about", "which issue a voice is about"), ("when", "on which day it was said")):
        if what not in found and len(faults) == before:
            message = f"no column of {Path(records.file).name} says {why}"
            hint = f"name it, `columns: {{{what}: …}}`; {_header(records, folded)}"
            faults.append((place / "file").fault(message, hint))
    return found if len(faults) == before else None


def _header(records: Records, folded: Sequence[str]) -> str:
    """The names of the columns; not where the first line has no usual one and may well be a row of what people said."""
    if not {usual for names in USUAL.values() for usual in names}.intersection(folded):
        return "the first line must name the columns: issue,customer,said,date"
    return f"its columns are {words([repr(name) for name in records.header], 'and')}"


def _folded(name: str) -> str:
    return " ".join(name.casefold().replace("_", " ").replace("-", " ").split())


class _Rows:
    def __init__(
        self,
        records: Records,
        text: VoiceFileText,
        columns: dict[str, int],
        known: dict[tuple[object, ...], str],
        odd: Sequence[Unusable],
    ) -> None:
        """`known` is what all files said so far, and where."""
        self._records, self._text, self._columns, self._known = records, text, columns, known
        self.unusable = list(odd)

    def voices(self) -> Iterator[Voice]:
        file, known = self._text.file, self._known
        about_of, day_of = cache(_about), cache(partial(_day, dates=self._text.dates))
        about, when = self._columns["about"], self._columns["when"]
        customer_of, person_of, said_of, weight_of, channel_of, sentiment_of = map(
            self._reader, ("customer", "person", "said", "weight", "channel", "sentiment")
        )
        everywhere = self._text.channel or ""
        for line, row in self._records.rows:
            day, written = day_of(row[when]), weight_of(row)
            weight = _weight(written) if written else None
            customer, person, said = customer_of(row), person_of(row), said_of(row)
            if isinstance(day, str):
                self._leave(line, "when", day)
            elif written and weight is None:
                self._leave(line, "weight", "its weight is no number: write it plainly, such as 120000.50")
            elif not (customer or person or said):
                self._leave(line, None, "nobody is named, and nothing was said")
            else:
                named = about_of(row[about])
                if customer or person:  # nameless voices may well say the same
                    what = (named, customer.casefold(), person.casefold(), said, day)
                    first = known.setdefault(what, here := f"{file}:{line}")
                    if first is not here:
                        self._leave(line, None, f"{_SAME} {first}")
                        continue
                channel = channel_of(row) or everywhere
                yield Voice(named, customer, person, said, day, weight, channel, sentiment_of(row), file, line)

    def _reader(self, what: str) -> Callable[[Sequence[str]], str]:
        place = self._columns.get(what)
        return (lambda row: "") if place is None else (lambda row: row[place].strip())

    def _leave(self, line: int, what: str | None, why: str) -> None:
        at = (line, 1) if what is None else self._records.place_of(line, self._columns[what])
        self.unusable.append(Unusable(self._text.file, *at, why))


def _about(cell: str) -> tuple[str, ...]:
    """The keys and addresses in a cell; a cell without any that look so is a name as a whole, of whatever tool."""
    words = dict.fromkeys(word.strip(_EDGES) for word in _SPLIT.split(cell))
    keys = tuple(word for word in words if "://" in word or _KEY.fullmatch(word))
    whole = cell.strip()
    return keys or ((whole,) if whole else ())


def _weight(cell: str) -> float | None:
    """A number from zero up, with a sign of money before or after it and commas between thousands as people write them."""
    plain = cell.strip().strip(_MONEY).strip()
    if _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    return float(plain) if _PLAIN.fullmatch(plain) else None


def _day(cell: str, dates: Dates | None) -> date | str:
    """The day in UTC, or why there is none."""
    text = cell.strip()
    if not text:
        return "it has no day"
    try:
        return _iso(text) or _numbers(text, dates) or _names(text.casefold()) or _UNREADABLE
    except (ValueError, OverflowError):
        return "its day is in no calendar"


def _iso(text: str) -> date | None:
    if len(text) == 10 and text[4] == "-":
        return date.fromisoformat(text)
    if len(text) > 10 and text[4] == "-" and text[10] in "T ":
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:  # a time in words of its own: the day is what counts
            return date.fromisoformat(text[:10])
        return moment.date() if moment.tzinfo is None else moment.astimezone(UTC).date()
    return None


def _numbers(text: str, dates: Dates | None) -> date | str | None:
    found = _PARTS.fullmatch(text)
    if found is None:
        return None
    first, second, last = int(found[1]), int(found[3]), int(found[4])
    if len(found[1]) == 4:
        return date(first, second, last)
    if len(found[4]) != 4:
        return None
    if found[2] == ".":
        dates = Dates.DAY_FIRST
    elif dates is None and first <= 12 and second <= 12 and first != second:
        return "its day can be read in two ways: say `dates: day first` or `dates: month first` with the file"
    if dates is Dates.DAY_FIRST or (dates is None and first > 12):
        return date(last, second, first)
    return date(last, first, second)


def _names(text: str) -> date | None:
    found = _NAMED.fullmatch(text)
    if found is None or (month := found[2] or found[3]) not in _MONTHS:
        return None
    return date(int(found[5]), _MONTHS.index(month) + 1, int(found[1] or found[4]))
