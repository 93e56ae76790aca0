"""Deliveries to the webhooks of an OAuth app carry a token: who sends is shown by the app's secret, and only until it ends."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from syncd.connector.hint import Forged, Hint, WebhookKey, WebhookRequest
from syncd.testing.emitter import JIRA, JIRA_APP, Delivery, Emitter, app_token, signature
from syncd_jira.webhook import SIGNATURE, hint

SECRET = "the-client-secret-of-the-app-4711" * 2
KEY = WebhookKey(secret=SecretStr(SECRET))
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
BODY = json.dumps({"webhookEvent": "jira:issue_updated", "issue": {"id": "10001", "key": "PAY-1"}}).encode()


def made(secret: str = SECRET, method: str = "HS256", **claims: object) -> str:
    """By another library than ours."""
    return jwt.encode({"iss": "app", "exp": SECONDS + 60, **claims}, secret, algorithm=method)


def read(authorization: str, key: WebhookKey = KEY, path: str = "", **headers: str) -> Hint | None:
    return hint(WebhookRequest({"authorization": authorization, **headers}, BODY, path, NOW), key)


def test_a_token_of_the_app_is_genuine() -> None:
    for scheme in ("Bearer ", "bearer   "):
        found = read(scheme + made())
        assert found is not None and found.ids == ("10001",)


@pytest.mark.parametrize(
    "token",
    [
        made("somebody-else's-secret" * 2),
        made(method="HS512"),
        made(exp=SECONDS - 61),
        jwt.encode({"exp": SECONDS + 60}, None, algorithm="none"),
        made()[:-1],
        made().rpartition(".")[0] + ".",
        made().rpartition(".")[0],
        ".".join(["e30", *made().split(".")[1:]]),
        "..",
        "\u00e9.\u00e9.\u00e9",
        "",
    ],
)
def test_any_other_token_is_forged(token: str) -> None:
    with pytest.raises(Forged):
        read(f"Bearer {token}")


def by_hand(head: str, claims: str) -> str:
    """Signed with the secret, whatever it says of itself."""
    mac = hmac.new(SECRET.encode(), f"{head}.{claims}".encode("utf-8", "replace"), hashlib.sha256).digest()
    return f"{head}.{claims}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def test_a_token_that_names_another_method_is_forged_although_its_signature_fits() -> None:
    _, claims, _ = made().split(".")
    for method in ("none", "HS512", "RS256", ""):
        head = base64.urlsafe_b64encode(json.dumps({"alg": method}).encode()).rstrip(b"=").decode()
        with pytest.raises(Forged, match="not accepted"):
            read(f"Bearer {by_hand(head, claims)}")


@given(st.text(max_size=40), st.text(max_size=40))
def test_whatever_is_signed_with_the_secret_and_is_no_token_is_forged(head: str, claims: str) -> None:
    """Signed by somebody who has the secret, so that only the reading of it can go wrong."""
    with pytest.raises(Forged):
        read(f"Bearer {by_hand(head, claims)}")


def test_a_token_that_has_just_ended_or_never_ends_is_taken() -> None:
    assert read("Bearer " + made(exp=SECONDS - 59)) is not None
    assert read("Bearer " + jwt.encode({"iss": "app"}, SECRET, algorithm="HS256")) is not None


def test_a_token_makes_up_for_no_wrong_signature_and_no_wrong_address() -> None:
    good = "Bearer " + made()
    assert read(good, **{SIGNATURE: signature(SECRET, BODY)}) is not None
    with pytest.raises(Forged):
        read(good, **{SIGNATURE: signature("another secret", BODY)})
    both = WebhookKey(secret=SecretStr(SECRET), path=SecretStr("a-long-random-word"))
    assert read(good, both, "a-long-random-word") is not None
    for key, path in ((both, ""), (both, "another-long-word"), (KEY, "a-long-random-word")):
        with pytest.raises(Forged):
            read(good, key, path)


def test_the_simulated_deliveries_to_an_app_are_what_another_library_takes_for_genuine() -> None:
    emitter = Emitter(JIRA_APP, "http://127.0.0.1:9/nobody", SECRET)
    headers = emitter.request(Delivery("1", "jira:issue_updated", BODY))
    emitter.close()
    assert SIGNATURE not in {name.lower() for name in headers}
    token = headers["Authorization"].removeprefix("Bearer ")
    assert jwt.decode(token, SECRET, algorithms=["HS256"])["iss"] == "demo-app"
    assert app_token(SECRET, BODY) == headers["Authorization"]
    assert JIRA.sign("s", b"") == signature("s", b"")
