"""Comments: pages of them, with their properties where asked; made by anybody who may, changed by their authors.

https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-issue-comments/
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from syncd.testing.httpsim import Reply, Request
from syncd_jira.simulator import adf
from syncd_jira.simulator.answers import Caller, errors, person, refused
from syncd_jira.simulator.state import Event, Issue, Site
from syncd_jira.simulator.values import Invalid

Comment = Mapping[str, Any]


class Commenting:
    def __init__(self, site: Site, commit: Callable[[Event], None]) -> None:
        self._site = site
        self._commit = commit

    def answer(self, request: Request, caller: Caller, issue: Issue, one: Sequence[str]) -> Reply:
        try:
            if one:
                return self._one(request, caller, issue, one[0])
            return self._page(request, caller, issue) if request.method == "GET" else self._make(request, caller, issue)
        except Invalid as error:
            return refused(fields={"comment": str(error)})

    def _page(self, request: Request, caller: Caller, issue: Issue) -> Reply:
        """As many as Jira gives at once: a hundred, on Data Center all of them."""
        kept = list((issue.fields.get("comment") or {}).get("comments", ()))
        order = request.one("orderBy", "created")
        if order.lstrip("+-") != "created":
            return refused("The orderBy field is not valid.")
        if order.startswith("-"):
            kept.reverse()
        begin = int(request.one("startAt", "0"))
        size = int(request.one("maxResults", "100" if self._site.cloud else "1048576"))
        size = min(size, 100) if self._site.cloud else size
        shown = [self._shown(request, caller, issue, comment) for comment in kept[begin : begin + size]]
        return Reply(200, {"startAt": begin, "maxResults": size, "total": len(kept), "comments": shown})

    def _make(self, request: Request, caller: Caller, issue: Issue) -> Reply:
        if "ADD_COMMENTS" not in self._site.config.permissions:
            return errors(400, "You do not have permission to comment on this issue.")
        page = with_comment(self._site, issue, request.json() or {}, caller.account or {}, caller.version)
        self._keep(issue, page["comments"])
        return Reply(201, self._shown(request, caller, issue, page["comments"][-1]))

    def _one(self, request: Request, caller: Caller, issue: Issue, id_: str) -> Reply:
        kept: list[Comment] = list((issue.fields.get("comment") or {}).get("comments", ()))
        found = next((comment for comment in kept if str(comment["id"]) == id_), None)
        if found is None:
            return errors(404, f"Can not find a comment for the id: {id_}.")
        if request.method == "GET":
            return Reply(200, self._shown(request, caller, issue, found))
        own = (found.get("author") or {}).get("accountId") == caller.account_id
        verb = {"PUT": "EDIT", "DELETE": "DELETE"}.get(request.method)
        if verb is None:
            return errors(405, "Method not allowed.")
        allowed = self._site.config.permissions
        if not (f"{verb}_ALL_COMMENTS" in allowed or (own and f"{verb}_OWN_COMMENTS" in allowed)):
            said = f"You do not have the permission to {verb.lower()} this comment."
            return errors(400, said)
        place = kept.index(found)
        if verb == "DELETE":
            self._keep(issue, [*kept[:place], *kept[place + 1 :]])
            return Reply(204)
        given = request.json() or {}
        changed = {
            **found,
            "body": _body(given.get("body"), caller.version),
            "updateAuthor": caller.account or {},
            "updated": self._site.text(self._site.milliseconds()),
            "properties": _merged(found.get("properties", ()), given.get("properties") or ()),
        }
        self._keep(issue, [*kept[:place], changed, *kept[place + 1 :]])
        return Reply(200, self._shown(request, caller, issue, changed))

    def _keep(self, issue: Issue, comments: Sequence[Comment]) -> None:
        number = len(comments)
        page = {"comments": list(comments), "maxResults": number, "total": number, "startAt": 0}
        self._commit({"do": "set", "id": issue.id, "fields": {"comment": page}, "at": self._site.milliseconds()})

    def _shown(self, request: Request, caller: Caller, issue: Issue, comment: Comment) -> dict[str, Any]:
        shown = {name: value for name, value in comment.items() if name != "properties"}
        shown["self"] = f"{caller.url}/rest/api/{caller.version}/issue/{issue.id}/comment/{comment['id']}"
        for name in ("author", "updateAuthor"):
            if name in shown:
                shown[name] = person(self._site, shown[name])
        if self._site.cloud:
            shown["jsdPublic"] = is_public(comment)
        if caller.version == "3":
            shown["body"] = adf.document(comment.get("body"))
        if "properties" in request.one("expand").split(","):
            shown["properties"] = list(comment.get("properties", ()))
        return shown


def is_public(comment: Comment) -> bool:
    """Whether the customers of a service project see it and are told of it: unless it says otherwise, they are.

    https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-issue-comments/ (jsdPublic)
    """
    kept = {each["key"]: each["value"] for each in comment.get("properties", ())}
    return not (kept.get("sd.public.comment") or {}).get("internal", False)


def with_comment(
    site: Site, issue: Issue, given: Mapping[str, Any], author: Mapping[str, Any], version: str
) -> dict[str, Any]:
    """The comments of the issue and the given one. Raises Invalid."""
    text = _body(given.get("body"), version)
    before = (issue.fields.get("comment") or {}).get("comments", ())
    at = site.text(site.milliseconds())
    last = max((int(comment["id"]) for comment in before if str(comment["id"]).isdigit()), default=0)
    made = {
        "id": str(max(last + 1, int(f"{issue.id}0001"))),
        "author": author,
        "updateAuthor": author,
        "body": text,
        "created": at,
        "updated": at,
        "properties": _merged((), given.get("properties") or ()),
    }
    comments = [*before, made]
    return {"comments": comments, "maxResults": len(comments), "total": len(comments), "startAt": 0}


def _body(body: Any, version: str) -> str:
    if version == "3" and not adf.is_document(body):
        raise Invalid("Comment body is not valid!")
    text = adf.text(body) if isinstance(body, dict) else body
    if not isinstance(text, str) or not text:
        raise Invalid("Comment body can not be empty!")
    if len(text) > 32_767:
        raise Invalid("The entered text is too long. It exceeds the allowed limit of 32,767 characters.")
    return text


def _merged(before: Sequence[Mapping[str, Any]], given: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    kept = {each["key"]: each["value"] for each in (*before, *given)}
    return [{"key": key, "value": value} for key, value in kept.items()]
