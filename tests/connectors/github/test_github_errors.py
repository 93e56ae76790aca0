"""Whatever GitHub, a proxy or the network answers becomes one of the five errors, in a sentence without a secret."""

from __future__ import annotations

import socket

import pytest
from github_stage import Mirror, project, relabel, row
from github_uses import uses
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syncd.connector.errors import Ambiguous, ConnectorError, Locked, Refused, Stale, Transient
from syncd.testing.httpsim import Fault, Reply

WEB = "lumen/web"
FIVE = (Transient, Ambiguous, Stale, Refused, Locked)
RESET = str(1_772_355_600 + 120)  # two minutes after the stage's clock


@pytest.fixture
def site(stage):
    return stage([row(WEB, n) for n in range(1, 4)], projects=[project([(WEB, 1)])])


def fail(site, reply, matches=lambda request: True, times=10_000):
    site.http.faults[:] = [Fault(matches, reply, times=times)]


def pull(site):
    return list(site.connector(read=("Score",), project="lumen/7").pull(None))


@pytest.mark.parametrize(
    ("reply", "kind", "says"),
    [
        (Reply(401, {"message": "Bad credentials"}), Locked, "does not accept the credentials"),
        (Reply(403, {"message": "Resource not accessible by integration"}), Locked, "forbids.*read access"),
        (Reply(403, {"message": "no"}, {"X-GitHub-SSO": "required; url=x"}), Locked, "single sign-on"),
        (Reply(404, {"message": "Not Found"}), Locked, "name is wrong, it was deleted, or the account may not see it"),
        (Reply(410, {"message": "Issues has been disabled in this repository."}), Locked, "switched off"),
        (Reply(451, {"message": "Repository access blocked"}), Locked, "legal reasons"),
        (Reply(422, {"message": "Validation Failed"}), Locked, "did not understand syncd"),
        (Reply(302, None, {"Location": "https://login.example/"}), Locked, "moved and GitHub does not say where"),
        (Reply(500, b""), Transient, "500"),
        (Reply(502, b"<html>Bad gateway</html>"), Transient, "502"),
        (Reply(200, b"<html>Welcome to the hotel</html>"), Transient, "not GitHub's"),
        (Reply(200, b'{"id": 1, "node_'), Transient, "not GitHub's"),
        (Reply(200, {"hello": "world"}), Locked, "shape that syncd does not know"),
        (None, Transient, "cannot be reached"),
    ],
)
def test_what_an_answer_means_for_reading(site, reply, kind, says):
    fail(site, reply)
    with pytest.raises(kind, match=says) as caught:
        pull(site)
    assert isinstance(caught.value, Transient) == (kind is Transient)
    assert "demo-token" not in str(caught.value)


