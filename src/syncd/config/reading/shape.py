"""What a model expects at a place, read from its JSON Schema: known keys, types, secrets. Works for a stranger's model, too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from pydantic import BaseModel

Schema = Mapping[str, Any]


@cache
def _schema(model: type[BaseModel]) -> Schema:
    """Nobody changes it, and making it takes longer than reading a whole file by it."""
    return model.model_json_schema(mode="validation")


@dataclass(frozen=True, slots=True)
class Shape:
    """A place in a JSON Schema. Where several schemas may apply there (anyOf), all of them are looked at."""

    root: Schema
    nodes: tuple[Schema, ...]

    @classmethod
    def of(cls, model: type[BaseModel]) -> Shape:
        schema = _schema(model)
        return cls(schema, tuple(_alternatives(schema, schema)))

    def child(self, step: str | int) -> Shape:
        """The shape under a key or list position; nothing known when the schema says nothing about it."""
        found = [below for node in self.nodes for below in _below(node, step)]
        return Shape(self.root, tuple(one for below in found for one in _alternatives(self.root, below)))

    def at(self, path: tuple[str | int, ...]) -> Shape:
        """As `child` along a path; steps that the schema does not know (names of union branches) are passed over."""
        shape = self
        for step in path:
            below = shape.child(step)
            shape = below if below.nodes else shape
        return shape

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(key for node in self.nodes for key in node.get("properties", {})))

    @property
    def required(self) -> frozenset[str]:
        return frozenset(key for node in self.nodes for key in node.get("required", ()))

    @property
    def types(self) -> frozenset[str]:
        written = (node.get("type", ()) for node in self.nodes)
        return frozenset(one for types in written for one in ([types] if isinstance(types, str) else types))

    @property
    def description(self) -> str:
        """What the model says about this place, in one line."""
        return next((" ".join(text.split()) for node in self.nodes if (text := node.get("description"))), "")

    @property
    def secret(self) -> bool:
        """Pydantic writes SecretStr and SecretBytes as write-only passwords."""
        return any(node.get("writeOnly") is True or node.get("format") == "password" for node in self.nodes)


def _below(node: Schema, step: str | int) -> Iterator[Schema]:
    if isinstance(step, int):
        prefix = node.get("prefixItems", [])
        if step < len(prefix):
            yield prefix[step]
        elif isinstance(node.get("items"), Mapping):
            yield node["items"]
    elif step in node.get("properties", {}):
        yield node["properties"][step]
    elif isinstance(node.get("additionalProperties"), Mapping):
        yield node["additionalProperties"]


def _alternatives(root: Schema, node: Schema) -> Iterator[Schema]:
    if "$ref" in node:
        target: Any = root
        for part in cast(str, node["$ref"]).removeprefix("#/").split("/"):
            target = target[part.replace("~1", "/").replace("~0", "~")]
        yield {key: value for key, value in node.items() if key != "$ref"}
        yield from _alternatives(root, target)
        return
    for word in ("anyOf", "oneOf", "allOf"):
        for branch in node.get(word, ()):
            yield from _alternatives(root, branch)
    yield node
