"""How many issues a search finds, for key results that are measured by it."""

from __future__ import annotations

import msgspec

from syncd.connector.errors import Refused, Transient
from syncd_github import wire
from syncd_github.client import Client
from syncd_github.faults import not_understood

_WHAT = "counting issues for a key result"


def count(client: Client, query: str) -> int:
    """One request of the search quota. Raises Refused for a query that GitHub does not take.

    https://docs.github.com/en/rest/search/search#search-issues-and-pull-requests
    """
    answer = client.rest(
        "GET",
        "/search/issues",
        resource="search",
        what=_WHAT,
        expect=(200, 422),
        parameters={"q": query, "per_page": 1, "advanced_search": "true"},
    )
    if answer.status == 422:
        raise Refused(
            f"GitHub does not take the query ({_said(answer.body) or answer.message}). Correct it in okrs.yaml"
        )
    try:
        found = wire.search_count.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise not_understood(answer, error, what=_WHAT) from error
    if answer.headers.get("x-github-sso", "").startswith("partial-results"):
        raise Refused(
            "GitHub counted only a part, because an organization asks for single sign-on: authorize the token for it, or "
            "name repositories in the query"
        )
    if found.incomplete_results:
        raise Transient(f"GitHub's search ran out of time while {_WHAT}, so its count would be too low", scope="GitHub")
    return found.total_count


def _said(body: bytes) -> str:
    try:
        problems = wire.problems.decode(body).errors
    except msgspec.MsgspecError:
        return ""
    return "; ".join(each if isinstance(each, str) else each.message or each.code for each in problems)[:300]
