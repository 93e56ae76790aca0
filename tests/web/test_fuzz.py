"""Whatever anybody sends, nothing breaks: the whole OpenAPI document by schemathesis, and malformed deliveries."""

from __future__ import annotations

import gc
import json
import os
import random
import tracemalloc
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import requests
import structlog
from hypothesis import HealthCheck, Phase, given, settings

from engine.paper_world import PaperWorld, anybody, backlog
from syncd.engine.cycle import Cycle
from syncd.engine.world import World
from syncd.telemetry import silence_logging
from syncd.testing.emitter import signature
from syncd.testing.paper import PaperTracker
from syncd.web.app import create_app
from syncd.web.server import serving
from web.web_house import SECRET, House

EXAMPLES = 4
"""Of each operation."""
DELIVERIES = int(os.environ.get("SYNCD_FUZZ_DELIVERIES", "2000"))
TOKEN = "operator-token-0123456789"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    paper = PaperWorld(tmp_path, {"paper": backlog(PaperTracker())})
    config = paper.folder / "config" / "syncd.yaml"
    (tmp_path / "token").write_text(TOKEN)
    access = f"access: {{tokens: [{{name: ada, role: operator, token: {{file: {tmp_path}/token}}}}]}}\n"
    config.write_text("listen: 127.0.0.1:0\n" + access + config.read_text(encoding="utf-8"), encoding="utf-8")
    with paper.opened() as opened:
        Cycle(opened).run(write=True, approved=anybody)
        yield opened


def test_no_request_that_the_api_describes_or_forbids_breaks_it(world: World) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import schemathesis

        schema = schemathesis.openapi.from_dict(create_app(world).openapi())
        operations = [result.ok() for result in schema.get_all_operations()]
    assert len(operations) >= 5, "the API is gone"
    with serving(world) as url, requests.Session() as session:
        assert url is not None
        session.headers["Authorization"] = f"Bearer {TOKEN}"
        for operation in operations:

            @given(case=operation.as_strategy())
            @settings(
                max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )  # fmt: skip
            def check(case: schemathesis.Case) -> None:
                answer = case.call(base_url=url, session=session, timeout=20)
                assert answer.status_code < 500, f"{case.method} {case.formatted_path}: {answer.text[:300]}"

            check()
        assert requests.get(f"{url}/livez", timeout=5).status_code == 200


def test_nothing_of_the_api_is_open(world: World) -> None:
    """Every described operation, without a token."""
    document = create_app(world).openapi()
    with serving(world) as url:
        for path, operations in document["paths"].items():
            if path.startswith("/webhooks"):
                continue
            for method in operations:
                filled = path.replace("{", "").replace("}", "")
                answer = requests.request(method, f"{url}{filled}", timeout=5, allow_redirects=False)
                assert answer.status_code == 401, f"{method} {path}: {answer.status_code}"


def test_malformed_deliveries_break_nothing_and_stay_nowhere() -> None:
    house, dice = House(), random.Random(20261125)
    seen: Counter[int] = Counter()
    traced: list[int] = []

    async def deliver_all(client: httpx.AsyncClient) -> None:
        for number in range(1, DELIVERIES + 1):
            path, body, headers = delivery(dice)
            seen[(await client.post(path, content=body, headers=headers)).status_code] += 1
            if number in (DELIVERIES // 4, DELIVERIES):
                gc.collect()
                traced.append(tracemalloc.get_traced_memory()[0])

    silence_logging()  # what the test runner keeps of a log is no memory of ours
    tracemalloc.start()
    try:
        house.run(deliver_all)
    finally:
        tracemalloc.stop()
        structlog.reset_defaults()
    assert not [status for status in seen if status >= 500], seen
    assert {400, 401, 404} <= seen.keys(), "the deliveries are too much alike to prove anything"
    assert traced[1] - traced[0] < 2_000_000, f"{traced[1] - traced[0]:,} bytes stayed"


GOOD = (
    {"webhookEvent": "jira:issue_updated", "issue": {"id": "10001", "key": "PAY-1"}, "changelog": {"items": []}},
    {"action": "opened", "issue": {"id": 5, "node_id": "I_kwDO"}, "repository": {"full_name": "a/b"}},
)


def delivery(dice: random.Random) -> tuple[str, bytes, dict[str, str]]:
    """Genuine ones torn, twisted and signed or not, and noise."""
    name = dice.choice(("github", "jira", "datacenter", "nobody", "../etc", "%00"))
    body = dice.choice((noise, torn, twisted))(dice)
    headers = {"X-GitHub-Event": dice.choice(("issues", "ping", "", "projects_v2_item", "x" * 9000))}
    if dice.random() < 0.6:
        headers |= {"X-Hub-Signature-256": signature(SECRET, body), "X-Hub-Signature": signature(SECRET, body)}
    elif dice.random() < 0.5:
        headers["X-Hub-Signature"] = dice.choice(
            ("sha256=", "sha1=00", "=", "sha256=" + "zz" * 32, "sha256=" + "0" * 64)
        )
    if dice.random() < 0.5:
        headers["X-GitHub-Delivery"] = str(dice.getrandbits(64))
    return f"/webhooks/{name}", body, headers


def noise(dice: random.Random) -> bytes:
    return dice.randbytes(dice.choice((0, 1, 17, 400)))


def torn(dice: random.Random) -> bytes:
    text = json.dumps(dice.choice(GOOD)).encode()
    return text[: dice.randrange(len(text))] + dice.choice((b"", b"\x00", b"\xff\xfe", b"}" * 9, b"[" * 3000))


def twisted(dice: random.Random) -> bytes:
    """Well-formed, with values of a kind that nobody expects."""
    odd = (None, True, -1, 1e308, "", "x" * 5000, [], {}, [[[]]], {"id": None}, "\ud800", 10**30)

    def twist(value: object) -> object:
        if dice.random() < 0.25:
            return dice.choice(odd)
        if isinstance(value, dict):
            return {key: twist(one) for key, one in value.items() if dice.random() > 0.1}
        return value

    return json.dumps(twist(dice.choice(GOOD))).encode("utf-8", "surrogatepass")
