"""Searching issues: what the qualifiers of a query mean on the simulated site.

https://docs.github.com/en/search-github/searching-on-github/searching-issues-and-pull-requests
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from syncd.testing.httpsim import Reply, Request
from syncd_github.simulator.access import invalid
from syncd_github.simulator.model import Issue, Site
from syncd_github.simulator.present import Presenter

_TERM = re.compile(r'(?P<no>-|NOT )?(?:(?P<name>[a-zA-Z-]+):)?(?:"(?P<quoted>[^"]*)"|(?P<plain>\S+))')
_COMPARED = re.compile(r"(?P<sign>>=|<=|>|<)?(?P<low>[^.]+?)(?:\.\.(?P<high>.+))?")
_NOT_SEEN = (
    "The listed users and repositories cannot be searched either because the resources do not exist or you do not have "
    "permission to view them."
)
Test = Callable[[Issue], bool]


class Refusal(ValueError):
    """What GitHub says against a query."""


class Search:
    def __init__(self, site: Site, present: Presenter) -> None:
        self._site, self._present = site, present

    def handle(self, request: Request) -> Reply:
        query = request.query.get("q", [""])[-1]
        if not query.strip():
            return invalid("Search", "q", "missing")
        try:
            tests = list(self._tests(query))
        except Refusal as refused:
            return invalid("Search", "q", "invalid", message=str(refused))
        found = [issue for issue in self._issues() if all(test(issue) for test in tests)]
        size = min(100, int(request.query.get("per_page", ["30"])[-1]))
        begin = (int(request.query.get("page", ["1"])[-1]) - 1) * size
        items = [self._item(issue) for issue in found[begin : begin + size]]
        body = {"total_count": len(found), "incomplete_results": False, "items": items, "search_type": "lexical"}
        return Reply(200, body)

    def _item(self, issue: Issue) -> dict[str, Any]:
        """The vendor's description knows no empty body here."""
        shown = {**self._present.issue(issue), "score": 1.0}
        if shown.get("body") is None:
            shown.pop("body", None)
        return shown

    def _issues(self) -> Iterator[Issue]:
        for repository in self._site.repositories.values():
            yield from repository.issues.values()

    def _tests(self, query: str) -> Iterator[Test]:
        where: list[Test] = []
        for term in _TERM.finditer(query):
            text = term["plain"] if term["quoted"] is None else term["quoted"]
            name = (term["name"] or "").casefold()
            if name in ("repo", "org", "user"):
                where.append(self._place(name, text))
                continue
            test = _test(name, text)
            yield _not(test) if term["no"] else test
        if where:
            yield lambda issue: any(test(issue) for test in where)

    def _place(self, name: str, text: str) -> Test:
        wanted = text.casefold()
        if name == "repo":
            if self._site.repository(text) is None:
                raise Refusal(_NOT_SEEN)
            return lambda issue: issue.repository.full_name.casefold() == wanted
        if not any(each.owner.login.casefold() == wanted for each in self._site.repositories.values()):
            raise Refusal(_NOT_SEEN)
        return lambda issue: issue.repository.owner.login.casefold() == wanted


def _not(test: Test) -> Test:
    return lambda issue: not test(issue)


def _test(name: str, text: str) -> Test:
    wanted = text.casefold()
    match name:
        case "is" | "state" | "type":
            return _state(wanted)
        case "label":
            labels = {one.strip('"') for one in wanted.split(",")}
            return lambda issue: any(label.name.casefold() in labels for label in issue.labels)
        case "milestone":
            return lambda issue: issue.milestone is not None and issue.milestone.title.casefold() == wanted
        case "assignee":
            return lambda issue: any(each.login.casefold() == wanted for each in issue.assignees)
        case "author":
            return lambda issue: issue.author is not None and issue.author.login.casefold() == wanted
        case "no":
            return _without(wanted)
        case "created" | "updated" | "closed":
            return _when(name, text)
        case "":
            return lambda issue: wanted in f"{issue.title}\n{issue.body or ''}".casefold()
    raise Refusal(f"The search contains the qualifier {name}:, which this simulator does not know.")


def _state(wanted: str) -> Test:
    match wanted:
        case "open" | "closed":
            return lambda issue: issue.state == wanted
        case "issue":
            return lambda issue: issue.pull is None
        case "pr" | "pull-request":
            return lambda issue: issue.pull is not None
    return lambda issue: str((issue.type or {}).get("name", "")).casefold() == wanted


def _without(wanted: str) -> Test:
    match wanted:
        case "label":
            return lambda issue: not issue.labels
        case "assignee":
            return lambda issue: not issue.assignees
        case "milestone":
            return lambda issue: issue.milestone is None
    raise Refusal(f"The search contains no:{wanted}, which this simulator does not know.")


def _when(name: str, text: str) -> Test:
    """Days compare with the day part, moments with the whole text: moments are kept as GitHub writes them."""
    found = _COMPARED.fullmatch(text)
    if found is None:
        raise Refusal("The search contains a date that is none.")
    low, high, sign = found["low"], found["high"], found["sign"]

    def test(issue: Issue) -> bool:
        at = getattr(issue, name)
        if at is None:
            return False
        own = at[: len(low)]
        if high is not None:
            return bool(own >= low and at[: len(high)] <= high)
        match sign:
            case ">=":
                return bool(own >= low)
            case "<=":
                return bool(own <= low)
            case ">":
                return bool(own > low)
            case "<":
                return bool(own < low)
        return bool(own == low)

    return test
