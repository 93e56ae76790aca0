"""What people write under `sources: NAME:` for a Jira source."""

from __future__ import annotations

import hashlib
import re
from itertools import accumulate
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from syncd.connector.hint import WebhookKey

_PROJECT_KEY = re.compile(r"[A-Z][A-Z0-9_]{1,254}")
_GATEWAY = "https://api.atlassian.com"
_GATEWAY_PATH = re.compile(r"/ex/jira/[^/]+")
_QUOTED = re.compile(r"""\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'""")
_ORDER_BY = re.compile(r"\border\s+by\b", re.IGNORECASE)


class OAuthSettings(BaseModel):
    """An app that somebody authorized (OAuth 2.0, 3LO). Its access tokens last an hour and are renewed."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    client_id: str = Field(min_length=1, description="The app's client id, from developer.atlassian.com.")
    client_secret: SecretStr = Field(description="The app's secret.")
    refresh_token: SecretStr = Field(
        description="The refresh token that the authorization gave (scope offline_access). Set it anew to start over."
    )
    token_url: str = Field(
        default="https://auth.atlassian.com/oauth/token", description="Where access tokens are renewed."
    )
    cloud_id: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9-]{1,64}$",
        description="The site's id, as https://acme.atlassian.net/_edge/tenant_info tells it; requests then go through "
        "Atlassian's gateway. Leave it out when `url` is the gateway's address.",
    )
    token_file: str | None = Field(
        default=None,
        description="A file that syncd keeps the present tokens in: Atlassian gives a new refresh token with each use.",
    )

    @property
    def token_host(self) -> str:
        return urlsplit(self.token_url).netloc

    @field_validator("token_url")
    @classmethod
    def _token_address(cls, value: str) -> str:
        split = urlsplit(value)
        if split.scheme not in ("http", "https") or not split.hostname or split.username:
            raise ValueError("write the address with https://, such as https://auth.atlassian.com/oauth/token")
        return value

    @field_validator("client_secret", "refresh_token")
    @classmethod
    def _is_there(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value().strip():
            raise ValueError("it is empty")
        return value


class JiraSettings(BaseModel):
    """One Jira site, Cloud or Data Center, and the projects of it that belong to the backlog."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    url: str = Field(
        description="The site's address, such as https://acme.atlassian.net or https://jira.acme.com/jira."
    )
    email: str | None = Field(
        default=None,
        description="The account of a Cloud API token. Leave it out for a Data Center personal access token.",
    )
    token: SecretStr | None = Field(
        default=None, description="API token (with email) or personal access token (alone)."
    )
    oauth: OAuthSettings | None = Field(default=None, description="Instead of a token: an authorized OAuth 2.0 app.")
    projects: Annotated[tuple[str, ...], Field(strict=False, min_length=1)] = Field(
        description="Keys of the projects in scope."
    )
    jql: str | None = Field(default=None, description="An extra restriction, without ORDER BY: labels != secret")
    fields: dict[str, str] = Field(
        default_factory=dict,
        description="Field ids by the name that rules use, for names that exist more than once: Impact: customfield_10042",
    )
    rank_field: str | None = Field(default=None, description="Name or id of the Rank field, where a site has several.")
    sprint_field: str | None = Field(default=None, description="Name or id of the Sprint field, if it is not found.")
    epic_field: str | None = Field(default=None, description="Name or id of the Epic Link field, if it is not found.")
    comments: bool = Field(
        default=False, description="Read how many comments an issue has; Jira then sends all of them with every issue."
    )
    verify: bool = Field(default=True, description="Check the server's certificate.")
    ca: str | None = Field(default=None, description="A file with the certificates to trust instead of the usual ones.")
    connect_timeout: float = Field(default=10.0, gt=0, le=120, description="Seconds to wait for a connection.")
    read_timeout: float = Field(default=60.0, gt=0, le=600, description="Seconds to wait for an answer.")
    overlap_minutes: int = Field(
        default=5, ge=5, le=1440, description="How far each pull looks back behind the last one; Jira's index lags."
    )
    concurrency: int = Field(default=8, ge=1, le=8, description="Requests at a time when many issues are read.")

    webhook: WebhookKey | None = Field(
        default=None, description="How Jira's deliveries to /webhooks/NAME show that they are Jira's."
    )

    @field_validator("url")
    @classmethod
    def _site_address(cls, value: str) -> str:
        split = urlsplit(value)
        if split.scheme not in ("http", "https") or not split.hostname:
            raise ValueError("write the site's address with https://, such as https://acme.atlassian.net")
        if split.username or split.password or split.query or split.fragment:
            raise ValueError("write only the site's address here; the account belongs under email and token")
        return value.rstrip("/")

    @field_validator("projects")
    @classmethod
    def _project_keys(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for key in value:
            if not _PROJECT_KEY.fullmatch(key):
                raise ValueError(f"{key!r} is not a project key; write the capital letters before the dash of PAY-12")
        if len(set(value)) != len(value):
            raise ValueError("a project is listed twice")
        return value

    @field_validator("jql")
    @classmethod
    def _restriction_only(cls, value: str | None) -> str | None:
        if value is not None:
            bare = _QUOTED.sub("", value)
            if _ORDER_BY.search(bare):
                raise ValueError("leave ORDER BY out of jql; it only restricts which issues are read")
            depths = list(accumulate({"(": 1, ")": -1}.get(sign, 0) for sign in bare))
            if depths and (min(depths) < 0 or depths[-1] != 0):
                # It stands in parentheses: one too many would end the restriction to the projects.
                raise ValueError("the parentheses of jql do not match")
        return value.strip() or None if value is not None else None

    @field_validator("token")
    @classmethod
    def _token_is_there(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().strip():
            raise ValueError("the token is empty")
        return value

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        if (self.token is None) == (self.oauth is None):
            raise ValueError("give either a token or an oauth block")
        if self.oauth is not None:
            if self.email is not None:
                raise ValueError("leave email out: with oauth the account is the one that authorized the app")
            if self.oauth.cloud_id is None and not self.through_gateway:
                raise ValueError(
                    "say which site the oauth block is for: set its cloud_id, as the site's /_edge/tenant_info tells it"
                )
        return self

    @property
    def through_gateway(self) -> bool:
        """Whether `url` is an address at Atlassian's gateway, which people's browsers do not know."""
        return _GATEWAY_PATH.fullmatch(urlsplit(self.url).path) is not None

    @property
    def account(self) -> str:
        """Names who asks whom, for the limits that Jira sets an account or an app, and tells no secret."""
        if self.oauth is not None:
            return f"{self.api} app {self.oauth.client_id}"
        if self.email is not None:
            return f"{self.api} {self.email.casefold()}"
        token = self.token.get_secret_value() if self.token is not None else ""
        return f"{self.api} token {hashlib.blake2b(token.encode(), digest_size=8).hexdigest()}"

    @property
    def api(self) -> str:
        """The address that requests go to. https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/"""
        if self.oauth is not None and self.oauth.cloud_id is not None and not self.through_gateway:
            return f"{_GATEWAY}/ex/jira/{self.oauth.cloud_id}"
        return self.url
