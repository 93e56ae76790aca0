"""Examines one source by asking it: can it be reached, who are we there, and may and can it do what is configured."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

import structlog

from syncd.config.load import ConfiguredSource
from syncd.connector.errors import ConnectorError, Transient
from syncd.connector.protocol import Can, Description
from syncd.engine.pacing.limits import SCARCE
from syncd.engine.reading.inspect import field_fault
from syncd.engine.world import Clock, Source

log = structlog.get_logger()

SLOW: Final = 5.0
"""Seconds an answer may take on average before it is worth a word."""
SKEW_WARNS: Final = timedelta(seconds=30)
SKEW_FAILS: Final = timedelta(minutes=5)
"""Beyond this, signatures and tokens are refused."""
_LOOPBACK: Final = ("localhost", "::1", "127.")
_MEANS: Final = {
    Can.FIELDS: "write fields",
    Can.LABELS: "write labels",
    Can.MOVE: "keep the order",
    Can.NOTE: "keep notes",
}


class Grade(StrEnum):
    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the examination."""

    about: str
    """A source's name, `store`, `files` or `tell`."""
    check: str
    grade: Grade
    says: str
    remedy: str = ""


def examine(source: Source, horizons: tuple[str, ...], clock: Clock) -> Iterator[Finding]:
    """Asks the source who it is and compares that with what is configured. Writes nothing."""
    name = source.name
    yield from _address(source.configured)
    asked = clock()
    try:
        there = source.pace.patiently(source.connector.describe, attempts=2)
    except ConnectorError as error:
        yield _unreachable(source, error, clock())
        return
    except Exception as bug:
        log.exception("this is a bug in syncd or in its connector", source=name)
        says = f"{type(bug).__name__}: {bug} (a bug; the log has its traceback)"
        yield Finding(name, "reachable", Grade.PROBLEM, says, "report it with the traceback")
        return
    answered = clock()
    yield _reachable(source, there)
    scopes = ", ".join(there.scopes)
    yield Finding(name, "account", Grade.OK, f"we are {there.account}, and see {scopes or 'nothing'}")
    yield from _permissions(source.configured, there)
    yield from _fields(source.configured, there, horizons)
    yield from _labels(source.configured, horizons)
    yield from _quotas(source)
    if there.now is not None:
        yield _skew(name, there.now, asked, answered)


def _address(source: ConfiguredSource) -> Iterator[Finding]:
    """What the settings say about the way there; kinds without a `url` have none."""
    url = getattr(source.settings, "url", None)
    if not isinstance(url, str):
        return
    split = urlsplit(url)
    host = split.hostname or ""
    if split.scheme != "https":
        if host.startswith(_LOOPBACK):
            yield Finding(source.name, "address", Grade.OK, f"{url}, on this machine")
            return
        says = f"{url} is not encrypted: anybody on the way can read the token"
        yield Finding(source.name, "address", Grade.PROBLEM, says, f"set `url` of {source.name} to https://{host}")
    elif getattr(source.settings, "verify", True) is False:
        says = f"{host}'s certificate is not checked: anybody on the way can pose as it"
        yield Finding(
            source.name, "address", Grade.WARNING, says,
            f"delete `verify: false` of {source.name} and name your authority's certificates instead",
        )  # fmt: skip
    else:
        yield Finding(source.name, "address", Grade.OK, f"{host}, encrypted and its certificate checked")


def _unreachable(source: Source, error: ConnectorError, now: datetime) -> Finding:
    pause = source.pace.pause
    if isinstance(error, Transient) and pause is not None:
        says = f"paused {pause.sentence(now)}"
        return Finding(source.name, "reachable", Grade.WARNING, says, "wait: syncd goes on by itself")
    remedy = "check the network, then run `syncd doctor` again" if isinstance(error, Transient) else ""
    return Finding(source.name, "reachable", Grade.PROBLEM, str(error), remedy)


def _reachable(source: Source, there: Description) -> Finding:
    hosts, requests = ", ".join(sorted(source.pace.answered)), sum(source.pace.answered.values())
    if not requests:
        return Finding(source.name, "reachable", Grade.OK, there.tool)
    each = source.pace.seconds / requests
    times = "once" if requests == 1 else f"{requests} times"
    says = f"{there.tool} at {hosts} answered {times}, in {each * 1000:,.0f} ms each"
    if each < SLOW:
        return Finding(source.name, "reachable", Grade.OK, says)
    return Finding(source.name, "reachable", Grade.WARNING, says, "look for a slow proxy or a busy server on the way")