@pytest.mark.parametrize(
    ("reply", "seconds", "until"),
    [
        (Reply(429, {"message": "x"}, {"Retry-After": "17"}), 17, False),
        (Reply(403, {"message": "You have exceeded a secondary rate limit. Please wait."}), 60, False),
        (Reply(403, {"message": "x"}, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": RESET}), 121, True),
        (
            Reply(
                429, {"message": "API rate limit exceeded"}, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": RESET}
            ),
            121,
            True,
        ),
        (Reply(429, b""), 60, False),
        (Reply(403, b"", {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "9" * 40}), 60, False),
    ],
)
def test_a_rate_limit_says_how_long_and_until_when(site, reply, seconds, until):
    headers = {"Date": "Sun, 01 Mar 2026 09:00:00 GMT", **reply.headers}
    fail(site, Reply(reply.status, reply.body, headers))
    with pytest.raises(Transient) as caught:
        pull(site)
    assert caught.value.retry_after == seconds
    assert (caught.value.until is not None) == until
    assert "limit" in caught.value.scope


bodies = st.one_of(
    st.none(),
    st.binary(max_size=40),
    st.sampled_from(
        [b"<html></html>", b"[", b"[]", b"{}", b'{"data":', b'{"data":null}', b"null", b'"text"', b"\xff\xfe", b"[[]]"]
    ),
    st.fixed_dictionaries({"message": st.one_of(st.text(max_size=20), st.integers(), st.none())}),
    st.fixed_dictionaries({"data": st.none() | st.dictionaries(st.text(max_size=3), st.none(), max_size=2)}),
    st.fixed_dictionaries(
        {
            "errors": st.lists(
                st.fixed_dictionaries(
                    {
                        "message": st.text(max_size=9),
                        "type": st.sampled_from(["NOT_FOUND", "FORBIDDEN", "RATE_LIMITED", "X", ""]),
                    },
                    optional={"path": st.lists(st.text(max_size=3) | st.integers(0, 3), max_size=2)},
                ),
                max_size=2,
            )
        }
    ),
)
headers = st.fixed_dictionaries(
    {},
    optional={
        "Retry-After": st.sampled_from(["1", "-1", "soon", "", "9" * 30, "²"]),
        "X-RateLimit-Remaining": st.sampled_from(["0", "1", "x"]),
        "X-RateLimit-Reset": st.sampled_from(["0", "1", "x", "9" * 30, RESET]),
        "Location": st.sampled_from(["", "x", "/repositories/1", "https://example.invalid/", "http://["]),
        "Date": st.sampled_from(["", "yesterday", "Sun, 01 Mar 2026 09:00:00 GMT"]),
        "Link": st.sampled_from(["", "<>; rel=next", '<http://[>; rel="next"', "x"]),
        "ETag": st.just('"x"'),
    },
)


@given(
    status=st.sampled_from([200, 201, 202, 204, 301, 304, 307, 308, *range(400, 505), 599]),
    body=bodies,
    headers=headers,
    spared=st.integers(0, 3),
)
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_but_the_five_errors_escapes(site, status, body, headers, spared):
    """Some requests are answered well, then one is not; each method may only raise or yield connector errors."""
    site.http.faults.clear()
    connector = site.connector(read=("Score",), order=True, project="lumen/7")
    mirror = Mirror()
    mirror.take(connector.pull(None))
    left = spared

    def turn(request):
        nonlocal left
        left -= 1
        return left < 0

    for attempt in uses(connector, mirror, WEB).values():
        left = spared
        fail(site, Reply(status, body, headers), turn, times=6)
        try:
            found = attempt()
        except ConnectorError as error:
            found = [error]
        assert found is not None
        for outcome in found if isinstance(found, list) else ():
            if isinstance(outcome, Exception):
                assert isinstance(outcome, FIVE)
                assert str(outcome).strip() and "\n" not in str(outcome) and "demo-token" not in str(outcome)


@pytest.mark.parametrize("status", [403, 404, 422])
def test_a_refused_write_is_refused_and_a_lost_one_unknown(site, status):
    mirror = Mirror()
    connector = site.connector()
    mirror.take(connector.pull(None))
    edits = [mirror.edit(f"{WEB}#1", relabel(["new"]))]
    labels = lambda request: request.path.endswith("/labels")  # noqa: E731
    fail(site, Reply(status, {"message": "no"}), labels)
    (outcome,) = connector.apply(edits)
    assert isinstance(outcome, Refused)
    fail(site, None, labels, times=1)
    with pytest.raises(Transient):  # the label is only a preparation: the edit itself did not leave
        list(connector.apply(edits))
    assert list(connector.apply(edits)) == [None]
    fail(site, None, lambda request: b"mutation" in request.body, times=1)
    (lost,) = connector.apply(edits)
    assert isinstance(lost, Ambiguous)


def test_a_refusal_that_is_not_githubs_own_is_about_no_issue(site):
    mirror, connector = Mirror(), site.connector()
    mirror.take(connector.pull(None))
    page = Reply(403, b"<html>Blocked by your company's proxy</html>", {"Content-Type": "text/html"})
    fail(site, page, lambda request: request.path.endswith("/labels"), times=1)
    edits = [mirror.edit(f"{WEB}#1", relabel(["new"]))]
    with pytest.raises(Locked, match="not GitHub's"):
        list(connector.apply(edits))
    assert list(connector.apply(edits)) == [None]


def unused_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.parametrize(
    ("url", "kind", "says"),
    [
        (f"http://127.0.0.1:{unused_port()}", Transient, "cannot be reached"),
        ("https://no-such-host.invalid", ConnectorError, "no-such-host.invalid"),
    ],
    ids=["nobody listens", "no such host"],
)
def test_a_server_that_is_not_there(site, url, kind, says):
    with pytest.raises(kind, match=says):
        site.connector(url=url).describe()
    assert site.wire.answers[-1].status == 0


def test_a_slow_answer_is_transient_for_reading(site):
    site.http.latency = 1.3
    with pytest.raises(Transient):
        site.connector(timeout=1).describe()
    site.http.latency = 0


def test_a_server_that_takes_a_request_and_stays_silent_is_transient_for_reading_and_unknown_for_writing(site):
    mirror, patient = Mirror(), site.connector(read=("Score",), project="lumen/7")
    mirror.take(patient.pull(None))
    assert list(patient.apply([mirror.edit(f"{WEB}#2", relabel(["new"]))])) == [None]
    connector = site.connector(read=("Score",), project="lumen/7", timeout=1)
    site.http.faults[:] = [Fault(lambda request: True, silent=True)]
    with pytest.raises(Transient, match="did not answer within 1 seconds while reading the project"):
        list(connector.pull(mirror.cursor))
    mirror.take(connector.pull(mirror.cursor))
    edits = [mirror.edit(f"{WEB}#1", relabel(["new"]))]
    for after_effect in (False, True):
        site.http.faults[:] = [
            Fault(lambda request: b"mutation" in request.body, silent=True, after_effect=after_effect)
        ]
        (outcome,) = connector.apply(edits)
        assert isinstance(outcome, Ambiguous)
        assert site.labels(WEB, 1) == (["new"] if after_effect else [])
    assert list(connector.apply(edits)) == [None]


def test_a_permission_that_is_lacking_is_named_as_github_names_it(site):
    wanted = {"X-Accepted-GitHub-Permissions": "issues=read; pull_requests=read"}
    fail(site, Reply(403, {"message": "Resource not accessible by personal access token"}, wanted))
    with pytest.raises(Locked, match="token or App the permission issues=read or pull_requests=read"):
        pull(site)


def test_a_refusal_of_the_account_itself_stops_all_writing_and_refuses_no_single_issue(site):
    mirror, connector = Mirror(), site.connector()
    mirror.take(connector.pull(None))
    site.person("POST", f"/repos/{WEB}/labels", {"name": "new"})
    said = "the organization has an IP allow list enabled, and your IP address is not permitted to access this resource"
    fail(site, Reply(403, {"message": said}), lambda request: b"mutation" in request.body, times=1)
    edits = [mirror.edit(f"{WEB}#{number}", relabel(["new"])) for number in (1, 2)]
    with pytest.raises(Locked, match="IP allow list"):
        list(connector.apply(edits))
    assert list(connector.apply(edits)) == [None, None]


def test_every_request_passes_the_engine_and_every_answer_comes_back_to_it(site):
    before = len(site.http.calls)
    connector = site.connector(read=("Score",), order=True, project="lumen/7")
    connector.describe()
    pages = Mirror()
    pages.take(connector.pull(None))
    list(connector.census())
    assert len(site.wire.calls) == len(site.wire.answers) == len(site.http.calls) - before
    assert {call.resource for call in site.wire.calls} == {"issues", "graphql", "repository"}
    assert not any(call.mutates for call in site.wire.calls)
    assert all("x-ratelimit-resource" in answer.headers for answer in site.wire.answers)
    sent = site.http.calls[-1].request.headers
    assert (sent["x-github-api-version"], sent["accept"]) == ("2022-11-28", "application/vnd.github+json")
