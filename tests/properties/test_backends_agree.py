"""Python for one item and numpy for all give the same answer to every expression, bit for bit."""

from __future__ import annotations

from datetime import date, timedelta
from math import isnan

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from syncd.core.backlog import FactValue
from syncd.core.expressions.columns import column
from syncd.core.expressions.language import Bounds, ExpressionError, Type, parse

Row = dict[str, FactValue | None]
NAMES = {
    "a": Type.NUMBER,
    "b": Type.NUMBER,
    "rec.x": Type.NUMBER,
    "t": Type.TEXT,
    "u": Type.TEXT,
    "w": Type.WORDS,
    "f": Type.FLAG,
    "g": Type.FLAG,
    "d": Type.DATE,
    "today": Type.DATE,
}
ROOMY = Bounds(characters=5_000, nodes=2_000, depth=60)
WORDS = ("Bug", "bug", "SECURITY", "straße", "STRASSE", "a b", "c++", "")

floats = st.one_of(
    st.integers(-5, 5).map(float),
    st.floats(-1e6, 1e6),
    st.sampled_from([0.0, -0.0, 0.5, 1.5, 2.675, 1e-308, 1e308, -1e308]),
)
values = {
    Type.NUMBER: floats,
    Type.TEXT: st.sampled_from(WORDS),
    Type.WORDS: st.lists(st.sampled_from(WORDS), max_size=3).map(tuple),
    Type.FLAG: st.booleans(),
    Type.DATE: st.integers(-400, 400).map(lambda days: date(2026, 3, 1) + timedelta(days)),
}
rows = st.fixed_dictionaries({name: st.none() | values[type_] for name, type_ in NAMES.items()})
number_literals = st.sampled_from(["0", "1", "2.5", "10", "0.1", "1e300"])
text_literals = st.sampled_from([word for word in WORDS if word.strip()]).map(lambda word: f"'{word}'")


def joined(pattern: str, *parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(*parts).map(lambda texts: pattern.format(*texts))


def names(type_: Type) -> st.SearchStrategy[str]:
    return st.sampled_from([name for name, own in NAMES.items() if own is type_])


def of_any(*strategies: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(*strategies)


numbers: st.SearchStrategy[str] = st.deferred(
    lambda: of_any(
        names(Type.NUMBER),
        names(Type.NUMBER),
        number_literals,
        joined("({} {} {})", numbers, st.sampled_from("+-*/"), numbers),
        joined("(-{})", numbers),
        joined("({} if {} else {})", numbers, flags, numbers),
        joined("{}({}, {})", st.sampled_from(["min", "max", "default"]), numbers, numbers),
        joined("max({}, {}, {})", numbers, numbers, numbers),
        joined("clamp({}, {}, {})", numbers, numbers, numbers),
        joined("{}({})", st.sampled_from(["round", "abs", "log", "sqrt"]), numbers),
        joined("round({}, {})", numbers, st.sampled_from(["0", "1", "2", "9"])),
        joined("days_since({})", dates),
        joined("({} - {})", dates, dates),
        joined("count({})", words),
    )
)
texts: st.SearchStrategy[str] = st.deferred(
    lambda: of_any(
        names(Type.TEXT),
        names(Type.TEXT),
        text_literals,
        joined("lower({})", texts),
        joined("default({}, {})", texts, texts),
        joined("({} if {} else {})", texts, flags, texts),
    )
)
words: st.SearchStrategy[str] = st.deferred(
    lambda: of_any(names(Type.WORDS), names(Type.WORDS), joined("(w if {} else default(w, w))", flags))
)
dates: st.SearchStrategy[str] = st.deferred(
    lambda: of_any(
        names(Type.DATE),
        joined("default({}, {})", dates, dates),
        joined("({} if {} else {})", dates, flags, dates),
    )
)
some_type = st.deferred(lambda: of_any(numbers, texts, words, dates, flags))
flags: st.SearchStrategy[str] = st.deferred(
    lambda: of_any(
        names(Type.FLAG),
        st.sampled_from(["True", "False"]),
        joined("({} {} {})", numbers, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), numbers),
        joined("({} < {} <= {})", numbers, numbers, numbers),
        joined("({} {} {})", dates, st.sampled_from(["<", "==", "!="]), dates),
        joined("({} {} '2026-02-01')", dates, st.sampled_from(["<", "=="])),
        joined("({} {} {})", texts, st.sampled_from(["==", "!="]), texts),
        joined("({} {} {})", flags, st.sampled_from(["==", "!="]), flags),
        joined("({} {} ({}, {}))", texts, st.sampled_from(["in", "not in"]), text_literals, text_literals),
        joined("({} {} (0, 1, -2.5))", numbers, st.sampled_from(["in", "not in"])),
        joined("({} {} {})", texts, st.sampled_from(["in", "not in"]), words),
        joined("({} {} {})", flags, st.sampled_from(["and", "or"]), flags),
        joined("(not {})", flags),
        joined("missing({})", some_type),
        joined("matches({}, {}, 'security')", texts, text_literals),
        joined("starts({}, {})", texts, text_literals),
        joined("default({}, {})", flags, flags),
        joined("({} if {} else {})", flags, flags, flags),
    )
)


def plain(value: object) -> object:
    """A result of either backend in one form: columns hold day numbers, casefolded texts, and NaN for missing."""
    match value:
        case float() if isnan(value):
            return None
        case date():
            return float(value.toordinal())
        case str():
            return value.casefold()
        case tuple():
            return frozenset(word.casefold() for word in value)
        case bool():
            return float(value)
    return value


@settings(max_examples=400, deadline=None)
@given(some_type, st.lists(rows, min_size=1, max_size=6))
def test_both_backends_agree(text: str, table: list[Row]) -> None:
    assume(len(text) < ROOMY.characters)
    expression = parse(text, NAMES, bounds=ROOMY)
    columns = {name: column(NAMES[name], [row[name] for row in table]) for name in expression.names}
    together = expression.vector(columns, len(table)).tolist()
    one_by_one = [expression.evaluate(row) for row in table]
    assert [plain(value) for value in together] == [plain(value) for value in one_by_one]


@settings(max_examples=100, deadline=None)
@given(st.text(st.sampled_from(list("abtw 019.+-*/()<>=!'\"[],:and or not in if else \n\t#{}@é×")), max_size=40))
def test_any_text_is_an_expression_or_an_error_with_a_place(text: str) -> None:
    try:
        parse(text, NAMES)
    except ExpressionError as error:
        assert 0 <= error.offset <= len(text)
        assert error.message
        assert error.caret(text).count("\n") == 1
