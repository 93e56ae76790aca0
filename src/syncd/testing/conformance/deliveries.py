"""Gold, second part: webhooks. Only a genuine delivery is read, it leads to its issue, and whatever is in it, only two errors escape."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from pydantic import SecretStr

from syncd.connector.hint import Forged, Hint, NotUnderstood, WebhookKey, WebhookRequest
from syncd.testing.conformance.levels import Level
from syncd.testing.conformance.stage import Stage
from syncd.testing.conformance.telling import demand, does_not_apply, fail, named

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

    def test_a_genuine_delivery_leads_to_the_issue_it_is_about(self, stage: Stage) -> None:
        key = WebhookKey(secret=SecretStr(WORD))
        ids = stage.people_add(2)
        told = [_genuine(stage, id_, WORD) for id_ in ids]
        hints = [read(stage, request, key) for request in told]
        again = read(stage, told[0], key)
        for id_, hint in zip(ids, hints, strict=True):
            if not isinstance(hint, Hint):
                fail(
                    "`Spec.hint` makes a Hint of a genuine delivery about an issue.",
                    f"what Sandbox.delivery sends about a changed issue ended in {named(hint)}",
                    "hold the header that you verify and the body that you decode against the tool's documentation.",
                )
            found = {issue.ref.id for page in stage.connector.fetch(hint.ids, hint.handles) for issue in page.issues}
            demand(
                id_ in found or not hint.ids,
                "Hint.ids names the issues to look at, such that `fetch` finds them with Hint.handles.",
                f"a delivery about {id_} says ids {hint.ids}, and with these `fetch` finds {sorted(found)}",
                "take the immutable id out of the body, and into `handles` whatever `fetch` needs besides.",
            )
        marks = [hint.delivery for hint in (*hints, again) if isinstance(hint, Hint)]
        demand(
            bool(marks[0]) and marks[0] == marks[2] != marks[1],
            "Hint.delivery is the same for every repetition of one delivery, and another one for another.",
            f"two deliveries and the first one again: {marks}",
            "take the id that the tool gives to a delivery and repeats with it, or a hash of the body.",
        )

    def test_a_delivery_with_another_secret_is_forged(self, stage: Stage) -> None:
        key = WebhookKey(secret=SecretStr(WORD))
        (id_,) = stage.people_add(1)
        ours, strange = _genuine(stage, id_, WORD), _genuine(stage, id_, WORD[::-1])
        signed = sorted(name for name in ours.headers if ours.headers[name] != strange.headers.get(name))
        tries = [("with another secret", strange)]
        for word in SIGNATURES:
            tries.append(
                (f"with {word!r} in {signed}", replace(ours, headers={**ours.headers, **dict.fromkeys(signed, word)}))
            )
        without = {name: value for name, value in ours.headers.items() if name not in signed}
        for how, request in (*tries, (f"without {signed}", replace(ours, headers=without))):
            outcome = read(stage, request, key)
            demand(
                isinstance(outcome, Forged),
                "a delivery that does not show the secret of the configuration is Forged, whatever else is in it.",
                f"a delivery {how} ended in {named(outcome)}",
                "call `syncd.connector.hint.verify` first (`verify_token` where the tool sends the secret itself).",
            )


def _genuine(stage: Stage, id_: str, secret: str) -> WebhookRequest:
    if stage.sandbox.spec.hint is None:
        does_not_apply("the connector takes no webhooks (Spec.hint is None)")
    return stage.sandbox.delivery(id_, secret)


def read(stage: Stage, request: WebhookRequest, key: WebhookKey) -> object:
    """What the connector makes of a delivery: a Hint, None, or what it raised."""
    hint = stage.sandbox.spec.hint
    if hint is None:
        does_not_apply("the connector takes no webhooks (Spec.hint is None)")
    try:
        return hint(request, key)
    except Exception as error:
        return error
