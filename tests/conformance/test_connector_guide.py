"""The connector guide says what is: its code stands in the example, its configuration loads, its words exist."""

from __future__ import annotations

import inspect
import re
import textwrap
from pathlib import Path

import pytest

from syncd.config.load import load
from syncd.connector import errors
from syncd.connector.protocol import Connector
from syncd.testing.conformance import Conformance
from syncd.testing.conformance.levels import Level
from syncd.testing.conformance.report import readable
from syncd.testing.sandbox import Sandbox, Weather

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "connector-guide.md").read_text(encoding="utf-8")
EXAMPLE = ROOT / "tests" / "third_party" / "syncd_csv"
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[str]:
    return [text for name, text in BLOCKS if name == language]


@pytest.mark.parametrize("block", blocks("python"), ids=lambda text: text.split("\n", 1)[0].removeprefix("# "))
def test_every_piece_of_code_stands_in_the_example(block: str) -> None:
    head, code = block.split("\n", 1)
    source = (EXAMPLE / head.removeprefix("# ")).read_text(encoding="utf-8")
    assert f"\n{code}" in f"\n{source}", f"the guide shows what is not in {head}"


def test_the_guide_names_code_of_each_level() -> None:
    assert len(blocks("python")) > 10


def test_the_entry_point_is_that_of_the_example() -> None:
    (block,) = blocks("toml")
    assert block in (EXAMPLE / "pyproject.toml").read_text(encoding="utf-8")


def test_the_configuration_of_the_guide_is_right(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(EXAMPLE / "src"))
    from syncd_csv import SPEC

    (block,) = blocks("yaml")
    (tmp_path / "syncd.yaml").write_text(block, encoding="utf-8")
    scoring = """
        facts: {value: {default: 1}, effort: {default: 1}}
        score: {framework: value_effort}
        horizons: {now: {}}
    """
    (tmp_path / "scoring.yaml").write_text(textwrap.dedent(scoring), encoding="utf-8")
    loaded = load(tmp_path, {}, {"csv": SPEC})
    assert [source.name for source in loaded.sources] == ["team"]
    assert loaded.sources[0].write_fields == {"Score"}


def test_the_guide_speaks_of_everything_that_an_author_meets() -> None:
    methods = [name for name, _ in inspect.getmembers(Connector, inspect.isfunction) if not name.startswith("_")]
    kinds = [
        name for name, kind in vars(errors).items() if inspect.isclass(kind) and kind.__base__ is errors.ConnectorError
    ]
    people = [
        "add",
        "edit",
        "finish",
        "delete",
        "look",
        "weather",
        "delivery",
        "quiet_requests",
        "setup_requests",
        "write_requests",
    ]
    words = [*methods, *kinds, *people, *(kind.value for kind in Weather), *(level.label for level in Level)]
    missing = [word for word in words if not re.search(rf"\b{word}\b", GUIDE)]
    assert not missing
    assert all(hasattr(Sandbox, name) for name in people)


def test_the_report_in_the_guide_names_checks_that_exist() -> None:
    (block,) = blocks("text")
    checks = {readable(name) for name in dir(Conformance)}
    assert {line.strip() for line in block.splitlines()[1:]} <= checks
