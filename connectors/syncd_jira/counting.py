"""How many issues a query finds, for key results that are measured by it."""

from __future__ import annotations

from syncd.connector.errors import Refused, Transient
from syncd_jira import wire
from syncd_jira.failures import QueryRefused
from syncd_jira.search import faults_of
from syncd_jira.site import Site

_DOING = "counting issues for a key result"


def count(site: Site, jql: str) -> int:
    """One request; a second one where nothing is found, because Cloud finds nothing for what it does not understand.

    Raises Refused for a query that Jira does not understand.
    https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-issue-search/#api-rest-api-2-search-approximate-count-post
    """
    try:
        if site.facts.cloud:
            found = site.client.post("search/approximate-count", _DOING, wire.COUNT, {"jql": jql})[0].count
        else:
            body = {"jql": jql, "startAt": 0, "maxResults": 0}
            total = site.client.post("search", _DOING, wire.IDS, body)[0].total
            if total is None:
                raise Transient(f"Jira did not say how many issues there are while {_DOING}.", scope="this Jira site")
            found = total
    except QueryRefused as error:
        raise Refused(str(error)) from error
    if found == 0 and site.facts.cloud and (errors := faults_of(site, jql)):
        raise Refused(f"Jira does not understand the query: {' '.join(errors)[:300]}")
    return found
