"""The `measure:` of a key result as people write it, and where measures may go."""

from __future__ import annotations

import ipaddress
import re
from datetime import timedelta
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator

from syncd.config.text.quantities import Duration, Name, Number, Text, must

_HOST: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?")
SHORTEST: Final = timedelta(minutes=1)
_PLACES: Final = ("count", "prometheus", "json", "sql", "csv")
_WITH: Final = {
    "count": ("source",),
    "prometheus": ("query",),
    "json": ("path",),
    "sql": ("query",),
    "csv": (),
}
"""What each needs beside it."""
_MAY: Final = {
    "count": ("source",),
    "prometheus": ("query", "token", "headers"),
    "json": ("path", "token", "headers"),
    "sql": ("query",),
    "csv": ("column", "key", "row"),
}


def _address(value: str) -> str:
    # The value may hold a secret, so it is not repeated.
    try:
        parts = urlsplit(value)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if not usable:
        raise must("must be a web address", "write https://metrics.example.com")
    if parts.username or parts.password:
        raise must("must not hold a password", "give it as `token: {env: NAME}` or in `headers:`")
    return value


def _every(value: timedelta) -> timedelta:
    if value < SHORTEST:
        raise must("must be a minute at least", "write '5 minutes' or '1 hour'")
    return value


def _allowed(value: object) -> object:
    if isinstance(value, str):
        try:
            ipaddress.ip_network(value, strict=False)
        except ValueError:
            if not _HOST.fullmatch(value) or "/" in value:
                raise must(
                    f"must be a host, an address or a network, not '{value[:60]}'",
                    "write prometheus.internal, 10.2.3.4 or 10.0.0.0/8",
                ) from None
    return value


Address = Annotated[Name, AfterValidator(_address)]
Allowed = Annotated[Name, BeforeValidator(_allowed, json_schema_input_type=str)]


class MeasureText(Text):
    """Where the current value of a key result is read from: exactly one of count, prometheus, json, sql and csv."""

    source: Name | None = None
    """With count: the name of a source in syncd.yaml."""
    count: Name | None = None
    """How many issues a query finds: JQL in Jira, a search in GitHub."""
    prometheus: Address | None = None
    """The address of a Prometheus server; `query` is asked as of now."""
    query: Annotated[str, Field(min_length=1, max_length=4000)] | None = None
    """With prometheus, PromQL that gives one sample. With sql, one SELECT that gives one number."""
    at: Annotated[Address | None, Field(alias="json")] = None
    """The address of a JSON document; `path` says where the number stands."""
    path: Name | None = None
    """With json: keys and positions, such as data.0.value"""
    sql: SecretStr | None = None
    """A SQLAlchemy address of a database, as {env: NAME} or {file: PATH}; it is only read."""
    csv: Name | None = None
    """A CSV file, relative to this folder; its last row counts, or the one that `row` names."""
    column: Name | None = None
    """With csv: the column with the number; the last one, when left out."""
    key: Name | None = None
    """With csv and row: the column that row is looked for in; the first one, when left out."""
    row: Name | None = None
    token: SecretStr | None = None
    """Sent as `Authorization: Bearer …`"""
    headers: dict[Name, SecretStr] = Field(default_factory=dict)
    """Other headers to send, each value as {env: NAME} or {file: PATH}."""
    times: Number = 1.0
    """The number is multiplied by this: 100 makes a percentage of a share."""
    every: Annotated[Duration, AfterValidator(_every)] = timedelta(hours=1)
    """How often it is measured, at the beginning of a cycle."""
    stale_after: Duration | None = None
    """A value older than this counts as unknown; a day, or three times `every`, when left out."""

    @model_validator(mode="after")
    def _one_place(self) -> MeasureText:
        given = [place for place in _PLACES if getattr(self, "at" if place == "json" else place) is not None]
        if len(given) != 1:
            raise must(
                "must name exactly one place: count, prometheus, json, sql or csv",
                'write {source: jira, count: "project = PAY AND type = Bug"}',
            )
        place = given[0]
        for needed in _WITH[place]:
            if getattr(self, needed) is None:
                raise must(f"reads from {place} and does not say the {needed}", f"add `{needed}:`")
        others = {name for names in _MAY.values() for name in names} - set(_MAY[place])
        for name in sorted(others & self.model_fields_set):
            raise must(f"reads from {place}, where '{name}' says nothing", f"delete `{name}:`")
        if self.stale_after is not None and self.stale_after < self.every:
            raise must("would be stale before it is measured again", "make stale_after longer than every")
        return self

    @property
    def stale(self) -> timedelta:
        return self.stale_after or max(timedelta(days=1), 3 * self.every)


class MeasuresText(Text):
    """What holds for the measures of all key results."""

    allow: tuple[Allowed, ...] = ()
    """Hosts, addresses and networks inside of your own that measures may ask: everything that is not on the open
    internet is refused unless it is listed here."""
    ca: Name | None = None
    """A file with the certificates of your own authority."""
