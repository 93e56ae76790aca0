"""What people may write, what is checked without a request, and how GitHub's issues are found in anybody's text."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from github_stage import Wire
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from syncd.connector.protocol import Wiring
from syncd.connector.registry import connectors
from syncd_github import SPEC
from syncd_github.cursor import pack, unpack

GOOD = {"token": "ghp_x", "repositories": ["acme/web"]}


def wiring(write=(), order=False):
    return Wiring("gh", Wire(), frozenset(), frozenset(write), order, lambda: datetime.now(UTC))


def test_the_connector_is_found_by_its_kind():
    assert connectors()["github"] is SPEC


def test_the_least_that_is_needed_is_a_token_and_a_repository():
    found = SPEC.settings.model_validate(GOOD)
    assert (found.url, found.overlap, found.sweep) == (
        "https://api.github.com",
        timedelta(minutes=2),
        timedelta(hours=1),
    )
    assert "ghp_x" not in repr(found)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"token": None}, "exactly one of `token` and `app`"),
        ({"app": {"id": 1, "installation": 2, "key": "x"}}, "exactly one of `token` and `app`"),
        ({"token": "two words"}, "this is no token"),
        ({"token": "tököñ"}, "this is no token"),
        ({"repositories": []}, "at least 1 item"),
        ({"repositories": ["web"]}, "match pattern"),
        ({"repositories": ["acme/web", "Acme/Web"]}, "listed twice"),
        ({"project": "acme"}, "match pattern"),
        ({"project": "acme/0"}, "match pattern"),
        ({"url": "https://github.com"}, "https://api.github.com"),
        ({"url": "http://git.acme.example/api/v3"}, "unencrypted"),
        ({"url": "ftp://x"}, "must begin with https://"),
        ({"url": "https://user:pass@git.acme.example"}, "must be plain"),
        ({"overlap": "soon"}, "a duration is written like"),
        ({"overlap": -1}, "cannot be negative"),
        ({"timeout": "0 seconds"}, "at least one second"),
        ({"repository": "acme/web"}, "Extra inputs"),
        ({"verify": 3}, "verify"),
    ],
)
def test_what_is_wrong_is_said_and_no_secret_with_it(change, says):
    with pytest.raises(ValidationError, match=re.escape(says)) as caught:
        SPEC.settings.model_validate({**GOOD, **change})
    assert "ghp_x" not in str(caught.value)
    assert "two words" not in str(caught.value)


def test_durations_are_words_or_seconds():
    found = SPEC.settings.model_validate({**GOOD, "overlap": "1.5 minutes", "sweep": 60, "timeout": "2 hours"})
    assert [found.overlap.total_seconds(), found.sweep.total_seconds(), found.timeout.total_seconds()] == [90, 60, 7200]


def test_the_settings_have_a_json_schema():
    assert SPEC.settings.model_json_schema()["properties"]["overlap"]["type"] == ["string", "number"]


def test_fields_and_order_need_a_project():
    plain, with_project = (
        SPEC.settings.model_validate(GOOD),
        SPEC.settings.model_validate({**GOOD, "project": "acme/7"}),
    )
    assert list(SPEC.check(plain, wiring())) == []
    assert len(SPEC.check(plain, wiring(["Score"], order=True))) == 2
    assert list(SPEC.check(with_project, wiring(["Score"], order=True))) == []


def test_a_connector_is_built_without_a_request():
    wire = Wire()
    made = SPEC.build(
        SPEC.settings.model_validate(GOOD), Wiring("gh", wire, frozenset(), frozenset(), False, datetime.now)
    )
    made.close()
    assert wire.calls == []


@pytest.mark.parametrize("label", ["roadmap/now", "size: M", "großes, Ding", "a" * 50, "🚀 launch"])
def test_labels_that_github_can_hold(label):
    assert SPEC.label_ok(label) is None


@pytest.mark.parametrize("label", ["", "  ", "a" * 51, " now", "two\nlines"])
def test_labels_that_github_cannot_hold(label):
    assert SPEC.label_ok(label) is not None


def found(text):
    keys = []
    for pattern in SPEC.text_keys:
        for match in re.finditer(pattern, text):
            groups = match.groupdict()
            keys.append(f"{groups.get('scope', '')}#{groups['number']}")
    return sorted(keys)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("see acme/web#12, and #7.", ["#7", "acme/web#12"]),
        ("https://github.com/acme/web/issues/12#issuecomment-3", ["acme/web#12"]),
        ("https://git.acme.example/acme/web.js/issues/12", ["acme/web.js#12"]),
        ("https://git.acme.example/api/v3/repos/acme/web/issues/12", ["acme/web#12"]),
        ("https://github.com/acme/web/pull/12", []),
        ("https://gitlab.com/acme/web/issues/12", []),
        ("https://git.gitlab.example/acme/web/issues/12", []),
        ("&#123; x#5 #0 #12345678901 a/#6 path/to/acme/web#4", []),
        ("(#5)", ["#5"]),
    ],
)
def test_issues_are_found_in_text(text, keys):
    assert found(text) == keys


@given(st.dictionaries(st.integers(1, 2**63), st.integers(0, 2**32 - 1), max_size=40))
def test_fingerprints_survive_the_cursor(prints):
    assert unpack(pack(prints)) == prints


@given(st.text(max_size=30))
def test_broken_fingerprints_are_empty_or_numbers(text):
    assert all(isinstance(key, int) for key in unpack(text))


def test_ten_thousand_fingerprints_take_about_nine_characters_each():
    prints = {5_000_000_000 + 37 * n: (n * 2_654_435_761) % 2**32 for n in range(10_000)}
    assert len(pack(prints)) < 95_000
