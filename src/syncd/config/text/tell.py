"""`tell:` in syncd.yaml as people write it: who gets a message of what, in which form, and when not."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, SecretStr, model_validator

from syncd.config.text.quantities import Duration, Flag, Name, Text, must
from syncd.config.text.service import SecretUrl
from syncd.config.text.windows import Names, TimeText
from syncd.core.telling.notices import About

SHORTEST_SECRET: Final = 16
"""Characters of a key that signs."""


class Form(StrEnum):
    SLACK = "slack"
    """An incoming webhook of Slack (or Mattermost, Rocket.Chat, Discord's /slack)."""
    TEAMS = "teams"
    """A workflow of Microsoft Teams, "when a webhook request is received"."""
    JSON = "json"
    """An object of our own, see docs/operations.md."""


def _listed(value: object) -> object:
    return value if isinstance(value, list | tuple) else [value]


def _secret(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value()) < SHORTEST_SECRET:
        raise must(f"must have at least {SHORTEST_SECRET} characters", "make one with: openssl rand -hex 32")
    return value


def _hook(value: SecretStr) -> SecretStr:
    # The address may hold a key, so it is not repeated.
    try:
        parts = urlsplit(value.get_secret_value())
        usable = bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if not usable:
        raise must("must be a web address", "write https://…")
    if parts.username or parts.password:
        raise must("must not hold a user or a password", "use an address that is the key itself, as webhooks have")
    return value


def _daily(value: timedelta) -> timedelta:
    if value < timedelta(days=1):
        raise must("must be a day at least", "write '1 day' or '7 days'")
    return value


Abouts = Annotated[tuple[About, ...], BeforeValidator(_listed, json_schema_input_type=About | list[About])]
Times = Annotated[tuple[TimeText, ...], BeforeValidator(_listed, json_schema_input_type=TimeText | list[TimeText])]


class TellText(Text):
    """A channel, or a program, that gets messages."""

    url: Annotated[SecretUrl, AfterValidator(_hook)]
    """{env: NAME} or {file: PATH}: the address of the webhook. It is a key, and is shown nowhere."""
    form: Form
    """slack, teams or json."""
    about: Abouts = (About.WAITING, About.BRAKE, About.FAILED, About.FIGHT)
    """waiting: a plan waits for a person; brake: it waits because too much would change; failed: a source cannot be used,
    or works again; fight: somebody writes over what syncd writes; horizons: what entered and left the first horizons."""
    sources: Names = ()
    """Only of these sources; of all where it is left out."""
    titles: Flag = True
    """Tell the titles of issues, too; without, only their keys."""
    quiet: Times = ()
    """Nothing is sent at these times, such as {hours: "18:00-08:00"}; what still stands is told afterwards, in one message."""
    zone: Name | None = None
    """Whose clock the hours are of: Europe/Berlin; that of `windows`, where it is left out."""
    patience: Duration = timedelta(minutes=5)
    """How long a source must fail before it is told."""
    remind: Duration | None = timedelta(days=1)
    """When it is told again that the same plan waits; null: never."""
    every: Annotated[Duration, AfterValidator(_daily)] = timedelta(days=1)
    """How often the horizons are told: on days on which something moved, at eight in the morning."""
    secret: Annotated[SecretStr, AfterValidator(_secret)] | None = None
    """With json, {env: NAME} or {file: PATH}: signs each message, as `X-Syncd-Signature-256: sha256=…`"""
    inside: Flag = False
    """The address is in a network of your own; without this, only the open internet is told anything."""
    ca: Name | None = None
    """A file with the certificates of your own authority."""

    @model_validator(mode="after")
    def _of_the_form(self) -> TellText:
        if self.secret is not None and self.form is not Form.JSON:
            raise must(f"has the form {self.form}, which bears no signature", "delete `secret:`, or use `form: json`")
        if not self.about:
            raise must("says about nothing", "write `about: [waiting, brake, failed]`, or delete the receiver")
        return self
