"""A local Jira, honest about what the real one does: paging, quotas, index lag, ranks, permissions, partial failures.

Its state lives in a folder and survives a kill. `config`, `offset` and `http.faults` make its weather.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from syncd.testing.emitter import Tell
from syncd.testing.httpsim import HttpSimulator, Reply, Request
from syncd_jira.simulator import asking
from syncd_jira.simulator.answers import Caller, account_of, errors, user_name
from syncd_jira.simulator.archiving import archive, archive_project
from syncd_jira.simulator.changelog import bulkfetch
from syncd_jira.simulator.commenting import Commenting
from syncd_jira.simulator.deliveries import happened
from syncd_jira.simulator.dynamic import Dynamic
from syncd_jira.simulator.editing import Editing
from syncd_jira.simulator.granting import TOKEN_PATH, Granting
from syncd_jira.simulator.journal import Journal, files_of
from syncd_jira.simulator.limits import Limits
from syncd_jira.simulator.loading import load
from syncd_jira.simulator.properties import properties
from syncd_jira.simulator.ranking import rank
from syncd_jira.simulator.searching import Search
from syncd_jira.simulator.state import Config, Event, Issue, Site
from syncd_jira.simulator.weather import weather


def _now() -> datetime:
    return datetime.now(UTC)


class JiraSimulator:
    """One site. `folder` keeps its journal; `files` are JSON lines of issues as `GET issue` shows them."""

    def __init__(
        self,
        folder: Path,
        files: Sequence[Path] = (),
        *,
        clock: Callable[[], datetime] = _now,
        port: int = 0,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.config = Config()
        self.tell: Tell | None = None
        """Told of every change as a webhook would be."""
        self.hooks: list[Mapping[str, Any]] = []
        """The webhooks that administrators registered, as they see them."""
        self.site = Site(self.config, clock)
        self.dynamic = Dynamic(self.site)
        load(self.site, files_of(folder, files))
        faults = [weather(each) for each in self.config.weather]
        self._journal = Journal(folder)
        for event in self._journal.events():
            self.site.apply(event, lag=False)
        self._search = Search(self.site)
        self._editing = Editing(self.site, self._commit)
        self._commenting = Commenting(self.site, self._commit)
        self._limits = Limits(self.site)
        self._by = ""
        """Who sent the request that is being answered; one is answered at a time."""
        self._granting = Granting(self.site, self._commit)
        self.http = HttpSimulator(self._answer, port=port, remember=folder / "port")
        self.url = self.http.url
        self.http.faults.extend(faults)

    def close(self) -> None:
        self.http.close()
        self._journal.close()

    def move(self, id_or_key: str, project: str) -> str:
        """Move an issue into another project, as a person does on its page; the new key."""
        issue = self.site.find(id_or_key)
        if issue is None:
            raise KeyError(id_or_key)
        key = f"{project}-{self._editing.next_number(project)}"
        self._commit({"do": "move", "id": issue.id, "project": project, "key": key, "at": self.site.milliseconds()})
        return key

    def _commit(self, event: Event) -> None:
        if self._by:
            event = {**event, "by": self._by}
        before = {id_: issue for id_ in event.get("ids") or [event["id"]] if (issue := self.site.issues.get(id_))}
        self.site.apply(event)
        self._journal.append(event)
        if self.tell is not None and event["do"] != "property":
            for name, payload in happened(self.site, event, before, self.url):
                self.tell(name, payload)

    def _answer(self, request: Request) -> Reply:
        parts = request.parts
        if parts == TOKEN_PATH:
            reply = self._granting.token(request)
        elif parts[:2] == ("ex", "jira"):
            known = self.site.cloud and parts[2:3] == (self.config.cloud_id,)
            missing = Reply(404, {"code": 404, "message": "Not Found"})
            reply = self._route(request, parts[3:], gateway=True) if known else missing
        else:
            reply = self._route(request, parts, gateway=False)
        headers = {"Date": format_datetime(self.site.now(), usegmt=True), **reply.headers}
        return Reply(reply.status, reply.body, headers)

    def _route(self, request: Request, parts: Sequence[str], *, gateway: bool) -> Reply:
        if tuple(parts) == ("rest", "webhooks", "1.0", "webhook") and request.method == "GET":
            return self._registered(request)
        if len(parts) < 4 or parts[0] != "rest" or parts[1] not in ("api", "agile"):
            return errors(404, "Not found.")
        rest = parts[3:]
        version = {"latest": "3" if self.site.cloud else "2"}.get(parts[2], parts[2])
        if parts[1] == "api" and version not in (("2", "3") if self.site.cloud else ("2",)):
            return errors(404, "Not found.")
        route = f"{request.method} {_route_name(rest)}"
        headers, refusal = self._limits.take(route)
        account = account_of(self.config, request, self._granting.valid, gateway)
        app = _is_app(self.config, request)
        if refusal is None and app:
            refusal = self._limits.points_left()
        if refusal is not None:
            return refusal
        if isinstance(account, Reply):
            return account
        if gateway and route in self.config.scopeless:
            return Reply(401, {"code": 401, "message": "Unauthorized; scope does not match"})
        caller = Caller(account, self.url, version)
        self._by = caller.account_id or (user_name(account) if account is not None else "")
        try:
            reply = self._agile(request, rest) if parts[1] == "agile" else self._api(request, rest, caller)
        except ValueError:
            reply = errors(400, "There was an error parsing JSON. Check that your request body is valid.")
        if app:
            self._limits.spend(request.method, reply)
        if self.site.cloud and account is not None:
            headers = {**headers, "X-AAccountId": caller.account_id}
        elif not self.site.cloud:
            name = "anonymous" if account is None else user_name(account)
            headers = {**headers, "X-AUSERNAME": name}
        return Reply(reply.status, reply.body, {**headers, **reply.headers})

    def _registered(self, request: Request) -> Reply:
        """https://developer.atlassian.com/server/jira/platform/webhooks/"""
        account = account_of(self.config, request, self._granting.valid, gateway=False)
        if isinstance(account, Reply):
            return account
        if account is None or "ADMINISTER" not in self.config.permissions:
            return errors(
                403, "You are not authorized to perform this operation. Administrator privileges are required."
            )
        return Reply(200, self.hooks)

    def _api(self, request: Request, rest: Sequence[str], caller: Caller) -> Reply:
        match (request.method, *rest):
            case ("GET", "serverInfo"):
                return asking.server_info(self.site, caller)
            case ("GET", "myself"):
                return asking.myself(self.site, caller)
            case ("GET", "field"):
                return asking.fields(self.site)
            case ("GET", "mypermissions"):
                return asking.permissions(self.site, request, caller)
            case ("GET", "project"):
                return asking.projects(self.site, request, caller) if not self.site.cloud else errors(404, "Not found.")
            case (
                ("GET" | "POST", "search", *_)
                | ("POST", "jql", "parse")
                | ("POST", "issue", "bulkfetch")
                | ("POST", "changelog", "bulkfetch")
                | (
                    "GET",
                    "project",
                    "search",
                )
            ):
                return self._many(request, rest, caller)
            case (_, "webhook", *below):
                return self.dynamic.answer(request, below, app=_is_app(self.config, request))
            case ("POST", "issue"):
                return self._editing.create(request, caller)
            case ("PUT", "issue", "archive" | "unarchive" as what) if caller.account:
                return archive(self.site, self._commit, request, what == "archive")
            case ("POST", "project", key, "archive") if caller.account:
                return archive_project(self.site, self._commit, key)
            case (_, "issue", name, *below):
                issue = self._editing.find(name) if caller.account else errors(404, "Issue does not exist.")
                return issue if isinstance(issue, Reply) else self._issue(request, caller, issue, below)
        return errors(404, "Not found.")

    def _many(self, request: Request, rest: Sequence[str], caller: Caller) -> Reply:
        name = "/".join(rest)
        if not self.site.cloud:
            return self._search.by_offset(request, caller) if name == "search" else errors(404, "Not found.")
        match name:
            case "search/jql":
                return self._search.by_token(request, caller)
            case "search/approximate-count":
                return self._search.count(request, caller)
            case "issue/bulkfetch":
                return self._search.bulkfetch(request, caller)
            case "changelog/bulkfetch":
                return bulkfetch(self.site, request, caller)
            case "jql/parse":
                return asking.parse_queries(self.site, request, caller)
            case "project/search":
                return asking.projects(self.site, request, caller)
            case "search":
                new = "/rest/api/3/search/jql"
                return errors(410, f"The requested API has been removed. Please migrate to the {new} API.")
        return errors(404, "Not found.")

    def _issue(self, request: Request, caller: Caller, issue: Issue, below: Sequence[str]) -> Reply:
        if request.method != "GET":
            refusal = self._limits.write(issue.id)
            if refusal is not None:
                return refusal
        match (request.method, *below):
            case ("GET",):
                return self._editing.read(request, caller, issue)
            case ("PUT",):
                return self._editing.edit(request, caller, issue)
            case ("DELETE",):
                return self._editing.delete(issue)
            case ("GET" | "POST", "transitions"):
                return self._editing.transitions(request, caller, issue)
            case (_, "comment", *one):
                return self._commenting.answer(request, caller, issue, one)
            case (_, "properties", key):
                return properties(self.site, self._commit, request, issue, key)
            case ("GET" | "POST" | "DELETE", "votes"):
                return self._editing.votes(request, caller, issue)
            case ("GET", "remotelink"):
                return asking.remote_links(self.site, issue, caller)
            case ("GET", "editmeta"):
                return asking.editmeta(self.site, issue)
        return errors(405, "Method not allowed.")

    def _agile(self, request: Request, rest: Sequence[str]) -> Reply:
        if request.method == "PUT" and tuple(rest) == ("issue", "rank"):
            return rank(self.site, self._commit, request)
        return errors(404, "Not found.")


def _is_app(config: Config, request: Request) -> bool:
    return request.headers.get("authorization", "").startswith(f"Bearer {config.oauth.access_token}")


def _route_name(rest: Sequence[str]) -> str:
    """The route without ids, as limits count it."""
    if rest[0] == "issue" and len(rest) > 1 and rest[1] not in ("bulkfetch", "rank"):
        return "/".join(("issue", "{id}", *rest[2:3]))
    return "/".join(rest[:2])


__all__ = ["JiraSimulator"]
