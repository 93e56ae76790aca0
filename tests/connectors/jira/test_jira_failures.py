"""Whatever comes back, or does not: one of the five errors with a sentence, and no secret in it."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from connectors.jira.jira_uses import uses
from connectors.jira.jira_world import JiraWorld, edit, issues
from syncd.connector.errors import Ambiguous, ConnectorError, Locked, Refused, Stale, Transient
from syncd.testing.httpsim import Fault, Reply
from syncd_jira import everything as first_pull
from syncd_jira.connector import JiraConnector
from syncd_jira.failures import Place, Received, failure

FIVE = (Transient, Ambiguous, Stale, Refused, Locked)
TOKEN = "demo-token"

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
error_bodies = st.fixed_dictionaries(
    {}, optional={"errorMessages": json_values, "errors": json_values, "message": json_values, "issues": json_values}
)
bodies = st.one_of(
    st.just(b""),
    st.binary(max_size=60),
    st.sampled_from([b"<html>login</html>", b'{"issues": [{"id": "1"', b"null", b"[]", b'"text"', b"{}"]),
    error_bodies.map(lambda body: json.dumps(body).encode()),
)
statuses = st.sampled_from([200, 201, 202, 204, 207, 301, 302, 307, *range(400, 505), 599])
header_sets = st.fixed_dictionaries(
    {},
    optional={
        "Retry-After": st.sampled_from(["", "3", "-1", "1e9", "nan", "soon", "Wed, 21 Oct 2026 07:28:00 GMT"]),
        "Content-Type": st.sampled_from(["text/html", "application/json", "x"]),
        "X-RateLimit-Reset": st.sampled_from(["2026-03-02T10:00Z", "later", "9999-12-31T23:59:59+14:00"]),
        "Location": st.just("/login.jsp"),
    },
)


def fits(error: object) -> bool:
    sentence = str(error)
    return isinstance(error, FIVE) and bool(sentence.strip()) and TOKEN not in sentence and len(sentence) < 900


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JiraWorld]:
    """More than a page, so that a site far away is read by id."""
    built = JiraWorld(tmp_path_factory.mktemp("large"), issues(102))
    yield built
    built.close()


def use_all(world: JiraWorld, connector: JiraConnector, fault: Fault, skipped: int) -> None:
    """The first `skipped` requests of each use are answered honestly."""
    world.jira.http.faults.clear()
    cursor = list(world.connector().pull(None))[-1].cursor
    for use in uses(connector, cursor).values():
        left = [skipped]

        def late(request: Any, left: list[int] = left) -> bool:
            left[0] -= 1
            return left[0] < 0

        world.jira.http.faults[:] = [replace(fault, matches=late, times=99)]
        try:
            results = use()
        except ConnectorError as error:
            assert fits(error), error
        else:
            if isinstance(results, list):
                assert all(fits(each) for each in results if isinstance(each, Exception))


@pytest.mark.parametrize("way", ["near", "far", "oauth"])
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(status=statuses, body=bodies, headers=header_sets, skipped=st.integers(0, 5))
@example(status=400, body=b"null", headers={}, skipped=0)
@example(status=400, body=b'{"errorMessages": null}', headers={}, skipped=0)
@example(status=207, body=b"{}", headers={}, skipped=1)
@example(status=401, body=b"{}", headers={}, skipped=1)
def test_whatever_the_server_answers_only_the_five_errors_come_out(
    large: JiraWorld, way: str, status: int, body: bytes, headers: dict[str, str], skipped: int
) -> None:
    """Describing, pulling, counting, fetching, ordering, editing and moving; near, far away and with access that renews."""
    connector = large.authorized(token_file=None) if way == "oauth" else large.connector()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(first_pull, "FAR", -1.0 if way == "far" else 9.0)
        use_all(large, connector, Fault(lambda r: True, Reply(status, body, headers)), skipped)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    kept=st.floats(0, 1),
    status=st.sampled_from([None, 200, 207, 400, 403, 500, 503]),
    kind=st.sampled_from([None, "text/html", "text/plain", "application/octet-stream"]),
    skipped=st.integers(0, 5),
)
def test_however_an_honest_answer_is_spoiled_only_the_five_errors_come_out(
    large: JiraWorld, kept: float, status: int | None, kind: str | None, skipped: int
) -> None:
    def spoil(reply: Reply) -> Reply:
        content = reply.content
        headers = {**reply.headers, **({"Content-Type": kind} if kind else {})}
        return Reply(status or reply.status, content[: int(len(content) * kept)], headers)

    use_all(large, large.connector(), Fault(lambda r: True, change=spoil), skipped)


@pytest.mark.parametrize("after", [True, False])
def test_a_dropped_connection_is_transient_for_reads(world: JiraWorld, after: bool) -> None:
    for use in (lambda c: c.describe(), lambda c: list(c.pull(None)), lambda c: list(c.census())):
        world.jira.http.faults[:] = [Fault(lambda r: True, None, after_effect=after, times=9)]
        with pytest.raises(Transient):
            use(world.connector())


def test_a_host_that_does_not_answer_the_door_is_transient_for_reads_and_writes(world: JiraWorld) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    connector = world.connector(url=f"http://127.0.0.1:{port}")
    with pytest.raises(Transient, match="cannot be reached"):
        connector.describe()
    connected = world.connector()
    list(connected.pull(None))
    world.jira.http.close()
    connected.close()
    outcomes = list(connected.apply([edit(1, {"Priority Score": 1.0})]))
    assert [type(each) for each in outcomes] == [Transient]


def test_an_answer_that_is_too_slow_is_transient_for_reads(world: JiraWorld) -> None:
    world.jira.http.latency = 0.4
    with pytest.raises(Transient, match="in time"):
        world.connector(read_timeout=0.1).describe()


@pytest.mark.parametrize("after_effect", [False, True])
def test_a_server_that_stays_silent_to_a_write_leaves_it_open(world: JiraWorld, after_effect: bool) -> None:
    connector = world.connector(read_timeout=0.2)
    list(connector.pull(None))
    world.jira.http.faults[:] = [Fault(lambda r: r.method == "PUT", silent=True, after_effect=after_effect)]
    (outcome,) = connector.apply([edit(1, {"Priority Score": 7.0})])
    assert isinstance(outcome, Ambiguous)
    assert "in time" in str(outcome)
    assert world.field("PAY-1", "customfield_10031") == (7.0 if after_effect else None)
    assert list(connector.apply([edit(1, {"Priority Score": 7.0})])) == [None]


def test_a_missing_certificate_file_is_said_so(world: JiraWorld) -> None:
    with pytest.raises((Locked, Transient)) as caught:
        world.connector(url=world.jira.url.replace("http:", "https:"), ca="/nowhere.pem").describe()
    assert isinstance(caught.value, Locked)


def test_no_request_is_ever_repeated_by_itself(world: JiraWorld) -> None:
    for reply in (None, Reply(503, None, {"Retry-After": "0"}), Reply(429, None, {"Retry-After": "0"}), Reply(500)):
        world.jira.http.faults[:] = [Fault(lambda r: True, reply, times=99)]
        world.transport.take()
        with pytest.raises(Transient):
            world.connector().describe()
        assert world.transport.take() == ["serverInfo"]


PLACE = Place("jira", "jira.lumen.example", "searching issues")
DATE = {"date": "Mon, 02 Mar 2026 09:00:00 GMT"}


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"retry-after": "1847"}, 1847.0),
        ({"retry-after": "Mon, 02 Mar 2026 09:00:40 GMT"}, 40.0),
        ({"x-ratelimit-reset": "2026-03-02T09:01Z"}, 60.0),
        ({"retry-after": "soon"}, None),
        ({}, None),
    ],
)
def test_waiting_times_are_obeyed_in_every_form(headers: dict[str, str], wait: float | None) -> None:
    error = failure(PLACE, Received(429, {**DATE, **headers}))
    assert isinstance(error, Transient)
    assert error.retry_after == wait


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (Reply(403, b"XSRF check failed"), "XSRF check failed"),
        (Reply(403, b"<html>Blocked</html>", {"Content-Type": "text/html"}), "a web page"),
        (
            Reply(403, {}, {"X-Authentication-Denied-Reason": "CAPTCHA_CHALLENGE; login-url=https://x/login.jsp"}),
            "log in as its account in a browser and solve the captcha",
        ),
        (Reply(403, b"", {"X-Seraph-LoginReason": "AUTHENTICATION_DENIED"}), "solve the captcha"),
    ],
)
def test_a_denial_that_is_not_about_the_issue_stops_all_writing_and_refuses_no_issue(
    world: JiraWorld, answer: Reply, says: str
) -> None:
    connector = world.connector()
    list(connector.pull(None))
    world.jira.http.faults[:] = [Fault(lambda r: r.method == "PUT", answer)]
    with pytest.raises(Locked, match=says):
        list(connector.apply([edit(1, {"Priority Score": 7.0})]))
    said = {"errorMessages": ["You do not have permission to edit issues in this project."], "errors": {}}
    world.jira.http.faults[:] = [Fault(lambda r: r.method == "PUT", Reply(403, said))]
    (outcome,) = connector.apply([edit(1, {"Priority Score": 7.0})])
    assert isinstance(outcome, Refused)


def test_what_is_said_about_a_site_that_is_put_away_is_passed_on(world: JiraWorld) -> None:
    said = {"errorMessage": "Site temporarily unavailable", "errorCode": "OTHER"}
    world.jira.http.faults.append(Fault(lambda r: True, Reply(404, said), times=9))
    with pytest.raises(Locked, match=r"\(Site temporarily unavailable\): check the `url` of source jira"):
        world.connector().describe()


def test_a_named_moment_is_passed_on() -> None:
    error = failure(PLACE, Received(429, {**DATE, "retry-after": "Mon, 02 Mar 2026 09:00:40 GMT"}))
    assert isinstance(error, Transient)
    assert error.until == datetime(2026, 3, 2, 9, 0, 40, tzinfo=UTC)
