"""The backlogs of scoring.yaml as rules: each with what is its own, and with what stands above for the rest."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from syncd.config.reading.document import Place
from syncd.config.reading.faults import Fault
from syncd.config.rules.expressions import Expressions
from syncd.config.rules.horizons import horizons
from syncd.config.rules.scoring import adjustments, scoring_framework
from syncd.config.text.scoring import ScoringText
from syncd.core.expressions.language import Type
from syncd.core.rules import Adjustment, Backlog, FactRule, Framework, Horizons, Scale

NONE = "none"
"""`rest: none`"""


def backlogs(
    text: ScoringText,
    place: Place,
    facts: Mapping[str, FactRule],
    known: Collection[str],
    expressions: Expressions,
    above: tuple[Framework | None, Scale, tuple[Adjustment, ...], Horizons],
    faults: list[Fault],
) -> tuple[Backlog, ...]:
    """`above` is what stands at the top of the file and holds wherever a backlog says nothing of its own; `known` are
    facts, also those that have a mistake."""
    found: list[Backlog] = []
    taken = {text.rest.casefold(): "the rest"} if text.rest != NONE else {NONE: "what is in no backlog"}
    for i, one in enumerate(text.backlogs):
        at = place / "backlogs" / i
        if (other := taken.get(one.name.casefold())) is not None:
            faults.append((at / "name").fault(f"'{one.name}' is the name of {other} already", "give it another name"))
        taken[one.name.casefold()] = "another backlog"
        if one.filter is None and i < len(text.backlogs) - 1:
            message = f"the backlog '{one.name}' has no filter, so nothing would ever reach the ones below it"
            faults.append(at.key_fault(message, "write `filter: \"'platform' in labels\"`, or put it last"))
        framework, scale, adjust, filled = above
        if one.score is not None:
            framework = scoring_framework(one.score, at / "score", facts, expressions, faults)
            scale = one.score.scale
        if one.adjust is not None:
            adjust = adjustments(one.adjust, at / "adjust", expressions, faults)
        if one.horizons is not None:
            filled = horizons(one.horizons, at / "horizons", known, expressions, faults)
        wanted = expressions.parse(one.filter, at / "filter", Type.FLAG, compares=False)
        if framework is not None:
            found.append(Backlog(one.name, wanted, framework, scale, adjust, filled))
    return tuple(found)
