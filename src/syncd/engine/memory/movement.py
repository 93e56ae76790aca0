"""Why a piece of work moved since a run or a day: gathers what was known then, for `core.reports.movement` to hold against now.

Public: the command line and the web page ask the same `explain_since`.
"""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from syncd.config.load import load
from syncd.config.reading import yaml
from syncd.config.reading.faults import ConfigError
from syncd.connector.protocol import Spec
from syncd.core.decide import Decision
from syncd.core.issue import Ref
from syncd.core.reports.inputs import Inputs
from syncd.core.reports.movement import Movement, Then, Unplaced, movement
from syncd.core.rules import OkrRules, Rules
from syncd.engine.memory.remember import READABLE, measured, told_texts
from syncd.store.memory import Day
from syncd.store.open import Store
from syncd.store.past import Book

Reread = Callable[[Mapping[str, str]], Rules | None]
"""Texts of scoring.yaml and okrs.yaml → rules; None when this program cannot read them any more."""


class NothingKept(ValueError):
    """There is nothing to compare with; the text says why and what to type."""


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """One file of rules that changed."""

    name: str
    lines: tuple[str, ...]
    """What left, beginning with −, and what came, beginning with +; empty where only that it changed is known."""


@dataclass(frozen=True, slots=True)
class Moment:
    at: datetime
    """Everything up to it counts."""
    words: str
    as_of: date
    """The day that the last decision up to then was made for."""
    stood: date
    """Ties keep the order in which the day before this one ended."""


@dataclass(frozen=True, slots=True)
class Since:
    """The answer to `syncd explain KEY --since`."""

    moment: Moment
    movement: Movement
    files: tuple[ChangedFile, ...]
    measured: tuple[tuple[str, float | None, float | None], ...]
    """Key results whose value changed: id, then, now."""
    rules_readable: bool
    """False: the rules of then cannot be read any more, so their effect is part of what the others did."""
    seen: Mapping[str, datetime]
    """Changed input → when it was first seen so."""


def moment_of(store: Store, since: str, now: datetime) -> Moment:
    """What a run or a date (2026-11-24, or 7d for a week ago) stands for.

    A run stands for what it decided, a date for how its first minute found everything. Raises NothingKept.
    """
    began = store.past.since()
    if began is None:
        raise NothingKept("nothing was kept so far: every decision of `syncd plan` or the daemon is from now on")
    found = store.runs.find(since)
    if found is not None:
        at = found.finished or found.started
        moment = Moment(at, f"the run {found.run}", at.date(), at.date())
    else:
        day = _day(since, now)
        moment = Moment(datetime.combine(day, time(), UTC), f"{day} began", day - timedelta(days=1), day)
        if moment.at > now:
            raise NothingKept(f"{day} has not come yet; name a day that is over, or a run of `syncd history`")
    if moment.at < began:
        return Moment(began, f"{began:%Y-%m-%d %H:%M}, when keeping began", began.date(), began.date())
    return moment


def explain_since(
    store: Store, ref: Ref, since: str, now: Decision, rules: Rules, texts: Mapping[str, str], reread: Reread,
    clock: datetime,
) -> Since:  # fmt: skip
    """Of an issue of open work, named by the primary or by a twin. Raises NothingKept."""
    moment = moment_of(store, since, clock)
    primary = now.primary_of[ref]
    inputs = store.past.inputs(moment.at)
    if primary not in inputs:
        key = now.works[primary].primary.key
        raise NothingKept(f"{key} was not in the backlog when {moment.words}; name a later moment")
    book = store.past.book(moment.at)
    changed = (
        book if book is not None and (book.digest, dict(book.measured)) != (rules.digest, measured(rules)) else None
    )
    old = reread(changed.texts) if changed is not None else None
    if old is not None and changed is not None:
        old = dataclasses.replace(old, okrs=_as_measured(old.okrs, changed.measured))
    then = Then(moment.at, moment.as_of, inputs, store.past.stood(moment.stood), old)
    try:
        found = movement(primary, then, now, rules)
    except Unplaced:
        key = now.works[primary].primary.key
        raise NothingKept(
            f"by the rules of now {key} would have been in no backlog when {moment.words}, so it has no move to explain: "
            "it came into this one since; name a later moment"
        ) from None
    except KeyError:
        key = now.works[primary].primary.key
        raise NothingKept(f"{key} was in no backlog when {moment.words}; name a later moment") from None
    return Since(
        moment=moment,
        movement=found,
        files=_files(changed, told_texts(texts)) if changed is not None else (),
        measured=_measured(changed, rules) if changed is not None else (),
        rules_readable=changed is None or old is not None,
        seen=_seen(store, primary, moment.at, found, inputs[primary]),
    )


