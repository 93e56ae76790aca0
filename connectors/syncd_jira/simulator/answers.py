"""Error bodies as Jira writes them, and who is asking."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from syncd.testing.httpsim import Reply, Request
from syncd_jira.simulator.state import Config, Site

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Caller:
    account: Mapping[str, Any] | None
    """None: a visitor who is not logged in."""
    url: str
    """The site's own address."""
    version: str
    """Of the REST API that was asked: 2 or 3."""

    @property
    def account_id(self) -> str:
        return str((self.account or {}).get("accountId", ""))

    def zone(self, site: Site) -> ZoneInfo:
        """Times in a query are read in the zone of whoever asks."""
        return ZoneInfo(str((self.account or {}).get("timeZone") or site.config.time_zone))

    @staticmethod
    def encode(body: object) -> bytes:
        return _encode(body)


def user_name(account: Mapping[str, Any]) -> str:
    """Data Center's name of the account."""
    return str(account.get("name") or str(account.get("displayName", "user")).lower().replace(" ", "."))


def person(site: Site, account: Mapping[str, Any]) -> dict[str, Any]:
    """Data Center knows people by name."""
    if site.cloud or not account:
        return dict(account)
    return {**{name: value for name, value in account.items() if name != "accountId"}, "name": user_name(account)}


def errors(status: int, *messages: str, fields: Mapping[str, str] | None = None) -> Reply:
    return Reply(status, {"errorMessages": list(messages), "errors": dict(fields or {})})


def refused(*messages: str, fields: Mapping[str, str] | None = None) -> Reply:
    return errors(400, *messages, fields=fields)


def missing() -> Reply:
    return errors(404, "Issue does not exist or you do not have permission to see it.")


def account_of(
    config: Config, request: Request, granted: Callable[[str], bool], gateway: bool
) -> Mapping[str, Any] | Reply | None:
    """Who sends this: an account, None for a visitor, or the answer to wrong credentials.

    A token works with the e-mail address of any configured account, or alone as a personal access token. Tokens with
    scopes work at the gateway only, and other than the site the gateway knows no visitors.
    """
    scheme, _, rest = request.headers.get("authorization", "").partition(" ")
    email, token = "", ""
    if scheme.lower() == "basic":
        try:
            email, _, token = base64.b64decode(rest).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            token = ""
    elif scheme.lower() == "bearer":
        token = rest
    scoped = gateway and (token == config.scoped_token or (scheme.lower() == "bearer" and granted(token)))
    if token == config.token or scoped:
        by_email = [a for a in config.accounts if a.get("emailAddress", "").lower() == email.lower()]
        return by_email[0] if by_email and email else config.accounts[0]
    if gateway:
        return Reply(401, {"code": 401, "message": "Unauthorized"})
    if scheme and config.wrong_token == "refuse":  # noqa: S105
        reply = errors(401, "Client must be authenticated to access this resource.")
        return Reply(
            401, reply.body, {"WWW-Authenticate": 'OAuth realm="/"', "X-Seraph-LoginReason": "AUTHENTICATED_FAILED"}
        )
    return None
