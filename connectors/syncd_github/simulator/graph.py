"""Executes GraphQL on the site, and words the errors as GitHub does.

https://docs.github.com/en/graphql/guides/forming-calls-with-graphql
"""

from __future__ import annotations

from importlib.resources import files
from typing import Any, cast

from graphql import (
    ArgumentNode,
    DocumentNode,
    ExecutionResult,
    FieldNode,
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    OperationDefinitionNode,
    OperationType,
    build_schema,
    execute,
    parse,
    validate,
)

from syncd_github.simulator.connections import Context, Problem
from syncd_github.simulator.cost import Cost, cost_of
from syncd_github.simulator.mutations import MUTATIONS
from syncd_github.simulator.resolvers import RESOLVERS, type_name
from syncd_github.simulator.versions import DUPLICATE, LATEST, lacking_fields

_REMEMBERED = 500


class GraphServer:
    def __init__(self, version: tuple[int, ...] = LATEST) -> None:
        self._schema = _schema()
        issue = cast(GraphQLObjectType, self._schema.type_map["Issue"])
        for name in lacking_fields(version):
            del issue.fields[name]
        if version < DUPLICATE:
            issue.fields["stateReason"].args.clear()
        self._documents: dict[str, DocumentNode | list[dict[str, Any]]] = {}

    def mutates(self, text: str) -> bool:
        document = self._document(text)
        return not isinstance(document, list) and any(
            isinstance(each, OperationDefinitionNode) and each.operation is OperationType.MUTATION
            for each in document.definitions
        )

    def cost(self, text: str, variables: dict[str, Any]) -> Cost:
        """What GitHub counts against the hourly quota, whatever comes of it."""
        document = self._document(text)
        return Cost(1, 0) if isinstance(document, list) else cost_of(self._schema, document, variables)

    def answer(self, text: str, variables: dict[str, Any], context: Context) -> dict[str, Any]:
        document = self._document(text)
        if isinstance(document, list):
            return {"errors": document}
        result = execute(self._schema, document, context_value=context, variable_values=variables)
        assert isinstance(result, ExecutionResult)
        answer: dict[str, Any] = {}
        if result.data is not None or not result.errors:
            answer["data"] = result.data
        elif any(error.path for error in result.errors):
            answer["data"] = None
        if result.errors:
            answer["errors"] = [_worded(error) for error in result.errors]
        return answer

    def _document(self, text: str) -> DocumentNode | list[dict[str, Any]]:
        """The parsed and validated text, or the errors that keep it from being begun."""
        known = self._documents.get(text)
        if known is None:
            try:
                parsed = parse(text)
                errors = validate(self._schema, parsed)
                known = [_refused(error) for error in errors] if errors else parsed
            except GraphQLError as error:
                known = [_worded(error)]
            if len(self._documents) > _REMEMBERED:
                self._documents.clear()
            self._documents[text] = known
        return known


def _schema() -> GraphQLSchema:
    schema = build_schema(files(__package__).joinpath("schema.graphql").read_text(encoding="utf-8"))
    for name, resolvers in {**RESOLVERS, "Mutation": MUTATIONS}.items():
        made = cast(GraphQLObjectType, schema.type_map[name])
        for field, resolve in resolvers.items():
            made.fields[field].resolve = resolve
    for each in schema.type_map.values():
        if isinstance(each, GraphQLInterfaceType | GraphQLUnionType):
            each.resolve_type = lambda value, info, abstract: type_name(value)
    return schema


def _worded(error: GraphQLError) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if isinstance(error.original_error, Problem):
        found["type"] = error.original_error.kind
        if found["type"] == "FORBIDDEN":
            found["extensions"] = {"saml_failure": False}
    if error.path is not None:
        found["path"] = error.path
    found["locations"] = [{"line": place.line, "column": place.column} for place in error.locations or ()]
    found["message"] = error.message
    return found


def _refused(error: GraphQLError) -> dict[str, Any]:
    """A field or argument that does not exist, as GitHub says it; anything else by its own message."""
    node = error.nodes[0] if error.nodes else None
    found = _worded(error)
    if isinstance(node, FieldNode) and error.message.startswith("Cannot query field"):
        field, owner = node.name.value, error.message.split("type '")[1].split("'")[0]
        found["message"] = f"Field '{field}' doesn't exist on type '{owner}'"
        found["extensions"] = {"code": "undefinedField", "typeName": owner, "fieldName": field}
    elif isinstance(node, ArgumentNode) and error.message.startswith("Unknown argument"):
        argument, field = node.name.value, error.message.split(" on field '")[1].split("'")[0].rpartition(".")[2]
        found["message"] = f"Field '{field}' doesn't accept argument '{argument}'"
        found["extensions"] = {
            "code": "argumentNotAccepted", "name": field, "typeName": "Field", "argumentName": argument,
        }  # fmt: skip
    else:
        found["extensions"] = {"code": "invalid"}
    return found
