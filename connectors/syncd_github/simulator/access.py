"""Who may ask, and how often: tokens, App installations and the hourly quotas.

https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import jwt

from syncd.testing.httpsim import Reply, Request

DOCS = "https://docs.github.com/rest"
DEFAULT_TOKEN = "demo-token"  # noqa: S105
DEFAULT_LOGIN = "syncd-demo"


@dataclass(slots=True)
class Token:
    login: str
    writes: bool = True
    expires: datetime | None = None
    sees: frozenset[str] | None = None
    """The repositories that a fine-grained token was given, as casefolded owner/name; None: all of them."""

    def may_see(self, full_name: str) -> bool:
        return self.sees is None or full_name.casefold() in self.sees


@dataclass(slots=True)
class _Bucket:
    used: int
    reset: int


@dataclass(slots=True)
class Access:
    clock: Callable[[], datetime]
    tokens: dict[str, Token] = field(default_factory=lambda: {DEFAULT_TOKEN: Token(DEFAULT_LOGIN)})
    limits: dict[str, int] = field(default_factory=lambda: {"core": 1_000_000, "graphql": 1_000_000})
    app: str = "1"
    installation: int = 1
    public_key: str | None = None
    """Checks the signature of an App's requests; None trusts it."""
    suspended: bool = False
    """The installation is switched off: it gets no token, and those that it has are refused."""
    minted: int = 0
    _buckets: dict[tuple[str, str], _Bucket] = field(default_factory=dict)

    def configure(self, settings: Mapping[str, Any]) -> None:
        accounts = settings.get("accounts", ())
        if any("token" in account for account in accounts):
            self.tokens = {}
        for account in accounts:
            if "token" in account:
                sees = frozenset(name.casefold() for name in account["sees"]) if "sees" in account else None
                self.tokens[account["token"]] = Token(account["login"], account.get("writes", True), sees=sees)
        self.limits.update(settings.get("quota", {}))
        app = settings.get("app") or {}
        self.app, self.installation = str(app.get("id", self.app)), int(app.get("installation", self.installation))
        self.public_key = app.get("public_key", self.public_key)

    def who(self, request: Request) -> Token | Reply:
        kind, _, secret = request.headers.get("authorization", "").partition(" ")
        token = self.tokens.get(secret.strip()) if kind.lower() in ("token", "bearer") else None
        if token is None or (token.expires is not None and self.clock() >= token.expires):
            return refusal(401, "Bad credentials" if secret else "Requires authentication")
        if self.suspended and token.expires is not None:
            return refusal(403, "This installation has been suspended")
        return token

    def mint(self, request: Request, installation: str) -> Reply:
        """https://docs.github.com/en/rest/apps/apps#create-an-installation-access-token-for-an-app"""
        wrong = self._not_the_app(request)
        if wrong is not None:
            return refusal(401, wrong)
        if self.suspended:
            return refusal(403, "This installation has been suspended")
        if installation != str(self.installation):
            return refusal(404, "Not Found")
        self.minted += 1
        secret = f"ghs_{self.minted:036d}"
        expires = self.clock() + timedelta(hours=1)
        self.tokens[secret] = Token("syncd-app[bot]", True, expires)
        return Reply(
            201,
            {
                "token": secret,
                "expires_at": f"{expires:%Y-%m-%dT%H:%M:%SZ}",
                "permissions": {"issues": "write", "metadata": "read", "organization_projects": "write"},
                "repository_selection": "all",
            },
        )

    def _not_the_app(self, request: Request) -> str | None:
        """What is wrong about an App's own token, by the clock of this side."""
        secret = request.headers.get("authorization", "").partition(" ")[2]
        try:
            claims = jwt.decode(
                secret,
                self.public_key or "",
                algorithms=["RS256"],
                options={
                    "verify_signature": self.public_key is not None,
                    "verify_exp": False,
                    "verify_iat": False,
                },
            )
        except jwt.PyJWTError:
            return "A JSON web token could not be decoded"
        now = self.clock().timestamp()
        if claims["iat"] > now:
            return "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued"
        if claims["exp"] > now + 600:
            return "'Expiration time' claim ('exp') is too far in the future"
        if claims["exp"] <= now:
            return (
                "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the "
                "assertion expires"
            )
        return None if str(claims.get("iss")) == self.app else "Integration not found"

    def revoke(self, request: Request) -> None:
        self.tokens.pop(request.headers.get("authorization", "").partition(" ")[2].strip(), None)

    def spend(self, login: str, resource: str, cost: int) -> tuple[bool, dict[str, str]]:
        """Whether the quota allows it, and the headers that say what is left."""
        now = int(self.clock().timestamp())
        bucket = self._buckets.get((login, resource))
        if bucket is None or now >= bucket.reset:
            bucket = self._buckets[login, resource] = _Bucket(0, now + 3600)
        limit = self.limits.get(resource, 5000)
        allowed = bucket.used + cost <= limit
        if allowed:
            bucket.used += cost
        remaining = limit - bucket.used if allowed else 0
        return allowed, {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(remaining),
            "X-RateLimit-Used": str(bucket.used),
            "X-RateLimit-Reset": str(bucket.reset),
            "X-RateLimit-Resource": resource,
        }

    def overview(self, login: str) -> Reply:
        def shown(resource: str) -> dict[str, int]:
            headers = self.spend(login, resource, 0)[1]
            return {
                name: int(headers[f"X-RateLimit-{name.title()}"]) for name in ("limit", "remaining", "used", "reset")
            }

        resources = {name: shown(name) for name in ("core", "graphql", "search")}
        return Reply(200, {"resources": resources, "rate": resources["core"]})


def refusal(status: int, message: str, **more: object) -> Reply:
    return Reply(status, {"message": message, "documentation_url": DOCS, "status": str(status), **more})


def invalid(resource: str, field_name: str, code: str, **more: object) -> Reply:
    """A 422 as GitHub words it."""
    error = {"resource": resource, "field": field_name, "code": code, **more}
    return Reply(422, {"message": "Validation Failed", "errors": [error], "documentation_url": DOCS, "status": "422"})
