"""The token that deliveries to an app's own webhooks carry instead of a signature. Pure.

Webhooks that an OAuth app registered for itself are sent with `Authorization: Bearer …`, a JSON Web Token signed (HS256) with the
app's client secret. It says who sends, and until when; it is not over the body, which is a hint all the same.
https://developer.atlassian.com/cloud/jira/platform/webhooks/
https://www.rfc-editor.org/rfc/rfc7515
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime
from typing import Final

import msgspec
from msgspec import Struct

from syncd.connector.hint import Forged

HEADER: Final = "authorization"
LEEWAY: Final = 60
"""Seconds by which the clocks may differ."""


class _Head(Struct):
    alg: str = ""


class _Claims(Struct):
    exp: float | None = None


_head = msgspec.json.Decoder(_Head).decode
_claims = msgspec.json.Decoder(_Claims).decode


def bearer(authorization: str) -> str | None:
    """The token in the header; None when there is none."""
    scheme, _, token = authorization.strip().partition(" ")
    return token.strip() if scheme.casefold() == "bearer" and token.strip() else None


def verify_token(token: str, secret: str, now: datetime | None) -> None:
    """Compared in constant time. `now` None leaves its end unchecked. Raises Forged."""
    signed, _, given = token.rpartition(".")
    made = hmac.new(secret.encode(), signed.encode("utf-8", "replace"), hashlib.sha256).digest()
    if not hmac.compare_digest(_encoded(made), given.rstrip("=").encode("utf-8", "replace")):
        raise Forged("the token of the delivery is not signed with `webhook.secret`: set it to the app's client secret")
    head, _, claims = signed.partition(".")
    try:
        method, ends = _head(_decoded(head)).alg, _claims(_decoded(claims)).exp
    except (ValueError, msgspec.DecodeError, RecursionError):
        raise Forged("the token of the delivery cannot be read") from None
    if method != "HS256":
        raise Forged(f"the token of the delivery is signed with {method[:20]!r}, which is not accepted")
    if ends is not None and now is not None and now.timestamp() > ends + LEEWAY:
        raise Forged("the token of the delivery has expired; is the clock of this machine right?")


def _encoded(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


def _decoded(part: str) -> bytes:
    return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
