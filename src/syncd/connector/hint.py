"""A webhook as a connector reads it: a hint where to look. What a payload says about an issue is never taken as its state."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Protocol

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator


def _of_length(least: int) -> Callable[[SecretStr], SecretStr]:
    def check(value: SecretStr) -> SecretStr:
        if len(value.get_secret_value()) < least:
            raise ValueError(f"this is too easily guessed: it needs at least {least} characters")
        return value

    return check


class WebhookKey(BaseModel):
    """How a source's deliveries show that they come from it. Give one of the two, or both."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)

    secret: Annotated[SecretStr, AfterValidator(_of_length(8))] | None = Field(
        default=None, description="What the tool signs its deliveries with, as entered there."
    )
    path: Annotated[SecretStr, AfterValidator(_of_length(16))] | None = Field(
        default=None,
        description="A long random word at the end of the address, for tools that cannot sign (older Data Center).",
    )

    @model_validator(mode="after")
    def _something(self) -> WebhookKey:
        if self.secret is None and self.path is None:
            raise ValueError("give `secret`, what the tool signs with, or `path` where it cannot sign")
        return self


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """A delivery as it arrived."""

    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    """The raw bytes: a signature is over them and nothing else."""
    path: str = ""
    """What stood behind the source's name in the address."""
    at: datetime | None = None
    """When it arrived; aware, in UTC. None: not known."""


@dataclass(frozen=True, slots=True)
class Hint:
    """Where to look. Without ids: something changed in this source, look at it now."""

    delivery: str
    """The same for every repetition of one delivery."""
    ids: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    """Those of `ids` that the tool says were deleted or moved away; believed when a look does not find them either."""
    handles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By id, what `Connector.fetch` wants to find the issue by. An id may be a stand-in that only its handles explain."""
    order: bool = False
    """The native order may have changed."""
    whole: bool = False
    """Many issues may read differently without having changed themselves, as after the renaming of a label."""
    scope: str | None = None
    """Where it was, for people."""


class Forged(Exception):
    """The signature or the path is missing or wrong. The sentence is for our log; the sender is told nothing more."""


class NotUnderstood(Exception):
    """The delivery is genuine but cannot be read; one sentence with what to change at the sender."""


Read = Callable[[WebhookRequest, WebhookKey], Hint | None]
"""Pure: verifies a delivery and reads it. None for one that does not matter. Raises Forged and NotUnderstood."""


@dataclass(frozen=True, slots=True)
class Registered:
    """A webhook as it is registered in the tool, for `syncd webhooks check`."""

    place: str
    """The repository, organization or site."""
    url: str
    active: bool
    events: tuple[str, ...]
    signed: bool | None = None
    """None: the tool does not say."""
    trouble: str = ""
    """What the tool says about its last deliveries, when some failed."""
    id: str = ""
    """For `RenewsWebhooks`, where the tool lets a webhook end."""
    expires: datetime | None = None
    """When the tool stops sending; None: never."""


@dataclass(frozen=True, slots=True)
class Registry:
    """What a look-up brought: hooks, the events that each place should send, and where we were not allowed to look."""

    hooks: Sequence[Registered]
    wanted: Mapping[str, frozenset[str]]
    """By place, what syncd can use."""
    hidden: Mapping[str, str] = field(default_factory=dict)
    """By place, a sentence why its hooks cannot be seen, with the remedy."""


class ShowsWebhooks(Protocol):
    """What a connector has besides when its tool tells which webhooks are registered. Reads only."""

    def webhooks(self) -> Registry: ...


class RenewsWebhooks(Protocol):
    """What a connector has besides when its tool's webhooks end unless they are renewed."""

    def renew_webhooks(self, ids: Sequence[str]) -> datetime:
        """Lets these last longer; until when, aware and in UTC. A mutating request."""


class KnowsScope(Protocol):
    """What a connector has besides when `fetch` brings issues that a pull would not: ids out of a webhook pass it first."""

    def in_scope(self, ids: Sequence[str]) -> frozenset[str]:
        """Those of the ids, all of which exist, that a whole pull would bring now."""


def verify(request: WebhookRequest, key: WebhookKey, header: str, *, method_first: bool = True) -> None:
    """Path and signature, compared in constant time: in this header (its name in lower case) stands the HMAC-SHA256 of the raw
    body as `sha256=HEX`, or as `HEX` alone where the tool does not put the `method_first`. Raises Forged."""
    verify_path(request, key)
    _verify_signature(request, key, header, method_first)


def verify_token(request: WebhookRequest, key: WebhookKey, header: str) -> None:
    """Path and secret, for tools that send the secret itself in this header (its name in lower case). Raises Forged.

    It shows who sends and not what was sent: one more reason to take nothing but ids out of a body.
    """
    verify_path(request, key)
    if key.secret is None:
        return
    given = request.headers.get(header, "")
    if not given:
        raise Forged(f"the delivery has no header {header}: enter the secret at the sender")
    if not hmac.compare_digest(key.secret.get_secret_value().encode(), given.encode("utf-8", "replace")):
        raise Forged(f"the header {header} is wrong: the secret at the sender is another one than here")


def verify_path(request: WebhookRequest, key: WebhookKey) -> None:
    """For deliveries that are signed in another way still. Raises Forged."""
    if key.path is not None and not hmac.compare_digest(key.path.get_secret_value().encode(), request.path.encode()):
        raise Forged("the address ends with another word than `webhook.path`")
    if key.path is None and request.path:
        raise Forged("the address has an unexpected end")


def _verify_signature(request: WebhookRequest, key: WebhookKey, header: str, method_first: bool) -> None:
    if key.secret is None:
        return
    written = request.headers.get(header, "").strip()
    method, _, given = written.partition("=") if method_first else ("sha256", "", written)
    if not given:
        raise Forged(f"the delivery has no header {header}: enter the secret at the sender")
    if method.strip().casefold() not in _METHODS:
        raise Forged(f"the delivery is signed with {method[:20]!r}, which is not accepted")
    made = hmac.new(key.secret.get_secret_value().encode(), request.body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(made.encode(), given.strip().casefold().encode("utf-8", "replace")):
        raise Forged("the signature is wrong: the secret at the sender is another one than here")


_METHODS = frozenset({"sha256"})
