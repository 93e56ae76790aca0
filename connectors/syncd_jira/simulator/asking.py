"""Questions about the site itself: server, account, fields, projects, permissions, queries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syncd.testing.httpsim import Reply, Request
from syncd_jira.simulator.answers import Caller, errors, refused, user_name
from syncd_jira.simulator.jql import JqlError, parse
from syncd_jira.simulator.query import Query
from syncd_jira.simulator.state import Issue, Site

_VERSIONS = {True: ("1001.0.0-SNAPSHOT", [1001, 0, 0], 100_270), False: ("10.3.24", [10, 3, 24], 10_030_024)}


def server_info(site: Site, caller: Caller) -> Reply:
    version, numbers, build = _VERSIONS[site.cloud]
    info = {
        "baseUrl": caller.url,
        "version": version,
        "versionNumbers": numbers,
        "deploymentType": site.config.deployment,
        "buildNumber": build,
        "buildDate": "2026-11-02T00:00:00.000+0000",
        "serverTime": site.text(site.milliseconds()),
        "scmInfo": "0000000000000000000000000000000000000000",
        "serverTitle": "Jira",
    }
    return Reply(200, info)


def myself(site: Site, caller: Caller) -> Reply:
    if caller.account is None:
        return errors(401, "Client must be authenticated to access this resource.")
    account = {name: value for name, value in caller.account.items() if name != "token"}
    if not site.cloud:
        name = user_name(account)
        account = {**account, "name": name, "key": name}
        account.pop("accountId", None)
    whole = {"active": True, "timeZone": site.config.time_zone, "locale": "en_US", **account}
    if site.cloud:
        whole.setdefault("accountType", "atlassian")
    return Reply(200, whole)


def fields(site: Site) -> Reply:
    """A field of a team-managed project is listed with that project as its scope."""
    shown = []
    for field in site.fields.values():
        project = site.projects.get(field.project)
        scope = {"scope": {"type": "PROJECT", "project": {"id": project["id"]}}} if project else {}
        shown.append({**field.shown(), **scope})
    return Reply(200, shown)


def projects(site: Site, request: Request, caller: Caller) -> Reply:
    """https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-projects/#api-rest-api-3-project-search-get"""
    there = [project for project in site.projects.values() if caller.account]
    if not site.cloud:
        return Reply(200, [_project(p, caller) for p in there if p["key"] not in site.archived])
    wanted, status = request.query.get("keys"), request.query.get("status") or ("live",)
    if len(wanted or ()) > 50:
        return refused("Too many project keys were given: at most 50 can be searched for at a time.")
    found = [
        _project(project, caller)
        for project in there
        if (wanted is None or project["key"] in wanted)
        and ("archived" if project["key"] in site.archived else "live") in status
    ]
    begin, size = int(request.one("startAt", "0")), min(int(request.one("maxResults", "50")), 100)
    page = {
        "self": f"{caller.url}/rest/api/{caller.version}/project/search",
        "maxResults": size,
        "startAt": begin,
        "total": len(found),
        "isLast": begin + size >= len(found),
        "values": found[begin : begin + size],
    }
    return Reply(200, page)


def _project(project: Mapping[str, Any], caller: Caller) -> dict[str, Any]:
    shown = {name: project[name] for name in ("id", "key", "name", "projectTypeKey") if name in project}
    return {**shown, "self": f"{caller.url}/rest/api/{caller.version}/project/{project['id']}"}


def permissions(site: Site, request: Request, caller: Caller) -> Reply:
    names = [name for name in request.one("permissions").split(",") if name]
    if not names:
        return refused("The 'permissions' query parameter is required.")
    project = request.one("projectKey")
    if project and project not in site.projects:
        return errors(404, f"No project could be found with key '{project}'.")
    held = site.config.permissions if caller.account else set()
    shown = {
        name: {
            "id": str(number),
            "key": name,
            "name": name.replace("_", " ").capitalize(),
            "type": "GLOBAL" if name == "ADMINISTER" else "PROJECT",
            "description": "",
            "havePermission": name in held,
        }
        for number, name in enumerate(names)
    }
    return Reply(200, {"permissions": shown})


def parse_queries(site: Site, request: Request, caller: Caller) -> Reply:
    asked = (request.json() or {}).get("queries") or []
    if not asked:
        return refused("The queries must not be empty.")
    return Reply(200, {"queries": [_parsed(site, str(text), caller) for text in asked]})


def _parsed(site: Site, text: str, caller: Caller) -> Mapping[str, Any]:
    try:
        problems = Query(site, parse(text), caller.zone(site)).problems
    except JqlError as error:
        problems = [str(error)]
    return {"query": text, "errors": list(dict.fromkeys(problems))} if problems else {"query": text}


def remote_links(site: Site, issue: Issue, caller: Caller) -> Reply:
    """https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-remote-links/"""
    shown = []
    for number, link in enumerate(site.remote_links.get(issue.id, ()), 1):
        id_ = int(link.get("id", f"{issue.id}{number:02d}"))
        shown.append(
            {
                "id": id_,
                "self": f"{caller.url}/rest/api/{caller.version}/issue/{issue.key}/remotelink/{id_}",
                "globalId": link.get("globalId", ""),
                "object": {"url": link["url"], "title": link.get("title", link["url"])},
            }
        )
    return Reply(200, shown)


def editmeta(site: Site, issue: Issue) -> Reply:
    shown = {}
    for field in site.fields.values():
        if not site.on_form(issue, field) or (field.kind == "system" and field.id not in ("summary", "labels")):
            continue
        schema = field.shown()["schema"]
        shown[field.id] = {
            "required": field.id == "summary",
            "schema": schema,
            "name": field.name,
            "key": field.id,
            "operations": ["add", "set", "remove"] if field.type == "array" else ["set"],
        }
        if field.options:
            shown[field.id]["allowedValues"] = [{"value": option} for option in field.options]
    return Reply(200, {"fields": shown})
