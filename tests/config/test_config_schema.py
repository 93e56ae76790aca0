from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from config_folder import CONNECTORS, FACTS, PAPER, SCORE
from jsonschema import Draft202012Validator

from syncd.config.authoring.schema import schemas, write_schemas
from syncd.config.reading.yaml import read

COMMITTED = Path(__file__).resolve().parents[2] / "config" / "schema"


def complaints(file: str, text: str) -> list[str]:
    schema = json.loads(schemas(CONNECTORS)[f"{file}.schema.json"])
    data: Any = read(text, file).data()
    return [error.message for error in deepest(Draft202012Validator(schema).iter_errors(data))]


def deepest(errors: Any) -> Iterator[Any]:
    for error in errors:
        if error.context:
            yield from deepest(error.context)
        else:
            yield error


def test_the_committed_schemas_are_current() -> None:
    for name, text in schemas().items():
        assert (COMMITTED / name).read_text(encoding="utf-8") == text, "run `syncd schema config/schema`"


def test_they_are_schemas_and_the_same_each_time() -> None:
    for text in schemas(CONNECTORS).values():
        Draft202012Validator.check_schema(json.loads(text))
    assert schemas(CONNECTORS) == schemas(dict(reversed(CONNECTORS.items())))


def test_only_what_differs_is_written(tmp_path: Path) -> None:
    assert [path.name for path in write_schemas(tmp_path / "schema", CONNECTORS)] == list(schemas(CONNECTORS))
    (tmp_path / "schema" / "okrs.schema.json").write_text("{}")
    assert [path.name for path in write_schemas(tmp_path / "schema", CONNECTORS)] == ["okrs.schema.json"]


def test_good_files_please_the_editor() -> None:
    assert (
        complaints("syncd", PAPER + "    write: {score: {field: S}, horizon: [{label: r/}]}\npoll: 5 minutes\n") == []
    )
    assert complaints("syncd", "sources: {board: {app: {id: 3, key: {file: app.pem}}}}\n") == []
    assert (
        complaints(
            "scoring", FACTS + SCORE + "adjust: [{name: a, add: 3}]\nhorizons: {now: {capacity: 3 items}, later: }\n"
        )
        == []
    )
    assert complaints("okrs", "objectives: [{id: O1, title: Sell, weight: 2}]\n") == []


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("syncd", PAPER.replace("{env: ACME_TOKEN}", "sesame"), "'sesame' is not"),
        ("syncd", PAPER.replace("projects", "projcts"), "'projcts'"),
        ("syncd", PAPER + "    mode: revew\n", "'revew' is not one of"),
        ("syncd", PAPER + "cencus: 1 hour\n", "'cencus'"),
        ("syncd", PAPER.replace("kind: paper", "kind: papre"), "'papre'"),
        ("scoring", "facts: {x: {acme: 3}}\n", "3 is not"),
        ("scoring", "horizons: {hysteresys: 3}\n", "3 is not"),
        ("okrs", "objectives: [{id: O 1, title: x}]\n", "does not match"),
    ],
)
def test_mistakes_are_marked_while_people_write(file: str, text: str, said: str) -> None:
    assert any(said in complaint for complaint in complaints(file, text))