def rereading(folder: Path, environ: Mapping[str, str], connectors: Mapping[str, Spec]) -> Reread:
    """Reads rules from texts that once stood in the folder, with everything else as it is there now."""

    def reread(texts: Mapping[str, str]) -> Rules | None:
        try:
            instead = {name: yaml.read(texts.get(name, ""), str(folder / name)) for name in READABLE}
            return load(folder, environ, connectors, instead=instead, offline=True).rules
        except ConfigError:
            return None

    return reread


def line_of_days(days: list[Day], today: date, length: int = 30) -> list[Day]:
    """How each of the last days ended, oldest first: between two days of change everything stays as it was."""
    found: list[Day] = []
    first = today - timedelta(days=length - 1)
    last: Day | None = None
    rest = list(days)
    for offset in range(length):
        day = first + timedelta(days=offset)
        while rest and rest[0].day <= day:
            last = rest.pop(0)
        if last is not None:
            found.append(dataclasses.replace(last, day=day))
    return found


def _day(text: str, now: datetime) -> date:
    words = text.strip().casefold()
    if words == "today":
        return now.date()
    if words == "yesterday":
        return now.date() - timedelta(days=1)
    if words.endswith("d") and words[:-1].isdecimal():
        return now.date() - timedelta(days=int(words[:-1]))
    try:
        return date.fromisoformat(words)
    except ValueError:
        raise NothingKept(
            f"there is no run {text} (`syncd history` lists them), and it is no date; write 2026-11-24, 7d or yesterday"
        ) from None


def _as_measured(okrs: OkrRules, values: Mapping[str, float]) -> OkrRules:
    objectives = tuple(
        dataclasses.replace(
            objective,
            key_results=tuple(
                dataclasses.replace(result, current=values.get(result.id)) for result in objective.key_results
            ),
        )
        for objective in okrs.objectives
    )
    return dataclasses.replace(okrs, objectives=objectives)


def _files(book: Book, now: Mapping[str, str]) -> tuple[ChangedFile, ...]:
    found = []
    for name in sorted(book.texts.keys() | now.keys()):
        old, new = book.texts.get(name, ""), now.get(name, "")
        if old != new:
            lines = _difference(old, new) if name in READABLE else ()
            found.append(ChangedFile(name, lines))
    return tuple(found)


def _difference(old: str, new: str) -> tuple[str, ...]:
    """The lines that left and came, without those of comments alone."""
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), n=0, lineterm="")
    changed = [line for line in lines if line[:1] in "+-" and not line.startswith(("+++", "---"))]
    told = [f"{'−' if line[0] == '-' else '+'} {line[1:].strip()}" for line in changed]
    return tuple(line for line in told if line[2:] and not line[2:].startswith("#"))


def _measured(book: Book, rules: Rules) -> tuple[tuple[str, float | None, float | None], ...]:
    now = measured(rules)
    names = sorted(name for name in book.measured.keys() | now.keys() if book.measured.get(name) != now.get(name))
    return tuple((name, book.measured.get(name), now.get(name)) for name in names)


def _seen(store: Store, ref: Ref, moment: datetime, found: Movement, was: Inputs) -> dict[str, datetime]:
    """When the value of now was first seen, for facts: the last change of each."""
    seen: dict[str, datetime] = {}
    before = was
    for at, after in store.past.changes(ref, moment):
        if after is not None:
            for name in before.work.facts.keys() | after.work.facts.keys():
                old, new = before.work.facts.get(name), after.work.facts.get(name)
                if (old and old.value) != (new and new.value):
                    seen[name] = at
            if before.work.labels != after.work.labels:
                seen["labels"] = at
            before = after
    return {change.name: seen[change.name] for change in found.inputs if change.name in seen}
