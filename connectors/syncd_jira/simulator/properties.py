"""Properties of issues: any JSON under a key, seen by nobody who does not ask for it.

https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-issue-properties/
"""

from __future__ import annotations

from collections.abc import Callable

from syncd.testing.httpsim import Reply, Request
from syncd_jira.simulator.answers import errors
from syncd_jira.simulator.state import Event, Issue, Site

LONGEST = 32_768


def properties(site: Site, commit: Callable[[Event], None], request: Request, issue: Issue, key: str) -> Reply:
    there = site.properties.get((issue.id, key))
    missing = errors(404, f"The property {key} does not exist.")
    if request.method == "GET":
        return Reply(200, {"key": key, "value": there}) if there is not None else missing
    if "EDIT_ISSUES" not in site.config.permissions:
        return errors(403, "You do not have permission to edit this issue.")
    if request.method == "DELETE":
        if there is None:
            return missing
        commit({"do": "property", "id": issue.id, "key": key, "value": None})
        return Reply(204)
    if request.method != "PUT":
        return errors(405, "Method not allowed.")
    if not request.body or len(request.body) > LONGEST:
        return errors(400, "The property value is missing or too long.")
    commit({"do": "property", "id": issue.id, "key": key, "value": request.json()})
    return Reply(201 if there is None else 200)
