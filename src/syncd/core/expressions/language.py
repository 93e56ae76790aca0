"""Expressions: text → checked tree → Python for one item, numpy for all.

The grammar is a typed subset of Python's: `and or not in`, comparisons, arithmetic, `x if c else y`, a few functions.

- Missing stays missing through arithmetic and functions; x / 0 is missing; so is a number beyond all measure.
- A comparison with something missing is false; hence != and `not in` are true. A missing flag counts as false.
  `default(x, v)` and `missing(x)` say otherwise.
- Texts and words compare without regard to case, everywhere.
- A date compares with a written one, `due < '2026-12-31'`; a date minus a date is a number of days.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from syncd.core.backlog import FactValue
from syncd.core.expressions.among import AMONG, AmongFunction, among_in
from syncd.core.expressions.backends import Row, compile_python, run_vector
from syncd.core.expressions.coded import AnyColumn
from syncd.core.expressions.functions import FUNCTIONS, Column, Function
from syncd.core.expressions.grammar import check
from syncd.core.expressions.reading import Bounds, ExpressionError
from syncd.core.expressions.tree import Among, Node, Type, asked_texts, names_in, unguarded_names

__all__ = [
    "AMONG",
    "FUNCTIONS",
    "AmongFunction",
    "Bounds",
    "Column",
    "Expression",
    "ExpressionError",
    "Function",
    "Type",
    "no_parts",
    "parse",
]


@dataclass(frozen=True, slots=True)
class Expression:
    """A checked expression. Two are equal when text and type are."""

    text: str
    type: Type
    names: frozenset[str] = field(compare=False)
    """The names that it reads."""
    _tree: Node = field(compare=False, repr=False)
    _run: Callable[[Row], FactValue | None] = field(compare=False, repr=False)

    @property
    def needs(self) -> frozenset[str]:
        """The names without which it may have no value: those that no `default` or `missing` looks after."""
        return unguarded_names(self._tree)

    @property
    def asked(self) -> frozenset[tuple[str, str]]:
        """(name, text) for every name that it compares with a written text."""
        return asked_texts(self._tree)

    @property
    def among(self) -> tuple[Among, ...]:
        """What it compares with the whole backlog; rows and columns must hold the values under their keys."""
        return among_in(self._tree)

    def evaluate(self, row: Mapping[str, FactValue | None]) -> FactValue | None:
        """The value for one row; None, and a name that the row does not have, is missing."""
        return self._run(row)

    def vector(self, columns: Mapping[str, AnyColumn], n: int) -> Column:
        """The values for n rows at once, equal to `evaluate` row by row.

        Numbers are float64, dates float64 day numbers (`date.toordinal`), NaN for missing. Flags are bool, or float64
        where some are missing. Texts and words are `Coded` or objects, None for missing, casefolded; words are frozensets.
        `core.expressions.columns` builds columns of these forms. The result may be a read-only view.
        """
        return run_vector(self._tree, columns, n)


Parts = Callable[[str], Expression | None]


def no_parts(name: str) -> Expression | None:
    """For expressions that may compare numbers with the whole backlog, and know no frameworks."""
    return None


def parse(
    text: str,
    names: Mapping[str, Type],
    want: Type | None = None,
    bounds: Bounds | None = None,
    parts: Parts | None = None,
) -> Expression:
    """The expression that `text` means over the given names, of the wanted type.

    Raises ExpressionError with a sentence and a place. `today` and the functions are known everywhere, but those of
    `AMONG` only where `parts` is given: it says what a name such as rice stands for inside of them.
    """

    def part(name: str) -> Node | None:
        found = parts(name) if parts is not None else None
        return None if found is None else found._tree

    root = check(text, names, want, bounds or Bounds(), part if parts is not None else None)
    return Expression(text, root.type, names_in(root), root, compile_python(root))
