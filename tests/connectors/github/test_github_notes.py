"""The note among the comments of an issue: found wherever it stands, and never made twice."""

from __future__ import annotations

import pytest
from github_stage import Mirror, row

from syncd.connector.errors import Stale
from syncd.core.plan import NOTE_MARK, SetNote

WEB = "lumen/web"
FIRST, SECOND = f"{NOTE_MARK}1 -->\nScore 12", f"{NOTE_MARK}2 -->\nScore 34"


@pytest.fixture
def site(stage):
    anna = {"login": "anna", "id": 12}
    talk = [{"body": f"comment {number}", "user": anna} for number in range(120)]
    return stage([row(WEB, 1, comments=120, _comments=talk), row(WEB, 2)])


@pytest.fixture
def mirror():
    return Mirror()


@pytest.fixture
def connector(site, mirror):
    made = site.connector()
    mirror.take(made.pull(None))
    return made


def said(site, number):
    return [comment.body for comment in site.simulator.site.repository(WEB).issues[number].said]


def test_a_note_behind_a_hundred_comments_is_found_and_never_made_twice(site, mirror, connector):
    issue = mirror.by_key(f"{WEB}#1")
    for change, text in (
        (SetNote(None, FIRST), FIRST),
        (SetNote(None, FIRST), FIRST),
        (SetNote(FIRST, SECOND), SECOND),
    ):
        assert list(connector.apply([mirror.edit(issue.key, change)])) == [None]
        assert len(said(site, 1)) == 121 and said(site, 1)[-1] == text
        assert connector.notes([issue.ref.id], {issue.ref.id: issue.handles}) == {issue.ref.id: text}
    assert list(connector.apply([mirror.edit(issue.key, SetNote(SECOND, None))])) == [None]
    assert len(said(site, 1)) == 120 and said(site, 1)[-1] == "comment 119"


def test_a_note_for_an_issue_that_is_gone_is_stale_and_its_neighbor_gets_one(site, mirror, connector):
    edits = [mirror.edit(f"{WEB}#{number}", SetNote(None, FIRST)) for number in (1, 2)]
    node = edits[0].handles["node"]
    site.graphql("mutation($i: ID!) { deleteIssue(input: {issueId: $i}) { clientMutationId } }", i=node)
    outcomes = list(connector.apply(edits))
    assert [type(outcome) for outcome in outcomes] == [Stale, type(None)] and said(site, 2) == [FIRST]
