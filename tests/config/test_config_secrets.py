from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import pytest
from config_folder import PAPER, BoardSettings, Folder, PaperSettings
from pydantic import Field, SecretStr

SECRET = "hunter2hunter2"


def paper(token: str) -> str:
    return PAPER.replace("{env: ACME_TOKEN}", token)


def test_a_secret_comes_from_the_environment_or_from_a_file(folder: Folder) -> None:
    settings = folder.write().load().sources[0].settings
    assert isinstance(settings, PaperSettings)
    assert settings.token.get_secret_value() == "sesame"
    (folder.path / "token").write_text(f"{SECRET}\n")
    settings = folder.write(syncd=paper("{file: token}")).load().sources[0].settings
    assert isinstance(settings, PaperSettings)
    assert settings.token.get_secret_value() == SECRET
    assert SECRET not in repr(folder.load())


@pytest.mark.parametrize("written", [SECRET, f"'{SECRET}'", f"|\n      {SECRET}\n      {SECRET}", "12345678"])
def test_a_literal_secret_is_refused_and_never_shown(folder: Folder, written: str) -> None:
    error = folder.write(syncd=paper(written)).error()
    assert [fault.message for fault in error.faults] == ["'token' is a secret and must not stand in this file"]
    assert "export ACME_TOKEN=…" in error.faults[0].hint
    assert SECRET not in str(error)
    assert "12345678" not in str(error)


@pytest.mark.parametrize(
    "source",
    [
        f"{{kind: board, pat: {SECRET}, mode: revew}}",
        f"{{kind: bord, pat: {SECRET}, mode: review}}",
        f"{{kind: board, app: {{id: x, key: {SECRET}}}, write: 3}}",
        f"{{kind: board, pat: {{env: BOARD_PAT, default: {SECRET}}}}}",
        f"{{kind: board, pat: [{SECRET}]}}",
        f"{{kind: board, pat: {{pin: {SECRET}}}, pat2: x}}",
    ],
)
def test_no_other_mistake_in_its_line_shows_a_secret(folder: Folder, source: str) -> None:
    said = str(folder.write(syncd=f"sources:\n  hub: {source}\n").error())
    assert SECRET not in said


def test_a_line_that_is_not_even_yaml_shows_no_secret(folder: Folder) -> None:
    assert SECRET not in str(folder.write(syncd=f"sources:\n  acme:\n    token: {SECRET}: x\n").error())
    assert SECRET not in str(folder.write(syncd=f"store: postgresql://a:{SECRET}@db: x\n").error())


def test_a_nested_secret_is_one_as_well(folder: Folder) -> None:
    text = "sources:\n  hub: {kind: board, app: {id: 7, key: {file: app.pem}}}\n"
    (folder.path / "app.pem").write_text("-----BEGIN KEY-----\nabc\n-----END KEY-----\n")
    settings = folder.write(syncd=text).load().sources[0].settings
    assert isinstance(settings, BoardSettings)
    assert settings.app is not None
    assert settings.app.key.get_secret_value() == "-----BEGIN KEY-----\nabc\n-----END KEY-----"
    faults = folder.write(syncd=text.replace("{file: app.pem}", SECRET)).faults()
    assert [fault.message for fault in faults] == ["'key' is a secret and must not stand in this file"]


def test_a_variable_that_is_not_set_comes_with_the_command_that_sets_it(folder: Folder) -> None:
    folder.environ = {"ACME_TOKEN": ""}
    (fault,) = folder.write().faults()
    assert fault.message == "the environment variable ACME_TOKEN is empty"
    folder.environ = {}
    (fault,) = folder.faults()
    assert (fault.line, fault.column) == (5, 18)
    assert fault.message == "the environment variable ACME_TOKEN is not set"
    assert fault.hint == "type: export ACME_TOKEN=…"


def test_a_secret_file_that_is_missing_empty_or_none_is_named(folder: Folder) -> None:
    folder.write(syncd=paper("{file: token}"))
    assert folder.places() == [f"syncd.yaml:5:19 the file {folder.path}/token does not exist"]
    (folder.path / "token").write_text("\n")
    assert folder.places() == [f"syncd.yaml:5:19 the file {folder.path}/token is empty"]
    (folder.path / "token").write_bytes(b"\xff")
    assert folder.places() == [f"syncd.yaml:5:19 the file {folder.path}/token is not text in UTF-8"]
    (folder.path / "token").unlink()
    (folder.path / "token").mkdir()
    assert folder.places() == [f"syncd.yaml:5:19 {folder.path}/token is not a small file with one value in it"]


def test_any_value_may_come_from_the_environment_in_the_type_that_is_wanted(folder: Folder) -> None:
    text = PAPER.replace("[PAY]", "{env: PROJECTS}") + "    pages: {env: PAGES, default: 3}\n"
    folder.environ = {"ACME_TOKEN": "x", "PROJECTS": "PAY, SHOP"}
    assert folder.write(syncd=text).load().sources[0].settings.model_dump(include={"projects", "pages"}) == {
        "projects": ("PAY", "SHOP"),
        "pages": 3,
    }
    assert folder.write(syncd=text.replace("default: 3", "default: {file: x}")).places() == [
        "syncd.yaml:7:12 'pages' must be a whole number, not a block of keys"
    ]
    folder.environ = {**folder.environ, "PAGES": "12"}
    assert folder.write(syncd=text).load().sources[0].settings.model_dump()["pages"] == 12
    folder.environ = {**folder.environ, "PAGES": "many"}
    assert folder.places() == ["syncd.yaml:7:12 'pages' must be a whole number, not '•••'"]


def test_bytes_in_the_environment_that_are_no_text_are_refused(folder: Folder) -> None:
    folder.environ = {"ACME_TOKEN": b"\xff".decode("utf-8", "surrogateescape")}
    assert folder.write().places() == [
        "syncd.yaml:5:18 the environment variable ACME_TOKEN holds bytes that are not UTF-8"
    ]


def test_a_secret_of_the_wrong_form_is_refused_without_being_shown(folder: Folder) -> None:
    folder.environ = {"BOARD_PAT": "x", "PIN": SECRET}
    said = str(folder.write(syncd="sources:\n  board: {pat: {env: BOARD_PAT}, pin: {env: PIN}}\n").error())
    assert "'pin' must fit the pattern" in said
    assert SECRET not in said


def test_a_secret_that_its_connector_finds_too_short_is_told_and_loses_no_source(folder: Folder) -> None:
    class Strict(PaperSettings):
        token: Annotated[SecretStr, Field(min_length=12)]

    folder.connectors = {**folder.connectors, "paper": replace(folder.connectors["paper"], settings=Strict)}
    assert [fault.message for fault in folder.write().error().faults] == ["'token' must have at least 12"]
