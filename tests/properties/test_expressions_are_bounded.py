"""No expression runs longer than its bound, whatever it says and whatever it reads: measured in time of the processor."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from properties.test_backends_agree import NAMES, Row, flags, numbers, rows
from syncd.core.collector import collector_waits
from syncd.core.expressions.columns import column
from syncd.core.expressions.language import Bounds, Expression, ExpressionError, Type, parse

ONE_ROW = 0.25
MANY_ROWS = 1.0
"""Seconds of the processor, several times what the largest expressions take on the worst texts."""
MANY = 2_000
HOSTILE = ("a" * 100_000, "ab" * 50_000, "(" * 50_000, "\u0130" * 20_000)
LONGEST = [
    f"matches(t, {', '.join(repr('a' * 60 + c) for c in 'bcdefg')})",
    f"matches(t, '{'a' * 480}')",
    "starts(t, '" + "a" * 480 + "')",
    " or ".join(f"'{chr(97 + n % 26)}' in w" for n in range(38)),
    "t in (" + ", ".join(f"'{n}'" for n in range(80)) + ")",
    "lower(" * 11 + "t" + ")" * 11 + " == u",
    " + ".join(["a"] * 22) + " > 0",
    "round(" * 20 + "a" + ")" * 20 + " > b",
    "max(" + ", ".join(["a"] * 120) + ") > 0",
]


def seconds(work: Callable[[], object]) -> float:
    """Without the garbage of the cases before it, which the collector would look through meanwhile."""
    with collector_waits():
        began = time.process_time()
        work()
        return time.process_time() - began


def all_rows(expression: Expression, table: list[Row]) -> object:
    columns = {name: column(NAMES[name], [row[name] for row in table]) for name in expression.names}
    return expression.vector(columns, len(table))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(st.lists(numbers, min_size=1, max_size=12), st.lists(flags, max_size=4), rows)
def test_whatever_is_accepted_is_quick(amounts: list[str], conditions: list[str], row: Row) -> None:
    expression = parse("a", NAMES, Type.NUMBER)
    for piece in (*amounts, *(f"(1 if {one} else 0)" for one in conditions)):
        try:
            expression = parse(f"{expression.text} + {piece}", NAMES, Type.NUMBER)
        except ExpressionError:
            continue  # beyond the bounds: the largest that is accepted is tried
    assert seconds(lambda: expression.evaluate(row)) < ONE_ROW
    assert seconds(lambda: all_rows(expression, [row] * MANY)) < MANY_ROWS


@pytest.mark.parametrize("text", LONGEST, ids=range(len(LONGEST)))
@pytest.mark.parametrize("hostile", HOSTILE, ids=["one", "two", "open", "growing"])
def test_the_longest_expressions_are_quick_on_hostile_texts(text: str, hostile: str) -> None:
    expression = parse(text, NAMES, Type.FLAG)
    row: Row = {**dict.fromkeys(NAMES), "t": hostile, "u": hostile, "w": (hostile,) * 5, "a": 1.0, "b": 2.0}
    assert seconds(lambda: expression.evaluate(row)) < ONE_ROW
    assert seconds(lambda: all_rows(expression, [row] * 20)) < MANY_ROWS


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 4_000), st.sampled_from(["not ", "-", "(", "max(a, ", "a + ", "f and ", "1 if f else "]))
def test_nothing_beyond_the_bounds_is_accepted_and_refusing_is_quick(times: int, piece: str) -> None:
    closing = ")" * times if "(" in piece else ""
    text = piece * times + ("a" if piece not in ("not ", "f and ") else "f") + closing
    bounds = Bounds()

    def judge() -> bool:
        try:
            parse(text, NAMES)
        except ExpressionError:
            return False
        return True

    assert seconds(judge) < ONE_ROW * 4
    assert len(text) <= bounds.characters or not judge()
