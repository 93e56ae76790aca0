"""Gold, second part: webhooks. Only a genuine delivery is read, and whatever is in it, only two errors escape."""

from __future__ import annotations

from typing import ClassVar

from pydantic import SecretStr

from syncd.connector.hint import Forged, NotUnderstood, WebhookKey, WebhookRequest
from syncd.testing.conformance.levels import Level
from syncd.testing.conformance.stage import Stage
from syncd.testing.conformance.telling import demand, does_not_apply, named

WORD = "a-long-random-word-of-the-kit"
BODIES = (
    b"",
    b"{}",
    b"[]",
    b"null",
    b"\xff\xfe",
    b'{"issue": null}',
    b'{"issue": {"id": "',
    b"payload=%7B%7D",
    b"[" * 5000,
)
SIGNATURES = ("", "sha256=", "sha256=00", "sha1=00", "md5=00", "=", "sha256=" + "0" * 64, "sha256=ü")


class GoldDeliveries:
    level: ClassVar[Level] = Level.GOLD

    def test_a_delivery_that_is_not_signed_is_forged(self, stage: Stage) -> None:
        key = WebhookKey(secret=SecretStr(WORD))
        for body in BODIES:
            for signature in SIGNATURES:
                headers = dict.fromkeys(("x-hub-signature-256", "x-hub-signature"), signature) if signature else {}
                outcome = read(stage, WebhookRequest(headers, body), key)
                demand(
                    isinstance(outcome, Forged),
                    "`Spec.hint` verifies a delivery on its raw bytes before it reads anything, and raises Forged.",
                    f"the body {body[:20]!r} with the signature {signature!r} ended in {named(outcome)}",
                    "call `syncd.connector.hint.verify` first.",
                )

    def test_a_delivery_by_a_secret_path_is_read_or_not_understood(self, stage: Stage) -> None:
        key = WebhookKey(path=SecretStr(WORD))
        for body in BODIES:
            wrong = read(stage, WebhookRequest({}, body, "another-word"), key)
            outcome = read(stage, WebhookRequest({}, body, WORD), key)
            demand(
                isinstance(wrong, Forged)
                and (not isinstance(outcome, Exception) or isinstance(outcome, NotUnderstood)),
                "a delivery with the right path is genuine: a Hint, None, or NotUnderstood; with a wrong one it is Forged.",
                f"the body {body[:20]!r}: {named(wrong)} with a wrong path, {named(outcome)} with the right one",
                "decode leniently, and turn whatever cannot be decoded into NotUnderstood.",
            )


def read(stage: Stage, request: WebhookRequest, key: WebhookKey) -> object:
    """What the connector makes of a delivery: a Hint, None, or what it raised."""
    hint = stage.sandbox.spec.hint
    if hint is None:
        does_not_apply("the connector takes no webhooks (Spec.hint is None)")
    try:
        return hint(request, key)
    except Exception as error:
        return error
