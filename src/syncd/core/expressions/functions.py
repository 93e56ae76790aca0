"""The functions of the rule language: what each takes, what it gives, a line of help, and both of its implementations.

Inside the backends a missing number or date is NaN and a date is its day number, so arithmetic and comparison need no
care of their own; a missing text, flag or set of words is None. Text and words in columns are casefolded already.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import inf, isnan, nan, sqrt
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from syncd.core.expressions.tree import Type

Column = npt.NDArray[Any]
"""float64 (numbers, dates as day numbers, flags of which some are missing), bool (flags), or object (text, words)."""

ROUND_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Function:
    name: str
    takes: tuple[Type | None, ...]
    """None stands for any type; all such arguments and the result then share one."""
    gives: Type | None
    help: str
    example: str
    python: Callable[..., object]
    vector: Callable[..., Column]
    more: Type | None = None
    """The type of any further arguments."""
    optional: int = 0
    """How many of `takes`, from the end, may be left out."""
    literal_from: int | None = None
    """From this position on the arguments must be written out in the rule."""


def missing_in(column: Column) -> npt.NDArray[np.bool_]:
    if column.dtype == np.bool_:
        return np.zeros(column.shape, dtype=np.bool_)
    if column.dtype == np.object_:
        return each(lambda value: value is None, column)
    return np.isnan(column)


def each(test: Callable[[Any], object], column: Column, dtype: type = bool) -> Column:
    """Apply Python to every value of an object column."""
    return np.fromiter((test(value) for value in column.tolist()), dtype=dtype, count=column.size)


def is_missing(value: object) -> bool:
    return value is None or (isinstance(value, float) and isnan(value))


def _least(*values: float) -> float:
    return nan if any(map(isnan, values)) else min(values)


def _greatest(*values: float) -> float:
    return nan if any(map(isnan, values)) else max(values)


def _clamp(value: float, low: float, high: float) -> float:
    return _least(_greatest(value, low), high)


def _clamp_vector(value: Column, low: Column, high: Column) -> Column:
    return np.minimum(np.maximum(value, low), high)


_WHOLE: Final = 2.0**53
"""From here on numbers have no fraction, and to scale one could leave their range."""


def round_number(value: float, digits: float = 0.0) -> float:
    if not abs(value) < _WHOLE:
        return value
    scale: float = 10.0**digits
    return float(round(value * scale)) / scale


def round_column(values: Column, digits: Column | float = 0.0) -> Column:
    """As `round_number`, to the last bit: both scale, round halves to the even neighbor, and scale back."""
    scale = 10.0 ** float(np.max(digits))
    rounds = np.abs(values) < _WHOLE
    result: Column = np.where(rounds, np.rint(np.where(rounds, values, 0.0) * scale) / scale, values)
    return result


def _log(value: float) -> float:
    # numpy's own logarithm, which may differ from the platform's in the last bit: both backends must give one score.
    return float(np.log(value)) if 0.0 < value < inf else (value if value == inf else nan)


def _log_vector(values: Column) -> Column:
    return np.log(np.where(values > 0.0, values, nan))


def _sqrt(value: float) -> float:
    return sqrt(value) if value >= 0.0 else nan


def _sqrt_vector(values: Column) -> Column:
    return np.sqrt(np.where(values >= 0.0, values, nan))


def _default(value: object, otherwise: object) -> object:
    return otherwise if is_missing(value) else value


def _default_vector(values: Column, otherwise: Column) -> Column:
    return np.where(missing_in(values), otherwise, values)


@lru_cache(maxsize=256)
def _any_word(words: tuple[str, ...]) -> re.Pattern[str]:
    alternatives = "|".join(re.escape(word.casefold()) for word in words)
    return re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)")


def _matches(text: str | None, *words: str) -> bool:
    return text is not None and _any_word(words).search(text.casefold()) is not None


def _matches_vector(texts: Column, *words: Column) -> Column:
    search = _any_word(tuple(column.item() for column in words)).search
    return each(lambda text: text is not None and search(text) is not None, texts)


def _starts(text: str | None, prefix: str) -> bool:
    return text is not None and text.casefold().startswith(prefix.casefold())


def _starts_vector(texts: Column, prefix: Column) -> Column:
    start = prefix.item()
    return each(lambda text: text is not None and text.startswith(start), texts)


def _lower(text: str | None) -> str | None:
    return None if text is None else text.casefold()


def _lower_vector(texts: Column) -> Column:
    return texts


def _count(words: tuple[str, ...] | None) -> float:
    return nan if words is None else float(len({word.casefold() for word in words}))


def _count_vector(words: Column) -> Column:
    return each(lambda some: nan if some is None else len(some), words, float)


def _days_since(day: float, today: float) -> float:
    return today - day


def _days_since_vector(day: Column, today: Column) -> Column:
    result: Column = today - day
    return result


def _min_vector(*columns: Column) -> Column:
    result = columns[0]
    for column in columns[1:]:
        result = np.minimum(result, column)
    return result


def _max_vector(*columns: Column) -> Column:
    result = columns[0]
    for column in columns[1:]:
        result = np.maximum(result, column)
    return result


_NUMBER, _TEXT, _FLAG = Type.NUMBER, Type.TEXT, Type.FLAG
_ALL = (
    Function(
        "min", (_NUMBER, _NUMBER), _NUMBER, "The smallest number.", "min(votes, 50)", _least, _min_vector, more=_NUMBER
    ),
    Function(
        "max",
        (_NUMBER, _NUMBER),
        _NUMBER,
        "The largest number.",
        "max(1, effort)",
        _greatest,
        _max_vector,
        more=_NUMBER,
    ),
    Function(
        "round",
        (_NUMBER, _NUMBER),
        _NUMBER,
        f"Round, to whole numbers or to 0 … {ROUND_DIGITS} digits; a half goes to the even neighbor.",
        "round(votes / 7, 1)",
        round_number,
        round_column,
        optional=1,
        literal_from=1,
    ),
    Function("abs", (_NUMBER,), _NUMBER, "The number without its sign.", "abs(due_in_days)", abs, np.abs),
    Function(
        "log",
        (_NUMBER,),
        _NUMBER,
        "The natural logarithm: each doubling counts the same; missing for zero and below.",
        "log(votes + 1)",
        _log,
        _log_vector,
    ),
    Function(
        "sqrt", (_NUMBER,), _NUMBER, "The square root; missing below zero.", "sqrt(watchers)", _sqrt, _sqrt_vector
    ),
    Function(
        "clamp",
        (_NUMBER, _NUMBER, _NUMBER),
        _NUMBER,
        "The number, held between a lowest and a highest.",
        "clamp(age_days / 90, 0, 1)",
        _clamp,
        _clamp_vector,
    ),
    Function(
        "default",
        (None, None),
        None,
        "The first where it is known, otherwise the second.",
        "default(effort, 3)",
        _default,
        _default_vector,
    ),
    Function("missing", (None,), _FLAG, "True where nothing is known.", "missing(effort)", is_missing, missing_in),
    Function(
        "days_since",
        (Type.DATE,),
        _NUMBER,
        "Whole days from a date until today; negative for a date to come.",
        "days_since(due) > 0",
        _days_since,
        _days_since_vector,
    ),
    Function(
        "matches",
        (_TEXT, _TEXT),
        _FLAG,
        "True when the text has any of the words, as whole words.",
        "matches(title, 'login', 'sign in')",
        _matches,
        _matches_vector,
        more=_TEXT,
        literal_from=1,
    ),
    Function(
        "starts",
        (_TEXT, _TEXT),
        _FLAG,
        "True when the text starts with the prefix.",
        "starts(title, '[spike]')",
        _starts,
        _starts_vector,
        literal_from=1,
    ),
    Function(
        "count",
        (Type.WORDS,),
        _NUMBER,
        "How many different words there are.",
        "count(components) > 1",
        _count,
        _count_vector,
    ),
    Function(
        "lower",
        (_TEXT,),
        _TEXT,
        "The text in lower case; comparisons ignore case without it.",
        "lower(milestone)",
        _lower,
        _lower_vector,
    ),
)

FUNCTIONS: Mapping[str, Function] = MappingProxyType({function.name: function for function in _ALL})
