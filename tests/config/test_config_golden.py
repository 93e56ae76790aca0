"""scoring.tests.yaml: golden cases over the rules, mistakes at line and column, and values set from outside."""

from __future__ import annotations

from datetime import date

import pytest
from config_folder import Folder

from syncd.config.authoring.overlay import with_value
from syncd.config.load import load
from syncd.config.reading.faults import ConfigError
from syncd.config.reading.yaml import read
from syncd.config.rules.golden import golden
from syncd.core.reports.golden import Result, results

SCORING = """\
facts:
  value: {acme: Value}
  effort: {acme: Points, labels: {size/S: 1, size/L: 8}, required: true}
  size: {type: text, acme: Size, default: small}
score: {framework: value_effort}
adjust:
  - {name: security first, when: "'security' in labels and age_days > 30", add: 10, because: promised}
  - {name: behind, when: okr.behind > 0.1, add: 5, because: late}
horizons: {now: {capacity: 2 items}, later: {}}
"""
OKRS = """\
objectives:
  - {id: O1, title: Sell, starts: 2026-10-01, ends: 2026-12-31, key_results: [{id: KR1, title: More, current: 0}]}
"""
ITEMS = """\
today: 2026-11-16
items:
  fix: {facts: {value: 8, effort: 2}}
  old hole: {labels: [security, size/S], age_days: 40, facts: {value: 1}}
  dream: {facts: {value: 1, effort: 4}, okr: KR1}
  unknown: {kind: Bug}
"""


def judged(folder: Folder, cases: str, items: str = ITEMS) -> tuple[Result, ...]:
    folder.write(scoring=SCORING, okrs=OKRS)
    (folder.path / "scoring.tests.yaml").write_text(items + cases, encoding="utf-8")
    rules = folder.load().rules
    book = golden(folder.path, rules)
    return results(book.cases, book.rules, book.today or date(2026, 11, 16))


@pytest.mark.parametrize(
    ("case", "passed", "actual"),
    [
        ("{name: a, item: fix, score: 4}", True, "4"),
        ("{name: a, item: fix, score: 4.2}", False, "4"),
        ("{name: a, item: fix, score: 4.2, within: 0.3}", True, "4"),
        ("{name: a, item: old hole, score: 11}", True, "11"),
        ("{name: a, item: dream, score: 5.2, within: 0.1}", True, "5.2"),
        ("{name: a, item: old hole, horizon: now}", True, "now"),
        ("{name: a, item: fix, horizon: now}", False, "later"),
        ("{name: a, item: unknown, unscored: effort is missing}", True, "effort is missing"),
        ("{name: a, item: fix, unscored: effort}", False, "score 4"),
        ("{name: a, item: unknown, score: 1}", False, "no score: effort is missing"),
        ("{name: a, ranks: old hole above fix}", True, "old hole is #1 with 11, fix is #3 with 4"),
        ("{name: a, ranks: [fix above old hole]}", False, "fix is #3 with 4, old hole is #1 with 11"),
        (
            "{name: a, ranks: x above y, items: {x: {facts: {value: 2, effort: 1}}, y: {status: done}}}",
            False,
            "is closed",
        ),
    ],
)
def test_a_case_holds_or_says_what_came_instead(folder: Folder, case: str, passed: bool, actual: str) -> None:
    (only,) = judged(folder, f"cases: [{case}]\n")
    assert only.passed is passed
    assert actual in only.actual


def test_a_blocker_goes_first_in_a_golden_backlog_too(folder: Folder) -> None:
    items = "items: {a: {facts: {value: 1, effort: 9}, blocks: [b]}, b: {facts: {value: 9, effort: 1}}}\n"
    assert all(one.passed for one in judged(folder, "cases: [{name: n, item: a, score: 9, ranks: a above b}]\n", items))


