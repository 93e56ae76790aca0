"""The mutations: each checks what GitHub checks, then makes one journaled change.

https://docs.github.com/en/graphql/reference/mutations
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphql import GraphQLResolveInfo

from syncd_github.simulator.connections import Context, Problem
from syncd_github.simulator.model import Comment, Issue, IssueField, Item, Label, Project, ProjectField, Repository
from syncd_github.simulator.resolvers import CONTENTS

Input = dict[str, Any]
_REACTIONS = {name: key for key, name in CONTENTS.items()}
_KEYS = {
    "NUMBER": "number",
    "TEXT": "text",
    "DATE": "date",
    "SINGLE_SELECT": "singleSelectOptionId",
    "ITERATION": "iterationId",
}


_ISSUE_KEYS = {
    "number": "numberValue",
    "text": "textValue",
    "date": "dateValue",
    "single_select": "singleSelectOptionId",
}


def _typed(context: Context, id_: str, kind: type[Any], word: str) -> Any:
    found = context.node(id_)
    if not isinstance(found, kind):
        raise Problem("NOT_FOUND", f"Could not resolve to {word} node with the global id of '{id_}'.")
    return found


def _place(issue: Issue) -> Input:
    if issue.repository.archived:
        raise Problem("UNPROCESSABLE", "Repository was archived so is read-only")
    return {"repository": issue.repository.id, "number": issue.number}


def _labels(context: Context, given: Input) -> tuple[Issue, list[str]]:
    issue: Issue = _typed(context, given["labelableId"], Issue, "Labelable")
    labels: list[Label] = [_typed(context, id_, Label, "Label") for id_ in given["labelIds"]]
    for label in labels:
        if label.repository is not issue.repository:
            raise Problem("UNPROCESSABLE", f"Label {label.name} does not belong to this repository")
    return issue, [label.name for label in labels]


def _add_labels(context: Context, given: Input) -> Input:
    issue, names = _labels(context, given)
    if len({label.name for label in issue.labels} | set(names)) > 100:
        raise Problem("UNPROCESSABLE", "Labels cannot be added: an issue has at most 100")
    return {"labelable": context.change("issue_labels", actor=context.login, add=names, remove=[], **_place(issue))}


def _remove_labels(context: Context, given: Input) -> Input:
    issue, names = _labels(context, given)
    return {"labelable": context.change("issue_labels", actor=context.login, add=[], remove=names, **_place(issue))}


def _project(context: Context, given: Input) -> Project:
    project: Project = _typed(context, given["projectId"], Project, "ProjectV2")
    if not project.writable:
        raise Problem("FORBIDDEN", f"{context.login} does not have permission to update this project")
    return project


def _item(context: Context, given: Input, project: Project, key: str = "itemId") -> Item:
    item: Item = _typed(context, given[key], Item, "ProjectV2Item")
    if item.project is not project:
        raise Problem("NOT_FOUND", f"Could not resolve to a ProjectV2Item with the id {given[key]} in this project")
    return item


def _live(item: Item) -> Item:
    if item.archived:
        raise Problem("UNPROCESSABLE", "The item is archived and cannot be updated")
    return item


def _field(context: Context, given: Input, project: Project) -> ProjectField:
    field: ProjectField = _typed(context, given["fieldId"], ProjectField, "ProjectV2Field")
    if field not in project.fields:
        raise Problem("UNPROCESSABLE", "The field does not belong to the project")
    if field.type not in _KEYS:
        raise Problem("UNPROCESSABLE", "The field of type " + field.type.lower() + " is currently not supported.")
    return field


def _at(project: Project) -> Input:
    return {"owner": project.owner.login, "project": project.number}


def _add_item(context: Context, given: Input) -> Input:
    project = _project(context, given)
    issue: Issue = _typed(context, given["contentId"], Issue, "ProjectV2ItemContent")
    where = {
        "repository": issue.repository.id,
        "number": issue.number,
    }  # an item is the project's, whatever it stands for
    return {"item": context.change("item_add", **_at(project), **where)}


def _add_draft(context: Context, given: Input) -> Input:
    project = _project(context, given)
    return {"projectItem": context.change("item_draft", title=given["title"], body=given.get("body"), **_at(project))}


def _set_value(context: Context, given: Input) -> Input:
    project = _project(context, given)
    item, field = _live(_item(context, given, project)), _field(context, given, project)
    value = {key: each for key, each in given["value"].items() if each is not None}
    if len(value) != 1:
        raise Problem("UNPROCESSABLE", "Exactly one value must be provided")
    key, wanted = next(iter(value.items()))
    if key != _KEYS[field.type]:
        raise Problem(
            "UNPROCESSABLE",
            f"Did not receive a {field.type.lower()} value to update a field of type {field.type.lower()}",
        )
    if field.options and wanted not in {option.id for option in field.options}:
        raise Problem("UNPROCESSABLE", "The single select option Id does not belong to the field")
    return {"projectV2Item": context.change("item_value", item=item.node, field=field.node, value=wanted)}


def _clear_value(context: Context, given: Input) -> Input:
    project = _project(context, given)
    item, field = _live(_item(context, given, project)), _field(context, given, project)
    return {"projectV2Item": context.change("item_value", item=item.node, field=field.node, value=None)}


def _move(context: Context, given: Input) -> Input:
    project = _project(context, given)
    item = _live(_item(context, given, project))
    after = _item(context, given, project, "afterId") if given.get("afterId") else None
    if after is item:
        raise Problem("UNPROCESSABLE", "The item cannot be placed after itself")
    context.change("item_move", item=item.node, after=after.node if after else None)
    return {"items": None}


def _archive(archived: bool) -> Callable[[Context, Input], Input]:
    def resolve(context: Context, given: Input) -> Input:
        item = _item(context, given, _project(context, given))
        return {"item": context.change("item_archive", item=item.node, archived=archived)}

    return resolve


def _delete_item(context: Context, given: Input) -> Input:
    item = _item(context, given, _project(context, given))
    context.change("item_delete", item=item.node)
    return {"deletedItemId": given["itemId"]}


def _update_field(context: Context, given: Input) -> Input:
    field: ProjectField = _typed(context, given["fieldId"], ProjectField, "ProjectV2Field")
    project = next(project for project in context.site.projects.values() if field in project.fields)
    what: Input = {"name": given.get("name")}
    if given.get("singleSelectOptions") is not None:
        what["options"] = [option["name"] for option in given["singleSelectOptions"]]
    return {"projectV2Field": context.change("field_edit", field=field.node, **what, **_at(project))}


def _issue(context: Context, given: Input, key: str = "issueId") -> Issue:
    found: Issue = _typed(context, given[key], Issue, "Issue")
    return found


def _close(context: Context, given: Input) -> Input:
    reason = (given.get("stateReason") or "COMPLETED").lower()
    return {
        "issue": context.change(
            "issue_edit", actor=context.login, state="closed", state_reason=reason, **_place(_issue(context, given))
        )
    }


def _reopen(context: Context, given: Input) -> Input:
    return {"issue": context.change("issue_edit", actor=context.login, state="open", **_place(_issue(context, given)))}


def _update(context: Context, given: Input) -> Input:
    issue = _issue(context, given, "id")
    what = {key: given[key] for key in ("title", "body") if given.get(key) is not None}
    if given.get("state"):
        what["state"] = given["state"].lower()
    if given.get("labelIds") is not None:
        what["labels"] = [_typed(context, id_, Label, "Label").name for id_ in given["labelIds"]]
    return {"issue": context.change("issue_edit", actor=context.login, **what, **_place(issue))}


def _delete(context: Context, given: Input) -> Input:
    return {"repository": context.change("issue_delete", **_place(_issue(context, given)))}


def _transfer(context: Context, given: Input) -> Input:
    to: Repository = _typed(context, given["repositoryId"], Repository, "Repository")
    return {"issue": context.change("issue_transfer", to=to.id, **_place(_issue(context, given)))}


def _comment(context: Context, given: Input) -> Input:
    issue = _issue(context, given, "subjectId")
    context.change("comment", body=given["body"], actor=context.login, **_place(issue))
    return {"subject": issue}


def _own_comment(context: Context, given: Input) -> Input:
    """The place of a comment; whoever may not write here only reaches his own."""
    comment: Comment = _typed(context, given["id"], Comment, "IssueComment")
    issue = next(
        issue
        for repository in context.site.repositories.values()
        for issue in repository.issues.values()
        if comment in issue.said
    )
    return {"comment": comment.node, "actor": context.login, **_place(issue)}


def _update_comment(context: Context, given: Input) -> Input:
    return {"issueComment": context.change("comment_edit", body=given["body"], **_own_comment(context, given))}


def _delete_comment(context: Context, given: Input) -> Input:
    context.change("comment_delete", **_own_comment(context, given))
    return {}


def _react(remove: bool) -> Callable[[Context, Input], Input]:
    def resolve(context: Context, given: Input) -> Input:
        place = _place(_issue(context, given, "subjectId"))
        content = _REACTIONS[given["content"]]
        return {"subject": context.change("react", content=content, actor=context.login, remove=remove, **place)}

    return resolve


def _sub_issue(context: Context, given: Input) -> Input:
    parent, child = _issue(context, given), _issue(context, given, "subIssueId")
    if child.parent is not None and not given.get("replaceParent"):
        raise Problem("UNPROCESSABLE", "Sub issue may only have one parent")
    context.change("sub_issue", child_repository=child.repository.id, child=child.number, **_place(parent))
    return {"issue": parent, "subIssue": child}


def _set_issue_values(context: Context, given: Input) -> Input:
    """Several fields at once; each value must be of the field's type, an option one of the field's own."""
    issue = _issue(context, given)
    have = context.site.issue_fields.get(issue.repository.owner.login.casefold(), [])
    values: Input = {}
    for wish in given["issueFields"]:
        field = _typed(context, wish["fieldId"], IssueField, "IssueFields")
        if field not in have:
            raise Problem("UNPROCESSABLE", "The field does not belong to the issue's organization")
        said = {key: each for key, each in wish.items() if key not in ("fieldId", "delete") and each is not None}
        if wish.get("delete"):
            values[field.node] = None
            continue
        if set(said) != {_ISSUE_KEYS[field.type]}:
            raise Problem("UNPROCESSABLE", f"The field {field.name} takes exactly one {field.type} value")
        (values[field.node],) = said.values()
        if field.options and values[field.node] not in {option.id for option in field.options}:
            raise Problem("UNPROCESSABLE", "The option does not belong to the field")
    return {"issue": context.change("issue_values", actor=context.login, values=values, **_place(issue))}


_MUTATIONS: dict[str, Callable[[Context, Input], Input]] = {
    "addComment": _comment,
    "addLabelsToLabelable": _add_labels,
    "addProjectV2DraftIssue": _add_draft,
    "addProjectV2ItemById": _add_item,
    "addReaction": _react(False),
    "addSubIssue": _sub_issue,
    "archiveProjectV2Item": _archive(True),
    "clearProjectV2ItemFieldValue": _clear_value,
    "closeIssue": _close,
    "deleteIssue": _delete,
    "deleteIssueComment": _delete_comment,
    "deleteProjectV2Item": _delete_item,
    "removeLabelsFromLabelable": _remove_labels,
    "removeReaction": _react(True),
    "reopenIssue": _reopen,
    "setIssueFieldValue": _set_issue_values,
    "transferIssue": _transfer,
    "unarchiveProjectV2Item": _archive(False),
    "updateIssue": _update,
    "updateIssueComment": _update_comment,
    "updateProjectV2Field": _update_field,
    "updateProjectV2ItemFieldValue": _set_value,
    "updateProjectV2ItemPosition": _move,
}


def _resolver(name: str) -> Callable[..., Any]:
    make = _MUTATIONS[name]

    def resolve(_: Any, info: GraphQLResolveInfo[Context], input: Input) -> Input:
        context: Context = info.context
        if not context.writes:
            raise Problem("FORBIDDEN", "Resource not accessible by personal access token")
        return {**make(context, input), "clientMutationId": input.get("clientMutationId")}

    return resolve


MUTATIONS = {name: _resolver(name) for name in _MUTATIONS}
