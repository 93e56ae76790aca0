"""The open work of a decision as a table: a column for each name that rules read, built when it is first read.

Rules about scores and horizons can be changed over the same table, again and again, without a look at a single issue.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from syncd.core.backlog import Work
from syncd.core.expressions.coded import AnyColumn
from syncd.core.expressions.columns import work_columns
from syncd.core.issue import Ref
from syncd.core.rules import Rules
from syncd.core.scoring.rows import Rows


class Table(Rows):
    """`works` is all work by its ref, closed work included: parents are looked up there."""

    def __init__(self, open_works: Sequence[Work], rules: Rules, as_of: date, works: Mapping[Ref, Work]) -> None:
        super().__init__(open_works)
        self.as_of = as_of
        self.all = works
        self._rules = rules
        self._columns: dict[str, AnyColumn] = {}

    def serves(self, rules: Rules) -> bool:
        """Whether the columns hold for these rules, too: facts, objectives and voices are the same, scoring may differ."""
        own = self._rules
        return rules is own or (
            (rules.facts, rules.okrs, rules.sources, rules.voices) == (own.facts, own.okrs, own.sources, own.voices)
        )

    def columns(self, names: Iterable[str]) -> dict[str, AnyColumn]:
        """A column for each name, one value a row."""
        wanted = frozenset(names)
        new = wanted - self._columns.keys()
        if new:
            self._columns |= work_columns(self.works, self._rules, self.as_of, self.all, new)
        return {name: self._columns[name] for name in wanted}

    def under(self, rules: Rules) -> Table:
        """The same work where objectives weigh or stand otherwise: what they say is read anew, the rest stays."""
        other = copy.copy(self)
        other._rules = rules
        other._columns = {name: column for name, column in self._columns.items() if not name.startswith("okr.")}
        return other

    @property
    def nbytes(self) -> int:
        return super().nbytes + sum(column.nbytes for column in self._columns.values())
