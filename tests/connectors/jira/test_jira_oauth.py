"""OAuth 2.0: access tokens renew themselves, refresh tokens are kept, and a refusal never turns into a loop."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pydantic import ValidationError

from connectors.jira.jira_world import READ, SCORE, JiraWorld, edit, found, issues, move
from syncd.connector.errors import ConnectorError, Locked, Refused, Transient
from syncd.connector.protocol import Wiring
from syncd.testing.httpsim import Fault, Reply, Request
from syncd_jira import SPEC
from syncd_jira.settings import JiraSettings

Build = Callable[..., JiraWorld]


def is_token(request: Request) -> bool:
    return request.path == "/oauth/token"


def kept(world: JiraWorld) -> dict[str, Any]:
    text = (world.folder / "tokens.json").read_text()
    found: dict[str, Any] = json.loads(text)
    return found


def test_everything_works_at_the_gateway_and_the_token_is_asked_for_once(world: JiraWorld) -> None:
    connector = world.authorized()
    assert connector.describe().account == "Demo Account"
    assert len(found(connector.pull(None))) == 5
    assert list(connector.apply([edit(1, {"Priority Score": 7.0})])) == [None]
    assert list(connector.reorder("PAY", [move(5, None)])) == [None]
    assert world.field("PAY-1", SCORE) == 7.0
    assert world.transport.take().count("token") == 1
    assert all(r.request.path.startswith(("/oauth/", "/ex/jira/")) for r in world.jira.http.calls)


def test_people_are_sent_to_the_site_and_never_to_the_gateway(world: JiraWorld) -> None:
    for connector in (world.authorized(), world.connector(url=world.gateway, token="demo-scoped-token")):
        urls = [issue.url for issue in found(connector.pull(None)).values()]
        assert urls == [f"{world.jira.url}/browse/PAY-{n}" for n in range(1, 6)]


def test_a_gateway_that_does_not_name_the_site_stops_the_source(world: JiraWorld) -> None:
    nameless = Reply(200, {"deploymentType": "Cloud", "version": "1001"})
    world.jira.http.faults.append(Fault(lambda r: r.path.endswith("serverInfo"), nameless))
    with pytest.raises(Locked, match="address of the site itself"):
        world.authorized().describe()


def test_tokens_with_scopes_are_refused_by_the_site_itself(world: JiraWorld) -> None:
    with pytest.raises(Locked, match="has scopes, with which it works only at https"):
        world.connector(token="demo-scoped-token").describe()


def test_a_missing_scope_is_named_and_no_token_is_renewed_for_it(world: JiraWorld) -> None:
    world.jira.config.scopeless = {"PUT issue/rank"}
    connector = world.authorized()
    list(connector.pull(None))
    world.transport.take()
    with pytest.raises(Locked, match="lacks a scope"):
        list(connector.reorder("PAY", [move(3, 5)]))
    assert world.transport.take() == ["rank"]


def test_the_token_is_renewed_before_it_ends(world: JiraWorld) -> None:
    connector = world.authorized()
    cursor = list(connector.pull(None))[-1].cursor
    world.transport.take()
    world.clock.passes(minutes=58)
    list(connector.pull(cursor))
    assert world.transport.take() == ["search"]
    world.clock.passes(minutes=1, seconds=1)
    list(connector.pull(cursor))
    assert world.transport.take() == ["token", "search"]


def test_a_token_that_is_refused_before_its_time_is_renewed_once_and_the_edit_is_made_once(world: JiraWorld) -> None:
    connector = world.authorized()
    list(connector.apply([edit(1, {"Priority Score": 1.0})]))
    world.jira.config.oauth.revoked = {"demo-access-token.1"}
    world.transport.take()
    assert list(connector.apply([edit(2, {"Priority Score": 2.0})])) == [None]
    assert world.transport.take() == ["issue", "token", "issue"]
    assert world.field("PAY-2", SCORE) == 2.0


def test_a_site_that_refuses_every_token_is_asked_twice_and_not_again(world: JiraWorld) -> None:
    connector = world.authorized()
    list(connector.pull(None))
    world.jira.http.faults.append(Fault(lambda r: "/rest/" in r.path, Reply(401, {"code": 401}), times=99))
    world.transport.take()
    with pytest.raises(Locked, match=r"although its token is fresh.*oauth\.refresh_token"):
        list(connector.apply([edit(1, {"Priority Score": 1.0})]))
    assert world.transport.take() == ["mypermissions", "token", "mypermissions"]
    with pytest.raises(Locked):
        world.authorized(token_file="other.json").describe()
    assert world.transport.take() == ["token", "serverInfo"], "a fresh token is not renewed"


def test_a_new_process_goes_on_with_the_kept_token(world: JiraWorld) -> None:
    cursor = list(world.authorized().pull(None))[-1].cursor
    world.transport.take()
    list(world.authorized().pull(cursor))
    assert world.transport.take() == ["search"]
    world.clock.passes(hours=5)  # the first refresh token was used long ago
    assert list(world.authorized().pull(cursor))
    assert kept(world)["refresh_token"] == "demo-refresh-token.2"


def test_without_a_file_the_changed_token_lives_as_long_as_the_process(world: JiraWorld) -> None:
    connector = world.authorized(token_file=None)
    cursor = list(connector.pull(None))[-1].cursor
    world.clock.passes(hours=5)
    assert list(connector.pull(cursor))
    with pytest.raises(Locked, match="Authorize the app again"):
        list(world.authorized(token_file=None).pull(cursor))


def test_the_file_is_for_its_owner_only_and_no_rest_is_left_beside_it(world: JiraWorld) -> None:
    world.authorized().describe()
    file = world.folder / "tokens.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [each for each in world.folder.iterdir() if "tokens" in each.name] == [file]
    assert "demo-refresh-token.1" in file.read_text()
    assert '"demo-refresh-token"' not in file.read_text()


def test_a_newly_configured_refresh_token_counts_more_than_the_file(world: JiraWorld) -> None:
    world.authorized().describe()
    world.jira.config.oauth.refresh_token = "second-authorization"
    connector = world.authorized(oauth={"refresh_token": "second-authorization.1"})
    connector.describe()
    assert kept(world)["refresh_token"] == "second-authorization.2"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b'{"given": 5}'])
def test_a_spoiled_file_is_as_good_as_none(world: JiraWorld, content: bytes) -> None:
    (world.folder / "tokens.json").write_bytes(content)
    assert world.authorized().describe().account == "Demo Account"


def test_a_token_that_could_not_be_kept_is_not_spent(world: JiraWorld, tmp_path: Path) -> None:
    with pytest.raises(Locked, match="token_file"):
        world.authorized(token_file="no/such/folder/tokens.json").describe()
    assert world.transport.take() == []
    assert world.jira.site.grants == []


def test_a_process_that_finds_its_token_renewed_by_another_uses_that(world: JiraWorld) -> None:
    first, second = world.authorized(), world.authorized()
    first.describe()
    second.describe()
    world.clock.passes(hours=2)
    first.describe()
    world.transport.take()
    second.describe()
    assert "token" not in world.transport.take()


def test_of_processes_that_renew_at_the_same_moment_one_does(world: JiraWorld) -> None:
    world.authorized().describe()
    world.clock.passes(hours=2)
    processes = [world.authorized() for _ in range(6)]
    world.jira.http.latency = 0.02
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(lambda each: each.describe(), processes))
    assert len(world.jira.site.grants) == 2
    assert kept(world)["refresh_token"] == "demo-refresh-token.2"


def test_a_process_that_slept_renews_with_the_refresh_token_that_another_kept(world: JiraWorld) -> None:
    first, second = world.authorized(), world.authorized()
    second.describe()
    for _ in range(2):
        world.clock.passes(hours=2)
        first.describe()
    world.clock.passes(hours=2)
    assert second.describe().account == "Demo Account", "its own refresh token was used up hours ago"


def test_many_threads_renew_it_once(build: Build) -> None:
    world = build(issues(400))
    connector = world.authorized()
    cursor = list(connector.pull(None))[-1].cursor
    assert cursor
    world.jira.config.oauth.revoked = {"demo-access-token.1"}
    world.transport.take()
    ids = [str(1000 + n) for n in range(1, 401)]
    with ThreadPoolExecutor(2) as threads:
        both = list(threads.map(lambda half: len(found(connector.fetch(half, {}))), (ids[:200], ids[200:])))
    assert both == [200, 200]
    assert world.transport.take().count("token") == 1


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (None, Transient),
        (Reply(503, None, {"Retry-After": "3"}), Transient),
        (Reply(429, {"error": "rate_limited"}), Transient),
        (Reply(500, b"oops"), Transient),
        (Reply(403, {"error": "invalid_grant"}), Locked),
        (Reply(401, {"error": "access_denied"}), Locked),
        (Reply(200, b"<html>proxy</html>", {"Content-Type": "text/html"}), Locked),
        (Reply(200, {"token": "of another kind"}), Locked),
        (Reply(302, None, {"Location": "https://elsewhere.example"}), Locked),
    ],
)
def test_a_renewal_that_fails_is_told_by_its_place_and_leaves_the_old_token(
    world: JiraWorld, reply: Reply | None, kind: type[ConnectorError]
) -> None:
    world.jira.http.faults.append(Fault(is_token, reply))
    connector = world.authorized()
    with pytest.raises(kind) as caught:
        connector.describe()
    assert not any(secret in str(caught.value) for secret in ("demo-secret", "demo-refresh", "demo-access"))
    assert connector.describe().account == "Demo Account"


def test_a_token_server_that_is_not_there_is_told_with_the_setting_that_names_it(world: JiraWorld) -> None:
    connector = world.authorized(oauth={"token_url": "http://127.0.0.1:9/oauth/token"})
    with pytest.raises(Transient, match=r"renewing its access token.*`oauth\.token_url`"):
        connector.describe()


def test_an_answer_that_got_lost_on_the_way_costs_nothing(world: JiraWorld) -> None:
    """The server has changed the refresh token, and we do not know to which; it takes the old one for some minutes."""
    world.jira.http.faults.append(Fault(is_token, None, after_effect=True))
    connector = world.authorized()
    with pytest.raises(Transient):
        connector.describe()
    assert connector.describe().account == "Demo Account"
    assert kept(world)["refresh_token"] == "demo-refresh-token.2"


@hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(status=st.sampled_from([200, 201, 204, 301, *range(400, 430), 500, 502, 503, 504]), body=st.binary(max_size=40))
def test_whatever_the_token_server_answers_only_the_five_errors_come_out(
    world: JiraWorld, status: int, body: bytes
) -> None:
    world.jira.http.faults[:] = [Fault(is_token, Reply(status, body), times=99)]
    with pytest.raises(ConnectorError) as caught:
        world.authorized(token_file=None).describe()
    assert str(caught.value).strip()


def test_a_closed_gate_lets_the_token_be_renewed_and_no_write_out(world: JiraWorld) -> None:
    def gate(call: Any) -> None:
        if call.mutates:
            raise Refused("not now")

    world.transport.forbid = gate
    connector = world.authorized()
    assert len(found(connector.pull(None))) == 5
    assert [str(each) for each in connector.apply([edit(1, {"Priority Score": 1.0})])] == ["not now"]


# -- settings ---------------------------------------------------------------------------------------------------------

OAUTH = {"client_id": "a", "client_secret": "b", "refresh_token": "c", "cloud_id": "1-2"}
GIVEN: dict[str, Any] = {"url": "https://lumen.atlassian.net", "projects": ["PAY"], "oauth": OAUTH}


def test_the_id_of_the_site_leads_to_the_gateway() -> None:
    assert JiraSettings.model_validate(GIVEN).api == "https://api.atlassian.com/ex/jira/1-2"
    plain = JiraSettings.model_validate({"url": "https://lumen.atlassian.net", "projects": ["PAY"], "token": "t"})
    assert plain.api == "https://lumen.atlassian.net"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"token": "t"}, "either a token or an oauth block"),
        ({"oauth": None}, "either a token or an oauth block"),
        ({"email": "a@b.example"}, "leave email out"),
        ({"oauth": {**OAUTH, "cloud_id": None}}, "cloud_id"),
        ({"oauth": {**OAUTH, "cloud_id": "../x"}}, "cloud_id"),
        ({"oauth": {**OAUTH, "refresh_token": " "}}, "empty"),
        ({"oauth": {**OAUTH, "token_url": "auth.atlassian.com"}}, "https://"),
    ],
    ids=str,
)
def test_half_an_authorization_is_refused_with_a_sentence(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        JiraSettings.model_validate({**GIVEN, **change})


def test_a_source_without_a_token_file_is_told_before_it_runs(world: JiraWorld) -> None:
    wiring = Wiring("jira", world.transport, READ, frozenset(), True, world.clock)
    assert "token_file" in " ".join(SPEC.check(JiraSettings.model_validate(GIVEN), wiring))
    kept_well = JiraSettings.model_validate({**GIVEN, "oauth": {**OAUTH, "token_file": "tokens.json"}})
    assert SPEC.check(kept_well, wiring) == []
