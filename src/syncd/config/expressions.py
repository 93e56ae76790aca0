"""Parses the expressions in the files, with faults that point into them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from syncd.config.document import Place
from syncd.config.faults import Fault
from syncd.core.expressions.language import Expression, ExpressionError, Type, no_parts, parse


@dataclass(frozen=True, slots=True)
class Expressions:
    """Parses over one set of names, and remembers what it parsed."""

    names: Mapping[str, Type]
    faults: list[Fault]
    lost: frozenset[str] = frozenset()
    """Names that are configured with a mistake: what reads them cannot be judged, and is passed over."""
    parsed: list[Expression] = field(default_factory=list)
    backlog: bool = False
    """Whether numbers may be compared with those of the whole backlog."""

    def parse(self, text: str | None, place: Place, want: Type, *, compares: bool = True) -> Expression | None:
        """None when there is no text, or when it is wrong, which is then in `faults`. `compares` False: it must not
        compare numbers with the backlog, because it says what the backlog is."""
        if text is None or self.lost.intersection(re.findall(r"\w+", text)):
            return None
        try:
            expression = parse(text, self.names, want, parts=no_parts if self.backlog and compares else None)
        except ExpressionError as error:
            self.faults.append(self.fault(error, place))
            return None
        self.parsed.append(expression)
        return expression

    def fault(self, error: ExpressionError, place: Place) -> Fault:
        hint = ""
        if error.message.startswith("unknown name") and "did you mean" not in error.message:
            hint = f"known names: {', '.join(sorted(self.names))}; your own go under facts: in scoring.yaml"
        return place.fault_within(error.offset, error.length, error.message, hint)
