"""The REST routes: what a synchronizer and a person use of https://docs.github.com/en/rest/issues."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from syncd.testing.httpsim import Reply, Request
from syncd_github.simulator.access import Token, invalid, refusal
from syncd_github.simulator.model import REACTIONS, Issue, Label, Repository, Site
from syncd_github.simulator.paging import IssueLists, numbered
from syncd_github.simulator.present import Presenter

Change = Callable[..., Any]
"""`change(do, **what)`: journals and makes a change, see `changes`."""


class Rest:
    def __init__(self, site: Site, present: Presenter, change: Change, lists: IssueLists) -> None:
        self._site = site
        self._present = present
        self._change = change
        self._lists = lists

    def handle(self, request: Request, who: Token) -> Reply:
        match request.parts:
            case ("user",):
                return Reply(200, self._present.user(self._site.account(who.login)))
            case ("orgs", login, "issue-fields") if request.method == "GET":
                fields = self._site.issue_fields.get(login.casefold())
                # An account of a user has none, and neither has a server that does not know of them.
                if fields is None:
                    return refusal(404, "Not Found")
                return Reply(200, [self._present.issue_field(field) for field in fields])
            case ("repositories", number, *rest) if number.isdecimal():
                repository = self._site.repositories.get(int(number))
            case ("repos", owner, name, *rest):
                repository = self._site.repository(f"{owner}/{name}")
                if repository is not None and repository.full_name.casefold() != f"{owner}/{name}".casefold():
                    return self._renamed(request, repository, rest)
            case _:
                return refusal(404, "Not Found")
        if repository is None or not who.may_see(repository.full_name):
            return refusal(404, "Not Found")
        if request.method not in ("GET", "HEAD"):
            if not who.writes:
                refused = refusal(403, "Resource not accessible by personal access token")
                return Reply(403, refused.body, {"X-Accepted-GitHub-Permissions": "issues=write; pull_requests=write"})
            if repository.archived and rest:
                return refusal(403, "Repository was archived so is read-only.")
        try:
            return self._repository(request, who, repository, tuple(rest))
        except (ValueError, TypeError, AttributeError, KeyError):
            return refusal(400, "Problems parsing JSON")

    def _renamed(self, request: Request, repository: Repository, rest: list[str]) -> Reply:
        """Reads are sent on by a 301 and writes by a 307, to an address by id."""
        path = request.path.split("/", 4)[4] if rest else ""
        query = "&".join(f"{k}={v[-1]}" for k, v in request.query.items())
        place = f"{self._present.root}/repositories/{repository.id}" + (f"/{path}" if path else "")
        place += f"?{query}" if query else ""
        status = 301 if request.method in ("GET", "HEAD") else 307
        body = {"message": "Moved Permanently", "url": place, "documentation_url": "https://docs.github.com/rest"}
        return Reply(status, body, {"Location": place})

    def _repository(self, request: Request, who: Token, repository: Repository, rest: tuple[str, ...]) -> Reply:
        method = request.method
        match rest:
            case () if method == "GET":
                return Reply(200, self._present.repository(repository, who.writes))
            case () if method == "PATCH":
                name = request.json().get("name")
                if name:
                    self._change("repository_rename", repository=repository.id, name=name)
                return Reply(200, self._present.repository(repository, who.writes))
            case ("labels", *more):
                return self._labels(request, who, repository, more)
            case ("milestones",) if method == "GET":
                rows, headers = numbered(request, list(repository.milestones.values()), self._home(request, repository))
                return Reply(200, [self._present.milestone(repository, row) for row in rows], headers)
            case ("milestones",) if method == "POST":
                given = request.json()
                made = self._change(
                    "milestone_create",
                    repository=repository.id,
                    title=given["title"],
                    description=given.get("description"),
                    due_on=given.get("due_on"),
                    actor=who.login,
                )
                return Reply(201, self._present.milestone(repository, made))
            case ("issues", *more):
                if not repository.has_issues:
                    return refusal(410, "Issues has been disabled in this repository.")
                return self._issues(request, who, repository, more)
        return refusal(404, "Not Found")

    def _home(self, request: Request, repository: Repository) -> str:
        """Lists link by the repository's id."""
        tail = request.path.split("/", 4 if request.path.startswith("/repos/") else 3)[-1]
        return f"{self._present.root}/repositories/{repository.id}/{tail}"

    def _labels(self, request: Request, who: Token, repository: Repository, rest: list[str]) -> Reply:
        given = request.json() or {}
        label = repository.labels.get(rest[0].casefold()) if rest else None
        match request.method, len(rest):
            case "GET", 0:
                rows, headers = numbered(request, list(repository.labels.values()), self._home(request, repository))
                return Reply(200, [self._present.label(row) for row in rows], headers)
            case "POST", 0:
                name = given["name"]
                if name.casefold() in repository.labels:
                    return invalid("Label", "name", "already_exists")
                if not name.strip() or len(name) > 50:
                    long = "name is too long (maximum is 50 characters)"
                    return invalid("Label", "name", "custom", message=long)
                color, description = given.get("color"), given.get("description")
                made = self._change(
                    "label_create", repository=repository.id, name=name, color=color, description=description
                )
                return Reply(201, self._present.label(made))
        if label is None or len(rest) != 1:
            return refusal(404, "Not Found")
        match request.method:
            case "GET":
                return Reply(200, self._present.label(label))
            case "PATCH":
                what = {k: given[k] for k in ("color", "description") if k in given}
                name = given.get("new_name")
                self._change("label_edit", repository=repository.id, label=label.name, name=name, **what)
                return Reply(200, self._present.label(label))
            case "DELETE":
                self._change("label_delete", repository=repository.id, label=label.name, actor=who.login)
                return Reply(204)
        return refusal(404, "Not Found")

    def _issues(self, request: Request, who: Token, repository: Repository, rest: list[str]) -> Reply:
        method = request.method
        if not rest and method == "GET":
            found = self._lists.page(request, repository, self._home(request, repository))
            if isinstance(found, Reply):
                return found
            return Reply(200, [self._present.issue(row) for row in found[0]], found[1])
        if not rest and method == "POST":
            made = self._change("issue_create", repository=repository.id, actor=who.login, **_written(request.json()))
            return Reply(201, self._present.issue(made))
        if rest[0] == "comments":
            return self._one_comment(request, who, repository, rest[1:])
        number = int(rest[0])
        issue = repository.issues.get(number)
        if issue is None:
            moved = repository.moved.get(number)
            if moved is not None:
                place = f"{self._present.root}/repositories/{moved.repository.id}/issues/{moved.number}"
                return Reply(301, {"message": "Moved Permanently", "url": place}, {"Location": place})
            deleted = number in repository.deleted
            return refusal(410, "This issue was deleted") if deleted else refusal(404, "Not Found")
        match method, *rest[1:]:
            case ("GET",):
                return Reply(200, self._present.issue(issue))
            case ("PATCH",):
                what = {k: v for k, v in _written(request.json()).items() if k in request.json()}
                self._change("issue_edit", repository=repository.id, number=number, actor=who.login, **what)
                return Reply(200, self._present.issue(issue))
            case (_, "comments"):
                return self._comments(request, who, issue)
            case (_, "dependencies", side, *more):
                return self._dependencies(request, who, issue, side, more)
            case (_, "labels", *more):
                return self._issue_labels(request, who, issue, more)
            case (_, "reactions", *more):
                return self._reactions(request, who, issue, more)
        return refusal(404, "Not Found")

    def _comments(self, request: Request, who: Token, issue: Issue) -> Reply:
        if request.method == "POST":
            place = {"repository": issue.repository.id, "number": issue.number}
            made = self._change("comment", body=request.json()["body"], actor=who.login, **place)
            return Reply(201, self._present.comment(issue, made))
        rows, headers = numbered(request, issue.said, self._home(request, issue.repository))
        return Reply(200, [self._present.comment(issue, row) for row in rows], headers)

    def _dependencies(self, request: Request, who: Token, issue: Issue, side: str, rest: list[str]) -> Reply:
        """https://docs.github.com/en/rest/issues/issue-dependencies"""
        if request.method == "GET" and not rest and side in ("blocked_by", "blocking"):
            rows = issue.waits_for if side == "blocked_by" else issue.holds_up
            shown, headers = numbered(request, rows, self._home(request, issue.repository))
            return Reply(200, [self._present.issue(row) for row in shown], headers)
        if side != "blocked_by" or (request.method, len(rest)) not in (("POST", 0), ("DELETE", 1)):
            return refusal(404, "Not Found")
        id_ = int(rest[0]) if rest else int(request.json()["issue_id"])
        every = (found for repository in self._site.repositories.values() for found in repository.issues.values())
        blocker = next((found for found in every if found.id == id_), None)
        if blocker is None or (rest and blocker not in issue.waits_for):
            return refusal(404, "Not Found")
        if not rest and (blocker is issue or blocker in issue.waits_for or len(issue.waits_for) >= 50):
            return refusal(422, "Validation Failed")
        self._change(
            "dependency", repository=issue.repository.id, number=issue.number, actor=who.login, remove=bool(rest),
            blocker_repository=blocker.repository.id, blocker=blocker.number,
        )  # fmt: skip
        return Reply(200 if rest else 201, self._present.issue(blocker))

    def _one_comment(self, request: Request, who: Token, repository: Repository, rest: list[str]) -> Reply:
        """https://docs.github.com/en/rest/issues/comments"""
        id_ = int(rest[0]) if len(rest) == 1 and rest[0].isdigit() else 0
        pairs = ((issue, comment) for issue in repository.issues.values() for comment in issue.said)
        issue, comment = next(((i, c) for i, c in pairs if c.id == id_), (None, None))
        if issue is None or comment is None:
            return refusal(404, "Not Found")
        about = {"repository": repository.id, "number": issue.number, "comment": comment.node, "actor": who.login}
        match request.method:
            case "GET":
                return Reply(200, self._present.comment(issue, comment))
            case "PATCH":
                self._change("comment_edit", body=request.json()["body"], **about)
                return Reply(200, self._present.comment(issue, comment))
            case "DELETE":
                self._change("comment_delete", **about)
                return Reply(204)
        return refusal(404, "Not Found")

    def _issue_labels(self, request: Request, who: Token, issue: Issue, rest: list[str]) -> Reply:
        place = {"repository": issue.repository.id, "number": issue.number, "actor": who.login}
        present = {label.name.casefold(): label.name for label in issue.labels}
        given = request.json()
        names: list[str] = [
            each["name"] if isinstance(each, dict) else each
            for each in (given.get("labels", []) if isinstance(given, dict) else given or [])
        ]
        match request.method, len(rest):
            case "POST", 0:
                self._change("issue_labels", add=names, remove=[], **place)
            case "PUT", 0:
                gone = [name for key, name in present.items() if key not in {n.casefold() for n in names}]
                self._change("issue_labels", add=names, remove=gone, **place)
            case "DELETE", 0:
                self._change("issue_labels", add=[], remove=list(present.values()), **place)
                return Reply(204)
            case "DELETE", 1:
                if rest[0].casefold() not in present:
                    return refusal(404, "Label does not exist")
                self._change("issue_labels", add=[], remove=[rest[0]], **place)
        return Reply(200, self._shown(issue.labels))

    def _shown(self, labels: list[Label]) -> list[dict[str, Any]]:
        return [self._present.label(label) for label in labels]

    def _reactions(self, request: Request, who: Token, issue: Issue, rest: list[str]) -> Reply:
        place = {"repository": issue.repository.id, "number": issue.number}
        given = [
            (self._site.account(login), content, id_)
            for content, people in issue.reactors.items()
            for login, id_ in people.items()
        ]
        match request.method, len(rest):
            case "GET", 0:
                rows, headers = numbered(request, given, self._home(request, issue.repository))
                return Reply(200, [self._present.reaction(*row, issue.updated) for row in rows], headers)
            case "POST", 0:
                content = request.json()["content"]
                if content not in REACTIONS:
                    return invalid("Reaction", "content", "invalid")
                had = who.login in issue.reactors.get(content, {})
                self._change("react", content=content, actor=who.login, **place)
                account, id_ = self._site.account(who.login), issue.reactors[content][who.login]
                return Reply(200 if had else 201, self._present.reaction(account, content, id_, issue.updated))
            case "DELETE", 1:
                for account, content, id_ in given:
                    if str(id_) == rest[0]:
                        self._change("react", content=content, actor=account.login, remove=True, **place)
                        return Reply(204)
        return refusal(404, "Not Found")


def _written(given: dict[str, Any]) -> dict[str, Any]:
    """What a person may write of an issue, in the words of `changes`."""
    kept: dict[str, Any] = {
        name: given[name]
        for name in ("title", "body", "state", "state_reason", "milestone", "assignees", "type")
        if name in given
    }
    if "labels" in given:
        kept["labels"] = [each["name"] if isinstance(each, dict) else each for each in given["labels"]]
    if "title" in kept and not isinstance(kept["title"], str):
        kept["title"] = str(kept["title"])
    return kept
