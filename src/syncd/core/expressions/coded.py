"""A column of texts or words in which each different value stands once: most statuses, labels and components repeat.

What a rule asks of such a column (`'security' in labels`) is asked of each different value only, and four bytes a row
say which value stands there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from syncd.core.expressions.functions import Column


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    values: Column
    """The different values, as objects; None for missing."""
    codes: npt.NDArray[np.int32]
    """For each row the place of its value in `values`."""

    @classmethod
    def of(cls, values: Iterable[Any], fold: Callable[[Any], object]) -> Coded:
        """Each different value is folded once; those that fold to the same thing become one."""
        known: dict[object, int] = {}
        folded: dict[object, int] = {}
        codes: list[int] = []
        for value in values:
            code = known.get(value)
            if code is None:
                plain = None if value is None else fold(value)
                code = known[value] = folded.setdefault(plain, len(folded))
            codes.append(code)
        different = np.empty(len(folded), dtype=np.object_)
        different[:] = list(folded)
        return cls(different, np.array(codes, dtype=np.int32))

    @property
    def size(self) -> int:
        return self.codes.size

    @property
    def nbytes(self) -> int:
        """Of the rows; the values are shared with the items that they come from."""
        return self.codes.nbytes + self.values.nbytes

    def plain(self) -> Column:
        """One object a row."""
        found: Column = self.values[self.codes]
        return found

    def tolist(self) -> list[Any]:
        found: list[Any] = self.plain().tolist()
        return found


AnyColumn = Column | Coded
