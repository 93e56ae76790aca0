"""Archiving: an archived issue is in no search and takes no edit; whoever knows it can still read it.

https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-archive-put
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from syncd.testing.httpsim import Reply, Request
from syncd_jira.simulator.answers import errors
from syncd_jira.simulator.state import Event, Site


def archive(site: Site, commit: Callable[[Event], None], request: Request, archived: bool) -> Reply:
    if not {"ADMINISTER", "ADMINISTER_PROJECTS"} & site.config.permissions:
        return errors(403, "Only admins can archive or unarchive issues. Access denied.")
    names = [str(name) for name in (request.json() or {}).get("issueIdsOrKeys") or []]
    found = {name: site.find(name) for name in names}
    ids = [issue.id for issue in found.values() if issue is not None]
    if not ids:
        return errors(400, "No valid issue to archive or unarchive. Bad request.")
    commit({"do": "archive", "ids": ids, "archived": archived})
    missing = [name for name, issue in found.items() if issue is None]
    said: dict[str, Any] = {}
    if missing:
        said = {"issuesNotFound": {"count": len(missing), "issueIdsOrKeys": missing, "message": "Issue not found."}}
    return Reply(200, {"numberOfIssuesUpdated": len(ids), "errors": said})


def archive_project(site: Site, commit: Callable[[Event], None], key: str) -> Reply:
    ids = [issue.id for issue in site.issues.values() if issue.project == key]
    if key not in site.projects:
        return errors(404, f"No project could be found with key '{key}'.")
    commit({"do": "archive", "ids": ids, "archived": True, "project": key})
    return Reply(204)
