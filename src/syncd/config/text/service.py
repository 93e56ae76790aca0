"""What operators set beside the daemon's pace, as they write it in syncd.yaml: who may come in, and who is told."""

from __future__ import annotations

from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator

from syncd.config.text.quantities import Flag, Name, Text, must, shown

SHORTEST_TOKEN: Final = 16
"""Characters. What guesses at the speed of the network must not find."""


class Role(StrEnum):
    VIEWER = "viewer"
    """Sees everything and changes nothing."""
    OPERATOR = "operator"
    """May approve, hold, release and undo, too."""


def _token(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value()) < SHORTEST_TOKEN:
        raise must(f"must have at least {SHORTEST_TOKEN} characters", "make one with: openssl rand -hex 32")
    return value


def _network(value: object) -> object:
    if isinstance(value, IPv4Network | IPv6Network):
        return value
    if not isinstance(value, str):
        raise must(f"must be an address or a range of them, not {shown(value)}", "write 10.0.0.0/8 or 127.0.0.1")
    try:
        return ip_network(value)
    except ValueError as error:
        raise must(f"must be an address or a range of them: {error}", "write 10.0.0.0/8 or 127.0.0.1") from None


def _url(value: SecretStr) -> SecretStr:
    # The address may hold a key, so it is not repeated.
    if not value.get_secret_value().startswith(("https://", "http://")):
        raise must("must be a web address", "write https://…")
    return value


Network = Annotated[
    IPv4Network | IPv6Network,
    BeforeValidator(_network, json_schema_input_type=Annotated[str, Field(examples=["10.0.0.0/8"])]),
]
SecretUrl = Annotated[SecretStr, AfterValidator(_url)]


class TokenText(Text):
    """Lets one person or program in."""

    name: Name
    """Who it is; stands beside what they approve."""
    role: Role = Role.VIEWER
    """viewer or operator"""
    token: Annotated[SecretStr, AfterValidator(_token)]
    """{env: NAME} or {file: PATH}; sent as `Authorization: Bearer …`, or typed into the page once."""


class ProxyText(Text):
    """A proxy in front of syncd that signs people in (oauth2-proxy, an identity-aware proxy) and says who they are."""

    header: Name = "X-Forwarded-User"
    """Names the person. Believed only when the request comes from one of `trusted`."""
    groups: Name | None = None
    """A header with the person's groups, separated by commas."""
    trusted: Annotated[tuple[Network, ...], Field(min_length=1)]
    """The proxy's own addresses. Whoever can send from there is believed."""
    operators: tuple[Name, ...] = ()
    """Names and groups who may change things."""
    viewers: tuple[Name, ...] | None = None
    """Names and groups who may look; without it, everyone whom the proxy lets in."""


class AccessText(Text):
    """Who may come in over HTTP. Webhooks have secrets of their own; health and metrics say nothing secret."""

    tokens: tuple[TokenText, ...] = ()
    """One for each person or program: {name, role, token}."""
    proxy: ProxyText | None = None
    public: Flag = False
    """Whoever reaches the address may look, without a token. Changing things still needs one."""
    roadmap: Annotated[SecretStr, AfterValidator(_token)] | None = None
    """{env: NAME} or {file: PATH}: a long word. Whoever has the address /shared/WORD/roadmap sees the roadmap and nothing
    else, without a token. Another word ends the link."""

    @model_validator(mode="after")
    def _names(self) -> AccessText:
        names = [token.name for token in self.tokens]
        for name in names:
            if names.count(name) > 1:
                raise must(f"has two tokens named '{name}'", "give each a name of its own: it tells who did what")
        return self


class HeartbeatText(Text):
    """A dead man's switch: an address that is asked after each good cycle, and that raises the alarm when nobody asks it."""

    url: SecretUrl | None = None
    """What is asked after each good cycle, at most every ten seconds: {env: NAME} or {file: PATH}, such addresses hold their key."""


class TracesText(Text):
    """OpenTelemetry traces; needs the extra `otel`. Nothing is sent without an address."""

    url: Annotated[Name, Field(pattern=r"^https?://")] | None = None
    """Where the collector takes OTLP over HTTP, such as http://collector:4318"""
    share: Annotated[float, Field(ge=0, le=1)] = 1.0
    """The share of cycles that are traced."""
