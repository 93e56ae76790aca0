"""What a source's words mean, as rules: keys folded the way `core.normalizing.meaning` looks them up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from syncd.config.reading.document import Place
from syncd.config.reading.faults import Fault
from syncd.config.rules.expressions import Expressions
from syncd.config.text.syncd import NormalizeText
from syncd.core.expressions.language import Type
from syncd.core.rules import NormalizeRules

V = TypeVar("V")


def normalize_rules(text: NormalizeText, place: Place, expressions: Expressions, faults: list[Fault]) -> NormalizeRules:
    def folded(key: str, written: Mapping[str, V]) -> dict[str, V]:
        found: dict[str, V] = {}
        for word, meaning in written.items():
            fold = word.strip().casefold().replace("’", "'")
            if fold in found:
                message = f"'{word}' stands twice; upper and lower case make no difference"
                faults.append((place / key / word).key_fault(message, "delete one of the two"))
            found[fold] = meaning
        return found

    return NormalizeRules(
        statuses=folded("statuses", text.statuses),
        kinds=folded("kinds", text.kinds),
        priorities=folded("priorities", text.priorities),
        kind_labels=folded("kind_labels", text.kind_labels),
        priority_labels=folded("priority_labels", text.priority_labels),
        status_labels=folded("status_labels", text.status_labels),
        status_field=text.status_field,
        ignore=expressions.parse(text.ignore, place / "ignore", Type.FLAG),
    )
