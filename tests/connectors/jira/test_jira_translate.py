"""From Jira's words to ours."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.core.issue import Link, LinkKind, Pointer, Ref, SourceIssue, StateGroup
from syncd_jira.fields import FieldMap, FieldRef
from syncd_jira.surrogates import mended
from syncd_jira.translate import link_kind, milestone, moment, sprint, translate
from syncd_jira.wire import LinkType, Version, page_decoder

KNOWN = FieldMap(
    wanted={"Points": FieldRef("customfield_1", "Points"), "Team": FieldRef("customfield_2", "Team")},
    sprint="customfield_3",
    epic="customfield_4",
)


def read(known: FieldMap = KNOWN, **fields: Any) -> SourceIssue:
    whole = {"created": "2026-01-01T00:00:00.000+0000", "updated": "2026-01-02T00:00:00.000+0000", **fields}
    body = json.dumps({"issues": [{"id": "7", "key": "PAY-7", "fields": whole}]}).encode()
    return translate("jira", "https://jira.lumen.example", known, page_decoder(known.ids).decode(body).issues[0])


def test_an_issue_says_the_same_in_our_words() -> None:
    issue = read(
        summary="Refunds fail",
        description="See PAY-3",
        status={"name": "In Review", "statusCategory": {"key": "indeterminate"}},
        issuetype={"name": "Bug"},
        project={"id": "1", "key": "PAY"},
        priority={"name": "High"},
        resolution={"name": "Won't Do"},
        created="2026-09-27T10:03:11.123+0200",
        resolutiondate="2026-09-28T00:30:00.000+0200",
        duedate="2026-10-01",
        labels=["b", "a"],
        assignee={"displayName": "Ann", "accountId": "5f"},
        reporter={"name": "bob"},
        parent={"id": "3", "key": "PAY-3"},
        components=[{"name": "API"}],
        votes={"votes": 4, "hasVoted": False},
        watches={"watchCount": 2},
        comment={"total": 5, "comments": []},
        customfield_1=3,
        customfield_2={"value": "Red", "child": {"value": "Dark"}},
    )
    assert issue.ref == Ref("jira", "7")
    assert (issue.key, issue.url, issue.scope) == ("PAY-7", "https://jira.lumen.example/browse/PAY-7", "PAY")
    assert (issue.title, issue.body) == ("Refunds fail", "See PAY-3")
    assert (issue.state, issue.state_group, issue.resolution) == ("In Review", StateGroup.ACTIVE, "Won't Do")
    assert (issue.kind, issue.priority, issue.labels) == ("Bug", "High", ("b", "a"))
    assert (issue.assignees, issue.reporter) == (("Ann",), "bob")
    assert issue.created == datetime(2026, 9, 27, 8, 3, 11, 123000, tzinfo=UTC)
    assert issue.closed == datetime(2026, 9, 27, 22, 30, tzinfo=UTC)
    assert issue.due == date(2026, 10, 1)
    assert issue.parent == Pointer(id="3", key="PAY-3")
    assert (issue.components, issue.votes, issue.watchers, issue.comments) == (("API",), 4, 2, 5)
    assert issue.fields == {"Points": 3.0, "Team": "Red / Dark"}


def test_an_issue_with_nothing_but_its_name_can_be_read() -> None:
    body = b'{"issues": [{"id": "7", "key": "PAY-7", "fields": {}}]}'
    issue = translate("jira", "https://j", KNOWN, page_decoder(KNOWN.ids).decode(body).issues[0])
    assert (issue.scope, issue.title, issue.state_group) == ("PAY", "", StateGroup.UNKNOWN)
    assert issue.fields == {"Points": None, "Team": None}


@pytest.mark.parametrize(
    ("name", "outward", "inward", "as_outward", "as_inward"),
    [
        ("Blocks", "blocks", "is blocked by", LinkKind.BLOCKS, LinkKind.BLOCKED_BY),
        ("Blocks", "blockiert", "wird blockiert von", LinkKind.BLOCKS, LinkKind.BLOCKED_BY),
        ("Depends", "depends on", "is dependent of", LinkKind.BLOCKED_BY, LinkKind.BLOCKS),
        ("dependent", "depends upon", "is depended upon by", LinkKind.BLOCKED_BY, LinkKind.BLOCKS),
        ("Gantt: finish-start", "has to be done before", "has to be done after", LinkKind.BLOCKS, LinkKind.BLOCKED_BY),
        ("Duplicate", "duplicates", "is duplicated by", LinkKind.DUPLICATES, LinkKind.DUPLICATED_BY),
        ("Cloners", "clones", "is cloned by", LinkKind.RELATES, LinkKind.RELATES),
        ("Relates", "relates to", "relates to", LinkKind.RELATES, LinkKind.RELATES),
    ],
)
def test_links_point_the_right_way(
    name: str, outward: str, inward: str, as_outward: LinkKind, as_inward: LinkKind
) -> None:
    type_ = LinkType(name, inward, outward)
    assert link_kind(type_, True) == as_outward
    assert link_kind(type_, False) == as_inward


def test_what_stands_in_outward_issue_is_what_this_issue_blocks() -> None:
    type_ = {"name": "Blocks", "outward": "blocks", "inward": "is blocked by"}
    issue = read(
        issuelinks=[
            {"id": "1", "type": type_, "outwardIssue": {"id": "8", "key": "PAY-8"}},
            {"id": "2", "type": type_, "inwardIssue": {"id": "9", "key": "PAY-9"}},
        ]
    )
    assert issue.links == (
        Link(LinkKind.BLOCKS, Pointer(id="8", key="PAY-8")),
        Link(LinkKind.BLOCKED_BY, Pointer(id="9", key="PAY-9")),
    )


def test_the_epic_link_is_the_parent_where_there_is_no_other() -> None:
    assert read(customfield_4="PAY-1").parent == Pointer(key="PAY-1")
    assert read(customfield_4="PAY-1", parent={"id": "2", "key": "PAY-2"}).parent == Pointer(id="2", key="PAY-2")


OLD = "com.atlassian.greenhopper.service.sprint.Sprint@1f[id=1,state=ACTIVE,name=S 9,endDate=2026-03-01T10:00:00.000Z]"


WORDY = (
    "com.atlassian.greenhopper.service.sprint.Sprint@7[id=7,rapidViewId=2,state=ACTIVE,name=Q1, part [2], hotfix,"
    "startDate=<null>,endDate=2026-03-09T10:00:00.000Z,completeDate=<null>,sequence=7,goal=Ship it,\nstate=CLOSED, name=no]"
)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ([WORDY], "Q1, part [2], hotfix"),
        (None, None),
        ([], None),
        ([{"name": "S1", "state": "closed"}, {"name": "S2", "state": "active"}], "S2"),
        ([{"name": "S3", "state": "future"}, {"name": "S2", "state": "active"}], "S2"),
        ([{"name": "S1", "state": "closed"}, {"name": "S3", "state": "future"}], "S3"),
        (
            [
                {"name": "S2", "state": "closed", "endDate": "2026-02-01T00:00:00.000Z"},
                {"name": "S1", "state": "closed", "endDate": "2026-01-01T00:00:00.000Z"},
            ],
            "S2",
        ),
        ([OLD], "S 9"),
        ("nonsense", None),
        ([{"unexpected": 1}, 7, None], None),
    ],
)
def test_the_sprint_that_matters_is_shown(value: object, name: str | None) -> None:
    seen = sprint(value)
    assert (seen.name if seen else None) == name


@pytest.mark.parametrize(
    ("versions", "name"),
    [
        ([], None),
        ([Version("2.0", releaseDate="2026-06-01"), Version("1.5", releaseDate="2026-05-01")], "1.5"),
        ([Version("next"), Version("2.0", releaseDate="2026-06-01")], "2.0"),
        ([Version("1.0", released=True), Version("2.0")], "2.0"),
        ([Version("0.9", released=True), Version("1.0", released=True)], "0.9"),
        ([Version("old", archived=True), Version("1.0", released=True)], "old"),
    ],
)
def test_the_milestone_is_the_earliest_unreleased_version(versions: list[Version], name: str | None) -> None:
    assert milestone(versions) == name


def test_times_are_read_in_any_zone_and_nonsense_is_no_time() -> None:
    assert moment("2026-03-29T02:30:00.000+0200") == datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    assert moment("2026-03-29T02:30:00.000Z") == datetime(2026, 3, 29, 2, 30, tzinfo=UTC)
    assert [moment(text) for text in (None, "", "yesterday", "2026-13-01")] == [None] * 4


field_values = st.fixed_dictionaries(
    {},
    optional={
        "summary": st.text(max_size=20) | st.none(),
        "description": st.text(max_size=20) | st.none(),
        "labels": st.lists(st.sampled_from(["a", "b", "c"]), max_size=3),
        "status": st.sampled_from([None, {"name": "Open"}, {"name": "Done", "statusCategory": {"key": "done"}}]),
        "votes": st.builds(lambda n: {"votes": n}, st.integers(0, 3)),
        "updated": st.sampled_from(["2026-01-02T00:00:00.000+0000", "2026-01-02T00:00:00.001+0000"]),
        "customfield_1": st.floats(0, 3) | st.none(),
        "customfield_2": st.sampled_from([None, "", "x", ["x"], {"value": "x"}, {"value": "y"}]),
    },
)


@given(field_values, field_values)
def test_revisions_differ_exactly_when_issues_do(one: Mapping[str, Any], other: Mapping[str, Any]) -> None:
    first, second = read(**one), read(**other)
    same = _without_revision(first) == _without_revision(second)
    assert (first.revision == second.revision) is same


def _without_revision(issue: SourceIssue) -> str:
    return repr(issue).replace(issue.revision, "")


def test_what_we_do_not_read_does_not_change_the_revision() -> None:
    assert read(summary="a").revision == read(summary="a", avatarUrls={"x": 1}, lastViewed="2026-01-01").revision


@given(st.text(max_size=30))
def test_mending_leaves_whole_text_alone(text: str) -> None:
    for ascii_only in (True, False):
        body = json.dumps(text, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
        assert mended(body) == body


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (rb'"cut \ud83d"', "cut �"),
        (rb'"\ude00 cut"', "� cut"),
        (rb'"\ud83d\ud83d\ude00"', "�😀"),
        (rb'"a path \\ud83d"', r"a path \ud83d"),
    ],
)
def test_half_an_emoji_becomes_a_replacement_character(body: bytes, text: str) -> None:
    assert msgspec.json.decode(mended(body)) == text


def test_the_day_of_the_release_is_that_of_the_version_and_another_day_is_another_revision() -> None:
    def released(on: str | None) -> SourceIssue:
        return read(fixVersions=[{"name": "2.0", "releaseDate": on}, {"name": "1.0", "released": True}])

    assert released("2026-06-01").milestone_due == date(2026, 6, 1)
    assert released(None).milestone_due is None and read().milestone_due is None
    assert released("2026-06-01").revision != released("2026-06-02").revision
