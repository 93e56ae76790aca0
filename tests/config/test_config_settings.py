from __future__ import annotations

from datetime import timedelta

import pytest
from config_folder import PAPER, Folder

from syncd.config.text.syncd import LogFormat, LogLevel


def test_the_environment_wins_over_the_file_and_says_so(folder: Folder) -> None:
    folder.write(syncd="poll: 5 minutes\ncensus: 2 hours\n" + PAPER)
    folder.environ = {"ACME_TOKEN": "x", "SYNCD_POLL": "10 seconds", "SYNCD_LOG_LEVEL": "debug", "SYNCD_CENSUS": ""}
    loaded = folder.load()
    assert loaded.settings.poll == timedelta(seconds=10)
    assert loaded.settings.census == timedelta(hours=2)
    assert loaded.settings.log_level is LogLevel.DEBUG
    assert loaded.settings.log_format is LogFormat.AUTO
    assert loaded.origins["poll"] == "environment SYNCD_POLL"
    assert loaded.origins["census"] == f"{folder.path}/syncd.yaml:2"
    assert loaded.origins["store"] == "default"


def test_only_the_given_environment_is_read(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNCD_POLL", "7 days")
    assert folder.write().load().settings.poll == timedelta(seconds=60)


def test_a_wrong_variable_is_named(folder: Folder) -> None:
    folder.environ = {"ACME_TOKEN": "x", "SYNCD_POLL": "often", "SYNCD_LOG_FORMAT": "jsn"}
    said = str(folder.write().error())
    assert "the environment variable SYNCD_POLL: must be a duration, not 'often'" in said
    assert "SYNCD_LOG_FORMAT: must be auto, text or json, not 'jsn' (did you mean 'json'?)" in said


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("30 seconds", 30), ("1 second", 1), ("5 minutes", 300), ("5min", 300), ("1.5 hours", 5400), ("2 Days", 172_800)],
)
def test_a_duration_is_a_number_and_a_unit(folder: Folder, written: str, seconds: float) -> None:
    assert folder.write(syncd=f"poll: {written}\n{PAPER}").load().settings.poll.total_seconds() == seconds


@pytest.mark.parametrize("written", ["60", "0 seconds", "-5 minutes", "soon", "1 fortnight", "1e9 hours", "true", "[]"])
def test_what_is_no_duration_is_refused(folder: Folder, written: str) -> None:
    (fault,) = folder.write(syncd=f"poll: {written}\n{PAPER}").faults()
    assert (fault.line, fault.column) == (1, 7)
    assert fault.message.startswith("'poll' must be")


@pytest.mark.parametrize(("written", "share"), [("30 %", 0.3), ("30%", 0.3), ("0.3", 0.3), ("100 %", 1.0), ("0", 0.0)])
def test_a_share_is_a_percentage_or_a_fraction(folder: Folder, written: str, share: float) -> None:
    text = f"{PAPER}policy: {{limits: {{max_shrink_share: {written}}}}}\n"
    assert folder.write(syncd=text).load().rules.policy.limits.max_shrink_share == share


def test_a_share_without_its_sign_is_asked_about(folder: Folder) -> None:
    (fault,) = folder.write(syncd=f"{PAPER}policy: {{limits: {{max_shrink_share: 30}}}}\n").faults()
    assert fault.hint == "write '30 %'"


def test_the_store_may_stand_in_the_environment_and_its_password_must(folder: Folder) -> None:
    folder.environ = {"ACME_TOKEN": "x", "DB": "postgresql://syncd:hunter2@db/syncd"}
    settings = folder.write(syncd="store: {env: DB}\n" + PAPER).load().settings
    assert settings.store == "postgresql://syncd:hunter2@db/syncd"
    assert "hunter2" not in repr(settings)
    error = folder.write(syncd="store: postgresql://syncd:hunter2@db/syncd\n" + PAPER).error()
    assert "'store' holds a password" in str(error)
    assert "hunter2" not in str(error)


