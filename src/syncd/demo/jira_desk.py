"""A person at a Jira site, through the public REST interface.

https://developer.atlassian.com/cloud/jira/platform/rest/v3/
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from syncd.demo.body import document, text
from syncd.demo.desk import DeedError, Seen, Wire

_LADDER = ("Lowest", "Low", "Medium", "High", "Highest")
_POINTS = (1, 2, 3, 5, 8, 13)
_MOST = 300
"""A person does not look further."""


class JiraDesk:
    tool = "Jira"

    def __init__(self, url: str, email: str, token: str, projects: Sequence[str]) -> None:
        self._wire = Wire(self.tool, url)
        self._wire.session.auth = (email, token)
        self._projects = tuple(projects)
        self._points: str | None = None

    def owns(self, key: str) -> bool:
        return re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*-[0-9]+", key) is not None

    def open_issues(self) -> Sequence[Seen]:
        jql = f"project in ({', '.join(self._projects)}) AND statusCategory != Done ORDER BY created ASC"
        found: list[Seen] = []
        token: str | None = None
        while len(found) < _MOST:
            asked = {"jql": jql, "fields": self._fields(), "maxResults": "100"}
            if token is not None:
                asked["nextPageToken"] = token
            page = self._wire.send("GET", f"/rest/api/3/search/jql?{urlencode(asked)}").json()
            found += [self._seen(issue) for issue in page["issues"]]
            token = page.get("nextPageToken")
            if token is None:
                break
        return found

    def look(self, key: str) -> Seen:
        return self._seen(self._wire.send("GET", f"/rest/api/3/issue/{key}?fields={self._fields()}").json())

    def relabel(self, key: str, add: Sequence[str], remove: Sequence[str]) -> None:
        steps = [{"add": label} for label in add] + [{"remove": label} for label in remove]
        self._edit(key, {"update": {"labels": steps}})

    def re_estimate(self, seen: Seen) -> str:
        old = float(seen.effort) if seen.effort is not None else None
        new = 3 if old is None else next((points for points in _POINTS if points > old), 5)
        self._edit(seen.key, {"fields": {self._points_field(): new}})
        return f"from {'nothing' if old is None else f'{old:g}'} to {new} story points"

    def close(self, key: str) -> None:
        offered = self._wire.send("GET", f"/rest/api/3/issue/{key}/transitions").json()["transitions"]
        done = [each for each in offered if each["to"]["statusCategory"]["key"] == "done"]
        if not done:
            raise DeedError(f"{key} has no way to a closed status from here; name another issue")
        # The workflow also offers Won't Do; finishing work is the usual case.
        best = min(done, key=lambda each: each["to"]["name"] not in ("Done", "Closed", "Resolved"))
        self._wire.send("POST", f"/rest/api/3/issue/{key}/transitions", {"transition": {"id": best["id"]}})

    def comment(self, key: str, words: str) -> None:
        self._wire.send("POST", f"/rest/api/3/issue/{key}/comment", {"body": document([text(words)])})

    def can_raise(self, seen: Seen) -> bool:
        return seen.priority in _LADDER[:-1]

    def raise_priority(self, seen: Seen) -> str:
        if seen.priority not in _LADDER[:-1]:
            raise DeedError(f"{seen.key} has the priority {seen.priority or 'nothing'}, which has no next step up")
        new = _LADDER[_LADDER.index(seen.priority) + 1]
        self._edit(seen.key, {"fields": {"priority": {"name": new}}})
        return f"from {seen.priority} to {new}"

    def cheer(self, key: str) -> str:
        self._wire.send("POST", f"/rest/api/3/issue/{key}/votes")
        return "voted for"

    def _edit(self, key: str, body: Mapping[str, object]) -> None:
        self._wire.send("PUT", f"/rest/api/3/issue/{key}", body)

    def _fields(self) -> str:
        return f"summary,issuetype,status,labels,priority,created,{self._points_field()}"

    def _points_field(self) -> str:
        if self._points is None:
            fields = self._wire.send("GET", "/rest/api/3/field").json()
            found = next((field["id"] for field in fields if field["name"] == "Story Points"), None)
            if found is None:
                raise DeedError("this Jira site has no field Story Points, so nothing can be estimated there")
            self._points = str(found)
        return self._points

    def _seen(self, issue: Mapping[str, Any]) -> Seen:
        fields = issue["fields"]
        points = fields.get(self._points_field())
        priority = fields.get("priority")
        return Seen(
            issue["key"],
            fields["summary"],
            fields["status"]["statusCategory"]["key"] != "done",
            fields["created"],
            fields["issuetype"]["name"].lower(),
            fields["status"]["name"],
            tuple(fields.get("labels") or ()),
            None if points is None else f"{points:g}",
            priority["name"] if priority else None,
        )
