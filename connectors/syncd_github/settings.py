"""What people write under `sources: NAME:` for a GitHub source."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PositiveInt,
    SecretStr,
    Strict,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

from syncd.connector.hint import WebhookKey

PREFIX = "issue:"
"""How the name of an issue field begins in the configuration of syncd; all others belong to a project."""
_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
_DURATION = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(second|minute|hour|day)s?\s*")
_REPOSITORY = r"^[A-Za-z0-9][A-Za-z0-9_-]*/[A-Za-z0-9._-]+$"
_PROJECT = r"^[A-Za-z0-9][A-Za-z0-9_-]*/[1-9][0-9]*$"


def _duration(value: object) -> object:
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return timedelta(seconds=value)
    if isinstance(value, str) and (match := _DURATION.fullmatch(value)):
        return timedelta(seconds=float(match[1]) * _UNITS[match[2]])
    if isinstance(value, str):
        raise ValueError('a duration is written like "30 seconds", "2 minutes" or "1 hour"')
    return value


def _not_negative(value: timedelta) -> timedelta:
    if value < timedelta(0):
        raise ValueError("a duration cannot be negative")
    return value


def _at_least_a_second(value: timedelta) -> timedelta:
    if value < timedelta(seconds=1):
        raise ValueError("this duration must be at least one second")
    return value


def _at_most_a_day(value: timedelta) -> timedelta:
    if value > timedelta(days=1):
        raise ValueError("this duration must be at most one day")
    return value


Duration = Annotated[
    timedelta,
    BeforeValidator(_duration),
    AfterValidator(_not_negative),
    WithJsonSchema({"type": ["string", "number"], "examples": ["30 seconds", "2 minutes", "1 hour"]}),
]


def _local(host: str) -> bool:
    return host in ("localhost", "::1") or host.startswith("127.")


def _address(value: str) -> str:
    split = urlsplit(value)
    if split.scheme not in ("https", "http") or not split.hostname:
        raise ValueError("the address must begin with https://, such as https://api.github.com")
    if split.query or split.fragment or split.username or split.password:
        raise ValueError("the address must be plain, without user, query or fragment")
    if split.hostname in ("github.com", "www.github.com"):
        raise ValueError("this is GitHub's web site; the address of its API is https://api.github.com")
    if split.scheme == "http" and not _local(split.hostname):
        raise ValueError("the token would travel unencrypted; use https://")
    return value.rstrip("/")


def _token(value: SecretStr) -> SecretStr:
    text = value.get_secret_value()
    if not text or not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("this is no token: it is empty or holds spaces, line breaks or letters outside ASCII")
    return value


class AppSettings(BaseModel):
    """Access as an installation of a GitHub App."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)

    id: Annotated[PositiveInt | str, Field(description="The App's id or client id.")]
    installation: Annotated[
        PositiveInt, Field(description="The installation's id, the number in its settings address.")
    ]
    key: Annotated[SecretStr, Field(description="The App's private key in PEM form.")]


class GitHubSettings(BaseModel):
    """The keys of a source of kind github."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)

    url: Annotated[
        str,
        AfterValidator(_address),
        Field(description="The API's address; on GitHub Enterprise Server https://HOST/api/v3."),
    ] = "https://api.github.com"
    token: Annotated[
        Annotated[SecretStr, AfterValidator(_token)] | None, Field(description="A personal access token.")
    ] = None
    app: AppSettings | None = None
    repositories: Annotated[
        tuple[Annotated[str, StringConstraints(pattern=_REPOSITORY)], ...],
        Strict(False),
        Field(min_length=1, description="The repositories whose issues are read, as owner/name."),
    ]
    project: Annotated[
        Annotated[str, StringConstraints(pattern=_PROJECT)] | None,
        Field(description="The project (Projects v2) that holds fields and order, as owner/number."),
    ] = None
    overlap: Annotated[
        Duration,
        AfterValidator(_at_most_a_day),
        Field(description="How far behind the newest change seen each look begins, against late arrivals."),
    ] = timedelta(minutes=2)
    sweep: Annotated[
        Duration, Field(description="The project's items are read anew at least this often, changed or not.")
    ] = timedelta(hours=1)
    reactions: Annotated[
        Duration,
        Field(description="The reactions of open issues are read anew this often; GitHub does not tell of them."),
    ] = timedelta(hours=6)
    concurrency: Annotated[
        int, Field(ge=1, le=16, description="How many repositories are read at a time in a first look from far away.")
    ] = 4
    timeout: Annotated[
        Duration, AfterValidator(_at_least_a_second), Field(description="How long an answer may take.")
    ] = timedelta(seconds=30)
    connect_timeout: Annotated[
        Duration, AfterValidator(_at_least_a_second), Field(description="How long a connection may take.")
    ] = timedelta(seconds=10)
    verify: Annotated[
        bool | str,
        Field(description="Check the server's certificate; or the path of a bundle of authorities to trust."),
    ] = True

    seconds_between_writes: Annotated[
        float | None,
        Field(
            ge=0, le=60, description="How far apart writes leave; GitHub advises 1, the default beyond this machine."
        ),
    ] = None
    webhook: Annotated[
        WebhookKey | None, Field(description="How GitHub's deliveries to /webhooks/NAME show that they are GitHub's.")
    ] = None

    @model_validator(mode="before")
    @classmethod
    def _lists_become_tuples(cls, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("repositories"), str):
            return {**data, "repositories": [data["repositories"]]}
        return data

    @model_validator(mode="after")
    def _consistent(self) -> GitHubSettings:
        if (self.token is None) == (self.app is None):
            raise ValueError("give exactly one of `token` and `app`")
        names = [name.casefold() for name in self.repositories]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"listed twice under `repositories`: {', '.join(twice)}")
        return self

    @property
    def writes_apart(self) -> float:
        """Seconds. https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api"""
        if self.seconds_between_writes is not None:
            return self.seconds_between_writes
        return 0.0 if _local(urlsplit(self.url).hostname or "") else 1.0

    @property
    def account(self) -> str:
        """Names who asks whom, for the limits that GitHub sets an account, and tells no secret."""
        if self.app is not None:
            return f"{self.url} app {self.app.id} installation {self.app.installation}"
        token = self.token.get_secret_value() if self.token is not None else ""
        return f"{self.url} token {hashlib.blake2b(token.encode(), digest_size=8).hexdigest()}"

    @property
    def project_owner(self) -> str:
        """The login before the slash. Only with a project."""
        assert self.project is not None
        return self.project.partition("/")[0]

    @property
    def project_number(self) -> int:
        assert self.project is not None
        return int(self.project.partition("/")[2])
