"""Who is let in: by token, by a proxy's word, by nobody's; and what every answer carries."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests
from fastapi import Depends, FastAPI, Request

from engine.paper_world import PaperWorld, backlog
from syncd.config.load import load
from syncd.config.text.service import AccessText
from syncd.engine.cycle import Cycle
from syncd.engine.service.reload import Reload
from syncd.testing.paper import PaperTracker, paper_spec
from syncd.web.access import Access, Person, Role
from syncd.web.app import OPENAPI
from syncd.web.guard import Guard
from syncd.web.server import serving

VIEWER, OPERATOR = "viewer-token-0123456789", "operator-token-0123456789"
TOKENS = [{"name": "grafana", "token": VIEWER}, {"name": "ada", "role": "operator", "token": OPERATOR}]
PROXY = {
    "trusted": ["10.1.0.0/16", "::1"],
    "groups": "X-Forwarded-Groups",
    "operators": ["ada@lumen.example", "admins"],
}


def app(also: Any = (), **access: Any) -> FastAPI:
    made = FastAPI()
    made.add_middleware(Guard, most_bytes=1000)
    let = Access(AccessText.model_validate(access), *also)

    @made.get("/see")
    def see(person: Person = Depends(let.viewer)) -> str:
        return person.name

    @made.post("/do")
    async def do(request: Request, person: Person = Depends(let.operator)) -> str:
        return f"{person.name} {len(await request.body())}"

    return made


def ask(
    made: FastAPI, path: str = "/see", headers: dict[str, str] | list[tuple[str, str]] | None = None, *,
    peer: str = "192.0.2.7", body: bytes | None = None,
) -> httpx.Response:  # fmt: skip
    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app=made, client=(peer, 4711))
        async with httpx.AsyncClient(transport=transport, base_url="http://syncd.example") as client:
            return await client.request("POST" if path == "/do" else "GET", path, headers=headers, content=body)

    return asyncio.run(send())


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_without_access_nobody_comes_in_and_the_answer_says_what_to_write() -> None:
    answer = ask(app())
    assert answer.status_code == 401 and "access:" in answer.json()["detail"]


def test_a_viewer_sees_and_changes_nothing() -> None:
    made = app(tokens=TOKENS)
    assert ask(made, headers=bearer(VIEWER)).json() == "grafana"
    refused = ask(made, "/do", bearer(VIEWER))
    assert refused.status_code == 403 and "role operator" in refused.json()["detail"]
    assert ask(made, "/do", bearer(OPERATOR)).json() == "ada 0"


@pytest.mark.parametrize("token", ["", VIEWER[:-1], VIEWER + "0", VIEWER.upper(), "grafana"])
def test_a_wrong_token_is_refused_and_not_repeated(token: str) -> None:
    answer = ask(app(tokens=TOKENS), headers=bearer(token))
    assert answer.status_code == 401 and answer.headers["www-authenticate"].startswith("Bearer")
    assert not token or token not in answer.text


def test_a_trusted_proxy_tells_who_it_is_and_nobody_else_can() -> None:
    made = app(proxy=PROXY)
    said = {"X-Forwarded-User": "ada@lumen.example"}
    assert ask(made, "/do", said, peer="10.1.2.3").status_code == 200
    assert ask(made, "/do", said, peer="::ffff:10.1.2.3").status_code == 200
    assert ask(made, "/do", {**said, "X-Forwarded-For": "10.1.2.3"}, peer="10.2.0.1").status_code == 401
    assert ask(made, "/do", {"X-Forwarded-User": "bob"}, peer="10.1.2.3").status_code == 403
    grouped = {"X-Forwarded-User": "bob", "X-Forwarded-Groups": "staff, admins"}
    assert ask(made, "/do", grouped, peer="10.1.2.3").status_code == 200
    assert ask(made, headers={}, peer="10.1.2.3").status_code == 401


def test_a_name_that_came_twice_is_nobodys() -> None:
    twice = [("X-Forwarded-User", "ada@lumen.example"), ("X-Forwarded-User", "bob")]
    assert ask(app(proxy=PROXY), headers=twice, peer="10.1.2.3").status_code == 401


def test_groups_that_came_twice_are_nobodys() -> None:
    once = [("X-Forwarded-User", "bob"), ("X-Forwarded-Groups", "staff")]
    assert ask(app(proxy=PROXY), headers=once, peer="10.1.2.3").status_code == 200
    for path in ("/see", "/do"):
        smuggled = [*once, ("X-Forwarded-Groups", "admins")]
        assert ask(app(proxy=PROXY), path, smuggled, peer="10.1.2.3").status_code == 401


def test_only_the_listed_viewers_come_in_where_some_are_listed() -> None:
    made = app(proxy={**PROXY, "viewers": ["staff"]})
    assert ask(made, headers={"X-Forwarded-User": "eve"}, peer="10.1.2.3").status_code == 401
    grouped = {"X-Forwarded-User": "eve", "X-Forwarded-Groups": "staff"}
    assert ask(made, headers=grouped, peer="10.1.2.3").json() == "eve"


def test_what_is_public_may_be_seen_by_all_and_changed_by_none() -> None:
    made = app(public=True)
    assert ask(made).json() == "somebody"
    assert ask(made, "/do").status_code == 401
    assert ask(made, headers=bearer("wrong")).status_code == 401


def test_a_further_way_in_is_asked_and_what_the_browser_sends_by_itself_is_marked() -> None:
    def cookie(request: Request) -> Person | None:
        return Person(request.cookies["who"], Role.OPERATOR, ambient=True) if "who" in request.cookies else None

    assert ask(app([cookie]), "/do", {"Cookie": "who=eve"}).json() == "eve 0"
    assert Access(AccessText(tokens=())).by_token("") is None


def test_every_answer_carries_the_security_headers_also_a_refusal() -> None:
    for answer in (ask(app()), ask(app(public=True)), ask(app(), "/nowhere")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_the_word_of_a_proxy_counts_by_the_connection_also_in_the_real_server(tmp_path: Path) -> None:
    """Not by X-Forwarded-For, which whoever sends a request may write; and a changed configuration counts at once."""
    tracker = backlog(PaperTracker())
    paper, specs = PaperWorld(tmp_path, {"paper": tracker}), {"paper": paper_spec("paper", tracker)}
    config = tmp_path / "config" / "syncd.yaml"
    text = "listen: 127.0.0.1:0\naccess: {proxy: {trusted: [10.9.9.9]}}\n" + config.read_text(encoding="utf-8")
    config.write_text(text, encoding="utf-8")
    said = {"X-Forwarded-User": "eve", "X-Forwarded-For": "10.9.9.9"}
    with paper.opened() as world, serving(world) as url:
        assert requests.get(f"{url}{OPENAPI}", headers=said, timeout=5).status_code == 401
        config.write_text(text.replace("10.9.9.9", "127.0.0.1"), encoding="utf-8")
        reload = Reload(world, lambda: load(tmp_path / "config", {}, specs))
        reload.ask("SIGHUP")
        reload.follow(Cycle(world))
        assert requests.get(f"{url}{OPENAPI}", headers=said, timeout=5).status_code == 200


def test_a_body_beyond_the_limit_is_refused_declared_or_not() -> None:
    made = app(tokens=TOKENS)
    assert ask(made, "/do", bearer(OPERATOR), body=b"x" * 1000).json() == "ada 1000"
    assert ask(made, "/do", bearer(OPERATOR), body=b"x" * 1001).status_code == 413
    lying = {**bearer(OPERATOR), "Content-Length": "10"}
    assert ask(made, "/do", lying, body=b"x" * 1001).status_code == 413
