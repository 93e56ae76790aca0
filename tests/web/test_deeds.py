"""Deeds on the page reach the process that writes, by the same letters as the commands; and only our own forms may ask."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import httpx
import pytest
from fastapi import Request
from pydantic import SecretStr

from syncd.config.text.service import AccessText, Role, TokenText
from syncd.engine.world import World
from syncd.web.login import COOKIE, Logins
from web.page_house import Visitor, house, routes

ADA, GRAFANA = "operator-token-0123456789", "viewer-token-0123456789"


def with_access(world: World) -> None:
    """Two people: Ada may act, Grafana may look."""
    settings = world.loaded.settings
    tokens = (
        TokenText(name="Ada", role=Role.OPERATOR, token=SecretStr(ADA)),
        TokenText(name="Grafana", role=Role.VIEWER, token=SecretStr(GRAFANA)),
    )
    object.__setattr__(settings, "access", AccessText(tokens=tokens))


def test_an_approved_plan_is_written_and_the_record_has_the_name(tmp_path: Path) -> None:
    with house(tmp_path) as stage:
        visitor = Visitor(stage.world)
        assert "waits for a person" in visitor.get("/plans").text
        assert stage.tracker.edits_by_syncd == 0
        digest = stage.digest
        answer = visitor.post("/plans/approve", {"digest": digest, "by": "Ada"})
        assert answer.status_code == 303 and answer.headers["location"] == "/plans"
        told = f"Ada approved {digest} for paper; it is written in the next cycle"
        assert told in visitor.get("/plans").text, "what was done is told"
        again = visitor.get("/plans?said=Eve+approved+it")
        assert told not in again.text and "Eve" not in again.text, "once, and nobody else can put words there"
        assert "Ada approved it" in again.text
        stage.turn()
        assert stage.tracker.edits_by_syncd == 12
        shown = json.loads(visitor.get("/api/v1/plans").text)
        stage.turn()
        (run,) = json.loads(visitor.get("/api/v1/runs").text)
        assert sum(run["verdicts"].values()) >= 12 and set(run["verdicts"]) == {"done"}
        assert shown[0]["source"] == "paper"
        detail = visitor.get(f"/runs/{run['run']}").text
        assert "PAPER-1" in detail and "Undo this run" in detail


def test_a_digest_that_is_no_plan_any_more_is_refused(tmp_path: Path) -> None:
    with house(tmp_path) as stage:
        answer = Visitor(stage.world).post("/plans/approve", {"digest": "0" * 12, "by": "Ada"})
        assert answer.status_code == 409 and "look at the present one" in answer.text
        stage.turn()
        assert stage.tracker.edits_by_syncd == 0


def test_a_hold_is_in_force_at_once_and_ends_when_resumed(tmp_path: Path) -> None:
    with house(tmp_path, mode="auto") as stage:
        visitor = Visitor(stage.world)
        visitor.post("/plans/approve", {"digest": stage.digest, "by": "Ada"})
        held = visitor.post("/sources/paper/hold", {"by": "Bo", "because": "the <b>demo</b>"})
        assert held.status_code == 303
        for page in ("/sources", "/plans"):
            assert "the &lt;b&gt;demo&lt;/b&gt;" in visitor.get(page).text
        stage.turn()
        assert stage.tracker.edits_by_syncd == 0
        visitor.post("/sources/paper/resume", {"by": "Bo"})
        stage.turn()
        assert stage.tracker.edits_by_syncd == 12
        assert visitor.post("/sources/nowhere/hold", {"by": "Bo"}).status_code == 404


def test_undo_shows_what_it_would_restore_and_then_restores_it(tmp_path: Path) -> None:
    with house(tmp_path) as stage:
        visitor = Visitor(stage.world)
        visitor.post("/plans/approve", {"digest": stage.digest, "by": "Ada"})
        stage.turn()
        (run,) = json.loads(visitor.get("/api/v1/runs").text)
        person = next(issue for issue in stage.tracker.issues.values() if issue.key == "PAPER-1")
        person.fields["Score"] = 7.0
        stage.tracker.touch(person)
        page = visitor.get(f"/runs/{run['run']}/undo").text
        assert "Stays as it is" in page and "to restore" in page
        before = {issue.key: dict(issue.fields) for issue in stage.tracker.issues.values()}
        assert before == {issue.key: dict(issue.fields) for issue in stage.tracker.issues.values()}
        assert visitor.post(f"/runs/{run['run']}/undo", {"by": "Ada"}).status_code == 303
        stage.turn()
        after = {issue.key: issue.fields.get("Score") for issue in stage.tracker.issues.values()}
        assert after["PAPER-1"] == 7.0
        assert [score for key, score in after.items() if key != "PAPER-1"] == [None] * 11
        assert "held by" in visitor.get("/sources").text.lower()
        assert visitor.get("/runs/never/undo").status_code == 404


def test_what_a_person_keeps_is_listed_and_can_be_released(tmp_path: Path) -> None:
    with house(tmp_path, mode="auto") as stage:
        visitor = Visitor(stage.world)
        visitor.post("/plans/approve", {"digest": stage.digest, "by": "Ada"})
        stage.turn()
        person = next(issue for issue in stage.tracker.issues.values() if issue.key == "PAPER-12")
        person.fields["Rank"] = 3.0
        stage.tracker.touch(person)
        stage.turn()
        listed = json.loads(visitor.get("/api/v1/yielded").text)
        assert [(one["key"], one["slot"], one["live"]) for one in listed] == [("PAPER-12", "rank", 3.0)]
        assert visitor.post("/release", {"key": "PAPER-12", "slot": "rank", "by": "Ada"}).status_code == 303
        stage.turn()
        stage.turn()
        assert json.loads(visitor.get("/api/v1/yielded").text) == []
        assert person.fields["Rank"] != 3.0
        assert visitor.post("/release", {"key": "PAPER-12", "by": "Ada"}).status_code == 404


def test_the_page_says_who_keeps_a_place_where_bots_are_listed(tmp_path: Path) -> None:
    with house(tmp_path, mode="auto", bots="robot") as stage:
        visitor = Visitor(stage.world)
        visitor.post("/plans/approve", {"digest": stage.digest, "by": "Ada"})
        stage.turn()
        edited = {issue.key: issue for issue in stage.tracker.issues.values()}
        for key, who in (("PAPER-12", "anna <b>"), ("PAPER-11", "robot")):
            edited[key].fields["Rank"] = 3.0
            stage.tracker.touch(edited[key], who)
        stage.turn()
        listed = json.loads(visitor.get("/api/v1/yielded").text)
        assert [(one["key"], one["by"], one["bot"]) for one in listed] == [("PAPER-12", "anna <b>", False)]
        assert "anna &lt;b&gt;, " in visitor.get("/sources").text
        assert "Left alone: PAPER-12, rank: anna &lt;b&gt; set it on 2026-11-02" in visitor.get("/work/PAPER-12").text
        for rank in range(4):
            edited["PAPER-11"].fields["Rank"] = 40.0 + rank
            stage.tracker.touch(edited["PAPER-11"], "robot")
            stage.turn()
        stage.turn()
        assert "robot, a bot that does not give in" in visitor.get("/sources").text
        assert "bot-fights" in visitor.get("/api/v1/problems").text


def every_deed(visitor: Visitor) -> list[str]:
    found = routes(visitor.app, "POST")
    return [path for path in found if not path.startswith(("/webhooks", "/login"))]


def filled(path: str) -> str:
    return path.replace("{run}", "run1").replace("{name}", "paper").replace("{source}", "paper")


def send(visitor: Visitor, path: str, **headers: str) -> httpx.Response:
    if path.startswith("/api"):
        body = {"digest": "0" * 12, "by": "Eve", "key": "PAPER-1", "framework": "ice"}
        return visitor.ask("POST", filled(path), headers, json=body)
    return visitor.post(filled(path), {"digest": "0" * 12, "by": "Eve", "key": "PAPER-1"}, token=False, **headers)


def test_every_deed_without_the_token_of_a_form_is_refused(tmp_path: Path) -> None:
    with house(tmp_path) as stage:
        visitor = Visitor(stage.world)
        visitor.get("/backlog")
        deeds = every_deed(visitor)
        assert len(deeds) >= 10
        for path in deeds:
            assert send(visitor, path).status_code == 403, path
        assert not (tmp_path / "approvals").exists()


@pytest.mark.parametrize(
    "headers", [{"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}]
)
def test_a_form_on_another_site_is_refused_even_with_a_token(tmp_path: Path, headers: dict[str, str]) -> None:
    with house(tmp_path) as stage:
        visitor = Visitor(stage.world)
        answer = visitor.post("/sources/paper/hold", {"by": "Eve"}, **headers)
        assert answer.status_code == 403
        assert not (tmp_path / "approvals").exists()


def test_without_a_login_every_page_leads_to_it_and_no_answer_tells_anything(tmp_path: Path) -> None:
    with house(tmp_path) as stage:
        with_access(stage.world)
        visitor = Visitor(stage.world, open_to_all=False)
        for page in ("/backlog", "/work/PAPER-1", "/plans", "/runs", "/sources"):
            answer = visitor.get(page)
            assert answer.status_code == 303 and answer.headers["location"].startswith("/login"), page
        answers = [path for path in routes(visitor.app, "GET") if path.startswith("/api/v1")]
        assert len(answers) >= 12
        for path in answers:
            assert visitor.get(filled(path).replace("{key:path}", "PAPER-1")).status_code == 401, path


def test_a_viewer_sees_everything_and_may_change_nothing(tmp_path: Path) -> None:
    with house(tmp_path) as stage:
        with_access(stage.world)
        visitor = Visitor(stage.world, open_to_all=False)
        assert visitor.post("/login", {"secret": "wrong", "next": "/plans"}).status_code == 401
        assert visitor.post("/login", {"secret": GRAFANA, "next": "/plans"}).headers["location"] == "/plans"
        page = visitor.get("/plans")
        assert page.status_code == 200 and "Grafana" in page.text and "Approve" not in page.text
        for path in every_deed(visitor):
            if path == "/logout" or "whatif" in path:
                continue
            assert send(visitor, path).status_code == 403, path
        assert visitor.get("/runs/run1/undo").status_code == 403


def test_an_operator_acts_in_their_own_name_and_leaves_again(tmp_path: Path) -> None:
    with house(tmp_path) as stage:
        with_access(stage.world)
        visitor = Visitor(stage.world, open_to_all=False)
        visitor.post("/login", {"secret": ADA, "next": "//evil.example"})
        visitor.post("/plans/approve", {"digest": stage.digest, "by": "Somebody Else"})
        assert "Ada approved it" in visitor.get("/plans").text
        assert visitor.post("/logout", {}).status_code == 303
        assert visitor.get("/plans").status_code == 303


def test_a_program_with_a_token_needs_no_form(tmp_path: Path) -> None:
    with house(tmp_path) as stage:
        with_access(stage.world)
        visitor = Visitor(stage.world, open_to_all=False)
        bearer = {"authorization": f"Bearer {ADA}"}
        answer = visitor.ask("POST", "/api/v1/plans/approve", bearer, json={"digest": stage.digest})
        assert answer.status_code == 202 and answer.json()["message"].startswith("Ada approved")
        stage.turn()
        assert stage.tracker.edits_by_syncd == 12


def test_a_cookie_that_somebody_made_up_lets_nobody_in(tmp_path: Path) -> None:
    with house(tmp_path) as stage:
        with_access(stage.world)
        visitor = Visitor(stage.world, open_to_all=False)
        for value in ("QWRh.9999999999.00", "x", "QWRh.1.ab", "...", "QWRh.99999999999999999999999999.aa"):
            visitor.cookies.set("syncd_login", value, domain="127.0.0.1")
            assert visitor.get("/plans").status_code == 303


def test_the_open_page_of_the_demo_answers_only_to_its_own_name(tmp_path: Path) -> None:
    with house(tmp_path) as stage:
        assert Visitor(stage.world).get("/backlog", host="evil.example").status_code == 400


def test_after_the_login_nobody_is_sent_to_another_site(tmp_path: Path) -> None:
    with house(tmp_path) as stage:
        with_access(stage.world)
        for to in ("//evil.example", "https://evil.example", "/\\evil.example", "/plans\nx"):
            visitor = Visitor(stage.world, open_to_all=False)
            assert visitor.post("/login", {"secret": ADA, "next": to}).headers["location"] == "/"


def test_a_session_that_ended_leads_the_whole_page_to_the_login_and_back(tmp_path: Path) -> None:
    with house(tmp_path) as stage:
        with_access(stage.world)
        visitor = Visitor(stage.world, open_to_all=False)
        here = "http://127.0.0.1/backlog?q=work"
        answer = visitor.get("/backlog?q=work", **{"HX-Request": "true", "HX-Current-URL": here})
        assert answer.status_code == 401 and answer.text == ""
        assert answer.headers["hx-redirect"] == "/login?next=/backlog%3Fq%3Dwork"
        whole = visitor.get("/backlog")
        assert whole.status_code == 303 and whole.headers["location"] == "/login?next=/backlog"


@pytest.mark.parametrize(
    "body",
    [
        b'{"digest": NaN}',
        b'{"digest": 1e999}',
        rb'{"digest": "\ud800"}',
        rb'{"digest": "000000000000", "by": "\ud800"}',
    ],
)
def test_what_no_json_can_say_again_is_refused_and_is_not_repeated(tmp_path: Path, body: bytes) -> None:
    with house(tmp_path) as stage:
        with_access(stage.world)
        headers = {"authorization": f"Bearer {ADA}", "content-type": "application/json"}
        visitor = Visitor(stage.world, open_to_all=False)
        answer = visitor.ask("POST", "/api/v1/plans/approve", headers, content=body)
        assert answer.status_code == 422
        (fault,) = answer.json()["detail"]
        assert fault["loc"][0] == "body" and fault["msg"].startswith("Input should be a valid string")


def test_a_login_that_ends_at_no_number_is_no_login(tmp_path: Path) -> None:
    with house(tmp_path) as stage:
        with_access(stage.world)
        name = base64.urlsafe_b64encode(b"Ada").decode()
        logins = Logins(stage.world.loaded.settings.access)
        for until in ("²", "¹²", "", "1e9"):
            cookie = f"{COOKIE}={name}.{until}.abc".encode("latin-1")
            assert logins(Request({"type": "http", "headers": [(b"cookie", cookie)]})) is None


def test_of_two_people_who_approve_the_same_plan_the_first_stands_in_the_record(tmp_path: Path) -> None:
    with house(tmp_path) as stage:
        ada, bob = Visitor(stage.world), Visitor(stage.world)
        digest = stage.digest
        ada.post("/plans/approve", {"digest": digest, "by": "Ada"})
        assert bob.post("/plans/approve", {"digest": digest, "by": "Bob"}).status_code == 303
        assert f"Ada approved {digest} for paper already" in bob.get("/plans").text
        stage.turn()
        late = bob.post("/plans/approve", {"digest": digest, "by": "Bob"})
        assert late.status_code == 409 and "was written already" in late.text and 'href="/plans"' in late.text
        assert {one.by for one in stage.world.store.approvals.listed("paper")} <= {"Ada"}


def test_the_name_that_somebody_typed_is_remembered_in_any_script(tmp_path: Path) -> None:
    with house(tmp_path) as stage:
        visitor = Visitor(stage.world)
        visitor.post("/sources/paper/hold", {"by": "Jörg 山田", "because": ""})
        assert 'value="Jörg 山田"' in visitor.get("/sources").text


def test_a_plan_is_approved_where_it_is_read_and_searched(tmp_path: Path) -> None:
    with house(tmp_path, size=120) as stage:
        visitor = Visitor(stage.world)
        shown = visitor.get("/plans/paper").text
        assert f"Approve {stage.digest}" in shown and "the first plan of a source is always reviewed" in shown
        assert "1–50 of 120" in shown
        found = visitor.get("/plans/paper?q=work+77").text
        assert found.count('<td class="what">') == 2 and "work 77" in found and "PAPER-77<" in found
        moved = visitor.get("/plans/paper?kind=order&q=PAPER-78").text
        assert moved.count("<td>PAPER</td>") == 1 and "below <" in moved
        assert "Nothing fits" in visitor.get("/plans/paper?q=nobody+has+this").text
        assert "101–120 of 120" in visitor.get("/plans/paper?page=99").text


def test_a_run_counts_the_same_on_both_pages_and_its_undo_gives_no_reason_that_nobody_gave(tmp_path: Path) -> None:
    with house(tmp_path) as stage:
        visitor = Visitor(stage.world)
        visitor.post("/plans/approve", {"digest": stage.digest, "by": "Ada"})
        stage.turn()
        (run,) = json.loads(visitor.get("/api/v1/runs").text)
        assert json.loads(visitor.get(f"/api/v1/runs/{run['run']}").text)["run"] == run
        preview = visitor.get(f"/runs/{run['run']}/undo").text
        assert "Would become again" in preview and "by preview" not in preview
