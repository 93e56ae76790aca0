"""The search routes of Cloud (page tokens) and Data Center (offsets), and reading many issues by id."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from syncd.testing.httpsim import Reply, Request
from syncd_jira.simulator import render
from syncd_jira.simulator.answers import Caller, errors, refused
from syncd_jira.simulator.changelog import histories
from syncd_jira.simulator.jql import JqlError, parse
from syncd_jira.simulator.query import Query
from syncd_jira.simulator.state import Issue, Site

_SMALL = {"id", "key", "updated", "created", "priority", "duedate"}
"""Fields so small that a page holds as many issues as with ids alone."""
_CLOUD_BODY = {
    "expand",
    "fields",
    "fieldsByKeys",
    "jql",
    "maxResults",
    "nextPageToken",
    "properties",
    "reconcileIssues",
}
_KEPT_SEARCHES = 50


class Search:
    def __init__(self, site: Site) -> None:
        self._site = site
        self._results: dict[str, tuple[Sequence[str], Mapping[str, Issue]]] = {}
        """By search number, the ids found, and what the index had of those that are another now. A token goes on in it."""
        self._number = 0

    # -- Cloud ------------------------------------------------------------------------------------------------------

    def by_token(self, request: Request, caller: Caller) -> Reply:
        asked = _asked(request)
        if request.method == "POST" and set(asked) - _CLOUD_BODY:
            return refused("Invalid request payload. Refer to the REST API documentation and try again.")
        size = asked.get("maxResults", 50)
        if not isinstance(size, int) or not 1 <= size <= 5000:
            return refused("The max results parameter has to be between 1 and 5,000.")
        fields = asked.get("fields") or ["id"]
        token = asked.get("nextPageToken")
        if token:
            number, begin = _read_token(token)
            if number not in self._results:
                return refused("The provided next page token is invalid or expired.")
        else:
            begin = 0
            found = self._found(str(asked.get("jql", "")), caller)
            if isinstance(found, Reply):
                return found
            self._number += 1
            number = str(self._number)
            now = self._site.issues
            earlier = {issue.id: issue for issue in found if now.get(issue.id) is not issue}
            self._results[number] = ([issue.id for issue in found], earlier)
            if len(self._results) > _KEPT_SEARCHES:
                del self._results[next(iter(self._results))]
        ids, old = self._results[number]
        size = min(size, self._cap(fields))
        body: dict[str, Any] = {"issues": self._shown(ids[begin : begin + size], old, fields, caller)}
        if begin + size < len(ids):
            body |= {"nextPageToken": _write_token(number, begin + size), "isLast": False}
        else:
            body["isLast"] = True
            if not token and len(ids) <= size:
                del self._results[number]
        return Reply(200, caller.encode(body))

    def _found(self, jql: str, caller: Caller) -> Sequence[Issue] | Reply:
        try:
            parsed = parse(jql)
        except JqlError as error:
            return refused(str(error))
        if parsed.where is None:
            return refused("Unbounded JQL queries are not allowed here. Please add a search restriction to your query.")
        query = Query(self._site, parsed, caller.zone(self._site))
        if query.problems or caller.account is None:
            return []  # observed: no error for an unknown field, value, project or key, just nothing
        return query.run()

    def count(self, request: Request, caller: Caller) -> Reply:
        found = self._found(str((request.json() or {}).get("jql", "")), caller)
        return found if isinstance(found, Reply) else Reply(200, {"count": len(found)})

    def bulkfetch(self, request: Request, caller: Caller) -> Reply:
        asked = request.json() or {}
        names = asked.get("issueIdsOrKeys") or []
        if not names or len(names) > 100:
            return refused("The number of issues to fetch has to be between 1 and 100.")
        found = {issue.id: issue for name in names if (issue := self._site.find(str(name)))}
        issues = [found[id_] for id_ in sorted(found, key=int)] if caller.account else []
        failing = {i.id: n for i in issues if (n := self._site.config.bulk_errors.get(i.id, 0)) > 0}
        self._site.config.bulk_errors |= {id_: times - 1 for id_, times in failing.items()}
        said = "The issue cannot be returned at this time."
        fields = asked.get("fields") or ["*navigable"]
        shown = self._render([issue for issue in issues if issue.id not in failing], fields, caller)
        failed = [{"id": id_, "errorMessage": said} for id_ in failing]
        return Reply(200, caller.encode({"issues": shown, "issueErrors": failed}))

    # -- Data Center ------------------------------------------------------------------------------------------------

    def by_offset(self, request: Request, caller: Caller) -> Reply:
        asked = _asked(request)
        begin, size = int(asked.get("startAt", 0)), min(int(asked.get("maxResults", 50)), 1000)
        if begin + size > self._site.config.window:
            return errors(500, "Search limit exceeded. Refine your search.")
        try:
            query = Query(self._site, parse(str(asked.get("jql", ""))), caller.zone(self._site))
        except JqlError as error:
            return refused(str(error))
        if query.problems and asked.get("validateQuery", True) not in (False, "false", "none"):
            return refused(*query.problems)
        found = query.run() if caller.account else []
        fields = asked.get("fields") or ["*navigable"]
        size = min(size, max(self._cap(fields), 1))
        shown = self._render(found[begin : begin + size], fields, caller)
        if "changelog" in (asked.get("expand") or ()):
            shown = [self._with_past(issue, caller) for issue in shown]
        body = {
            "expand": "schema,names",
            "startAt": begin,
            "maxResults": size,
            "total": len(found),
            "issues": shown,
        }
        return Reply(200, caller.encode(body))

    def _with_past(self, issue: Mapping[str, Any], caller: Caller) -> Mapping[str, Any]:
        found = histories(self._site, issue["id"], caller)
        return {**issue, "changelog": {"startAt": 0, "maxResults": len(found), "total": len(found), "histories": found}}

    # -- both -------------------------------------------------------------------------------------------------------

    def _cap(self, fields: Sequence[str]) -> int:
        config = self._site.config
        if not self._site.cloud:
            return 1000
        return config.lean_page if _SMALL.issuperset(fields) else config.full_page

    def _shown(
        self, ids: Sequence[str], old: Mapping[str, Issue], fields: Sequence[str], caller: Caller
    ) -> Sequence[Mapping[str, Any]]:
        if list(fields) == ["id"]:
            return [{"id": id_} for id_ in ids]
        issues = self._site.issues
        if list(fields) == ["key"]:
            return [{"id": i.id, "key": i.key} for id_ in ids if (i := old.get(id_) or issues.get(id_))]
        return self._render([i for id_ in ids if (i := old.get(id_) or issues.get(id_))], fields, caller)

    def _render(self, issues: Sequence[Issue], fields: Sequence[str], caller: Caller) -> Sequence[Mapping[str, Any]]:
        account = caller.account_id
        return [
            render.issue(self._site, issue, fields, url=caller.url, version=caller.version, account=account)
            for issue in issues
        ]


def _asked(request: Request) -> dict[str, Any]:
    """The parameters, from the body of a POST or the address of a GET."""
    if request.method == "POST":
        body = request.json()
        return body if isinstance(body, dict) else {}
    asked: dict[str, Any] = {name: values[-1] for name, values in request.query.items()}
    if "fields" in request.query:
        asked["fields"] = [name for value in request.query["fields"] for name in value.split(",") if name]
    for name in ("maxResults", "startAt"):
        if str(asked.get(name, "")).isdigit():
            asked[name] = int(asked[name])
    return asked


def _write_token(number: str, begin: int) -> str:
    return base64.urlsafe_b64encode(f"{number}:{begin}".encode()).decode()


def _read_token(token: object) -> tuple[str, int]:
    try:
        number, _, begin = base64.urlsafe_b64decode(str(token)).decode().partition(":")
        return number, int(begin)
    except ValueError:
        return "", 0
