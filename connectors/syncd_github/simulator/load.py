"""Reads the files that a site begins with: issues as GitHub's REST API gives them, one a line, and lines that configure the site.

Dumps lack things that the server always has, so whatever is missing is made up: ids, repositories, labels, accounts.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from syncd_github.simulator.changes import add_item, issue_type
from syncd_github.simulator.model import (
    REACTIONS,
    Account,
    Comment,
    Issue,
    IssueField,
    Label,
    Milestone,
    Option,
    Project,
    ProjectField,
    Repository,
    Site,
    node_id,
)

Raw = Mapping[str, Any]
DEFAULT_FIELDS: Sequence[Raw] = (
    {"name": "Score", "type": "number"},
    {"name": "Rank", "type": "number"},
    {"name": "Roadmap", "type": "single_select", "options": ["now", "next", "later"]},
    {"name": "Reach", "type": "number"},
    {"name": "Status", "type": "single_select", "options": ["Todo", "In Progress", "Done"]},  # every new project has it
)
_TYPES = {
    "number": "NUMBER",
    "text": "TEXT",
    "date": "DATE",
    "single_select": "SINGLE_SELECT",
    "option": "SINGLE_SELECT",
    "iteration": "ITERATION",
}


class Loader:
    """Fills a site. Files in, `settings` out: the configuration lines merged, later ones win."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.settings: dict[str, Any] = {}
        self._labels: dict[str, Sequence[Raw]] = {}
        self._projects: list[Raw] = []
        self._archived: list[str] = []

    def load(self, files: Sequence[Path]) -> None:
        for file in files:
            for row in _rows(file):
                if set(row) == {"_simulator"}:
                    self._configure(row["_simulator"])
                elif "number" in row:
                    self._issue(row)
        for name in self._archived:
            self._repository(name).archived = True
        self._families()
        for name, labels in self._labels.items():
            repository = self._repository(name)
            for label in labels:
                self._label(repository, label)
        for login, fields in self.settings.get("issue_fields", {}).items():
            self._issue_fields(login, fields)
        configured = self._projects if self._projects or "projects" in self.settings else self._default_projects()
        for project in configured:
            self._project(project)

    def _configure(self, given: Raw) -> None:
        for account in given.get("accounts", ()):
            self.site.account(account["login"], account.get("type", "User"))
        for name in given.get("archived", ()):
            self._archived.append(name)
        self._labels.update(given.get("labels", {}))
        self._projects += given.get("projects", ())
        self.settings.update(given)

    def _repository(self, full_name: str) -> Repository:
        found = self.site.repository(full_name)
        if found is None:
            owner, _, name = full_name.partition("/")
            kind = self.settings.get("owners", {}).get(owner, "Organization")
            id_ = 700_000_001 + len(self.site.repositories)
            account = self.site.account(owner, kind)
            found = Repository(id_, node_id("R", id_), account, name, self.site.started)
            self.site.repositories[id_] = found
            self.site.names[full_name.casefold()] = found
            self.site.nodes[found.node] = found
        return found

    def _issue(self, row: Raw) -> None:
        repository = self._repository(_repository_name(row))
        number = int(row["number"])
        id_ = int(row.get("id") or self.site.new_id())
        created = row.get("created_at") or self.site.started
        pull = row.get("pull_request")
        issue = Issue(
            id=id_,
            node=row.get("node_id") or node_id("PR" if pull else "I", repository.id, id_),
            repository=repository,
            number=number,
            title=row.get("title") or "",
            created=created,
            updated=row.get("updated_at") or created,
            body=row.get("body"),
            state=row.get("state") or "open",
            reason=row.get("state_reason"),
            author=self._account(row.get("user")),
            labels=[self._label(repository, label) for label in row.get("labels") or ()],
            assignees=[account for person in row.get("assignees") or () if (account := self._account(person))],
            milestone=self._milestone(repository, row.get("milestone")),
            closed=row.get("closed_at") or (row.get("updated_at") if row.get("state") == "closed" else None),
            closed_by=self._account(row.get("closed_by")),
            locked=bool(row.get("locked")),
            lock_reason=row.get("active_lock_reason"),
            association=row.get("author_association") or "NONE",
            type=issue_type(self.site, row["type"]["name"]) if row.get("type") else None,
            comments=int(row.get("comments") or 0),
            said=[self._comment(repository, comment, created) for comment in row.get("_comments") or ()],
            reactions={name: int((row.get("reactions") or {}).get(name) or 0) for name in REACTIONS},
            parent_url=row.get("parent_issue_url"),
            blocked_by=int((row.get("issue_dependencies_summary") or {}).get("blocked_by") or 0),
            blocking=int((row.get("issue_dependencies_summary") or {}).get("blocking") or 0),
            pull=dict(pull) if pull else None,
            draft=row.get("draft"),
        )
        repository.issues[number] = issue
        self.site.nodes[issue.node] = issue

    def _account(self, raw: Raw | None) -> Account | None:
        if not raw or not raw.get("login"):
            return None
        return self.site.account(raw["login"], raw.get("type") or "User", raw.get("id"))

    def _comment(self, repository: Repository, raw: Raw, at: str) -> Comment:
        created = raw.get("created_at") or at
        id_ = int(raw.get("id") or self.site.new_id())
        node = raw.get("node_id") or node_id("IC", repository.id, id_)
        author = self._account(raw.get("user"))
        comment = Comment(id_, node, raw.get("body") or "", author, created, raw.get("updated_at") or created)
        self.site.nodes[node] = comment
        return comment

    def _label(self, repository: Repository, raw: Raw | str) -> Label:
        given: Raw = {"name": raw} if isinstance(raw, str) else raw
        name = given["name"]
        found = repository.labels.get(name.casefold())
        if found is None:
            id_ = int(given.get("id") or self.site.new_id())
            node = given.get("node_id") or node_id("LA", repository.id, id_)
            found = repository.labels[name.casefold()] = Label(id_, node, repository, name)
            self.site.nodes[node] = found
        found.color = given.get("color") or found.color
        found.description = given.get("description") or found.description
        found.default = bool(given.get("default", found.default))
        return found

    def _milestone(self, repository: Repository, raw: Raw | None) -> Milestone | None:
        if not raw:
            return None
        number = int(
            raw.get("number")
            or next(
                (m.number for m in repository.milestones.values() if m.title == raw.get("title")),
                len(repository.milestones) + 1,
            )
        )
        found = repository.milestones.get(number)
        if found is None:
            id_ = int(raw.get("id") or self.site.new_id())
            created = raw.get("created_at") or self.site.started
            found = Milestone(
                id_,
                raw.get("node_id") or node_id("MI", repository.id, id_),
                number,
                raw.get("title") or f"Milestone {number}",
                created,
                raw.get("updated_at") or created,
                raw.get("description"),
                raw.get("state") or "open",
                raw.get("due_on"),
                self._account(raw.get("creator")),
            )
            repository.milestones[number] = found
            self.site.nodes[found.node] = found
        return found

    def _issue_fields(self, login: str, fields: Sequence[Raw]) -> None:
        made = self.site.issue_fields.setdefault(login.casefold(), [])
        for given in fields:
            id_, type_ = self.site.new_id(), str(given.get("type", "text"))
            prefix = {"number": "IFN", "date": "IFD", "single_select": "IFSS"}.get(type_, "IFT")
            options = [Option(f"IFSSO_{self.site.new_id()}", name) for name in given.get("options") or ()]
            field = IssueField(id_, node_id(prefix, id_), given["name"], type_, options, self.site.started)
            self.site.nodes[field.node] = field
            made.append(field)

    def _families(self) -> None:
        for repository in self.site.repositories.values():
            for issue in repository.issues.values():
                if issue.parent_url is None:
                    continue
                place, _, number = issue.parent_url.rpartition("/repos/")[2].rpartition("/issues/")
                home = self.site.repository(place)
                parent = home.issues.get(int(number)) if home and number.isdecimal() else None
                if parent is not None:
                    issue.parent, issue.parent_url = parent, None
                    parent.children.append(issue)

    def _default_projects(self) -> Iterable[Raw]:
        """One project of the first owner with every open issue as an item."""
        first = next(iter(self.site.repositories.values()), None)
        if first is None:
            return ()
        items = [
            {"repository": repository.full_name, "number": issue.number}
            for repository in self.site.repositories.values()
            for issue in repository.issues.values()
            if issue.state == "open" and issue.pull is None
        ]
        return (
            {"owner": first.owner.login, "number": 1, "title": "Roadmap", "fields": DEFAULT_FIELDS, "items": items},
        )

    def _project(self, raw: Raw) -> None:
        site = self.site
        owner = site.account(raw["owner"], raw.get("owner_type", "Organization"))
        owner.kind = raw.get("owner_type", owner.kind)
        site.nodes[owner.node] = owner
        number, id_ = int(raw.get("number", 1)), site.new_id()
        node = node_id("PVT", id_)
        project = Project(id_, node, owner, number, raw.get("title", "Roadmap"), site.started, site.started)
        project.hidden = bool(raw.get("hidden"))
        site.projects[owner.login.casefold(), number] = project
        site.nodes[project.node] = project
        built_in = [("Title", "TITLE"), ("Assignees", "ASSIGNEES"), ("Labels", "LABELS"), ("Milestone", "MILESTONE")]
        for name, type_ in built_in:
            project.fields.append(ProjectField(node_id("PVTF", id_, site.new_id()), name, type_))
        for field in raw.get("fields", ()):
            project.fields.append(self._field(project, field))
        for field in project.fields:
            site.nodes[field.node] = field
        by_name = {field.name: field for field in project.fields}
        for given in raw.get("items", ()):
            home = site.repository(given["repository"])
            issue = home.issues.get(int(given["number"])) if home else None
            if issue is None:
                continue
            item = add_item(site, project, issue, issue.created)
            item.archived, item.redacted = bool(given.get("archived")), bool(given.get("redacted"))
            for name, value in (given.get("fields") or {}).items():
                field = by_name[name]
                ids = {option.name: option.id for option in field.options}
                if value is not None:
                    item.values[field.node] = ids[value] if field.options else value

    def _field(self, project: Project, raw: Raw) -> ProjectField:
        type_ = _TYPES.get(str(raw.get("type", "text")).lower(), "TEXT")
        prefix = {"SINGLE_SELECT": "PVTSSF", "ITERATION": "PVTIF"}.get(type_, "PVTF")
        made = ProjectField(node_id(prefix, project.id, self.site.new_id()), raw["name"], type_)
        for index, option in enumerate(raw.get("options") or raw.get("iterations") or ()):
            given: Raw = {"name": option} if isinstance(option, str) else option
            id_ = given.get("id") or f"{self.site.new_id():08x}"[-8:]
            title = given.get("title") or given.get("name") or f"Iteration {index + 1}"
            start = given.get("startDate") or given.get("start") or ""
            made.options.append(Option(id_, title, start, int(given.get("duration") or 14)))
        return made


def _rows(file: Path) -> Iterator[Raw]:
    with gzip.open(file, "rb") if file.suffix == ".gz" else file.open("rb") as lines:
        for line in lines:
            if line.strip():
                row = msgspec.json.decode(line)
                if isinstance(row, dict):
                    yield row


def _repository_name(row: Raw) -> str:
    for name, mark in (("repository_url", "/repos/"), ("url", "/repos/"), ("html_url", "://")):
        text = row.get(name)
        if isinstance(text, str) and mark in text:
            path = text.partition(mark)[2].split("/")
            path = path[1:] if mark == "://" else path
            if len(path) >= 2:
                return "/".join(path[:2])
    return "octo/issues"
