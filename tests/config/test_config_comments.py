"""What the example and the starting files show in comments: each key is valid, each default is the program's, none is forgotten."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from syncd.config.authoring.starter import starting_files
from syncd.config.load import load
from syncd.config.text.syncd import LimitsText, PolicyText
from syncd.connector.registry import connectors

ROOT = Path(__file__).resolve().parent.parent.parent
KEY = re.compile(r"^(?P<indent> *)# ?(?P<text> *(?:[a-z_]+:(?: |$)|- \{).*)$")
ENVIRON = {"JIRA_TOKEN": "x", "GITHUB_TOKEN": "x", "DEMO_JIRA_TOKEN": "x", "DEMO_GITHUB_TOKEN": "x"}
ENVIRON["SLACK_WEBHOOK"] = "https://hooks.example.com/x"


def texts() -> dict[str, dict[str, str]]:
    """The files of a folder, by where they come from."""
    example = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "config").iterdir() if path.is_file()}
    return {"config/": example, "syncd init": starting_files(["jira", "github"], date(2026, 11, 25))}


def uncommented(text: str) -> tuple[str, list[str]]:
    """The text with all the keys that stand in comments, and these keys."""
    lines, keys = [], []
    for line in text.splitlines():
        if (match := KEY.match(line)) is not None:
            line = match["indent"] + match["text"]
            keys += [match["text"].strip().partition(":")[0]] if "- {" not in line else []
        lines.append(line)
    return "\n".join(lines) + "\n", keys


@pytest.mark.parametrize("origin", texts())
def test_every_key_in_a_comment_is_valid_where_it_stands(tmp_path: Path, origin: str) -> None:
    count = 0
    for name, text in texts()[origin].items():
        if name == "syncd.yaml":
            text, keys = uncommented(text)
            count = len(keys)
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert count > 15
    loaded = load(tmp_path, ENVIRON, connectors())
    assert loaded.rules.windows.allow and loaded.rules.windows.deny
    apart = {s.name: s.spec.seconds_between_writes(s.settings) for s in loaded.sources}
    assert apart["github"] == 1, "the pace that it would have without the key, too"


@pytest.mark.parametrize("origin", texts())
def test_the_limits_in_comments_are_all_that_there_are_with_the_programs_own_values(origin: str) -> None:
    text = texts()[origin]["syncd.yaml"]
    whole, keys = uncommented(text)
    shown: dict[str, Any] = yaml.safe_load(whole)["policy"]
    assert shown["limits"].keys() == LimitsText.model_fields.keys()
    policy, program = PolicyText.model_validate(shown), PolicyText()
    for name in LimitsText.model_fields:
        assert name not in keys or getattr(policy.limits, name) == getattr(program.limits, name), name
    assert "approvals_expire" in keys and policy.approvals_expire == program.approvals_expire


def test_without_the_comments_the_program_does_what_they_show(tmp_path: Path) -> None:
    text = texts()["syncd init"]["syncd.yaml"]
    shown = yaml.safe_load(uncommented(text)[0])["policy"]["limits"]
    written = yaml.safe_load(text)["policy"].get("limits", {})
    assert LimitsText.model_validate(written) == LimitsText.model_validate(shown)
