"""The Jira connector reaches Platinum, on Cloud and on Data Center."""

from __future__ import annotations

from jira_sandbox import DataCenterSandbox, JiraSandbox

from syncd.testing.conformance import Conformance


class TestJiraCloud(Conformance):
    sandbox = JiraSandbox


class TestJiraDataCenter(Conformance):
    sandbox = DataCenterSandbox
