"""Ranking: https://developer.atlassian.com/cloud/jira/software/rest/api-group-issue/#api-rest-agile-1-0-issue-rank-put"""

from __future__ import annotations

from typing import Any

from syncd.testing.httpsim import Reply, Request
from syncd_jira.simulator.answers import errors, refused
from syncd_jira.simulator.editing import Commit
from syncd_jira.simulator.state import Issue, Site


def rank(site: Site, commit: Commit, request: Request) -> Reply:
    body: dict[str, Any] = request.json() or {}
    names = body.get("issues") or []
    after, before = body.get("rankAfterIssue"), body.get("rankBeforeIssue")
    if not names or len(names) > 50:
        return refused("The number of issues to rank has to be between 1 and 50.")
    if (after is None) == (before is None):
        return refused("Either rankBeforeIssue or rankAfterIssue has to be set.")
    if not {"SCHEDULE_ISSUES", "EDIT_ISSUES"} <= site.config.permissions:
        return errors(403, "You do not have permission to rank this issue.")
    anchor = site.find(str(after or before))
    found = [site.find(str(name)) for name in names]
    if anchor is None or None in found:
        return refused("Issue does not exist or you do not have permission to see it.")
    issues = [issue for issue in found if issue is not None]
    failures = {
        issue.id: site.config.rank_answers.pop(issue.id) for issue in issues if issue.id in site.config.rank_answers
    }
    ranked = [issue.id for issue in issues if issue.id not in failures]
    if ranked:
        event: dict[str, Any] = {"do": "rank", "ids": ranked, "at": site.milliseconds()}
        event["after" if after else "before"] = anchor.id
        if site.config.rank_bumps:
            event["bump"] = True
        commit(event)
    if failures:
        return Reply(207, {"entries": [_entry(issue, failures.get(issue.id, 200)) for issue in issues]})
    return Reply(204)


def _entry(issue: Issue, status: int) -> dict[str, Any]:
    entry: dict[str, Any] = {"issueId": int(issue.id), "issueKey": issue.key, "status": status}
    if status != 200:
        entry["errors"] = ["Jira cannot execute the rank operation at this time. Please try again later."]
    return entry
