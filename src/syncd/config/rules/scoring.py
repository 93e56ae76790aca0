"""scoring.yaml as rules: framework, adjustments, horizons; and the score that is used where nobody wrote one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from syncd.config.reading.document import Place
from syncd.config.reading.faults import Fault
from syncd.config.rules.expressions import HOW_VOICES, NO_VOICES, Expressions
from syncd.config.rules.facts import ALL_SOURCES
from syncd.config.text.scoring import AdjustText, ScoreText
from syncd.core.expressions.language import Type
from syncd.core.rules import Adjustment, FactRule, Framework
from syncd.core.scoring.frameworks import FRAMEWORKS, FrameworkError, framework
from syncd.core.voices import is_voices

DEFAULT_SCORING: Final = """\
# Used when there is no scoring.yaml. Priority counts most: a step of priority is worth 20 points. Votes count up to 10
# points, each doubling less than the one before. Waiting counts up to 5 points, reached after half a year.
score:
  formula: 20 * (5 - priority) + min(10, 2 * log(1 + votes)) + 5 * min(1, age_days / 180)
  scale: raw
"""


def scoring_framework(
    score: ScoreText, place: Place, facts: Mapping[str, FactRule], expressions: Expressions, faults: list[Fault]
) -> Framework | None:
    """None when it is wrong, which is then in `faults`."""
    name, at = score.framework or "expression", place / "framework"
    given: dict[str, Any] = score.model_dump(exclude={"framework", "scale"}, exclude_none=True)
    near = re.sub(r"\W+", "_", name.strip()).casefold()
    own = name not in FRAMEWORKS and near not in FRAMEWORKS and not name.replace("_", "").isalpha()
    if own:
        if score.formula is not None:
            message = "'framework' holds an expression, and so does 'formula'"
            faults.append((place / "formula").key_fault(message, "delete one of the two"))
            return None
        given, name = {**given, "formula": name}, "expression"
    try:
        found = framework(name, given, facts)
        if name == "expression":
            faults.extend(expressions.never(found.formula, at if own else place / "formula"))
        elif expressions.silent and any(map(is_voices, found.formula.names)):
            faults.append((place / "inputs").key_fault(NO_VOICES, HOW_VOICES))
        return found
    except FrameworkError as error:
        if expressions.lost and name in FRAMEWORKS:
            return None  # it may well be about the fact that has a mistake
        path = ("framework",) if own and error.option == ("formula",) else error.option
        for step in path:
            place = place / step
        at = place if path else at
        if error.cause is not None:
            faults.append(expressions.fault(error.cause, at))
        elif path and at.document.has(at.path) and path[0] != "framework":
            faults.append(at.key_fault(error.message, error.hint))
        else:
            faults.append(at.fault(error.message, error.hint))
        return None


def adjustments(
    texts: tuple[AdjustText, ...], place: Place, expressions: Expressions, faults: list[Fault]
) -> tuple[Adjustment, ...]:
    found: list[Adjustment] = []
    seen: set[str] = set()
    for i, text in enumerate(texts):
        at = place / i
        if text.name.casefold() in seen:
            message = f"there is an adjustment '{text.name}' already; receipts name them"
            faults.append((at / "name").fault(message, "give it another name"))
        seen.add(text.name.casefold())
        found.append(
            Adjustment(
                name=text.name,
                when=expressions.parse(text.when, at / "when", Type.FLAG),
                because=text.because,
                multiply=expressions.parse(text.multiply, at / "multiply", Type.NUMBER),
                add=expressions.parse(text.add, at / "add", Type.NUMBER),
                at_least=text.at_least,
                at_most=text.at_most,
            )
        )
    return tuple(found)


def fields_read(facts: Mapping[str, FactRule], name: str, kind: str) -> frozenset[str]:
    """The fields that facts are read from in one source."""
    fields: set[str] = set()
    for fact in facts.values():
        own = fact.reads[name] if name in fact.reads else fact.reads.get(kind, ())
        reads = (*own, *fact.reads.get(ALL_SOURCES, ()))
        fields.update(field for read in reads if isinstance(field := getattr(read, "field", None), str))
    return frozenset(fields)
