"""Counting by GitHub's search: what the qualifiers find, what it costs, and what is never taken for zero."""

from __future__ import annotations

import pytest
from github_stage import Wire, pull_request, row

from syncd.connector.errors import Refused, Transient
from syncd.testing.httpsim import Fault, Reply

WEB = "lumen/web"
CLOSED = {"state": "closed", "created_at": "2026-02-03T09:00:00Z", "closed_at": "2026-02-20T10:00:00Z"}
PEOPLE = [
    row(WEB, 1, title="Charged twice", labels=[{"name": "bug"}], created_at="2026-01-05T09:00:00Z"),
    row(WEB, 2, labels=[{"name": "good first issue"}], created_at="2026-01-31T23:00:00Z"),
    row(WEB, 3, created_at="2026-01-10T09:00:00Z"),
    row(WEB, 4, **CLOSED),
    pull_request(WEB, 5),
    row("lumen/api", 1, labels=[{"name": "chore"}]),
]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("repo:lumen/web is:issue", 4),
        ("repo:lumen/web is:issue is:open", 3),
        ("repo:lumen/web is:pr", 1),
        ("org:lumen is:issue label:bug,Chore", 2),
        ("repo:lumen/web is:issue -label:bug", 3),
        ('repo:lumen/web is:issue label:"good first issue"', 1),
        ("repo:lumen/web is:issue no:label", 2),
        ("repo:lumen/web is:issue closed:>=2026-02-01", 1),
        ("repo:lumen/web is:issue created:2026-01-01..2026-01-31", 3),
        ("repo:lumen/web is:issue charged", 1),
    ],
)
def test_a_search_is_counted_with_one_request_of_the_search_quota(stage, query, wanted):
    wire = Wire()
    assert stage(PEOPLE).connector(wire=wire).count(query) == wanted
    assert [(call.method, call.resource, call.mutates) for call in wire.calls] == [("GET", "search", False)]


def test_a_query_that_github_does_not_take_is_refused_in_its_words(stage):
    with pytest.raises(Refused, match="cannot be searched either because the resources do not exist"):
        stage(PEOPLE).connector().count("repo:lumen/nowhere is:issue")


def test_an_incomplete_search_is_no_count(stage):
    body = {"total_count": 3, "incomplete_results": True, "items": [], "search_type": "lexical"}
    site = stage(PEOPLE)
    site.simulator.http.faults.append(Fault(lambda request: "search" in request.path, Reply(200, body)))
    with pytest.raises(Transient, match="would be too low"):
        site.connector().count("repo:lumen/web is:issue")


def test_a_search_that_leaves_out_what_single_sign_on_guards_is_no_count(stage):
    site = stage(PEOPLE)
    partial = {"X-GitHub-SSO": "partial-results; organizations=21955855,20582480"}
    guarded = Fault(
        lambda request: "search" in request.path, change=lambda reply: Reply(reply.status, reply.body, partial)
    )
    site.simulator.http.faults.append(guarded)
    with pytest.raises(Refused, match=r"only a part.*authorize the token"):
        site.connector().count("is:issue label:bug")
