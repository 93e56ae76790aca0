"""The GitHub connector reaches Platinum."""

from __future__ import annotations

from github_sandbox import GitHubSandbox

from syncd.testing.conformance import Conformance


class TestGitHub(Conformance):
    sandbox = GitHubSandbox
