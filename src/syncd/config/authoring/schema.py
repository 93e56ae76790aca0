"""JSON Schemas of the files, so that editors complete keys and mark mistakes while people write."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from syncd.config.reading.shape import Shape
from syncd.config.text.golden import GoldenText
from syncd.config.text.measures import MeasureText
from syncd.config.text.okrs import OkrsText
from syncd.config.text.scoring import ScoringText
from syncd.config.text.service import AccessText, HeartbeatText, TokenText
from syncd.config.text.syncd import DaemonText, SourceText, SyncdText
from syncd.config.text.tell import TellText
from syncd.connector import registry
from syncd.connector.protocol import Spec

Schema = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_ENV: Final[Schema] = {
    "type": "object",
    "title": "Environment variable",
    "properties": {"env": {"type": "string", "description": "Its name."}, "default": {}},
    "required": ["env"],
    "additionalProperties": False,
}
_SECRET: Final[Schema] = {**_ENV, "properties": {"env": _ENV["properties"]["env"]}}
_FILE: Final[Schema] = {
    "type": "object",
    "title": "File",
    "properties": {"file": {"type": "string", "description": "A path, relative to this folder."}},
    "required": ["file"],
    "additionalProperties": False,
}


def schemas(connectors: Mapping[str, Spec] | None = None) -> dict[str, str]:
    """File name → text, by default for the installed connectors. The same connectors give the same texts everywhere."""
    documents = {
        "syncd.schema.json": _syncd(registry.connectors() if connectors is None else connectors),
        "okrs.schema.json": _okrs(),
        "scoring.schema.json": _document(ScoringText),
        "scoring.tests.schema.json": _document(GoldenText),
    }
    return {name: json.dumps(schema, indent=2, ensure_ascii=False) + "\n" for name, schema in documents.items()}


def write_schemas(folder: Path, connectors: Mapping[str, Spec] | None = None) -> list[Path]:
    """Writes those that are not there or differ, and returns them: nothing to return means that all were current."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in schemas(connectors).items():
        path = folder / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            written.append(path)
    return written


def _document(model: type[BaseModel]) -> Schema:
    return {"$schema": DIALECT, **model.model_json_schema(mode="validation")}


def _syncd(connectors: Mapping[str, Spec]) -> Schema:
    schema = _document(SyncdText)
    for key in DaemonText.model_fields:
        schema["properties"][key] = _or_reference(schema["properties"][key], secret=False)
    definitions: Schema = schema["$defs"]
    for model in (TokenText, HeartbeatText, AccessText, TellText):
        definitions[model.__name__] = _with_references(definitions[model.__name__])
    definitions.update(env=_ENV, secret=_SECRET, file=_FILE)
    source = definitions[SourceText.__name__]
    source.pop("additionalProperties", None)
    source["properties"]["kind"] = {"enum": sorted(connectors), "description": "What kind of tool it is."}
    source["allOf"] = []
    for kind in sorted(connectors):
        name = f"source_{kind}"
        definitions[name] = _of_kind(kind, connectors[kind], source, definitions)
        said = {"properties": {"kind": {"const": kind}}, "required": ["kind"]}
        source["allOf"].append({"if": said, "then": {"$ref": f"#/$defs/{name}"}})
    return schema


def _okrs() -> Schema:
    schema = _document(OkrsText)
    definitions: Schema = schema["$defs"]
    shape = Shape.of(MeasureText)
    own = definitions[MeasureText.__name__]["properties"]
    for key in own:
        if key == "headers":
            own[key]["additionalProperties"] = _or_reference({}, secret=True)
        elif shape.child(key).secret or "string" in shape.child(key).types:
            own[key] = _or_reference(own[key], secret=shape.child(key).secret)
    definitions.update(env=_ENV, secret=_SECRET, file=_FILE)
    return schema


def _of_kind(kind: str, spec: Spec, source: Schema, definitions: Schema) -> Schema:
    """The keys of one kind, with those that all sources have, so that anything else can be refused."""
    own = spec.settings.model_json_schema(mode="validation", ref_template=f"#/$defs/{kind}_{{model}}")
    shape = Shape.of(spec.settings)
    for name, definition in own.pop("$defs", {}).items():
        definitions[f"{kind}_{name}"] = _with_references(definition)
    properties = {
        key: _or_reference(value, secret=shape.child(key).secret) for key, value in own.get("properties", {}).items()
    }
    return {
        "title": own.get("title", kind),
        "description": own.get("description", ""),
        "type": "object",
        "properties": {**{key: {} for key in source["properties"]}, **properties},
        "required": own.get("required", []),
        "additionalProperties": False,
    }


def _with_references(definition: Schema) -> Schema:
    if "properties" not in definition:
        return definition
    properties = {
        key: _or_reference(value, secret=value.get("writeOnly") is True)
        for key, value in definition["properties"].items()
    }
    return {**definition, "properties": properties}


def _or_reference(schema: Schema, *, secret: bool) -> Schema:
    """A value, or where it stands; a secret only stands elsewhere."""
    outside: Schema = {key: schema[key] for key in ("title", "description", "default") if key in schema}
    if secret:
        return {**outside, "anyOf": [_reference("secret"), _reference("file")]}
    inside = {key: value for key, value in schema.items() if key not in outside}
    return {**outside, "anyOf": [inside, _reference("env"), _reference("file")]}


def _reference(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}