def test_a_store_of_an_unknown_kind_is_refused_without_being_shown(folder: Folder) -> None:
    folder.environ = {"ACME_TOKEN": "x", "SYNCD_STORE": "mysql://root:hunter2@db"}
    said = str(folder.write().error())
    assert "must be the address of a database" in said
    assert "hunter2" not in said


TOKEN = "a-token-of-an-operator"


def test_access_stands_in_the_file_with_its_tokens_elsewhere(folder: Folder) -> None:
    folder.environ = {"ACME_TOKEN": "x", "ADA": TOKEN}
    text = "access:\n  tokens:\n    - {name: ada, role: operator, token: {env: ADA}}\n" + PAPER
    loaded = folder.write(syncd=text).load()
    (token,) = loaded.settings.access.tokens
    assert (token.name, token.role.value, token.token.get_secret_value()) == ("ada", "operator", TOKEN)
    assert TOKEN not in repr(loaded.settings)
    assert loaded.origins["access.tokens"] == f"{folder.path}/syncd.yaml:2"


def test_a_token_in_the_file_is_refused_and_not_shown(folder: Folder) -> None:
    said = str(folder.write(syncd=f"access: {{tokens: [{{name: ada, token: {TOKEN}}}]}}\n" + PAPER).error())
    assert "'token' is a secret and must not stand in this file" in said and TOKEN not in said


def test_a_short_token_is_refused_and_not_shown(folder: Folder) -> None:
    folder.environ = {"ACME_TOKEN": "x", "ADA": "hunter2"}
    said = str(folder.write(syncd="access: {tokens: [{name: ada, token: {env: ADA}}]}\n" + PAPER).error())
    assert "must have at least 16 characters" in said and "hunter2" not in said


def test_a_value_within_a_block_may_stand_in_the_environment(folder: Folder) -> None:
    folder.environ = {
        "ACME_TOKEN": "x",
        "SYNCD_HEARTBEAT_URL": "https://hc.example/s3cret",
        "SYNCD_ACCESS_PUBLIC": "true",
    }
    loaded = folder.write().load()
    assert loaded.settings.heartbeat.url is not None and loaded.settings.access.public
    assert loaded.origins["heartbeat.url"] == "environment SYNCD_HEARTBEAT_URL"
    assert "s3cret" not in repr(loaded.settings)
    folder.environ["SYNCD_HEARTBEAT_URL"] = "hunter2"
    said = str(folder.error())
    assert "the environment variable SYNCD_HEARTBEAT_URL: must be a web address" in said and "hunter2" not in said


def test_two_tokens_of_one_name_are_refused(folder: Folder) -> None:
    folder.environ = {"ACME_TOKEN": "x", "ADA": TOKEN}
    one = "{name: ada, token: {env: ADA}}"
    assert "two tokens named 'ada'" in str(folder.write(syncd=f"access: {{tokens: [{one}, {one}]}}\n" + PAPER).error())


@pytest.mark.parametrize("written", ["https://syncd.example.com/", "http://10.0.0.5:8080/pm"])
def test_the_address_of_the_page_reaches_the_rules_without_its_last_slash(folder: Folder, written: str) -> None:
    assert folder.write(syncd=f"public_url: {written}\n{PAPER}").load().rules.page == written.rstrip("/")
    folder.environ = {"ACME_TOKEN": "x", "SYNCD_PUBLIC_URL": "https://other.example"}
    assert folder.load().rules.page == "https://other.example"


@pytest.mark.parametrize("written", ["syncd.example.com", "ftp://x", "https://a b", "https://u:p@x", "https://x/?a=b"])
def test_what_is_no_address_of_a_page_is_refused(folder: Folder, written: str) -> None:
    (fault,) = folder.write(syncd=f"public_url: {written}\n{PAPER}").faults()
    assert fault.message.startswith("'public_url' must be a web address")
