"""Platinum means something: our connectors claim every ability and excuse themselves from no weather, so no check is left out."""

from __future__ import annotations

from pathlib import Path

import pytest
from github_sandbox import GitHubSandbox
from jira_sandbox import DataCenterSandbox, JiraSandbox

from syncd.connector.protocol import Can
from syncd.testing.conformance.stage import Stage
from syncd.testing.sandbox import Sandbox


@pytest.mark.parametrize("kind", [JiraSandbox, DataCenterSandbox, GitHubSandbox])
def test_no_check_is_left_out(kind: type[Sandbox], tmp_path: Path) -> None:
    stage = Stage(kind(tmp_path))
    try:
        assert stage.description.can == frozenset(Can)
        assert stage.description.order_scopes
        assert not kind.cannot
        assert stage.number is not None
        kinds = {field.type for field in stage.description.fields.values()}
        assert len(kinds) >= 4, "every kind of field that can be written is tried"
    finally:
        stage.close()
