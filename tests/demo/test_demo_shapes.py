"""The lines of the demo's files are what the vendors' interfaces return."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from demo_files import World, key_of, repository_of
from jsonschema import Draft202012Validator

SPECS = Path(os.environ.get("SYNCD_SHARED", Path(__file__).parents[3] / "shared")) / "specs"
USER_ADDRESSES = (
    "avatar_url", "events_url", "followers_url", "following_url", "gists_url", "gravatar_id", "html_url",
    "organizations_url", "received_events_url", "repos_url", "starred_url", "subscriptions_url", "url",
)  # fmt: skip
READ_BY_RULES = {"Story Points", "Customers affected", "Impact", "Confidence", "Rank", "Sprint"}
WRITTEN = {"Priority Score", "Backlog Rank", "Objective"}


def specification(name: str) -> Any:
    if not (SPECS / name).exists():
        pytest.skip(f"{name} is not in {SPECS}: set SYNCD_SHARED to the folder with the shared data")
    return json.loads((SPECS / name).read_text(encoding="utf-8"))


def as_json_schema(node: Any) -> Any:
    """OpenAPI's `nullable` as JSON Schema says it."""
    if isinstance(node, list):
        return [as_json_schema(each) for each in node]
    if not isinstance(node, dict):
        return node
    inner = {key: as_json_schema(value) for key, value in node.items() if key != "nullable"}
    return {"anyOf": [inner, {"type": "null"}]} if node.get("nullable") is True else inner


def validator(name: str, schema: str) -> Draft202012Validator:
    whole = as_json_schema(specification(name))
    return Draft202012Validator({"$ref": f"#/components/schemas/{schema}", "components": whole["components"]})


def with_addresses(node: Any) -> Any:
    """Users and their addresses as the server fills them in: the files hold what identifies a user."""
    if isinstance(node, list):
        return [with_addresses(each) for each in node]
    if not isinstance(node, dict):
        return node
    filled = {key: with_addresses(value) for key, value in node.items() if not key.startswith("_")}
    if "login" in filled:
        filled.update(dict.fromkeys(USER_ADDRESSES, f"https://api.github.com/users/{filled['login']}"))
    return filled


def test_github_lines_fit_the_vendors_description(world: World) -> None:
    check = validator("github-rest-subset.json", "issue")
    for issue in world.github[::6]:
        faults = [f"{error.json_path}: {error.message}" for error in check.iter_errors(with_addresses(issue))]
        assert faults == [], key_of(issue)


@pytest.mark.parametrize(
    ("field", "schema"),
    [
        ("status", "StatusDetails"),
        ("priority", "Priority"),
        ("issuetype", "IssueTypeDetails"),
        ("votes", "Votes"),
        ("watches", "Watchers"),
        ("assignee", "UserDetails"),
        ("resolution", "Resolution"),
    ],
)
def test_jira_fields_fit_the_vendors_description(world: World, field: str, schema: str) -> None:
    check = validator("jira-cloud-platform-v3.json", schema)
    for issue in world.jira[::4]:
        value = issue["fields"][field]
        if value is not None:
            assert [error.message for error in check.iter_errors(value)] == [], issue["key"]


def test_jira_lists_fit_the_vendors_description(world: World) -> None:
    for field, schema in (("fixVersions", "Version"), ("components", "ProjectComponent")):
        check = validator("jira-cloud-platform-v3.json", schema)
        for issue in world.jira[::4]:
            for value in issue["fields"][field]:
                assert [error.message for error in check.iter_errors(value)] == [], issue["key"]


def test_the_jira_site_has_every_field_that_the_configuration_names(world: World) -> None:
    fields = {field["name"]: field for field in world.jira_site["fields"]}
    assert set(fields) == READ_BY_RULES | WRITTEN
    assert len({field["id"] for field in fields.values()}) == len(fields)
    assert world.jira_site["deployment"] == "Cloud"
    named = {field["id"] for field in fields.values()}
    used = {name for issue in world.jira for name in issue["fields"] if name.startswith("customfield_")}
    assert used <= named
    accounts = {account["accountId"] for account in world.jira_site["accounts"]}
    assert {issue["fields"]["reporter"]["accountId"] for issue in world.jira} <= accounts


def test_the_github_project_has_every_field_that_the_configuration_names(world: World) -> None:
    (project,) = world.github_site["projects"]
    assert (project["owner"], project["owner_type"], project["number"]) == ("lumen", "Organization", 1)
    types = {field["name"]: field["type"] for field in project["fields"]}
    assert types["Score"] == types["Rank"] == types["Reach"] == "number"
    assert types["Roadmap"] == types["Status"] == "single_select"
    assert types["Sprint"] == "iteration"
    known = {field["name"]: field.get("options") for field in project["fields"]}
    for item in project["items"]:
        assert item["fields"].keys() <= known.keys()
        assert item["fields"]["Status"] in known["Status"]


def test_every_label_in_use_is_in_its_repositorys_catalog(world: World) -> None:
    catalogs = {name: {label["name"] for label in labels} for name, labels in world.github_site["labels"].items()}
    for issue in world.github:
        assert {label["name"] for label in issue["labels"]} <= catalogs[repository_of(issue)] | {"roadmap/later"}


def test_parents_and_children_agree(world: World) -> None:
    for issue in world.jira:
        parent = issue["fields"].get("parent")
        if parent is not None:
            assert parent["fields"]["summary"] == world.by_key[parent["key"]]["fields"]["summary"]
        for child in issue["fields"]["subtasks"]:
            assert world.by_key[child["key"]]["fields"]["parent"]["id"] == issue["id"]
    children: dict[str, int] = {}
    for issue in world.issues:
        if "parent_issue_url" in issue:
            children[issue["parent_issue_url"]] = children.get(issue["parent_issue_url"], 0) + 1
    assert {i["url"]: i["sub_issues_summary"]["total"] for i in world.issues if i["url"] in children} == children


def test_both_ends_of_a_jira_link_tell_the_same(world: World) -> None:
    ends: dict[str, list[tuple[str, str]]] = {}
    for issue in world.jira:
        for link in issue["fields"]["issuelinks"]:
            side = "outward" if "outwardIssue" in link else "inward"
            other = link[f"{side}Issue"]["key"]
            pair = (issue["key"], other) if side == "outward" else (other, issue["key"])
            ends.setdefault(link["id"], []).append(pair)
    assert len(ends) > 20
    assert all(len(pairs) == 2 and pairs[0] == pairs[1] for pairs in ends.values())
