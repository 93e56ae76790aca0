"""What we send to GitHub and what our simulated GitHub answers, against the vendor's own descriptions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import (
    GraphQLSchema,
    build_ast_schema,
    build_schema,
    concat_ast,
    extend_schema,
    is_input_object_type,
    is_interface_type,
    is_object_type,
    is_union_type,
    parse,
    validate,
)

from connectors.github.github_stage import Mirror, Stage, project, pull_request, put, relabel, row
from contract.vendor_github import LATER, Described
from syncd_github import queries

WEB, API = "lumen/web", "lumen/api"
ISSUE_FIELDS = {
    "lumen": [
        {"name": "Effort", "type": "number"},
        {"name": "Risk", "type": "single_select", "options": ["low", "high"]},
    ]
}
ONLY_NEWER = {
    ("Issue", "blockedBy"),
    ("Issue", "blocking"),
    ("Issue", "issueDependenciesSummary"),
    ("Issue", "issueType"),
    ("Issue", "issueFieldValues"),
    ("Mutation", "setIssueFieldValue"),
}


@pytest.fixture(scope="module")
def described(shared: Path) -> Described:
    return Described(shared / "specs")


@pytest.fixture(scope="module")
def vendor(described: Described) -> GraphQLSchema:
    return described.graphql


def _own_schema() -> GraphQLSchema:
    import syncd_github.simulator as package

    text = (Path(package.__file__).parent / "schema.graphql").read_text(encoding="utf-8")
    return build_schema(text)


def _texts() -> Iterator[tuple[str, str]]:
    yield "viewer", queries.VIEWER
    yield "project", queries.PROJECT
    yield "order", queries.ORDER
    yield "census", queries.CENSUS
    yield "reactions", queries.reactions(dependencies=True)
    for fields in (0, 1, 5):
        yield f"items of {fields} fields", queries.items(fields)
        yield f"issues of {fields} fields", queries.issues(fields)
        yield f"issues of {fields} fields and the organization's", queries.issues(fields, issue_fields=True)
    yield "options of issue fields", queries.ISSUE_FIELD_OPTIONS
    yield "issues alone", queries.issues(None)
    yield "issues of an older server", queries.issues(None, lacks=queries.OPTIONAL)
    yield "reactions there", queries.reactions(dependencies=False)
    yield "blockers", queries.BLOCKERS
    yield "notes", queries.NOTES
    yield "more notes", queries.MORE_NOTES
    yield "labels", queries.labels([0, 2, 1])
    yield "mutations", queries.mutation(list(queries.MUTATIONS))


@pytest.mark.parametrize(("name", "text"), list(_texts()), ids=[name for name, _ in _texts()])
def test_every_query_of_ours_is_valid_at_github_and_here(vendor: GraphQLSchema, name: str, text: str) -> None:
    document = parse(text)
    assert validate(vendor, document) == []
    assert validate(_own_schema(), document) == []


def test_every_type_field_and_argument_of_the_simulator_is_githubs(vendor: GraphQLSchema) -> None:
    strange: list[str] = []
    for name, own in _own_schema().type_map.items():
        theirs = vendor.type_map.get(name)
        if name.startswith("__"):
            continue
        if theirs is None or type(theirs) is not type(own):
            strange.append(name)
        elif is_object_type(own) or is_interface_type(own):
            strange += [
                f"{name} is no {i.name}" for i in own.interfaces if i.name not in {t.name for t in theirs.interfaces}
            ]
            for field_name, field in own.fields.items():
                other = theirs.fields.get(field_name)
                if other is None or str(other.type) != str(field.type):
                    strange.append(f"{name}.{field_name}: {field.type}")
                    continue
                for argument, value in field.args.items():
                    expected = other.args.get(argument)
                    if expected is None or str(expected.type) != str(value.type):
                        strange.append(f"{name}.{field_name}({argument}: {value.type})")
        elif is_input_object_type(own):
            for field_name, value in own.fields.items():
                other = theirs.fields.get(field_name)
                if other is None or str(other.type) != str(value.type):
                    strange.append(f"{name}.{field_name}: {value.type}")
            required = {n for n, f in theirs.fields.items() if str(f.type).endswith("!")}
            strange += [f"{name} lacks {missing}" for missing in required - set(own.fields)]
        elif is_union_type(own):
            strange += [f"{name} = {t}" for t in own.types if t.name not in {o.name for o in theirs.types}]
        elif hasattr(own, "values"):
            strange += [f"{name}.{value}" for value in own.values if value not in theirs.values]
    assert strange == []


def test_the_additions_are_the_only_ones(shared: Path) -> None:
    text = (shared / "specs" / "github-graphql-2025.graphql").read_text(encoding="utf-8")
    before = build_ast_schema(parse(text, no_location=True), assume_valid=True, assume_valid_sdl=True)
    added = extend_schema(before, concat_ast([parse(LATER)]), assume_valid=True, assume_valid_sdl=True)
    new = {
        (name, field)
        for name, made in added.type_map.items()
        if is_object_type(made) and name in before.type_map
        for field in made.fields
        if field not in before.type_map[name].fields
    }
    assert new == ONLY_NEWER


@pytest.fixture
def worked(tmp_path: Path) -> Iterator[Stage]:
    """A site on which connector and person have used every route once."""
    rich = {
        "state": "closed",
        "state_reason": "not_planned",
        "closed_at": "2026-02-20T10:00:00Z",
        "labels": [{"name": "bug", "description": "broken"}, "plain"],
        "assignees": [{"login": "zoe", "id": 3}],
        "milestone": {"title": "v2", "number": 3, "due_on": "2026-04-01T07:00:00Z"},
        "type": {"name": "Bug"},
        "parent_issue_url": f"https://api.github.com/repos/{API}/issues/1",
        "user": {"login": "helper[bot]", "id": 4, "type": "Bot"},
    }
    rows = [row(WEB, n) for n in range(1, 9)] + [row(WEB, 9, **rich), pull_request(WEB, 10), row(API, 1)]
    stage = Stage(
        tmp_path, rows, projects=[project([(WEB, n) for n in range(1, 6)], Score=1)], issue_fields=ISSUE_FIELDS
    )
    try:
        mirror = Mirror()
        connector = stage.connector(
            write=("Score", "Roadmap", "issue:Effort", "issue:Risk"), order=True, project="lumen/7"
        )
        connector.describe()
        mirror.take(connector.pull(None))
        set_ = (put("issue:Effort", 3.0), put("issue:Risk", "high"))
        edits = [
            mirror.edit(f"{WEB}#{n}", *set_, put("Score", n), put("Roadmap", "now"), relabel(["now"])) for n in (1, 7)
        ]
        assert list(connector.apply(edits)) == [None, None]
        assert list(connector.reorder("lumen/7", [mirror.move(f"{WEB}#3", None)])) == [None]
        mirror.take(connector.pull(mirror.cursor))
        list(connector.fetch(list(mirror.issues), {id_: issue.handles for id_, issue in mirror.issues.items()}))
        list(connector.census())
        person = stage.person
        person("GET", "/rate_limit")
        person("GET", f"/repos/{WEB}/issues?per_page=2&labels=bug&state=all")
        person("POST", f"/repos/{WEB}/issues", {"title": "New", "body": "b", "labels": ["bug"], "assignees": ["zoe"]})
        person("GET", f"/repos/{WEB}/issues/9")
        person("PATCH", f"/repos/{WEB}/issues/9", {"state": "open"})
        person("POST", f"/repos/{WEB}/issues/9/comments", {"body": "hello"})
        person("GET", f"/repos/{WEB}/issues/9/comments")
        person("POST", f"/repos/{WEB}/issues/9/labels", {"labels": ["more"]})
        person("PUT", f"/repos/{WEB}/issues/9/labels", {"labels": ["bug"]})
        person("GET", f"/repos/{WEB}/issues/9/labels")
        person("DELETE", f"/repos/{WEB}/issues/9/labels/bug")
        person("POST", f"/repos/{WEB}/issues/9/reactions", {"content": "+1"})
        (reaction,) = person("GET", f"/repos/{WEB}/issues/9/reactions")
        person("DELETE", f"/repos/{WEB}/issues/9/reactions/{reaction['id']}")
        person("GET", f"/repos/{WEB}/labels")
        person("GET", f"/repos/{WEB}/labels/bug")
        person("PATCH", f"/repos/{WEB}/labels/bug", {"new_name": "defect", "color": "ff0000"})
        person("DELETE", f"/repos/{WEB}/labels/defect")
        person("POST", f"/repos/{WEB}/milestones", {"title": "v3", "due_on": "2026-07-01T07:00:00Z"})
        person("GET", f"/repos/{WEB}/milestones")
        person("PATCH", f"/repos/{API}", {"name": "backend"})
        stage.connector(repositories=[API]).describe()
        stage.connector(token="wrong")  # and what is refused
        for path, status in ((f"/repos/{WEB}/issues/999", 404), (f"/repos/{WEB}/labels/none", 404)):
            with pytest.raises(AssertionError):
                person("GET", path)
            assert stage.paths()[-1] == (path, status)
        with pytest.raises(AssertionError):
            person("POST", f"/repos/{WEB}/labels", {"name": "plain"})
        yield stage
    finally:
        stage.close()


def test_every_rest_request_and_answer_fits_the_vendors_description(worked: Stage, described: Described) -> None:
    wrong: list[str] = []
    seen: set[str] = set()
    for exchange in worked.http.calls:
        if exchange.request.path in ("/graphql", "/user"):
            continue
        found = described.operation(exchange.request)
        seen.add(f"{exchange.request.method} {found[0] if found else exchange.request.path}")
        wrong += described.faults(exchange)
    assert wrong == []
    assert len(seen) >= 20


def test_every_graphql_request_that_left_is_valid_at_github(worked: Stage, vendor: GraphQLSchema) -> None:
    texts = {json.loads(call.request.body)["query"] for call in worked.http.calls if call.request.path == "/graphql"}
    assert len(texts) >= 8
    assert {text: errors for text in texts if (errors := validate(vendor, parse(text)))} == {}
