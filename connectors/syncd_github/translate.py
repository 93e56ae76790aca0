"""GitHub's shapes into ours, pure: the same issue gives the same SourceIssue whether REST or GraphQL brought it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date, datetime

import msgspec

from syncd.core.issue import FieldValue, Pointer, Ref, SourceIssue, StateGroup
from syncd_github import wire, wire_graph
from syncd_github.dependencies import counted, waiting

NOTHING: Mapping[str, FieldValue] = {}
_encode = msgspec.msgpack.Encoder().encode


def is_pull_request(row: wire.RestIssue) -> bool:
    """The issue listing brings pull requests too: https://docs.github.com/en/rest/issues/issues"""
    return not (row.pull_request is msgspec.UNSET or row.pull_request is None)


def repository_of(row: wire.RestIssue) -> str:
    """owner/name, by its present name."""
    return row.repository_url.rpartition("/repos/")[2]


def from_rest(source: str, row: wire.RestIssue, fields: Mapping[str, FieldValue] = NOTHING) -> SourceIssue:
    """`fields` are the extra fields that every issue has, a project's being empty until a patch says otherwise.

    The listing only tells for how many an issue waits; for which, `dependencies.Dependencies` asks.
    """
    milestone, reactions, dependencies = row.milestone, row.reactions, row.issue_dependencies_summary
    issue = _issue(
        source=source,
        id=str(row.id),
        node=row.node_id,
        repository=repository_of(row),
        number=row.number,
        url=row.html_url,
        title=row.title,
        body=row.body or "",
        state=row.state,
        reason=row.state_reason,
        created=row.created_at,
        updated=row.updated_at,
        closed=row.closed_at,
        kind=row.type.name if row.type else None,
        labels=(label if isinstance(label, str) else label.name or "" for label in row.labels),
        assignees=(person.login for person in row.assignees or ()),
        reporter=row.user.login if row.user else None,
        parent=_parent(row.parent_issue_url),
        milestone=milestone.title if milestone else None,
        due=milestone.due_on.date() if milestone and milestone.due_on else None,
        votes=reactions.plus if reactions else 0,
        reactions=reactions.total_count if reactions else 0,
        comments=row.comments,
        fields=_with_rest(fields, row.issue_field_values) if row.issue_field_values else fields,
    )
    return counted(issue, dependencies.total_blocked_by) if dependencies else issue


def from_graph(
    source: str, node: wire_graph.Issue, asked: str, fields: Mapping[str, FieldValue] = NOTHING
) -> SourceIssue:
    """`asked` is the node id by which the issue was asked for: GitHub has two forms of it, and we keep the one we have."""
    milestone, parent = node.milestone, node.parent
    votes, reactions = wire_graph.votes_of(node.reaction_groups)
    issue = _issue(
        source=source,
        id=str(node.full_database_id),
        node=asked,
        repository=node.repository.name_with_owner,
        number=node.number,
        url=node.url,
        title=node.title,
        body=node.body,
        state=node.state.lower(),
        reason=node.state_reason.lower() if node.state_reason else None,
        created=node.created_at,
        updated=node.updated_at,
        closed=node.closed_at,
        kind=node.issue_type.name if node.issue_type else None,
        labels=(label.name for label in (node.labels.nodes if node.labels else None) or () if label),
        assignees=(_login(one) for one in (node.assignees.nodes if node.assignees else None) or () if one),
        reporter=_login(node.author) if node.author else None,
        parent=Pointer(key=f"{parent.repository.name_with_owner}#{parent.number}") if parent else None,
        milestone=milestone.title if milestone else None,
        due=milestone.due_on.date() if milestone and milestone.due_on else None,
        votes=votes,
        reactions=reactions,
        comments=node.comments.total_count,
        fields=_with_graph(fields, node.issue_field_values.nodes) if node.issue_field_values else fields,
    )
    blockers = node.blocked_by
    return waiting(counted(issue, blockers.total_count), blockers.keys) if blockers else issue


def _issue(
    *,
    source: str,
    id: str,
    node: str,
    repository: str,
    number: int,
    url: str,
    title: str,
    body: str,
    state: str,
    reason: str | None,
    created: datetime,
    updated: datetime,
    closed: datetime | None,
    kind: str | None,
    labels: Iterable[str],
    assignees: Iterable[str],
    reporter: str | None,
    parent: Pointer | None,
    milestone: str | None,
    due: date | None,
    votes: int,
    reactions: int,
    comments: int,
    fields: Mapping[str, FieldValue],
) -> SourceIssue:
    done = state == "closed"
    names = tuple(sorted(set(labels)))
    people = tuple(sorted(assignees))
    resolution = reason if done else None
    content = (
        (id, node, repository, number, url, title, body, state, resolution, created, updated, closed if done else None),
        (kind, names, people, reporter, parent.key if parent else None, milestone, due, votes, reactions, comments),
        sorted(fields.items()),
    )
    return SourceIssue(
        ref=Ref(source, id),
        key=f"{repository}#{number}",
        url=url,
        scope=repository,
        revision=hashlib.blake2b(_encode(content), digest_size=10).hexdigest(),
        title=title,
        state=state,
        state_group=StateGroup.DONE if done else StateGroup.NEW,
        created=created,
        updated=updated,
        body=body,
        kind=kind,
        resolution=resolution,
        labels=names,
        assignees=people,
        reporter=reporter,
        closed=closed if done else None,
        due=due,
        parent=parent,
        milestone=milestone,
        milestone_due=due if milestone is not None else None,
        votes=votes,
        reactions=reactions,
        comments=comments,
        fields=fields,
        handles={"node": node, "number": str(number), "repository": repository},
    )


def _with_rest(fields: Mapping[str, FieldValue], values: Iterable[wire.IssueValue]) -> Mapping[str, FieldValue]:
    told: dict[str, FieldValue] = {}
    for one in values:
        if one.data_type == "single_select":
            told[one.issue_field_name] = one.single_select_option.name if one.single_select_option else None
        elif one.data_type == "number":
            told[one.issue_field_name] = float(one.value) if isinstance(one.value, int | float) else None
        elif one.data_type in ("text", "date"):
            told[one.issue_field_name] = str(one.value) if one.value not in (None, "") else None
    return _filled(fields, told)


def _with_graph(
    fields: Mapping[str, FieldValue], values: Iterable[wire_graph.IssueValue | None] | None
) -> Mapping[str, FieldValue]:
    told: dict[str, FieldValue] = {}
    for one in values or ():
        if one is not None and one.field is not None:
            told[one.field.name] = one.number if one.number is not None else one.text or one.date or one.name
    return _filled(fields, told)


def _filled(fields: Mapping[str, FieldValue], told: Mapping[str, FieldValue]) -> Mapping[str, FieldValue]:
    """The wanted issue fields, which are named `issue:NAME`, with the values that an issue has."""
    folded = {f"issue:{name}".casefold(): value for name, value in told.items()}
    return {name: folded.get(name.casefold(), value) for name, value in fields.items()}


def _parent(url: str | None) -> Pointer | None:
    if not url:
        return None
    repository, _, number = url.rpartition("/repos/")[2].rpartition("/issues/")
    return Pointer(key=f"{repository}#{number}") if repository and number.isdecimal() else Pointer(url=url)


def _login(actor: wire_graph.Actor) -> str:
    """REST writes an App's account as name[bot], GraphQL as name."""
    return f"{actor.login}[bot]" if actor.typename == "Bot" else actor.login
