"""Issues that other people's Jira sites really gave, through the simulator and the connector."""

from __future__ import annotations

import gzip
import itertools
from pathlib import Path

import pytest

from connectors.jira.jira_world import Clock, JiraWorld, Recorder, found, raw_issue
from syncd.connector.protocol import Wiring
from syncd.core.issue import StateGroup
from syncd.testing.httpsim import Fault, Reply
from syncd_jira import SPEC
from syncd_jira.connector import JiraConnector
from syncd_jira.simulator import JiraSimulator


def first_lines(file: Path, folder: Path, count: int) -> Path:
    with gzip.open(file) as lines:
        kept = list(itertools.islice(lines, count))
    copy = folder / file.name.removesuffix(".gz")
    copy.write_bytes(b"".join(kept))
    return copy


@pytest.mark.parametrize(
    ("name", "project", "count"),
    [
        ("jira_issues_arrow_verbatim_sample", "ARROW", 170),
        ("jira_issues_titanium", "TIMOB", 2500),
    ],
)
def test_real_issues_are_read_whole_and_mean_the_same_twice(
    shared: Path, tmp_path: Path, name: str, project: str, count: int
) -> None:
    source = shared / "data" / f"{name}.jsonl.gz"
    if not source.exists():
        pytest.skip(f"the real data {source.name} is not there")
    jira = JiraSimulator(tmp_path / "jira", [first_lines(source, tmp_path, count)])
    given = {"url": jira.url, "token": "demo-token", "projects": [project]}
    wiring = Wiring("jira", Recorder(), frozenset({"Story Points"}), frozenset(), True, Clock())
    connector = SPEC.build(SPEC.settings.model_validate(given), wiring)
    assert isinstance(connector, JiraConnector)
    try:
        first, second = found(connector.pull(None)), found(connector.pull(None))
        assert len(first) == len(jira.site.issues) > 100
        assert first == second
        assert all(issue.title and issue.state_group is not StateGroup.UNKNOWN for issue in first.values())
        assert any(issue.links for issue in first.values())
        assert len(connector.order(project)) == len(first)
    finally:
        connector.close()
        jira.close()


def test_an_answer_that_was_cut_through_an_emoji_is_read(tmp_path: Path) -> None:
    world = JiraWorld(tmp_path, [raw_issue(1)])
    body = rb'{"issues": [{"id": "5", "key": "PAY-5", "fields": {"summary": "cut \ud83d"}}], "isLast": true}'
    world.jira.http.faults.append(Fault(lambda request: "search" in request.path, Reply(200, body)))
    try:
        assert found(world.connector().pull(None))["PAY-5"].title == "cut \ufffd"
    finally:
        world.close()
