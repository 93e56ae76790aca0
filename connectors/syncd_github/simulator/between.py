"""Changes that tie an issue to something: a comment, a parent, an issue that it waits for."""

from __future__ import annotations

from syncd_github.simulator.model import Comment, Issue, Site, node_id
from syncd_github.simulator.places import Change, actor, issue_at, touch


def comment(site: Site, change: Change) -> Comment:
    issue = touch(issue_at(site, change), change["at"])
    id_ = site.new_id()
    node = node_id("IC", issue.repository.id, id_)
    comment = Comment(id_, node, change["body"], actor(site, change), change["at"], change["at"])
    issue.said.append(comment)
    issue.comments += 1
    site.nodes[node] = comment
    return comment


def comment_edit(site: Site, change: Change) -> Comment:
    touch(issue_at(site, change), change["at"])
    comment = site.nodes[change["comment"]]
    assert isinstance(comment, Comment)
    comment.body, comment.updated = change["body"], change["at"]
    return comment


def comment_delete(site: Site, change: Change) -> Comment:
    issue = touch(issue_at(site, change), change["at"])
    comment = site.nodes.pop(change["comment"])
    assert isinstance(comment, Comment)
    issue.said.remove(comment)
    issue.comments -= 1
    return comment


def dependency(site: Site, change: Change) -> Issue:
    issue = issue_at(site, change)
    blocker = site.repositories[change["blocker_repository"]].issues[change["blocker"]]
    if change.get("remove"):
        issue.waits_for.remove(blocker)
        blocker.holds_up.remove(issue)
    else:
        issue.waits_for.append(blocker)
        blocker.holds_up.append(issue)
    for each in (issue, blocker):
        each.repository.version += 1
        if site.dependency_moves:
            touch(each, change["at"])
    return issue


def sub_issue(site: Site, change: Change) -> Issue:
    parent = issue_at(site, change)
    child = site.repositories[change["child_repository"]].issues[change["child"]]
    if child.parent is not None:
        child.parent.children.remove(child)
    child.parent, child.parent_url = parent, None
    parent.children.append(child)
    touch(child, change["at"])
    return touch(parent, change["at"])
