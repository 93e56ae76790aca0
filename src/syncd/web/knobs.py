"""What can be tried on the page What-if: one knob for each value of the rules, and what turning them makes of scoring.yaml."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from syncd.config.authoring.rewrite import OPTIONS, Block, with_scoring
from syncd.config.reading.document import Data
from syncd.config.reading.faults import ConfigError
from syncd.core.rules import Rules, Scale
from syncd.core.scoring.frameworks import FRAMEWORKS

STEPS = ("multiply", "add", "at_least", "at_most")
SIGNS = {"multiply": "×", "add": "+", "at_least": "at least", "at_most": "at most"}


@dataclass(frozen=True, slots=True)
class Slider:
    name: str
    """The name of its field: value.0, capacity.now, weight.reach, okr.O1, hysteresis"""
    label: str
    now: float
    """What the rules say today."""
    low: float
    high: float
    step: float
    unit: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Switch:
    """An adjustment: it can be left out, and its number changed."""

    index: int
    name: str
    because: str
    when: str
    slider: Slider


@dataclass(frozen=True, slots=True)
class Board:
    framework: str
    frameworks: tuple[tuple[str, str], ...]
    """(name, title) of those that the facts suffice for."""
    scale: str
    scales: tuple[str, ...]
    switches: tuple[Switch, ...]
    weights: tuple[Slider, ...]
    objectives: tuple[Slider, ...]
    horizons: tuple[Slider, ...]


def board(data: Block, rules: Rules) -> Board:
    score = data.get("score")
    own = rules.framework.name
    possible = [(own, _title(own))]
    possible += [(name, _title(name)) for name in FRAMEWORKS if name != own and _possible(data, rules, name)]
    weights = score.get("weights") if isinstance(score, dict) else None
    return Board(
        framework=own,
        frameworks=tuple(possible),
        scale=rules.scale.value,
        scales=tuple(scale.value for scale in Scale),
        switches=tuple(_switches(data)),
        weights=tuple(_weights(weights)),
        objectives=tuple(
            Slider(
                f"okr.{one.id}", f"{one.id} {one.title}", one.weight, 0, max(5.0, one.weight * 2), fine(one.weight, 0.5)
            )
            for one in rules.okrs.objectives
        ),
        horizons=tuple(_horizons(rules)),
    )


def turned(data: Block, fields: Mapping[str, str], rules: Rules) -> tuple[Block, set[str]]:
    """The data as the fields of the form say, and the top-level keys that differ. What a field does not name stays."""
    new = copy.deepcopy(data)
    if (framework := fields.get("framework", "")) and framework in FRAMEWORKS:
        _set_framework(new, framework)
    if (scale := fields.get("scale", "")) and isinstance(score := new.get("score"), dict):
        score["scale"] = scale
    _set_adjustments(new, fields)
    for name, text in fields.items():
        kind, _, rest = name.partition(".")
        value = _number(text)
        if value is None:
            continue
        horizons = new.get("horizons")
        if kind == "weight" and isinstance(score := new.get("score"), dict):
            weights = score.get("weights")
            if isinstance(weights, dict) and rest in weights:
                weights[rest] = value
        elif kind == "capacity" and isinstance(horizons, dict) and isinstance(one := horizons.get(rest), dict):
            unit = str(one.get("capacity", "")).split()[-1:] or ["effort"]
            one["capacity"] = f"{value:g} {unit[0]}"
        elif name == "hysteresis" and isinstance(horizons, dict) and value != rules.horizons.hysteresis:
            horizons["hysteresis"] = value
    new, changed = _as_before(data, new)
    return new, changed


def weights_of(fields: Mapping[str, str], rules: Rules) -> dict[str, float]:
    """The objectives whose weight was turned."""
    found: dict[str, float] = {}
    for one in rules.okrs.objectives:
        value = _number(fields.get(f"okr.{one.id}", ""))
        if value is not None and value >= 0 and value != one.weight:
            found[one.id] = value
    return found


def _as_before(old: Block, new: Block) -> tuple[Block, set[str]]:
    """A number that stands where it stood is the text that stood there: 40 and 40.0 are no change."""
    kept = {key: old[key] if key in old and _same(old[key], value) else value for key, value in new.items()}
    return kept, {key for key, value in kept.items() if value is not old.get(key)}


def _same(one: Data, other: Data) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return one == other


def _set_framework(data: Block, name: str) -> None:
    score = data.get("score")
    if not isinstance(score, dict):
        data["score"] = {"framework": name}
    elif score.get("framework") != name:
        kept = {key: value for key, value in score.items() if key not in ("framework", *OPTIONS)}
        data["score"] = {"framework": name, **kept}


def _set_adjustments(data: Block, fields: Mapping[str, str]) -> None:
    adjust = data.get("adjust")
    if not isinstance(adjust, list) or "turned" not in fields:
        return
    kept: list[Data] = []
    for index, one in enumerate(adjust):
        if not isinstance(one, dict) or f"on.{index}" not in fields:
            continue
        value, step = _number(fields.get(f"value.{index}", "")), _step(one)
        if value is not None and step is not None:
            said = one[step]
            if isinstance(said, int | float):
                one[step] = value
            elif value != 1:
                one[step] = f"1 + (({said}) - 1) * {value:g}" if step == "multiply" else f"({said}) * {value:g}"
        kept.append(one)
    data["adjust"] = kept


def _switches(data: Block) -> Iterator[Switch]:
    adjust = data.get("adjust")
    for index, one in enumerate(adjust if isinstance(adjust, list) else ()):
        if not isinstance(one, dict) or (step := _step(one)) is None:
            continue
        said = one[step]
        name = f"value.{index}"
        if isinstance(said, bool) or not isinstance(said, int | float):
            slider = Slider(name, "strength", 1.0, 0, 3, 0.1, "×", f"{SIGNS[step]} {said}")
        elif step == "multiply":
            slider = Slider(name, "×", float(said), 0, max(3.0, said * 2), fine(said, 0.05))
        elif step == "add":
            reach = max(25.0, abs(said) * 2)
            slider = Slider(name, "+", float(said), -reach if said < 0 else 0, reach, fine(said, 1))
        else:
            slider = Slider(name, SIGNS[step], float(said), 0, max(100.0, said * 1.5), fine(said, 1))
        yield Switch(index, str(one.get("name", index)), str(one.get("because", "")), str(one.get("when", "")), slider)


def _weights(weights: Data) -> Iterator[Slider]:
    if isinstance(weights, dict):
        for name, value in weights.items():
            if isinstance(value, int | float):
                reach = max(10.0, abs(value) * 2)
                yield Slider(f"weight.{name}", name, float(value), -reach if value < 0 else 0, reach, fine(value, 0.5))


def _horizons(rules: Rules) -> Iterator[Slider]:
    for one in rules.horizons.names:
        if one.capacity is not None:
            high = max(10.0, one.capacity * 2.5)
            yield Slider(
                f"capacity.{one.name}", f"{one.name} holds", one.capacity, 0, high, fine(one.capacity, 1), one.unit
            )
    if rules.horizons.names:
        yield Slider(
            "hysteresis",
            "hysteresis",
            rules.horizons.hysteresis,
            0,
            max(20.0, rules.horizons.hysteresis * 2),
            fine(rules.horizons.hysteresis, 0.5),
            "points",
        )


def fine(now: float, step: float) -> float:
    """A step of a slider that meets the present value: a browser moves a value beside the steps without asking."""
    for one in (step, step / 5, step / 10, step / 50, step / 100):
        if abs(now / one - round(now / one)) < 1e-6:
            return one
    return 0.001


def _step(one: Mapping[str, Data]) -> str | None:
    return next((step for step in STEPS if one.get(step) is not None), None)


def _possible(data: Block, rules: Rules, name: str) -> bool:
    trial = copy.deepcopy(data)
    _set_framework(trial, name)
    try:
        with_scoring(rules, trial)
    except ConfigError:
        return False
    return True


def _title(name: str) -> str:
    recipe = FRAMEWORKS.get(name)
    return recipe.title if recipe is not None else "your own formula"


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    if value != value or abs(value) > 1e9:
        return None
    return int(value) if value == int(value) else value
