"""GitHub's own descriptions, REST and GraphQL, asked whether one exchange fits them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

from graphql import GraphQLSchema, build_ast_schema, extend_schema, parse, validate
from jsonschema import Draft202012Validator

from syncd.testing.exchange import Exchange, Reply, Request

LATER = """
type IssueType implements Node { id: ID! name: String! description: String }
extend type Issue {
  blockedBy(after: String, before: String, first: Int, last: Int): IssueConnection!
  blocking(after: String, before: String, first: Int, last: Int): IssueConnection!
  issueDependenciesSummary: IssueDependenciesSummary!
  issueType: IssueType
  issueFieldValues(after: String, before: String, first: Int, last: Int): IssueFieldValueConnection
}
extend type Mutation { setIssueFieldValue(input: SetIssueFieldValueInput!): SetIssueFieldValuePayload }
type IssueDependenciesSummary { blockedBy: Int! blocking: Int! totalBlockedBy: Int! totalBlocking: Int! }
type IssueFieldValueConnection { nodes: [IssueFieldValue] pageInfo: PageInfo! totalCount: Int! }
union IssueFieldValue =
  IssueFieldDateValue | IssueFieldMultiSelectValue | IssueFieldNumberValue | IssueFieldSingleSelectValue | IssueFieldTextValue
