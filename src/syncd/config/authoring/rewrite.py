"""scoring.yaml with other values: as rules to try, and as text to copy. The file itself is never touched."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Mapping

import yaml as pyyaml

from syncd.config.reading import yaml
from syncd.config.reading.document import Data
from syncd.config.reading.faults import ConfigError, Fault
from syncd.config.rules.rulebook import rulebook
from syncd.config.rules.scoring import DEFAULT_SCORING
from syncd.core.rules import Objective, Rules

_DUMPER = getattr(pyyaml, "CSafeDumper", pyyaml.SafeDumper)
"""In C where PyYAML has it: this is asked for at every move of a slider."""

Block = dict[str, Data]
OPTIONS = ("inputs", "weights", "then", "quadrants", "formula", "parts")
"""What stands beside `framework:` and belongs to it."""


def scoring_data(text: str | None, backlog: str = "") -> Block:
    """What scoring.yaml says, to change at will; the default score where there is no file. Of several backlogs, what it
    says about the one that is named: what that leaves out is as written above."""
    data = yaml.read(text or DEFAULT_SCORING, "scoring.yaml").data()
    found = copy.deepcopy(data) if isinstance(data, dict) else {}
    backlogs = found.pop("backlogs", None)
    for one in backlogs if isinstance(backlogs, list) else ():
        if isinstance(one, dict) and one.get("name") == backlog:
            found |= {key: one[key] for key in ("score", "adjust", "horizons") if one.get(key) is not None}
    if isinstance(score := found.get("score"), str):
        found["score"] = {"formula": score}
    return found


def as_yaml(data: Mapping[str, Data]) -> str:
    return pyyaml.dump(dict(data), Dumper=_DUMPER, sort_keys=False, allow_unicode=True, width=110)


def with_scoring(rules: Rules, data: Mapping[str, Data]) -> Rules:
    """The rules of one backlog with framework, scale, adjustments and horizons as the data say; facts and all else stay.

    Raises ConfigError with everything that is wrong.
    """
    faults: list[Fault] = []
    book = rulebook(yaml.read(as_yaml(data), "scoring.yaml"), None, faults, unread=True)
    if faults or book.framework is None:
        raise ConfigError(faults or [Fault("scoring.yaml", 0, 0, "this is no score", "choose another framework")])
    return dataclasses.replace(
        rules, framework=book.framework, scale=book.scale, adjustments=book.adjustments, horizons=book.horizons
    )


def with_weights(rules: Rules, weights: Mapping[str, float]) -> Rules:
    """The rules with other weights of objectives, by id."""

    def weighted(one: Objective) -> Objective:
        return dataclasses.replace(one, weight=weights[one.id]) if one.id in weights else one

    okrs = dataclasses.replace(rules.okrs, objectives=tuple(map(weighted, rules.okrs.objectives)))
    return dataclasses.replace(rules, okrs=okrs)
