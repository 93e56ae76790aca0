"""What people see in the demo's two trackers, read by their public interfaces and without our connectors."""

from __future__ import annotations

import json
from typing import Any

import requests

from syncd.demo.site import Site

AUTH = ("syncd@lumen.example", "demo-token")
HEADERS = {"Authorization": "Bearer demo-token"}
PROJECT_ITEMS = """
query($owner: String!, $number: Int!, $after: String) {
  organization(login: $owner) { projectV2(number: $number) { items(first: 100, after: $after) {
    pageInfo { hasNextPage endCursor }
    nodes {
      content { ... on Issue { number repository { nameWithOwner } } }
      fieldValues(first: 50) { nodes {
        ... on ProjectV2ItemFieldNumberValue { number field { ... on ProjectV2Field { name } } }
        ... on ProjectV2ItemFieldTextValue { text field { ... on ProjectV2Field { name } } }
        ... on ProjectV2ItemFieldSingleSelectValue { name field { ... on ProjectV2SingleSelectField { name } } }
      } }
    } } } } }
"""


def picture(site: Site) -> dict[str, Any]:
    """Everything that can be compared between two trackers with the same history of people."""
    held = site.addresses.places
    seen = {
        "jira": {project: _jira(site.addresses.jira_url, project) for project in held.projects},
        "issues": {name: _github(site.addresses.github_url, name) for name in held.repositories},
        "project": _project(site.addresses.github_url, held.github_project),
    }
    text = json.dumps(seen, sort_keys=True)
    for number, url in enumerate((site.addresses.jira_url, site.addresses.github_url)):
        text = text.replace(url, f"http://tracker{number}")  # the port is another one at each start
    alike: dict[str, Any] = json.loads(text)
    return alike


def differences(one: Any, other: Any, path: str = "") -> list[str]:
    """Where two pictures differ, for a readable failure."""
    if isinstance(one, dict) and isinstance(other, dict):
        keys = sorted(one.keys() | other.keys())
        return [d for key in keys for d in differences(one.get(key), other.get(key), f"{path}/{key}")]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return [d for n, (a, b) in enumerate(zip(one, other, strict=True)) for d in differences(a, b, f"{path}/{n}")]
    return [] if one == other else [f"{path}: {one!r} ≠ {other!r}"[:300]]


def _jira(url: str, project: str) -> list[tuple[str, object]]:
    """The issues in their native order, with everything but times and rank strings."""
    found: list[tuple[str, object]] = []
    token = None
    while True:
        query = {"jql": f"project = {project} ORDER BY Rank ASC", "fields": "*all", "maxResults": "100"}
        page = _get(f"{url}/rest/api/3/search/jql", query | ({"nextPageToken": token} if token else {}), auth=True)
        for issue in page["issues"]:
            fields = {
                k: v for k, v in issue["fields"].items() if k not in ("updated", "created", "statuscategorychangedate")
            }
            found.append(
                (issue["key"], {k: v for k, v in fields.items() if v is not None and not str(v).startswith("0|")})
            )
        token = page.get("nextPageToken")
        if not token:
            return found


def _github(url: str, repository: str) -> dict[int, object]:
    found: dict[int, object] = {}
    next_url: str | None = f"{url}/repos/{repository}/issues?state=all&per_page=100"
    while next_url:
        answer = requests.get(next_url, headers=HEADERS, timeout=30)
        answer.raise_for_status()
        for issue in answer.json():
            labels = sorted(label["name"] for label in issue["labels"])
            found[issue["number"]] = (issue["title"], issue["state"], labels, issue["comments"])
        next_url = answer.links.get("next", {}).get("url")
    return found


def _project(url: str, project: str) -> list[tuple[str, object]]:
    owner, number = project.split("/")
    found: list[tuple[str, object]] = []
    after = None
    while True:
        variables = {"owner": owner, "number": int(number), "after": after}
        answer = requests.post(
            f"{url}/graphql", json={"query": PROJECT_ITEMS, "variables": variables}, headers=HEADERS, timeout=30
        )
        body = answer.json()
        assert "errors" not in body, body
        items = body["data"]["organization"]["projectV2"]["items"]
        for item in items["nodes"]:
            content = item["content"] or {}
            if "number" not in content:
                continue
            values = {
                v["field"]["name"]: v.get("number", v.get("text", v.get("name")))
                for v in item["fieldValues"]["nodes"]
                if v and v.get("field")
            }
            found.append((f"{content['repository']['nameWithOwner']}#{content['number']}", values))
        if not items["pageInfo"]["hasNextPage"]:
            return found
        after = items["pageInfo"]["endCursor"]


def _get(url: str, query: dict[str, str], *, auth: bool) -> dict[str, Any]:
    answer = requests.get(url, params=query, auth=AUTH if auth else None, timeout=30)
    answer.raise_for_status()
    body: dict[str, Any] = answer.json()
    return body