def _permissions(source: ConfiguredSource, there: Description) -> Iterator[Finding]:
    """Only what is configured is needed. A source that is only observed may lack it for now."""
    needed = [
        can
        for can, used in (
            (Can.FIELDS, any(target.field for target in source.rules.targets)),
            (Can.LABELS, any(target.label for target in source.rules.targets)),
            (Can.MOVE, source.rules.order),
            (Can.NOTE, source.rules.note),
        )
        if used
    ]
    grade = Grade.WARNING if not source.rules.writes else Grade.PROBLEM
    told: set[str] = set()
    lacking = False
    for can in needed:
        remedy = f"grant it to {there.account}, or take it off `write` of {source.name}"
        missing = there.missing_permissions.get(can, ())
        for permission in missing:
            if permission not in told:
                says = f"{there.account} lacks {permission}, which is needed to {_MEANS[can]}"
                yield Finding(source.name, "permissions", grade, says, remedy)
        if not missing and can not in there.can:
            says = f"{there.account} may not {_MEANS[can]} there"
            yield Finding(source.name, "permissions", grade, says, remedy)
        told.update(missing)
        lacking = lacking or bool(missing) or can not in there.can
    if not lacking:
        may = " and ".join(_MEANS[can] for can in needed)
        says = f"it may {may}" if may else "nothing is to be written, so reading is enough"
        yield Finding(source.name, "permissions", Grade.OK, says)


def _fields(source: ConfiguredSource, there: Description, horizons: tuple[str, ...]) -> Iterator[Finding]:
    slots = {target.field: target.slot.value for target in source.rules.targets if target.field is not None}
    for name in sorted(source.read_fields | source.write_fields):
        fault = field_fault(source, there, name, horizons)
        if fault is not None:
            yield Finding(source.name, "fields", Grade.PROBLEM, fault)
            continue
        info = there.fields[name]
        use = f"shows the {slots[name].replace('_', ' ')}" if name in slots else "is read"
        options = f", with {', '.join(info.options)}" if info.options and name in slots else ""
        yield Finding(source.name, "fields", Grade.OK, f"{name} ({info.type.value}{options}) {use}")


def _labels(source: ConfiguredSource, horizons: tuple[str, ...]) -> Iterator[Finding]:
    for target in source.rules.targets:
        if target.label is None:
            continue
        examples = [f"{target.label}{name}" for name in horizons] if target.slot.value == "horizon" else []
        faults = [fault for label in examples or [f"{target.label}x"] if (fault := source.spec.label_ok(label))]
        for fault in faults:
            yield Finding(source.name, "labels", Grade.PROBLEM, fault, f"change the prefix {target.label!r}")
        if not faults:
            shown = ", ".join(examples) or f"{target.label}…"
            yield Finding(source.name, "labels", Grade.OK, f"{shown} show the {target.slot.value.replace('_', ' ')}")


def _quotas(source: Source) -> Iterator[Finding]:
    for (_, name), quota in sorted(source.pace.quotas.items()):
        full = f", full again at {quota.reset.astimezone(UTC):%H:%M} UTC" if quota.reset is not None else ""
        says = f"{quota.remaining:,} of {quota.limit:,} left ({name}){full}"
        if quota.share >= SCARCE:
            yield Finding(source.name, "quota", Grade.OK, says)
        else:
            remedy = "syncd slows down by itself; look what else uses this account"
            yield Finding(source.name, "quota", Grade.WARNING, says, remedy)


def _skew(name: str, there: datetime, asked: datetime, answered: datetime) -> Finding:
    """The server's clock against ours, which moved on while it answered; servers tell whole seconds."""
    early, late = asked - timedelta(seconds=1) - there, there - answered
    skew = max(early, late, timedelta())
    if skew < SKEW_WARNS:
        return Finding(name, "clock", Grade.OK, "its clock and ours agree")
    ahead = "behind" if late > early else "ahead of"
    minutes, seconds = divmod(int(skew.total_seconds()), 60)
    says = f"our clock is {f'{minutes} min ' if minutes else ''}{seconds} s {ahead} the server's"
    grade = Grade.WARNING if skew < SKEW_FAILS else Grade.PROBLEM
    return Finding(name, "clock", grade, says, "set this machine's clock: timedatectl set-ntp true")
