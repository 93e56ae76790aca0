"""Trackers as they really are: every issue ends as an item or as a problem, and an untouched Jira needs no mapping."""

from __future__ import annotations

import gzip
import json
import os
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from issue_makers import TODAY, rules

from syncd.core.backlog import BacklogItem, Kind, Problem, Status
from syncd.core.issue import Link, LinkKind, Pointer, Ref, SourceIssue, StateGroup
from syncd.core.linking.link import link
from syncd.core.normalizing.normalize import Normalizer

SHARED = Path(os.environ.get("SYNCD_SHARED", Path(__file__).parents[3] / "shared")) / "data"
GROUPS = {"new": StateGroup.NEW, "indeterminate": StateGroup.ACTIVE, "done": StateGroup.DONE}
BLOCKING = {"Blocks", "Blocker"}
DEPENDING = {"Depends", "Dependent", "Dependency"}


def read(name: str) -> Iterator[dict[str, Any]]:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{name} is not in {SHARED}: set SYNCD_SHARED to the folder with the shared data")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z").astimezone(UTC)


def name_of(value: Any) -> str | None:
    return value["name"] if value else None


def links_of(fields: dict[str, Any]) -> Iterator[Link]:
    for each in fields.get("issuelinks") or ():
        other = each.get("outwardIssue") or each.get("inwardIssue") or {}
        outward = "outwardIssue" in each
        kind = LinkKind.RELATES
        if each["type"]["name"] in BLOCKING | DEPENDING:
            kind = LinkKind.BLOCKS if outward == (each["type"]["name"] in BLOCKING) else LinkKind.BLOCKED_BY
        if other:
            yield Link(kind, Pointer(id=other.get("id"), key=other.get("key")))


def translated(record: dict[str, Any]) -> SourceIssue:
    fields = record["fields"]
    key = record["key"]
    parent = fields.get("parent")
    return SourceIssue(
        ref=Ref("acme-jira", record["id"]),
        key=key,
        url=f"https://jira.example/browse/{key}",
        scope=key.rpartition("-")[0],
        revision=fields["updated"],
        title=fields.get("summary") or "",
        state=fields["status"]["name"],
        state_group=GROUPS.get(fields["status"]["statusCategory"]["key"], StateGroup.UNKNOWN),
        created=moment(fields["created"]),
        updated=moment(fields["updated"]),
        body=fields.get("description") or "",
        kind=name_of(fields.get("issuetype")),
        resolution=name_of(fields.get("resolution")),
        priority=name_of(fields.get("priority")),
        labels=tuple(fields.get("labels") or ()),
        closed=moment(fields["resolutiondate"]) if fields.get("resolutiondate") else None,
        parent=Pointer(id=parent.get("id"), key=parent.get("key")) if parent else None,
        links=tuple(links_of(fields)),
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", ["jira_issues_titanium.jsonl.gz", "jira_issues_arrow.jsonl.gz"])
def test_every_issue_of_a_real_jira_ends_as_an_item(name: str) -> None:
    normalizer = Normalizer(rules())
    items: dict[Ref, BacklogItem] = {}
    problems: list[Problem] = []
    total = 0
    for record in read(name):
        total += 1
        normalized = normalizer.normalize(translated(record), TODAY)
        assert (normalized.item is None) == any(problem.excludes for problem in normalized.problems)
        problems.extend(normalized.problems)
        if normalized.item is not None:
            items[normalized.item.ref] = normalized.item
    assert total > 15_000
    assert len(items) == total
    assert problems == []
    kinds = Counter(item.kind for item in items.values())
    assert kinds[Kind.OTHER] == 0
    assert kinds[Kind.BUG] > 5_000
    statuses = Counter(item.status for item in items.values())
    assert statuses[Status.DROPPED] > 1_000
    assert statuses[Status.DONE] > 5_000
    assert {item.priority for item in items.values()} >= {1, 2, 3, 4, 5} - ({1} if "titanium" in name else set())

    result = link(items, rules(), TODAY)
    assert len(result.works) == total  # one source has no twins
    assert set(result.primary_of) == set(items)
    assert len(result.problems) < total / 100
    assert any(work.blocks for work in result.works)
