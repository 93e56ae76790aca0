"""What people read when an expression is wrong: one sentence, and the place."""

from __future__ import annotations

import time

import pytest

from syncd.core.expressions.language import ExpressionError, Type, parse

NAMES = {
    "votes": Type.NUMBER,
    "age_days": Type.NUMBER,
    "title": Type.TEXT,
    "kind": Type.TEXT,
    "labels": Type.WORDS,
    "urgent": Type.FLAG,
    "due": Type.DATE,
    "okr.behind": Type.NUMBER,
    "okr.linked": Type.FLAG,
}


def error(text: str, want: Type | None = None) -> ExpressionError:
    with pytest.raises(ExpressionError) as caught:
        parse(text, NAMES, want)
    found = caught.value
    assert 0 <= found.offset <= len(text)
    assert found.length >= 1
    assert len(found.caret(text).split("\n")) == 2
    return found


@pytest.mark.parametrize(
    ("text", "sentence", "place"),
    [
        ("age_dayz > 3", "unknown name 'age_dayz' (did you mean 'age_days'?)", "age_dayz"),
        ("votes + okr.behnd", "unknown name 'okr.behnd' (did you mean 'okr.behind'?)", "okr.behnd"),
        ("okr > 1", "okr is a record: write one of okr.behind, okr.linked", "okr"),
        ("mni(votes, 1)", "unknown function 'mni' (did you mean 'min'?)", "mni"),
        ("votes(1)", "votes is a name, not a function", "votes"),
        ("missing or urgent", "missing is a function: write missing(effort)", "missing"),
        ("votes > true", "there is no 'true': write True", "true"),
        ("due == null", "there is no 'null': write missing(x)", "null"),
        ("due == None", "write missing(x)", "None"),
        ("votes is 3", "write == instead of `is`", "3"),
    ],
)
def test_an_unknown_word_gets_a_suggestion(text: str, sentence: str, place: str) -> None:
    found = error(text)
    assert sentence in found.message
    assert text[found.offset : found.offset + found.length] == place


@pytest.mark.parametrize(
    ("text", "advice", "place"),
    [
        ("urgent && okr.linked", "write and", "&&"),
        ("urgent || okr.linked", "write or", "||"),
        ("!urgent", "write not", "!"),
        ("votes = 3", "write ==", "="),
        ("votes === 3", "write ==", "==="),
        ("votes => 3", "write <= or >=", "=>"),
        ("votes <> 3", "write !=", "<>"),
        ("urgent AND okr.linked", "lower case", "AND"),
        ("urgent ? 1 : 2", "`x if condition else y`", "?"),
        ("votes ** 2", "no power", "**"),
        ("votes % 2", "no remainder", "%"),
        ("votes // 2", "round(x / y)", "//"),
        ("votes × 2", "write *", "×"),
        ("kind == “bug”", "straight quotes", "“"),
        ("votes := 3", "nothing is assigned", ":="),
        ("votes > 3 # many", "comment", "#"),
    ],
)
def test_habits_from_elsewhere_get_the_word_to_write(text: str, advice: str, place: str) -> None:
    found = error(text)
    assert advice in found.message
    assert text[found.offset : found.offset + found.length] == place


def test_signs_inside_a_text_are_nobodys_business() -> None:
    parse("kind == 'a && b || !c = d # “e” AND'", NAMES)


