"""What the sender of a webhook is answered, and what it leaves in the inbox."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import pytest

from syncd.testing.emitter import app_token, signature
from web.web_house import SECRET, WORD, House

JIRA_BODY = json.dumps({"webhookEvent": "jira:issue_updated", "issue": {"id": "10001", "key": "PAY-1"}}).encode()
GITHUB_BODY = json.dumps({"action": "opened", "issue": {"id": 5, "node_id": "I_kwDO"}}).encode()


def jira(body: bytes, identifier: str = "d1") -> dict[str, str]:
    return {"X-Hub-Signature": signature(SECRET, body), "X-Atlassian-Webhook-Identifier": identifier}


def github(body: bytes, event: str = "issues", delivery: str = "d1") -> dict[str, str]:
    return {
        "X-Hub-Signature-256": signature(SECRET, body),
        "X-GitHub-Event": event,
        "X-GitHub-Delivery": delivery,
    }


def test_a_genuine_delivery_is_taken_and_wakes_the_daemon(house: House) -> None:
    assert house.post("/webhooks/jira", JIRA_BODY, jira(JIRA_BODY)).status_code == 202
    assert house.post("/webhooks/github", GITHUB_BODY, github(GITHUB_BODY)).status_code == 202
    found = house.taken("jira"), house.taken("github")
    assert [hints.ids if hints else None for hints in found] == [{"10001"}, {"5"}]
    assert house.woken == 2


def test_a_repetition_is_taken_once(house: House) -> None:
    answers = [house.post("/webhooks/jira", JIRA_BODY, jira(JIRA_BODY)) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [202, 202, 202]
    assert house.woken == 1


def test_a_forged_delivery_leaves_nothing(house: House) -> None:
    wrong = {"X-Hub-Signature": signature("another secret", JIRA_BODY)}
    for headers in (wrong, {}, {"X-Hub-Signature": signature(SECRET, JIRA_BODY + b" ")}):
        assert house.post("/webhooks/jira", JIRA_BODY, headers).status_code == 401
    assert house.post("/webhooks/github", GITHUB_BODY, {"X-GitHub-Event": "issues"}).status_code == 401
    assert house.taken("jira") is None and house.taken("github") is None and house.woken == 0


def test_the_answer_to_a_forged_delivery_gives_nothing_away(house: House) -> None:
    answer = house.post("/webhooks/datacenter/guess", JIRA_BODY)
    assert answer.status_code == 401
    assert WORD not in answer.text and SECRET not in answer.text and "guess" not in answer.text


def test_an_unsigned_data_center_comes_in_by_its_word_only(house: House) -> None:
    assert house.post("/webhooks/datacenter", JIRA_BODY).status_code == 401
    assert house.post(f"/webhooks/datacenter/{WORD}", JIRA_BODY).status_code == 202
    assert house.post(f"/webhooks/jira/{WORD}", JIRA_BODY, jira(JIRA_BODY)).status_code == 401


def test_an_unknown_source_is_not_found(house: House) -> None:
    assert house.post("/webhooks/gitlab", GITHUB_BODY, github(GITHUB_BODY)).status_code == 404


@pytest.mark.parametrize("event", ["ping", "star", "installation"])
def test_a_ping_and_what_does_not_matter_are_answered_without_content(house: House, event: str) -> None:
    answer = house.post("/webhooks/github", b'{"zen":"less"}', github(b'{"zen":"less"}', event))
    assert (answer.status_code, answer.content, house.woken) == (204, b"", 0)


def test_a_genuine_body_that_is_no_webhook_is_told_so(house: House) -> None:
    assert house.post("/webhooks/jira", b"<html>", jira(b"<html>")).status_code == 400
    assert house.woken == 0


@pytest.mark.parametrize(("path", "most"), [("/webhooks/jira", 5_000_000), ("/webhooks/github", 26_000_000)])
def test_a_delivery_may_be_as_large_as_the_tool_sends_and_no_larger(house: House, path: str, most: int) -> None:
    assert house.post(path, b" " * (most + 1)).status_code == 413
    assert house.post(path, b" " * most).status_code == 401


def test_a_body_without_a_length_is_cut_off_at_the_limit(house: House) -> None:
    """The application is asked directly, since clients tell the length of what they send."""
    taken, answers = asked(house, [b" " * 1_000_000] * 50)
    assert answers[0]["status"] == 413
    assert taken == 6


def test_strangers_cannot_fill_the_memory(house: House) -> None:
    """Sixty at once, each below the limit of one, and none of them ever comes to an end."""
    answers: list[int] = []

    async def stranger(go: asyncio.Event) -> None:
        pieces = iter([b" " * 1_000_000] * 4)

        async def receive() -> dict[str, Any]:
            await asyncio.sleep(0)
            piece = next(pieces, None)
            if piece is None:
                await go.wait()
                return {"type": "http.disconnect"}
            return {"type": "http.request", "body": piece, "more_body": True}

        async def send(message: Any) -> None:
            answers.extend([message["status"]] if "status" in message else [])

        await house.app(scope(), receive, send)

    async def all_at_once() -> None:
        go = asyncio.Event()
        asyncio.get_running_loop().call_later(1, go.set)
        await asyncio.gather(*(stranger(go) for _ in range(60)))

    asyncio.run(all_at_once())
    assert answers.count(503) > 30 and set(answers) == {503, 400}
    assert house.post("/webhooks/jira", JIRA_BODY, jira(JIRA_BODY)).status_code == 202


def scope() -> dict[str, Any]:
    return {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
             "path": "/webhooks/jira", "raw_path": b"/webhooks/jira", "query_string": b"", "headers": [],
             "server": ("syncd.example", 80), "client": ("127.0.0.1", 1), "root_path": ""}  # fmt: skip


def asked(house: House, pieces: list[bytes]) -> tuple[int, list[Any]]:
    taken, answers = 0, []

    async def receive() -> dict[str, Any]:
        nonlocal taken
        taken += 1
        return {"type": "http.request", "body": pieces[taken - 1], "more_body": taken < len(pieces)}

    async def send(message: Any) -> None:
        answers.append(message)

    asyncio.run(house.app(scope(), receive, send))
    return taken, answers


def test_an_ordinary_delivery_is_answered_within_milliseconds(house: House) -> None:
    body = json.dumps({**json.loads(GITHUB_BODY), "padding": "x" * 30_000}).encode()
    seconds = []
    for number in range(30):
        began = time.perf_counter()
        assert house.post("/webhooks/github", body, github(body, delivery=str(number))).status_code == 202
        seconds.append(time.perf_counter() - began)
    assert sorted(seconds)[15] < 0.1


def test_a_delivery_to_an_app_is_taken_until_its_token_ends(house: House) -> None:
    body = json.dumps({"webhookEvent": "jira:issue_updated", "issue": {"id": "10001", "key": "PAY-1"}}).encode()
    assert house.post("/webhooks/jira", body, {"Authorization": app_token(SECRET, body)}).status_code == 202
    for seconds, status in ((-30, 202), (-3_600, 401)):  # clocks may differ a little
        ended = app_token(SECRET, body, ends=int(time.time()) + seconds)
        assert house.post("/webhooks/jira", body, {"Authorization": ended}).status_code == status
