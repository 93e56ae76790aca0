"""Atlassian's own description of Jira Cloud, asked whether one exchange fits it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import jsonschema

from syncd.testing.httpsim import Exchange

# What every route may answer, whether its description lists it or not.
EVERYWHERE = {400, 401, 403, 404, 405, 429, 503}


class Described:
    """One OpenAPI file."""

    def __init__(self, file: Path) -> None:
        self._text = file.read_text(encoding="utf-8")

    @cached_property
    def spec(self) -> dict[str, Any]:
        spec: dict[str, Any] = json.loads(self._text, object_hook=_nullable)
        return spec

    @cached_property
    def _routes(self) -> list[tuple[re.Pattern[str], str]]:
        patterns = []
        for path in sorted(self.spec["paths"], key=lambda p: p.count("{")):
            pattern = re.sub(r"\\\{[^/]+?\\\}", "[^/]+", re.escape(path))
            patterns.append((re.compile(pattern), path))
        return patterns

    def operation(self, method: str, path: str) -> tuple[str, dict[str, Any]] | None:
        for pattern, template in self._routes:
            found = self.spec["paths"][template].get(method.lower())
            if found is not None and pattern.fullmatch(path):
                return template, found
        return None

    def faults(self, exchange: Exchange) -> Iterator[str]:
        """What does not fit, one sentence each."""
        request = exchange.request
        path = request.path.replace("/rest/api/2/", "/rest/api/3/")  # version 2 differs in how text is shown only
        found = self.operation(request.method, path)
        where = f"{request.method} {request.path}"
        if found is None:
            yield f"{where}: there is no such operation"
            return
        _, operation = found
        if operation.get("deprecated"):
            yield f"{where}: the operation is deprecated"
        known = {p["name"] for p in operation.get("parameters", ()) if p["in"] == "query"}
        yield from (f"{where}: there is no parameter {name}" for name in set(request.query) - known)
        body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
        if request.body:
            if body is None:
                yield f"{where}: a body is sent where none is described"
            else:
                yield from self._mismatches(f"{where} sends", body, request.json())
        yield from self._answer_faults(where, operation, exchange)

    def _answer_faults(self, where: str, operation: Mapping[str, Any], exchange: Exchange) -> Iterator[str]:
        reply = exchange.reply
        if reply is None:
            return
        described = operation["responses"].get(str(reply.status))
        if described is None:
            if reply.status not in EVERYWHERE:
                yield f"{where}: the status {reply.status} is not described"
            return
        schema = described.get("content", {}).get("application/json", {}).get("schema")
        if schema is None:
            return
        body = json.loads(reply.body) if isinstance(reply.body, bytes) else reply.body
        yield from self._mismatches(f"{where} answers", schema, body)

    def _mismatches(self, where: str, schema: Mapping[str, Any], value: object) -> Iterator[str]:
        whole = {"allOf": [schema], "components": self.spec["components"]}
        for error in jsonschema.Draft202012Validator(whole).iter_errors(value):
            yield f"{where} {error.json_path}: {error.message[:200]}"

    def fits(self, schema: str, value: object) -> list[str]:
        return list(self._mismatches(schema, {"$ref": f"#/components/schemas/{schema}"}, value))


def _nullable(node: dict[str, Any]) -> dict[str, Any]:
    """OpenAPI 3.0's `nullable` in the words of JSON Schema."""
    if node.pop("nullable", False) and isinstance(node.get("type"), str):
        node["type"] = [node["type"], "null"]
    return node
