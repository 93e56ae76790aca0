"""What people and programs do to an issue: edit, transition, vote, create, delete. Each makes events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from syncd.testing.httpsim import Reply, Request
from syncd_jira.simulator import commenting, render
from syncd_jira.simulator.answers import Caller, errors, missing, refused
from syncd_jira.simulator.state import Event, Issue, Site
from syncd_jira.simulator.values import Invalid, converted, label, settable

Commit = Callable[[Event], None]


class Editing:
    def __init__(self, site: Site, commit: Commit) -> None:
        self._site = site
        self._commit = commit

    def _change(self, issue: Issue, fields: Mapping[str, Any], *, bump: bool = True) -> None:
        event = {"do": "set", "id": issue.id, "fields": fields, "at": self._site.milliseconds()}
        self._commit(event if bump else {**event, "bump": False})

    def read(self, request: Request, caller: Caller, issue: Issue) -> Reply:
        asked = [name for value in request.query.get("fields", ()) for name in value.split(",") if name]
        return Reply(200, caller.encode(self._shown(issue, asked or ["*all"], caller)))

    def _shown(self, issue: Issue, asked: list[str], caller: Caller) -> Mapping[str, Any]:
        account = caller.account_id
        return render.issue(self._site, issue, asked, url=caller.url, version=caller.version, account=account)

    def edit(self, request: Request, caller: Caller, issue: Issue) -> Reply:
        """https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-issueidorkey-put"""
        config = self._site.config
        if issue.archived:
            return refused("The issue is archived: it can be seen, and not be edited.")
        body = request.json()
        if not isinstance(body, dict):
            return refused("Invalid request payload. Refer to the REST API documentation and try again.")
        fields, update = body.get("fields") or {}, body.get("update") or {}
        administers = "ADMINISTER_PROJECTS" in config.permissions or "ADMINISTER" in config.permissions
        if request.one("notifyUsers", "true") == "false" and not administers and config.silence_refused:
            said = "To discard the user notification either admin or project admin permissions are required."
            return refused(said) if self._site.cloud else errors(403, said)
        if "EDIT_ISSUES" not in config.permissions:
            names = [*fields, *update]
            said = "Field '{}' cannot be set. It is not on the appropriate screen, or unknown."
            return refused(fields={name: said.format(name) for name in names})
        changed, wrong = self._changes(issue, fields, update, caller.version)
        if wrong:
            return refused(fields=wrong)
        different = {name: value for name, value in changed.items() if issue.fields.get(name) != value}
        if different:
            self._change(issue, different)
        if request.one("returnIssue") == "true":
            return Reply(200, caller.encode(self._shown(self._site.issues[issue.id], ["*all"], caller)))
        return Reply(204)

    def _changes(
        self, issue: Issue, fields: Mapping[str, Any], update: Mapping[str, Any], version: str
    ) -> tuple[dict[str, Any], dict[str, str]]:
        changed: dict[str, Any] = {}
        wrong: dict[str, str] = {}
        for name, value in fields.items():
            try:
                if name in update:
                    raise Invalid(f"Field '{name}' cannot appear in both 'fields' and 'update'")
                field = self._site.fields.get(name)
                if field is not None and issue.key and not self._site.on_form(issue, field):
                    raise Invalid(f"Field '{name}' cannot be set. It is not on the appropriate screen, or unknown.")
                changed[name] = converted(self._site, issue, name, value, version)
            except Invalid as error:
                wrong[name] = str(error)
        for name, operations in update.items():
            try:
                changed[name] = self._updated(issue, name, operations, version)
            except Invalid as error:
                wrong[name] = str(error)
        return changed, wrong

    def _updated(self, issue: Issue, name: str, operations: Any, version: str) -> Any:
        if not isinstance(operations, list) or not all(isinstance(o, dict) and len(o) == 1 for o in operations):
            raise Invalid("Operations must be an array of objects with one operation each")
        if name == "comment":
            return commenting.with_comment(self._site, issue, operations[0].get("add") or {}, {}, version)
        field = settable(self._site, name)
        value = issue.fields.get(name)
        for operation in operations:
            ((verb, given),) = operation.items()
            if verb == "set":
                value = converted(self._site, issue, name, given, version)
            elif field.items == "string" and verb in ("add", "remove"):
                one = label(given)
                kept = {v for v in value or [] if v != one}
                value = sorted(kept | {one} if verb == "add" else kept)  # a set, shown in order
            else:
                raise Invalid(f"Field does not support operation '{verb}'")
        return value

    # -- workflow, votes ----------------------------------------------------------------------------------

    def transitions(self, request: Request, caller: Caller, issue: Issue) -> Reply:
        """A workflow in which every status leads to every other."""
        known = [
            {
                "id": str(number),
                "name": name,
                "to": {**status, "self": f"{caller.url}/rest/api/3/status/{status['id']}"},
            }
            for number, (name, status) in enumerate(self._site.statuses.items(), 11)
        ]
        if request.method == "GET":
            shown = [
                {
                    **t,
                    "hasScreen": False,
                    "isGlobal": True,
                    "isInitial": False,
                    "isConditional": False,
                    "isAvailable": True,
                }
                for t in known
            ]
            return Reply(200, {"expand": "transitions", "transitions": shown})
        wanted = str(((request.json() or {}).get("transition") or {}).get("id"))
        chosen = next((t for t in known if t["id"] == wanted), None)
        if chosen is None:
            return refused(f"Transition id '{wanted}' is not valid for this issue.")
        status = self._site.statuses[str(chosen["name"])]
        done = status["statusCategory"]["key"] == "done"
        if done and not issue.fields.get("resolution"):
            at = self._site.text(self._site.milliseconds())
            resolution = {"id": "10000", "name": "Done"}
            if status["name"] in ("Won't Do", "Duplicate"):
                resolution = {"id": "10001", "name": status["name"]}
            self._change(issue, {"status": status, "resolution": resolution, "resolutiondate": at})
        elif done:
            self._change(issue, {"status": status})
        else:
            self._change(issue, {"status": status, "resolution": None, "resolutiondate": None})
        return Reply(204)

    def votes(self, request: Request, caller: Caller, issue: Issue) -> Reply:
        """Whether a vote counts as an update is not documented; here it does not."""
        before = issue.fields.get("votes") or {"votes": 0}
        voters = list(before.get("voters", ()))
        if request.method == "GET":
            shown = {"votes": before["votes"], "hasVoted": caller.account_id in voters, "voters": []}
            return Reply(200, {"self": f"{caller.url}/rest/api/3/issue/{issue.key}/votes", **shown})
        if request.method == "POST" and caller.account_id not in voters:
            changed = {"votes": before["votes"] + 1, "voters": [*voters, caller.account_id]}
        elif request.method == "DELETE" and caller.account_id in voters:
            voters.remove(caller.account_id)
            changed = {"votes": before["votes"] - 1, "voters": voters}
        else:
            return Reply(204)
        self._change(issue, {"votes": changed}, bump=False)
        return Reply(204)

    # -- life and death ---------------------------------------------------------------------------------------------

    def create(self, request: Request, caller: Caller) -> Reply:
        given = dict((request.json() or {}).get("fields") or {})
        project = self._site.projects.get(str((given.pop("project", None) or {}).get("key")))
        type_ = self._site.types.get(str((given.pop("issuetype", None) or {}).get("name")))
        if project is None or type_ is None or not given.get("summary"):
            wrong = {"project": project is None, "issuetype": type_ is None, "summary": not given.get("summary")}
            return refused(fields={name: f"Specify a valid {name}." for name, bad in wrong.items() if bad})
        at = self._site.milliseconds()
        empty = Issue("", "", {}, at, at)
        changed, wrong_values = self._changes(empty, given, {}, caller.version)
        if wrong_values:
            return refused(fields=wrong_values)
        id_ = str(max((int(i) for i in self._site.issues), default=10_000) + 1)
        key = f"{project['key']}-{self.next_number(str(project['key']))}"
        new = (each for each in self._site.statuses.values() if each["statusCategory"]["key"] == "new")
        fields: dict[str, Any] = {
            "project": project, "issuetype": type_, "status": next(new), "labels": [], "issuelinks": [], "fixVersions": [],
            "components": [], "votes": {"votes": 0}, "watches": {"watchCount": 1, "isWatching": True},
            "reporter": caller.account, "comment": {"comments": [], "total": 0, "maxResults": 0, "startAt": 0},
        }  # fmt: skip
        self._commit({"do": "create", "id": id_, "key": key, "fields": {**fields, **changed}, "at": at})
        return Reply(201, {"id": id_, "key": key, "self": f"{caller.url}/rest/api/{caller.version}/issue/{id_}"})

    def next_number(self, project: str) -> int:
        numbers = (int(key.rpartition("-")[2]) for key in self._site.keys if key.rpartition("-")[0] == project)
        return max(numbers, default=0) + 1

    def delete(self, issue: Issue) -> Reply:
        if "DELETE_ISSUES" not in self._site.config.permissions:
            return errors(403, "You do not have permission to delete issues in this project.")
        self._commit({"do": "delete", "id": issue.id})
        return Reply(204)

    def find(self, name: str) -> Issue | Reply:
        return self._site.find(name) or missing()
