"""Parses the expressions in the files, with faults that point into them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from syncd.config.reading.document import Place
from syncd.config.reading.faults import Fault, words
from syncd.core.expressions.guess import did_you_mean
from syncd.core.expressions.language import Expression, ExpressionError, Type, no_parts, parse
from syncd.core.voices import is_voices

NO_VOICES: Final = "nothing says where voices are read from, so nobody is ever heard"
HOW_VOICES: Final = "add `voices: voices.csv`, a file with the columns issue, customer, said and date"


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
    values: Mapping[str, Collection[str]] = field(default_factory=dict)
    """All that a name can be, for names that can only be one of a few texts."""
    facts: Collection[str] = ()
    """The names among them that stand under `facts:`."""
    silent: bool = False
    """No file has voices, so that rules cannot ask for any."""

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
        self.faults.extend(self.never(expression, place))
        return expression

    def never(self, expression: Expression, place: Place) -> Iterator[Fault]:
        """A fault for each text that a name is asked for and can never be, and where voices are asked for and there are none."""
        if self.silent and (asked := sorted(filter(is_voices, expression.names))):
            offset = max(0, expression.text.find(asked[0]))
            yield place.fault_within(offset, len(asked[0]), NO_VOICES, HOW_VOICES)
        for name, text in sorted(expression.asked):
            known = self.values.get(name)
            if known is None or text.casefold() in {one.casefold() for one in known}:
                continue
            said = f"{name} is never '{text}'{did_you_mean(text, known)}"
            hint = f"it can be {words(sorted(known))}" if known else "okrs.yaml has no such ids"
            offset = max(0, expression.text.casefold().find(text.casefold()))
            yield place.fault_within(offset, len(text), said, hint)

    def fault(self, error: ExpressionError, place: Place) -> Fault:
        return place.fault_within(error.offset, error.length, error.message, self._next(error.message))

    def _next(self, message: str) -> str:
        if message.startswith("unknown name"):
            if "did you mean" in message:
                return "type: syncd rules names"
            own = f"your facts are {words(sorted(self.facts), 'and')}; " if self.facts else ""
            return f"{own}add what you miss under facts:, or see what every rule knows: syncd rules names"
        if message.startswith("unknown function"):
            return "type: syncd rules functions"
        return "" if "write " in message else "type: syncd rules names   (what is a number, a text, a set of words)"