@pytest.mark.parametrize(
    ("text", "place", "sentence"),
    [
        ("items: {a: {facts: {valu: 1}}}\ncases: [{name: n, item: a, score: 1}]\n", "1:21", "did you mean 'value'?"),
        ("items: {a: {facts: {value: much}}}\ncases: [{name: n, item: a, score: 1}]\n", "1:28", "must be a number"),
        ("items: {a: {}}\ncases: [{name: n, item: b, score: 1}]\n", "2:25", "there is no item 'b'"),
        ("items: {a: {}}\ncases: [{name: n, item: a}]\n", "2:9", "expects nothing"),
        ("items: {a: {}}\ncases: [{name: n, score: 1}]\n", "2:9", "needs an item"),
        ("items: {a: {}}\ncases: [{name: n, ranks: a over b}]\n", "2:26", "which stands above"),
        ("items: {a: {}}\ncases: [{name: n, item: a, horizon: nwo}]\n", "2:37", "did you mean 'now'?"),
        ("items: {a: {okr: KR2}}\ncases: [{name: n, item: a, score: 1}]\n", "1:18", "did you mean 'KR1'?"),
        ("items: {a: {source: jra}}\ncases: [{name: n, item: a, score: 1}]\n", "1:21", "there is no source 'jra'"),
        ("items: {a: {lables: [x]}}\ncases: [{name: n, item: a, score: 1}]\n", "1:13", "did you mean 'labels'?"),
        ("items: {a: {}}\n", "", "'cases' is missing"),
    ],
)
def test_a_mistake_is_told_with_its_place(folder: Folder, text: str, place: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as caught:
        judged(folder, text, "")
    fault = caught.value.faults[0]
    assert sentence in str(fault)
    assert not place or fault.place.endswith(f"scoring.tests.yaml:{place}")


def test_without_the_file_an_example_is_shown(folder: Folder) -> None:
    with pytest.raises(ConfigError, match="there are no tests of the rules"):
        golden(folder.write(scoring=SCORING, okrs=OKRS).path, folder.load().rules)


def test_the_rules_load_without_secrets_when_nothing_is_asked(folder: Folder) -> None:
    folder.write(scoring=SCORING)
    assert load(folder.path, {}, folder.connectors, offline=True).rules.framework.name == "value_effort"
    with pytest.raises(ConfigError, match="ACME_TOKEN"):
        load(folder.path, {}, folder.connectors)


@pytest.mark.parametrize(
    ("assignment", "path", "value"),
    [
        ("score.framework=ice", ("score", "framework"), "ice"),
        ("score.scale = minmax", ("score", "scale"), "minmax"),
        ("adjust.security first.add=40", ("adjust", 0, "add"), 40),
        ("adjust.1.when=okr.behind > 0.5", ("adjust", 1, "when"), "okr.behind > 0.5"),
        ("score.inputs={effort: 3}", ("score", "inputs"), {"effort": 3}),
        ("policy.new.key=true", ("policy", "new", "key"), True),
    ],
)
def test_a_value_is_set_from_outside(assignment: str, path: tuple[str | int, ...], value: object) -> None:
    before = read(SCORING, "scoring.yaml")
    after = with_value(before, assignment)
    assert after.has(path) and after.data_at(path) == value
    assert before.data() == read(SCORING, "scoring.yaml").data()


def test_an_error_in_what_was_set_points_at_it(folder: Folder) -> None:
    folder.write(scoring=SCORING)
    document = with_value(read(SCORING, "scoring.yaml"), "adjust.behind.when=okr.behnd > 0.5")
    with pytest.raises(ConfigError) as caught:
        load(folder.path, folder.environ, folder.connectors, instead={"scoring.yaml": document})
    (fault,) = caught.value.faults
    assert fault.excerpt == "adjust.behind.when: okr.behnd > 0.5"
    assert fault.excerpt[fault.column - 1 :].startswith("okr.behnd")


@pytest.mark.parametrize(
    ("assignment", "sentence"),
    [
        ("score.framework", "this sets nothing"),
        ("adjust.securty first.add=1", "did you mean 'security first'?"),
        ("score.framework.name=1", "which is a value"),
        ("score.scale=[", "check the brackets"),
    ],
)
def test_what_cannot_be_set_gets_a_sentence(assignment: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as caught:
        with_value(read(SCORING, "scoring.yaml"), assignment)
    assert sentence in str(caught.value)


def test_a_case_may_give_voices_and_those_of_the_files_are_not_heard(folder: Folder) -> None:
    folder.write(
        scoring="voices: voices.csv\nscore: {formula: voices.customers * 10 + voices.weight + voices.recent}\n"
    )
    (folder.path / "voices.csv").write_text("issue,customer,date,weight\nwish,Acme,2026-11-01,7\n")
    (folder.path / "scoring.tests.yaml").write_text(
        "today: 2026-11-16\n"
        "items:\n"
        "  wish: {voices: 3}\n"
        "  old: {voices: [{customer: Acme, weight: 5, days_ago: 100}, {customer: acme}, {person: Ann, weight: 0.5}]}\n"
        "  quiet: {}\n"
        "cases:\n"
        "  - {name: a, item: wish, score: 33}\n"
        "  - {name: b, item: old, score: 27.5}\n"
        "  - {name: c, item: quiet, score: 0}\n"
    )
    book = golden(folder.path, folder.load().rules)
    told = results(book.cases, book.rules, date(2026, 11, 16))
    assert [(one.actual, one.passed) for one in told] == [("33", True), ("27.5", True), ("0", True)]


def test_voices_in_a_case_without_any_in_the_rules_are_a_mistake(folder: Folder) -> None:
    with pytest.raises(ConfigError, match="the rules hear no voices") as refused:
        judged(folder, "cases: [{name: a, item: fix, score: 1}]\n", "items: {fix: {voices: 2}}\n")
    (fault,) = refused.value.faults
    assert (fault.line, fault.column) == (1, 15)
