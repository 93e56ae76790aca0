"""Every change that a request can make, as a plain record that can be written to a journal and made again.

A change is a dict with `do`, `at` and names and numbers, nothing else; making the same changes in the same order on the same files
gives the same site, ids included. What bumps `updated_at` is decided here: labels, texts, state and comments of an issue do,
reactions and everything in a project do not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from syncd_github.simulator import between
from syncd_github.simulator.model import (
    Draft,
    Issue,
    Item,
    Label,
    Milestone,
    Option,
    Project,
    Repository,
    Site,
    node_id,
)
from syncd_github.simulator.places import Change, actor, issue_at, touch
from syncd_github.simulator.timeline import labels_changed, values_changed


def make(site: Site, change: Change) -> Any:
    """Makes the change and returns what it made or touched."""
    return _CHANGES[change["do"]](site, change)


def touched(site: Site, change: Change) -> Any:
    """What a change would have touched, as it is."""
    if "item" in change:
        return _item(site, change)
    if "number" in change:
        return issue_at(site, change)
    return make(site, change)


def new_label(site: Site, repository: Repository, name: str, color: str, description: str | None) -> Label:
    id_ = site.new_id()
    label = Label(id_, node_id("LA", repository.id, id_), repository, name, color, description)
    repository.labels[name.casefold()] = label
    site.nodes[label.node] = label
    return label


def _label_create(site: Site, change: Change) -> Label:
    repository = site.repositories[change["repository"]]
    return new_label(site, repository, change["name"], change.get("color") or "ededed", change.get("description"))


def _label_edit(site: Site, change: Change) -> Label:
    repository = site.repositories[change["repository"]]
    label = repository.labels.pop(change["label"].casefold())
    label.name = change.get("name") or label.name
    label.color = change.get("color") or label.color
    label.description = change.get("description", label.description)
    repository.labels[label.name.casefold()] = label
    repository.version += 1
    return label


def _label_delete(site: Site, change: Change) -> None:
    repository = site.repositories[change["repository"]]
    label = repository.labels.pop(change["label"].casefold())
    del site.nodes[label.node]
    for issue in repository.issues.values():
        if label in issue.labels:
            before = list(issue.labels)
            issue.labels.remove(label)
            labels_changed(site, issue, before, change)
            touch(issue, change["at"])


def _labels_of(site: Site, repository: Repository, names: list[str]) -> list[Label]:
    """Labels by name; one that is missing comes into being with the default color, as on GitHub."""
    found = []
    for name in names:
        label = repository.labels.get(name.casefold()) or new_label(site, repository, name, "ededed", None)
        if label not in found:
            found.append(label)
    return found


def _issue_create(site: Site, change: Change) -> Issue:
    repository = site.repositories[change["repository"]]
    number, at, id_ = repository.next_number, change["at"], site.new_id()
    issue = Issue(id_, node_id("I", repository.id, id_), repository, number, change["title"], at, at)
    issue.body = change.get("body")
    issue.author = actor(site, change)
    issue.labels = _labels_of(site, repository, change.get("labels") or [])
    labels_changed(site, issue, (), change)
    issue.assignees = [site.account(login) for login in change.get("assignees") or ()]
    issue.milestone = repository.milestones.get(change.get("milestone") or 0)
    if change.get("type"):
        issue.type = issue_type(site, change["type"])
    repository.issues[number] = issue
    site.nodes[issue.node] = issue
    repository.version += 1
    return issue


def issue_type(site: Site, name: str) -> dict[str, object]:
    number = sum(map(ord, name))
    return {"id": number, "node_id": node_id("IT", number), "name": name, "description": None}


def _issue_edit(site: Site, change: Change) -> Issue:
    issue, at = issue_at(site, change), change["at"]
    issue.title = change.get("title", issue.title)
    issue.body = change.get("body", issue.body)
    if "labels" in change:
        before = list(issue.labels)
        issue.labels = _labels_of(site, issue.repository, change["labels"])
        labels_changed(site, issue, before, change)
    if "assignees" in change:
        issue.assignees = [site.account(login) for login in change["assignees"]]
    if "milestone" in change:
        issue.milestone = issue.repository.milestones.get(change["milestone"] or 0)
    if "type" in change:
        issue.type = issue_type(site, change["type"]) if change["type"] else None
    state, reason = change.get("state", issue.state), change.get("state_reason")
    if state == "closed" and (issue.state == "open" or (reason and reason != issue.reason)):
        issue.closed = at if issue.state == "open" else issue.closed
        issue.state, issue.reason, issue.closed_by = "closed", reason or "completed", actor(site, change)
    elif state == "open" and issue.state == "closed":
        issue.state, issue.reason, issue.closed, issue.closed_by = "open", "reopened", None, None
    return touch(issue, at)


def _issue_labels(site: Site, change: Change) -> Issue:
    """Adds and removes; an issue that already looks so is not touched."""
    issue = issue_at(site, change)
    before = list(issue.labels)
    for label in _labels_of(site, issue.repository, change.get("add") or []):
        if label not in issue.labels:
            issue.labels.append(label)
    gone = {name.casefold() for name in change.get("remove") or ()}
    issue.labels = [label for label in issue.labels if label.name.casefold() not in gone]
    labels_changed(site, issue, before, change)
    return issue if issue.labels == before else touch(issue, change["at"])


def _remove(site: Site, issue: Issue) -> None:
    repository = issue.repository
    del repository.issues[issue.number]
    site.nodes.pop(issue.node, None)
    repository.version += 1
    for project in site.projects.values():
        item = project.by_issue.pop(issue.id, None)
        if item is not None:
            project.items.remove(item)
            del site.nodes[item.node]
    if issue.parent is not None:
        issue.parent.children.remove(issue)


def _issue_delete(site: Site, change: Change) -> Repository:
    issue = issue_at(site, change)
    _remove(site, issue)
    issue.repository.deleted.add(issue.number)
    return issue.repository


def _issue_transfer(site: Site, change: Change) -> Issue:
    old, to = issue_at(site, change), site.repositories[change["to"]]
    _remove(site, old)
    new: Issue = make(site, {**change, "do": "issue_create", "repository": to.id, "title": old.title, "body": old.body})
    new.state, new.reason, new.closed, new.author, new.created = (
        old.state,
        old.reason,
        old.closed,
        old.author,
        old.created,
    )
    new.labels = [to.labels[label.name.casefold()] for label in old.labels if label.name.casefold() in to.labels]
    new.comments, new.said = old.comments, old.said
    old.repository.moved[old.number] = new
    return new


def _react(site: Site, change: Change) -> Issue:
    issue = issue_at(site, change)
    of_content = issue.reactors.setdefault(change["content"], {})
    if change.get("remove"):
        of_content.pop(change["actor"], None)
    elif change["actor"] not in of_content:
        site.account(change["actor"])
        of_content[change["actor"]] = site.new_id()
    issue.repository.version += 1
    return issue


def _issue_values(site: Site, change: Change) -> Issue:
    """Sets and clears fields one by one: those that are not named stay as they are."""
    issue = issue_at(site, change)
    before = dict(issue.values)
    for node, value in change["values"].items():
        if value is None:
            issue.values.pop(node, None)
        else:
            issue.values[node] = value
    values_changed(site, issue, before, change)
    issue.repository.version += 1
    return touch(issue, change["at"]) if site.issue_field_moves else issue


def _repository_rename(site: Site, change: Change) -> Repository:
    repository = site.repositories[change["repository"]]
    repository.name = change["name"]
    site.names[repository.full_name.casefold()] = repository
    repository.version += 1
    return repository


def _milestone_create(site: Site, change: Change) -> Milestone:
    repository = site.repositories[change["repository"]]
    number, id_, at = max([0, *repository.milestones]) + 1, site.new_id(), change["at"]
    milestone = Milestone(id_, node_id("MI", repository.id, id_), number, change["title"], at, at)
    milestone.description, milestone.due = change.get("description"), change.get("due_on")
    milestone.creator = actor(site, change)
    repository.milestones[number] = milestone
    site.nodes[milestone.node] = milestone
    return milestone


def _project(site: Site, change: Change) -> Project:
    return site.projects[change["owner"].casefold(), change["project"]]


def _moved(site: Site, project: Project, at: str) -> None:
    if site.project_moves:
        project.updated = max(at, project.updated)


def add_item(site: Site, project: Project, content: Issue | Draft, at: str) -> Item:
    item = Item(node_id("PVTI", project.id, site.new_id()), project, content, at, at)
    project.items.append(item)
    site.nodes[item.node] = item
    if isinstance(content, Issue):
        project.by_issue[content.id] = item
    return item


def _item_add(site: Site, change: Change) -> Item:
    project, issue = _project(site, change), issue_at(site, change)
    _moved(site, project, change["at"])
    return project.by_issue.get(issue.id) or add_item(site, project, issue, change["at"])


def _item_draft(site: Site, change: Change) -> Item:
    project = _project(site, change)
    draft = Draft(node_id("DI", site.new_id()), change["title"], change.get("body") or "")
    site.nodes[draft.node] = draft
    _moved(site, project, change["at"])
    return add_item(site, project, draft, change["at"])


def _item(site: Site, change: Change) -> Item:
    found = site.nodes[change["item"]]
    assert isinstance(found, Item)
    return found


def _item_value(site: Site, change: Change) -> Item:
    item = _item(site, change)
    if change["value"] is None:
        item.values.pop(change["field"], None)
    else:
        item.values[change["field"]] = change["value"]
    item.updated = change["at"]
    _moved(site, item.project, change["at"])
    return item


def _item_move(site: Site, change: Change) -> Item:
    item = _item(site, change)
    items = item.project.items
    items.remove(item)
    after = site.nodes[change["after"]] if change["after"] else None
    items.insert(items.index(after) + 1 if isinstance(after, Item) else 0, item)
    _moved(site, item.project, change["at"])
    return item


def _item_archive(site: Site, change: Change) -> Item:
    item = _item(site, change)
    item.archived = change["archived"]
    _moved(site, item.project, change["at"])
    return item


def _item_delete(site: Site, change: Change) -> None:
    item = _item(site, change)
    item.project.items.remove(item)
    del site.nodes[item.node]
    if isinstance(item.content, Issue):
        del item.project.by_issue[item.content.id]
    _moved(site, item.project, change["at"])


def _field_edit(site: Site, change: Change) -> Any:
    """Options are replaced by new ones with new ids, and the items' values point nowhere: GitHub does exactly this."""
    project = _project(site, change)
    field = next(field for field in project.fields if field.node == change["field"])
    field.name = change.get("name") or field.name
    if "options" in change:
        field.options = [Option(f"{site.new_id():08x}"[-8:], name) for name in change["options"]]
        for item in project.items:
            item.values.pop(field.node, None)
    _moved(site, project, change["at"])
    return field


_CHANGES: dict[str, Callable[[Site, Change], Any]] = {
    "label_create": _label_create,
    "label_edit": _label_edit,
    "label_delete": _label_delete,
    "issue_create": _issue_create,
    "issue_edit": _issue_edit,
    "issue_labels": _issue_labels,
    "issue_delete": _issue_delete,
    "issue_transfer": _issue_transfer,
    "comment": between.comment,
    "comment_edit": between.comment_edit,
    "comment_delete": between.comment_delete,
    "react": _react,
    "sub_issue": between.sub_issue,
    "dependency": between.dependency,
    "issue_values": _issue_values,
    "repository_rename": _repository_rename,
    "milestone_create": _milestone_create,
    "item_add": _item_add,
    "item_draft": _item_draft,
    "item_value": _item_value,
    "item_move": _item_move,
    "item_archive": _item_archive,
    "item_delete": _item_delete,
    "field_edit": _field_edit,
}