@pytest.mark.parametrize(
    ("text", "sentence", "offset"),
    [
        ("kind == 'bug", "no closing '", 8),
        ('kind == "bug', 'no closing "', 8),
        ("kind == 'a\\'b'", "backslash", 10),
        ("(votes + 1", "never closed", 0),
        ("votes + 1)", "closes nothing", 9),
        ("votes +", "something is missing at the end", 6),
        ("urgent and ", "something is missing at the end", 9),
        ("1 if urgent", "needs its `else`", 2),
        ("votes 3", "near '3'", 6),
        ("", "empty", 0),
        ("   ", "empty", 0),
    ],
)
def test_broken_text_gets_a_sentence_and_a_place(text: str, sentence: str, offset: int) -> None:
    found = error(text)
    assert sentence in found.message
    assert found.offset == offset


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("title > 3", "title is a text and 3 is a number: the two cannot be compared"),
        ("title > 'a'", "> compares numbers and dates, and title is a text"),
        ("labels == 'x'", "labels is a set of words: write 'word' in labels"),
        ("title * 2", "* calculates with numbers, and title is a text"),
        ("urgent + 1", "+ calculates with numbers, and urgent is true or false"),
        ("due + 1", "due is a date"),
        ("votes and urgent", "and joins conditions, and votes is a number; write votes > 0"),
        ("not labels", "write 'something' in labels"),
        ("1 if title else 2", "write title == 'something'"),
        ("1 if due else 2", "write not missing(due)"),
        ("1 if urgent else 'x'", "both sides of if and else must be of one type"),
        ("-title", "a sign stands before a number, and title is a text"),
        ("kind in ('bug')", "write kind in ('a', 'b'), or kind == 'a'"),
        ("'x' in title", "write matches(title, 'word')"),
        ("'x' in votes", "after `in` stands a set of words or a list, and votes is a number"),
        ("3 in labels", "a set of words holds texts, and 3 is a number"),
        ("('a', 'b') in labels", "ask for one word at a time"),
        ("labels in ('a', 'b')", "write 'a' in labels"),
        ("kind in ('a', 3)", "kind is a text and 3 is a number"),
        ("kind in ('a', title)", "written texts or numbers only"),
        ("kind in ()", "the list is empty"),
        ("kind == ('a', 'b')", "write x in ('a', 'b')"),
        ("due < 'soon'", "'soon' is not a date: write it as '2026-12-31'"),
        ("due < 3", "due is a date and 3 is a number"),
        ("min(votes)", "min is used as in min(votes, 50)"),
        ("min(votes, title)", "min takes a number here, and title is a text"),
        ("default(votes, 'x')", "default takes a number here, and 'x' is a text"),
        ("matches(title, kind)", "write this out"),
        ("matches(title, ' ')", "this text is empty"),
        ("round(votes, 12)", "round takes 0 … 9 digits"),
        ("round(votes, digits=1)", "write =="),
        ("('a', 'b')", "a list can only stand after `in`"),
        ("1e999", "too large"),
        ("b'x' == kind", "not part of the rule language"),
    ],
)
def test_wrong_types_are_told_in_words_that_people_use(text: str, sentence: str) -> None:
    assert sentence in error(text).message


def test_the_wanted_type_is_demanded() -> None:
    assert "this must be true or false, and it is a number; write" in error("votes", Type.FLAG).message
    assert "this must be a number, and it is true or false" in error("votes > 1", Type.NUMBER).message
    assert parse("votes > 1", NAMES, Type.FLAG).type is Type.FLAG


def test_a_caret_stands_under_the_place_even_on_a_later_line_and_after_an_umlaut() -> None:
    text = "'ü' in labels\n  or tittle == 'x'"
    assert error(text).caret(text) == "  or tittle == 'x'\n     ^^^^^^"


def test_an_expression_has_at_most_500_characters() -> None:
    parse(f"votes{' ' * 492}+ 1", NAMES)
    assert "500 are allowed" in error(f"votes{' ' * 492}+  1").message


ATTACKS = [
    "9**9**9",
    "().__class__",
    "title.__class__.__mro__",
    "__import__('os')",
    "open('x')",
    "[x for x in labels]",
    "{1: 2}",
    "lambda: 1",
    "f'{votes}'",
    "votes[0]",
    "(yield)",
    "await votes",
    "*labels",
    "min(*labels)",
    "title.format('x')",
    "'a' 'b' if ... else ...",
    "1j",
    "votes @ 2",
    "~votes",
    "votes << 3",
    "\x00",
    "row",
    "divide(1, 2)",
    "c0",
    "f_min",
    "(" * 250 + "1" + ")" * 249,
    "(" * 240 + "1" + ")" * 240,
    "not " * 120 + "urgent",
    "-" * 480 + "1",
    "+".join(["votes"] * 80),
    "votes + (" * 50 + "1" + ")" * 50,
    "min(" + ",".join(["1"] * 240) + ")",
    "1" * 501,
]


@pytest.mark.parametrize("text", ATTACKS)
def test_an_attack_is_refused_at_once(text: str) -> None:
    start = time.perf_counter()
    error(text)
    assert time.perf_counter() - start < 0.5
