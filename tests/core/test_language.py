"""What expressions mean: values, missing values, text without regard to case."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from syncd.core.backlog import FactValue
from syncd.core.expressions.columns import column
from syncd.core.expressions.language import AMONG, FUNCTIONS, Type, parse

NAMES = {
    "votes": Type.NUMBER,
    "effort": Type.NUMBER,
    "title": Type.TEXT,
    "kind": Type.TEXT,
    "labels": Type.WORDS,
    "urgent": Type.FLAG,
    "due": Type.DATE,
    "okr.behind": Type.NUMBER,
}
ROW: dict[str, FactValue | None] = {
    "votes": 6.0,
    "effort": None,
    "title": "Login fails on Sign-In page",
    "kind": "bug",
    "labels": ("Security", "area/Login", "security"),
    "urgent": None,
    "due": date(2026, 3, 10),
    "okr.behind": 0.25,
    "today": date(2026, 3, 1),
}


def value(text: str, **row: FactValue | None) -> FactValue | None:
    """The value by the Python backend, after holding the numpy backend to the same."""
    expression = parse(text, NAMES)
    full = {**ROW, **row}
    found = expression.evaluate(full)
    columns = {name: column({**NAMES, "today": Type.DATE}[name], [full[name]]) for name in expression.names}
    (other,) = expression.vector(columns, 1).tolist()
    if found is None:
        assert other is None or np.isnan(other)
    elif isinstance(found, date):
        assert other == found.toordinal()
    elif isinstance(found, str):
        assert other == found.casefold()
    else:
        assert other == found
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("votes * 2 + 1", 13.0),
        ("votes - -1", 7.0),
        ("+votes / 4", 1.5),
        ("1 + 2.5", 3.5),
        ("10 if votes > 5 else 20", 10.0),
        ("1 < votes <= 6", True),
        ("1 < votes < 6", False),
        ("votes in (1, 6)", True),
        ("votes in [-6]", False),
        ("votes not in (1, 2)", True),
        ("kind in ('task', 'bug')", True),
        ("okr.behind > 0.2 and not votes < 3", True),
        ("due - today", 9.0),
        ("due < '2026-03-11'", True),
        ("'2026-03-11' <= due", False),
        ("days_since(due)", -9.0),
        ("  votes\n  + 1", 7.0),
        ('"Security" in labels or votes > 100', True),
        ("True", True),
        ("'a' == 'A'", True),
    ],
)
def test_an_expression_has_the_value_that_its_text_suggests(text: str, expected: FactValue) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("min(votes, 2, 9)", 2.0),
        ("max(votes, 2, 9)", 9.0),
        ("round(votes / 4)", 2.0),
        ("round(2.5)", 2.0),
        ("round(votes / 7, 2)", 0.86),
        ("abs(0 - votes)", 6.0),
        ("log(1)", 0.0),
        ("sqrt(votes + 3)", 3.0),
        ("clamp(votes, 0, 5)", 5.0),
        ("clamp(votes, 7, 9)", 7.0),
        ("default(effort, 3)", 3.0),
        ("default(votes, 3)", 6.0),
        ("missing(effort)", True),
        ("missing(votes)", False),
        ("missing(urgent)", True),
        ("count(labels)", 2.0),
        ("starts(title, 'LOGIN')", True),
        ("lower(kind) == 'BUG'", True),
    ],
)
def test_a_function_does_what_its_help_says(text: str, expected: FactValue) -> None:
    assert value(text) == expected


@pytest.mark.parametrize("text", ["effort", "effort * 0", "votes + effort", "min(votes, effort)", "max(votes, effort)"])
def test_missing_stays_missing(text: str) -> None:
    assert value(text) is None


@pytest.mark.parametrize("text", ["votes / 0", "0 / 0", "log(0)", "sqrt(0 - 1)", "1e308 * 10", "log(0 - votes)"])
def test_what_has_no_value_is_missing(text: str) -> None:
    assert value(text) is None
    assert value(f"missing({text}) or {text} > 1e308") is True


def test_a_division_by_zero_is_missing_and_not_infinite() -> None:
    assert value("min(votes / 0, 5)") is None
    assert value("missing(votes / 0)") is True
    assert value("votes / 0 > 5") is False
    assert value("default(votes / (votes - 6), 3)") == 3.0


@pytest.mark.parametrize("sign", ["<", "<=", ">", ">=", "=="])
def test_a_comparison_with_something_missing_is_false(sign: str) -> None:
    assert value(f"effort {sign} 3") is False
    assert value(f"not effort {sign} 3") is True


def test_something_missing_is_unlike_everything() -> None:
    assert value("effort != 3") is True
    assert value("effort == effort") is False
    assert value("kind == kind", kind=None) is False
    assert value("kind != 'bug'", kind=None) is True
    assert value("kind not in ('bug',)", kind=None) is True
    assert value("'a' not in labels", labels=None) is True
    assert value("urgent == urgent") is False


def test_a_missing_flag_counts_as_false_in_a_condition_and_stays_missing_alone() -> None:
    assert value("urgent or votes > 100") is False
    assert value("not urgent") is True
    assert value("1 if urgent else 2") == 2.0
    assert value("urgent") is None
    assert value("default(urgent, True)") is True
    assert value("urgent", urgent=True) is True


def test_texts_and_words_compare_without_regard_to_case() -> None:
    assert value("'SECURITY' in labels") is True
    assert value("kind == 'Bug'") is True
    assert value("kind in ('BUG', 'x')") is True
    assert value("kind in labels", labels=("BUG",)) is True
    assert value("kind == title", title="BUG") is True


def test_matches_finds_whole_words_only() -> None:
    assert value("matches(title, 'fail')") is False
    assert value("matches(title, 'FAILS')") is True
    assert value("matches(title, 'nothing', 'sign-in page')") is True
    assert value("matches(title, 'c++')", title="port to C++ now") is True
    assert value("matches(title, '.*')") is False
    assert value("matches(title, 'x')", title=None) is False


def test_a_default_can_be_of_every_type() -> None:
    assert value("default(kind, 'task')", kind=None) == "task"
    assert value("default(due, today)", due=None) == date(2026, 3, 1)
    assert value("'x' in default(labels, labels)", labels=None) is False


def test_a_name_that_a_row_does_not_have_is_missing() -> None:
    assert parse("missing(votes)", NAMES).evaluate({}) is True


def test_expressions_are_equal_by_text_and_type() -> None:
    assert parse("votes", NAMES) == parse("votes", {"votes": Type.NUMBER})
    assert parse("votes", NAMES) != parse("votes", {"votes": Type.TEXT})
    assert len({parse("votes", NAMES), parse("votes", NAMES), parse("votes ", NAMES)}) == 2


def test_an_expression_knows_the_names_it_reads_and_those_it_needs() -> None:
    expression = parse("default(effort, votes) + okr.behind if missing(due) else days_since(due)", NAMES)
    assert expression.names == {"effort", "votes", "okr.behind", "due", "today"}
    assert expression.needs == {"votes", "okr.behind", "due", "today"}


def test_every_example_in_the_help_is_an_expression() -> None:
    from syncd.core.expressions.vocabulary import work_names

    for function in FUNCTIONS.values():
        assert function.name in parse(function.example, work_names({})).text
        assert function.help.endswith(".")
    for among in AMONG.values():
        part = {"rice": parse("votes", NAMES), "wsjf": parse("votes", NAMES)}
        assert among.name in parse(among.example, work_names({}), parts=part.get).text
        assert among.help.endswith(".")


def test_a_vector_of_nothing_is_empty() -> None:
    for text in ("votes * 2", "1", "'a' in labels", "kind == 'x'", "matches(title, 'a')"):
        expression = parse(text, NAMES)
        columns = {name: column(NAMES[name], []) for name in expression.names}
        assert expression.vector(columns, 0).shape == (0,)
