"""`syncd config show`: what is in force, where it comes from, and no secret."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from config_folder import PAPER, Folder

from syncd.cli.main import cli
from syncd.config.authoring.effective import MASK, effective

SECRET = "s3cret-s3cret-s3cret"


def test_each_value_has_its_origin(folder: Folder) -> None:
    folder.environ = {"ACME_TOKEN": SECRET, "SYNCD_POLL": "2 minutes", "ADA": SECRET}
    text = "access: {tokens: [{name: ada, token: {env: ADA}}]}\ncensus: 90 minutes\n" + PAPER
    found = {one.name: one for one in effective(folder.write(syncd=text).load())}
    file = f"{folder.path}/syncd.yaml"
    assert (found["poll"].value, found["poll"].origin) == ("2 minutes", "environment SYNCD_POLL")
    assert (found["census"].value, found["census"].origin) == ("90 minutes", f"{file}:2")
    assert found["sweep"].origin == "default"
    tokens = [one for one in found.values() if one.name.endswith(".token")]
    assert tokens and all(one.value == MASK and one.origin.startswith("environment ACME_TOKEN, by") for one in tokens)
    assert found["access.tokens"].value == [{"name": "ada", "token": MASK}]
    assert found["policy.deadband"].origin == "default"
    assert SECRET not in repr(list(found.values())) and SECRET not in json.dumps([one.value for one in found.values()])


def test_the_store_s_password_is_masked(folder: Folder) -> None:
    folder.environ = {"ACME_TOKEN": "x", "SYNCD_STORE": f"postgresql://syncd:{SECRET}@db/syncd"}
    (store,) = [one for one in effective(folder.write().load()) if one.name == "store"]
    assert store.value == f"postgresql://{MASK}@db/syncd"


def test_the_command_shows_a_part_or_what_was_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIRA_TOKEN", SECRET)
    monkeypatch.setenv("SYNCD_CENSUS", "3 hours")
    run = CliRunner()
    config = ["--config", str(tmp_path / "config")]
    assert run.invoke(cli, [*config, "init", "jira"]).exit_code == 0
    told = run.invoke(cli, [*config, "config", "show", "--changed", "--json"])
    assert told.exit_code == 0, told.output
    found = {one["name"]: one for one in json.loads(told.output)}
    assert found["census"] == {"name": "census", "value": "3 hours", "origin": "environment SYNCD_CENSUS"}
    assert all(re.search(r"environment|\.yaml:\d+", one["origin"]) for one in found.values())
    shown = run.invoke(cli, [*config, "config", "show", "sources.jira"]).output
    assert "sources.jira.url" in shown and MASK in shown and "census" not in shown
    assert SECRET not in told.output + shown
