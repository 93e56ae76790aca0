"""What a query costs, told before it runs: the requests that its connections would need, if all were as full as asked.

https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    get_named_type,
    value_from_ast_untyped,
)

MOST_NODES = 500_000
"""A query that could bring more is refused."""


@dataclass(frozen=True, slots=True)
class Cost:
    points: int
    nodes: int


class _Counting:
    def __init__(self, schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any]) -> None:
        self._schema = schema
        self._variables = dict(variables)
        self._fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
        self.requests = 0
        self.nodes = 0

    def walk(self, selections: SelectionSetNode | None, parent: GraphQLNamedType | None, times: int) -> None:
        for node, owner in self._fields(selections, parent):
            if not isinstance(owner, GraphQLObjectType | GraphQLInterfaceType) or node.name.value not in owner.fields:
                continue
            kind = get_named_type(owner.fields[node.name.value].type)
            given = {
                each.name.value: value_from_ast_untyped(each.value, self._variables) for each in node.arguments or ()
            }
            below = times
            if kind.name.endswith("Connection"):
                self.requests += times
                below = times * int(given.get("first") or given.get("last") or 0)
                self.nodes += below
            elif node.name.value == "nodes" and isinstance(given.get("ids"), list):
                below = times * len(given["ids"])
                self.nodes += below
            self.walk(node.selection_set, kind, below)

    def _fields(
        self, selections: SelectionSetNode | None, parent: GraphQLNamedType | None
    ) -> Iterator[tuple[FieldNode, GraphQLNamedType | None]]:
        for each in selections.selections if selections is not None else ():
            if isinstance(each, FieldNode):
                yield each, parent
                continue
            if isinstance(each, FragmentSpreadNode):
                fragment = self._fragments[each.name.value]
                yield from self._fields(
                    fragment.selection_set, self._schema.get_type(fragment.type_condition.name.value)
                )
            elif isinstance(each, InlineFragmentNode):
                condition = each.type_condition
                there = self._schema.get_type(condition.name.value) if condition is not None else parent
                yield from self._fields(each.selection_set, there)


def cost_of(schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any]) -> Cost:
    """A mutation costs one point. Everything costs at least one."""
    counting = _Counting(schema, document, variables)
    for each in document.definitions:
        if isinstance(each, OperationDefinitionNode) and each.operation is OperationType.QUERY:
            counting.walk(each.selection_set, schema.query_type, 1)
    return Cost(max(1, round(counting.requests / 100)), counting.nodes)
