"""From a measure to its number, whatever it is read from. Nothing that is missing, cut off or no number becomes zero."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from decimal import Decimal
from typing import Final
from urllib.parse import urlencode, urlsplit

from syncd.config.reading.faults import ConfigError
from syncd.config.reading.sheet import Sheet, read_sheet
from syncd.config.rules.measures import CountOf, CsvCell, JsonAt, Measure, PromQL, Sql
from syncd.core.expressions.guess import did_you_mean
from syncd.core.expressions.language import Type
from syncd.core.normalizing.facts import coerce
from syncd.engine.measuring import sql
from syncd.engine.measuring.addresses import Allowed
from syncd.engine.measuring.failed import Failed
from syncd.engine.measuring.fetch import Fetcher

_SHOWN: Final = 60

Count = Callable[[str, str], int]
"""(source, query) → how many issues. Raises Failed."""


class Asking:
    """What measures are asked with."""

    def __init__(self, allowed: Allowed, fetcher: Fetcher, count: Count) -> None:
        self._allowed, self._fetcher, self._count = allowed, fetcher, count

    def value(self, measure: Measure) -> float:
        """Raises Failed, and nothing else that the world can cause."""
        match measure.what:
            case CountOf(source=source, query=query):
                found: object = self._count(source, query)
            case PromQL() as what:
                found = self._prometheus(what)
            case JsonAt() as what:
                found = at_path(_json(self._fetcher.get(what.address), what.address.host), what.path)
            case Sql() as what:
                found = sql.ask(what, self._allowed)
            case CsvCell() as what:
                found = cell(what)
        value = number(found) * measure.times
        if not math.isfinite(value):
            raise Failed("it is beyond the range of numbers")
        return value

    def _prometheus(self, what: PromQL) -> object:
        """https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries"""
        base = urlsplit(what.server.url).path.rstrip("/")
        target = f"{base}/api/v1/query?{urlencode({'query': what.query})}"
        said = _json(self._fetcher.get(what.server, target), what.server.host)
        data = said.get("data") if isinstance(said, dict) and said.get("status") == "success" else None
        if not isinstance(data, dict):
            raise Failed(f"{what.server.host} did not answer as Prometheus does")
        result = data.get("result")
        if data.get("resultType") == "vector" and isinstance(result, list):
            if len(result) != 1:
                raise Failed(f"the query gives {len(result) or 'no'} series; let it give one, as in sum(…)")
            result = result[0].get("value") if isinstance(result[0], dict) else None
        elif data.get("resultType") != "scalar":
            raise Failed(f"the query gives a {data.get('resultType')}; let it give one number, as in sum(rate(…[5m]))")
        if not isinstance(result, list) or len(result) != 2:
            raise Failed(f"{what.server.host} did not answer as Prometheus does")
        return result[1]


def number(found: object) -> float:
    """A number, or a text that is one. Raises Failed."""
    if isinstance(found, Decimal):
        found = float(found)
    value = coerce(Type.NUMBER, found) if isinstance(found, int | float | str) else None
    if not isinstance(value, float):
        shown = "nothing" if found is None else repr(found)
        raise Failed(f"it gives {shown[:_SHOWN]}{'…' if len(shown) > _SHOWN else ''}, which is no number")
    return value


def at_path(document: object, path: str) -> object:
    """data.items.0.value in a JSON document. Raises Failed with what is there instead."""
    at = document
    for done, step in enumerate(steps := path.split(".")):
        before = ".".join(steps[:done]) or "the document"
        if isinstance(at, dict):
            if step not in at:
                keys = [str(key) for key in at]
                known = f"; it has {', '.join(keys[:8])}" if keys else ""
                raise Failed(f"{before} has no key {step}{did_you_mean(step, keys)}{known}")
            at = at[step]
        elif isinstance(at, list):
            place = int(step) if step.lstrip("-").isdecimal() else None
            if place is None or not -len(at) <= place < len(at):
                raise Failed(f"{before} is a list of {len(at)}, and {step} is no place in it")
            at = at[place]
        else:
            raise Failed(f"{before} is a value, and nothing is below it")
    return at


def cell(what: CsvCell) -> object:
    """Of the last row, or of the row that is named."""
    try:
        found = read_sheet(what.path)
    except ConfigError as error:
        fault = error.faults[0]
        raise Failed(f"{what.shown}{f':{fault.line}' if fault.line else ''}: {fault.message}") from None
    column = _column(found, what.column, len(found.header) - 1, what.shown)
    rows = found.rows
    if what.row is not None:
        key = _column(found, what.key, 0, what.shown)
        wanted = what.row.casefold()
        rows = tuple(row for row in rows if len(row.cells) > key and row.cells[key].text.casefold() == wanted)
    if not rows:
        raise Failed(f"{what.shown} has no row {what.row}" if what.row else f"{what.shown} has no rows")
    last = rows[-1]
    if len(last.cells) <= column or not last.cells[column].text:
        raise Failed(f"{what.shown}:{last.line}: nothing stands in {found.header[column].text}")
    return last.cells[column].text


def _column(found: Sheet, name: str | None, otherwise: int, shown: str) -> int:
    if name is None:
        return otherwise
    header = [one.text for one in found.header]
    folded = [one.casefold() for one in header]
    if name.casefold() not in folded:
        raise Failed(f"{shown} has no column {name}{did_you_mean(name, header)}")
    return folded.index(name.casefold())


def _json(body: bytes, host: str) -> object:
    try:
        found: object = json.loads(body)
    except (ValueError, RecursionError):
        raise Failed(f"{host} did not answer with JSON") from None
    return found
