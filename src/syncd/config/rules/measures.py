"""The measures of key results, checked and with their secrets, ready to be asked by the engine."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr

from syncd.config.reading.document import Place
from syncd.config.reading.faults import Fault, words
from syncd.config.reading.statements import why_not_read
from syncd.config.text.measures import MeasureText
from syncd.core.expressions.guess import did_you_mean


@dataclass(frozen=True, slots=True)
class CountOf:
    source: str
    query: str


@dataclass(frozen=True, slots=True)
class WebAddress:
    """Where to ask, and with what; `url` may hold a secret and is shown to nobody."""

    url: str
    headers: Mapping[str, SecretStr]

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""


@dataclass(frozen=True, slots=True)
class PromQL:
    server: WebAddress
    query: str


@dataclass(frozen=True, slots=True)
class JsonAt:
    address: WebAddress
    path: str


@dataclass(frozen=True, slots=True)
class Sql:
    url: SecretStr
    query: str


@dataclass(frozen=True, slots=True)
class CsvCell:
    path: Path
    shown: str
    """The path as written."""
    column: str | None
    key: str | None
    row: str | None


Asked = CountOf | PromQL | JsonAt | Sql | CsvCell


@dataclass(frozen=True, slots=True)
class Measure:
    """How one key result is measured."""

    key_result: str
    what: Asked
    times: float
    every: timedelta
    stale_after: timedelta
    definition: str
    """Twelve hex digits of what is asked, as it is written: values of another definition belong to another history."""

    @property
    def origin(self) -> str:
        """For people, without anything secret: "a count in jira", "Prometheus at metrics.example.com"."""
        match self.what:
            case CountOf(source=source):
                return f"a count in {source}"
            case PromQL(server=server):
                return f"Prometheus at {server.host}"
            case JsonAt(address=address, path=path):
                return f"{path} at {address.host}"
            case Sql():
                return "SQL"
            case CsvCell(shown=shown):
                return shown


def measure(
    key_result: str, text: MeasureText, place: Place, sources: Collection[str], faults: list[Fault]
) -> Measure | None:
    """None where something is wrong, which is then in the faults. `sources` are the configured names."""
    found = _asked(text, place, sources, faults)
    written = place.document.data_at(place.path)
    assert isinstance(written, dict), "a measure is a block of keys"
    asked = sorted((key, value) for key, value in written.items() if key not in ("every", "stale_after"))
    definition = hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:12]
    return None if found is None else Measure(key_result, found, text.times, text.every, text.stale, definition)


def _asked(text: MeasureText, place: Place, sources: Collection[str], faults: list[Fault]) -> Asked | None:
    headers = dict(text.headers)
    if text.token is not None:
        headers["Authorization"] = SecretStr(f"Bearer {text.token.get_secret_value()}")
    if text.count is not None:
        assert text.source is not None, "MeasureText asks for it"
        if text.source not in sources:
            message = f"there is no source '{text.source}'{did_you_mean(text.source, sources)}"
            hint = f"known here: {words(sorted(sources), 'and')}"
            faults.append((place / "source").fault(message, hint))
            return None
        return CountOf(text.source, text.count)
    if text.prometheus is not None:
        assert text.query is not None, "MeasureText asks for it"
        return PromQL(WebAddress(text.prometheus, headers), text.query)
    if text.at is not None:
        assert text.path is not None, "MeasureText asks for it"
        return JsonAt(WebAddress(text.at, headers), text.path)
    if text.sql is not None:
        assert text.query is not None, "MeasureText asks for it"
        if (why := why_not_read(text.query)) is not None:
            faults.append((place / "query").fault(f"'query' {why}"))
            return None
        return Sql(text.sql, text.query)
    assert text.csv is not None, "MeasureText names one place"
    path = place.document.neighbor(text.csv)
    return CsvCell(path, text.csv, text.column, text.key, text.row)
