"""Who gets messages, as people write it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from config_folder import PAPER, Folder

from syncd.config.authoring.effective import effective
from syncd.config.secrets import secrets_of
from syncd.config.text.tell import Form
from syncd.core.telling.notices import About

HOOK = "https://hooks.example.com/services/T0/B0/hunter2hunter2"
TELL = """\
tell:
  team:
    url: {env: HOOK}
    form: slack
  ops:
    url: {env: HOOK}
    form: json
    about: [failed, horizons]
    sources: acme
    quiet: [{hours: "18:00-08:00"}, {days: [sat, sun]}]
    zone: Europe/Berlin
    remind: null
    every: 7 days
    secret: {env: SIGNS}
"""


@pytest.fixture
def told(folder: Folder) -> Folder:
    folder.environ |= {"HOOK": HOOK, "SIGNS": "a-key-of-twenty-four-chr"}
    return folder.write(syncd=PAPER + TELL)


def test_receivers_are_read_as_they_are_said(told: Folder) -> None:
    team, ops = told.load().receivers
    assert (team.name, team.text.form, team.text.url.get_secret_value()) == ("team", Form.SLACK, HOOK)
    assert team.terms.about == {About.WAITING, About.BRAKE, About.FAILED, About.FIGHT} and not team.terms.sources
    assert team.terms.remind == timedelta(days=1)
    assert (ops.terms.about, ops.terms.sources) == ({About.FAILED, About.HORIZONS}, {"acme"})
    assert (ops.terms.remind, ops.terms.every) == (None, timedelta(days=7))


def test_quiet_hours_are_those_of_the_receivers_clock(told: Folder) -> None:
    team, ops = told.load().receivers
    wednesday = datetime(2026, 11, 25, 6, 59, tzinfo=UTC)  # 07:59 in Berlin
    rest = ops.terms.rests(wednesday)
    assert rest is not None and rest.until == wednesday + timedelta(minutes=1)
    assert ops.terms.rests(wednesday + timedelta(minutes=1)) is None
    saturday = ops.terms.rests(wednesday + timedelta(days=3, hours=5))
    assert saturday is not None and saturday.until == datetime(2026, 11, 30, 7, tzinfo=UTC)
    assert team.terms.rests(wednesday) is None


def test_the_address_is_a_secret_and_shown_nowhere(told: Folder) -> None:
    loaded = told.load()
    assert HOOK in secrets_of(loaded)
    assert "hunter2" not in repr(loaded.receivers) + repr(loaded.settings)
    shown = json.dumps([(one.name, one.value, one.origin) for one in effective(loaded)])
    assert "hunter2" not in shown and "********" in shown
    written = told.write(syncd=PAPER + TELL.replace("{env: HOOK}", HOOK)).error()
    assert "is a secret and must not stand in this file" in str(written) and "hunter2" not in str(written)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("form: slack", "form: slak", "'form' must be slack, teams or json, not 'slak' (did you mean 'slack'?)"),
        ("form: slack", "about: failed", "form"),
        ("form: json", "form: teams", "has the form teams, which bears no signature"),
        ("sources: acme", "sources: acne", "there is no source 'acne' (did you mean 'acme'?)"),
        ("Europe/Berlin", "Europe/Berlln", "there is no time zone 'Europe/Berlln' (did you mean 'Europe/Berlin'?)"),
        ("[failed, horizons]", "[faild]", "(did you mean 'failed'?)"),
        ("[failed, horizons]", "[]", "says about nothing"),
        ("every: 7 days", "every: 1 hour", "'every' must be a day at least"),
        ('{hours: "18:00-08:00"}', "{because: night}", "must say a time"),
        ("{days: [sat, sun]}", "{}", "must say a time"),
        ("zone:", "zones:", "unknown key 'zones' (did you mean 'zone'?)"),
        ("  team:", "  '':", "must not be empty"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(told: Folder, old: str, new: str, said: str) -> None:
    faults = told.write(syncd=PAPER + TELL.replace(old, new)).faults()
    assert len(faults) == 1 and said in faults[0].message, faults
    assert faults[0].file.endswith("syncd.yaml") and faults[0].line > 1
    assert "hunter2" not in str(faults)


def test_a_short_key_signs_nothing(told: Folder) -> None:
    told.environ["SIGNS"] = "short"
    (fault,) = told.faults()
    assert "must have at least 16 characters" in fault.message and "short" not in fault.message


def test_without_the_variable_it_says_what_to_type(told: Folder) -> None:
    del told.environ["SIGNS"]
    (fault,) = told.faults()
    assert fault.hint == "type: export SIGNS=…"
