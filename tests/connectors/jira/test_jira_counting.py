"""Counting by JQL: on Cloud and Data Center, and nothing that Jira does not understand is taken for zero."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connectors.jira.jira_world import JiraWorld
from syncd.connector.errors import Refused

Build = Callable[..., JiraWorld]


@pytest.mark.parametrize("deployment", ["Cloud", "Server"])
def test_a_query_is_counted_with_one_request_more_than_knowing_the_site(build: Build, deployment: str) -> None:
    world = build(deployment=deployment)
    connector = world.connector()
    connector.describe()
    before = len(world.jira.http.calls)
    assert connector.count("project = PAY") == 5
    assert connector.count("project = PAY AND id >= PAY-1 ORDER BY created") == 5
    assert len(world.jira.http.calls) == before + 2


def test_nothing_found_is_zero_only_where_jira_understands_the_query(world: JiraWorld) -> None:
    connector = world.connector()
    assert connector.count("project = PAY AND labels = nobody-has-this") == 0
    with pytest.raises(Refused, match="Teem"):
        connector.count("project = PAY AND Teem = red")
    with pytest.raises(Refused):
        connector.count('project = PAY AND labels = "x')
    with pytest.raises(Refused):
        connector.count("")


def test_data_center_refuses_by_itself(build: Build) -> None:
    with pytest.raises(Refused, match="Teem"):
        build(deployment="Server").connector().count("Teem = red")
