"""What `scaled` and `percentile_of` give: the numbers of the open backlog, and where each piece of work stands among them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from syncd.core.backlog import FactValue
from syncd.core.expressions.backends import compile_python, run_vector
from syncd.core.expressions.coded import AnyColumn
from syncd.core.expressions.language import Expression
from syncd.core.expressions.tree import Among
from syncd.core.rules import Rules, Scale
from syncd.core.scoring.scale import Floats, Population


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """One such function of the rules, with the numbers that it compares with."""

    among: Among
    population: Population
    """Of all open work that has the number."""

    def one(self, row: Mapping[str, FactValue | None]) -> tuple[float | None, float | None]:
        """The number of one row, and what the function makes of it; None for missing."""
        number = compile_python(self.among.operand)(row)
        if not isinstance(number, float):
            return None, None
        return number, float(self.all(np.array([number]))[0])

    def all(self, numbers: Floats) -> Floats:
        return self.population.scaled(numbers, Scale(self.among.scale))


def scoring_expressions(rules: Rules) -> Iterator[Expression]:
    """Every expression that scoring reads."""
    yield rules.framework.formula
    if rules.framework.quadrants is not None:
        yield rules.framework.quadrants.high_value
        yield rules.framework.quadrants.high_effort
    for adjustment in rules.adjustments:
        yield from (each for each in (adjustment.when, adjustment.multiply, adjustment.add) if each is not None)


def comparisons(
    expressions: Iterable[Expression], columns: Mapping[str, AnyColumn], count: int
) -> tuple[dict[str, Comparison], dict[str, AnyColumn]]:
    """By key, what compares with the backlog, and the column of what it gives."""
    found: dict[str, Comparison] = {}
    given: dict[str, AnyColumn] = {}
    for expression in expressions:
        for among in expression.among:
            if among.key not in found:
                numbers = np.array(run_vector(among.operand, columns, count), dtype=np.float64)
                comparison = found[among.key] = Comparison(among, Population.of(numbers))
                given[among.key] = comparison.all(numbers)
    return found, given