union IssueFields = IssueFieldDate | IssueFieldMultiSelect | IssueFieldNumber | IssueFieldSingleSelect | IssueFieldText
interface IssueFieldCommon { description: String fullDatabaseId: BigInt name: String! }
type IssueFieldDate implements IssueFieldCommon & Node { description: String fullDatabaseId: BigInt id: ID! name: String! }
type IssueFieldText implements IssueFieldCommon & Node { description: String fullDatabaseId: BigInt id: ID! name: String! }
type IssueFieldNumber implements IssueFieldCommon & Node { description: String fullDatabaseId: BigInt id: ID! name: String! }
type IssueFieldMultiSelect implements IssueFieldCommon & Node {
  description: String fullDatabaseId: BigInt id: ID! name: String! options: [IssueFieldSingleSelectOption!]!
}
type IssueFieldSingleSelect implements IssueFieldCommon & Node {
  description: String fullDatabaseId: BigInt id: ID! name: String! options: [IssueFieldSingleSelectOption!]!
}
type IssueFieldSingleSelectOption implements Node { databaseId: Int description: String id: ID! name: String! }
type IssueFieldDateValue implements Node { field: IssueFields id: ID! value: String! }
type IssueFieldTextValue implements Node { field: IssueFields id: ID! value: String! }
type IssueFieldNumberValue implements Node { field: IssueFields id: ID! value: Float! }
type IssueFieldMultiSelectValue implements Node { field: IssueFields id: ID! options: [IssueFieldSingleSelectOption!] }
type IssueFieldSingleSelectValue implements Node {
  field: IssueFields id: ID! name: String! optionId: String value: String!
}
input SetIssueFieldValueInput { clientMutationId: String issueFields: [IssueFieldCreateOrUpdateInput!]! issueId: ID! }
type SetIssueFieldValuePayload { clientMutationId: String issue: Issue issueFieldValues: [IssueFieldValue!] }
input IssueFieldCreateOrUpdateInput {
  dateValue: String delete: Boolean fieldId: ID! multiSelectOptionIds: [ID!] numberValue: Float rationale: String
  singleSelectOptionId: ID suggest: Boolean textValue: String
}
extend enum IssueTimelineItemsItemType { ISSUE_FIELD_ADDED_EVENT ISSUE_FIELD_CHANGED_EVENT ISSUE_FIELD_REMOVED_EVENT }
extend union IssueTimelineItems = IssueFieldAddedEvent | IssueFieldChangedEvent | IssueFieldRemovedEvent
type IssueFieldAddedEvent implements Node { actor: Actor createdAt: DateTime! id: ID! issueField: IssueFields value: String }
type IssueFieldChangedEvent implements Node {
  actor: Actor createdAt: DateTime! id: ID! issueField: IssueFields newValue: String previousValue: String
}
type IssueFieldRemovedEvent implements Node { actor: Actor createdAt: DateTime! id: ID! issueField: IssueFields }
"""
"""What GitHub added after the vendored schema was written: issue types and dependencies (2025) and issue fields (2026)."""


class Described:
    """The two files of GitHub in the folder of the vendors' descriptions."""

    def __init__(self, specs: Path) -> None:
        self._specs = specs

    @cached_property
    def rest(self) -> dict[str, Any]:
        description = json.loads((self._specs / "github-rest-subset.json").read_text(encoding="utf-8"))
        found: dict[str, Any] = _nullable(description)
        return found

    @cached_property
    def graphql(self) -> GraphQLSchema:
        text = (self._specs / "github-graphql-2025.graphql").read_text(encoding="utf-8")
        known = build_ast_schema(parse(text, no_location=True), assume_valid=True, assume_valid_sdl=True)
        return extend_schema(known, parse(LATER), assume_valid=True, assume_valid_sdl=True)

    def operation(self, request: Request) -> tuple[str, dict[str, Any]] | None:
        """The described operation of a call. GitHub sends clients to /repositories/{id}, the same routes by id; an
        Enterprise Server has the same routes below /api/v3."""
        path = re.sub(r"^/repositories/\d+", "/repos/any/any", request.path.removeprefix("/api/v3"))
        for template, methods in self.rest["paths"].items():
            pattern = re.sub(r"\{[^}]+\}", "[^/]+", template)
            if re.fullmatch(pattern, path) and request.method.lower() in methods:
                return template, methods[request.method.lower()]
        return None

    def faults(self, exchange: Exchange) -> Iterator[str]:
        """What does not fit, one sentence each."""
        request, reply = exchange.request, exchange.reply
        where = f"{request.method} {request.path}"
        if request.path.endswith("/graphql"):
            if _refused(reply):
                return  # somebody's test of what a text with mistakes is told
            sent = request.json()
            if not isinstance(sent, dict) or "query" not in sent:
                yield f"{where}: nothing was asked"  # as where a redirection lost the body
                return
            yield from (f"{where}: {error.message}" for error in validate(self.graphql, parse(sent["query"])))
            return
        found = self.operation(request)
        if found is None:
            yield f"{where}: GitHub describes no such operation"
            return
        operation = found[1]
        if operation.get("deprecated"):
            yield f"{where}: the operation is deprecated"
        known = {_resolved(self.rest, each)["name"] for each in operation.get("parameters", ())}
        # The cursor of large lists is given in Link headers and stands in no description.
        yield from (f"{where}: unknown parameter {name}" for name in set(request.query) - known - {"after"})
        if request.body:
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            yield from self._invalid(schema, request.json(), f"{where}: sent")
        if reply is None or reply.status in (304, 307, 401):
            return  # described for all routes together, without a body of their own
        described = operation["responses"].get(str(reply.status))
        if described is None:
            yield f"{where}: answers {reply.status}, which GitHub does not"
            return
        content = _resolved(self.rest, described).get("content", {})
        if reply.status == 301 or not content:
            return
        schema = next(iter(content.values()))["schema"]
        body = json.loads(reply.body) if isinstance(reply.body, bytes) else reply.body
        yield from self._invalid(schema, body, f"{where}: answered")

    def _invalid(self, schema: dict[str, Any], body: Any, word: str) -> Iterator[str]:
        validator = Draft202012Validator({**schema, "components": self.rest["components"]})
        for error in list(validator.iter_errors(body))[:3]:
            place = "/".join(map(str, error.absolute_path))
            yield f"{word} at {place or 'the top'}: {error.message[:200]}"


def _refused(reply: Reply | None) -> bool:
    """Whether a GraphQL answer holds errors and nothing else: the text was not even begun."""
    try:
        body = json.loads(reply.content) if reply is not None else None
    except ValueError:
        return False
    return isinstance(body, dict) and "errors" in body and "data" not in body


def _nullable(node: Any) -> Any:
    """OpenAPI 3.0 says `nullable`, JSON Schema has a list of types."""
    if isinstance(node, list):
        return [_nullable(each) for each in node]
    if not isinstance(node, dict):
        return node
    made = {key: _nullable(value) for key, value in node.items()}
    if made.pop("nullable", False):
        if "type" in made:
            made["type"] = [made["type"], "null"]
            if "enum" in made:
                made["enum"] = [*made["enum"], None]
        else:
            made = {"anyOf": [made, {"type": "null"}]}
    return made


def _resolved(rest: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        found: Any = rest
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node
