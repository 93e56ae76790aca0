"""The authorization server and the gateway: refresh tokens that change with each use, access tokens that last an hour.

https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/
"""

from __future__ import annotations

from collections.abc import Callable

from syncd.testing.httpsim import Reply, Request
from syncd_jira.simulator.state import Event, Site

TOKEN_PATH = ("oauth", "token")


class Granting:
    """Grants are numbered, so that a journal of their times is all there is to remember."""

    def __init__(self, site: Site, commit: Callable[[Event], None]) -> None:
        self._site = site
        self._commit = commit

    def token(self, request: Request) -> Reply:
        """https://developer.atlassian.com/cloud/oauth/getting-started/refresh-tokens/"""
        oauth = self._site.config.oauth
        try:
            asked = request.json()
        except ValueError:
            asked = None
        if request.method != "POST" or not isinstance(asked, dict):
            return _refused(400, "invalid_request", "The request is not JSON.")
        if asked.get("grant_type") != "refresh_token":
            return _refused(400, "unsupported_grant_type", "Only refresh tokens are exchanged here.")
        if (asked.get("client_id"), asked.get("client_secret")) != (oauth.client_id, oauth.client_secret):
            return _refused(401, "access_denied", "Unauthorized")
        if not self._may_refresh(str(asked.get("refresh_token"))):
            return _refused(403, "invalid_grant", "Unknown or invalid refresh token.")
        self._commit({"do": "grant", "id": "oauth", "at": self._site.milliseconds()})
        number = len(self._site.grants)
        return Reply(
            200,
            {
                "access_token": self._access(number),
                "expires_in": oauth.lifetime,
                "token_type": "Bearer",
                "refresh_token": self._refresh(number),
                "scope": "read:jira-work write:jira-work offline_access",
            },
        )

    def valid(self, token: str) -> bool:
        """Whether an access token may be used now, at the gateway."""
        oauth = self._site.config.oauth
        now = self._site.milliseconds()
        for number, at in enumerate(self._site.grants, 1):
            if token == self._access(number):
                return now < at + oauth.lifetime * 1000 and token not in oauth.revoked
        return False

    def _may_refresh(self, token: str) -> bool:
        """The newest refresh token; an older one only for minutes after its use, for answers that got lost."""
        grants, oauth = self._site.grants, self._site.config.oauth
        if token in oauth.revoked:
            return False
        if token == self._refresh(len(grants)):
            return True
        used = {self._refresh(number): at for number, at in enumerate(grants)}.get(token)
        return used is not None and self._site.milliseconds() <= used + oauth.reuse * 1000

    def _refresh(self, number: int) -> str:
        return self._site.config.oauth.refresh_token + (f".{number}" if number else "")

    def _access(self, number: int) -> str:
        return f"{self._site.config.oauth.access_token}.{number}"


def _refused(status: int, error: str, description: str) -> Reply:
    return Reply(status, {"error": error, "error_description": description})
