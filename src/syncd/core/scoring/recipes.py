"""The formulas of the frameworks, as their authors define them, over a team's own facts."""

from __future__ import annotations

from math import isfinite

from syncd.core.backlog import FactValue
from syncd.core.expressions.guess import did_you_mean
from syncd.core.expressions.language import Expression, no_parts, parse
from syncd.core.expressions.spelling import pretty
from syncd.core.expressions.tree import Type
from syncd.core.rules import Framework, Quadrants
from syncd.core.scoring.framework_options import ROOM, FrameworkError, Options

MOSCOW: tuple[tuple[str, FactValue], ...] = tuple((name, name) for name in ("must", "should", "could", "wont"))
KANO: tuple[tuple[str, FactValue], ...] = (
    ("must-be", ("must-be", "must be", "basic")),
    ("performance", ("performance", "one-dimensional", "one dimensional")),
    ("attractive", ("attractive", "delighter", "excitement")),
    ("indifferent", "indifferent"),
    ("reverse", "reverse"),
)
"""Best first, in the order in which Kano's followers put features first; with the other names of each class."""


def rice(options: Options) -> Framework:
    i = options.inputs()
    return options.formula(f"{i['reach']} * {i['impact']} * {i['confidence']} / {i['effort']}")


def ice(options: Options) -> Framework:
    i = options.inputs()
    return options.formula(f"{i['impact']} * {i['confidence']} * {i['ease']}")


def wsjf(options: Options) -> Framework:
    i = options.inputs()
    return options.formula(f"({i['value']} + {i['time_criticality']} + {i['risk_reduction']}) / {i['job_size']}")


def cd3(options: Options) -> Framework:
    i = options.inputs()
    return options.formula(f"{i['cost_of_delay']} / {i['duration']}")


def opportunity(options: Options) -> Framework:
    i = options.inputs()
    importance, satisfaction = i["importance"], i["satisfaction"]
    return options.formula(f"{importance} + max({importance} - {satisfaction}, 0)")


def value_effort(options: Options) -> Framework:
    """Much and little are told apart at the middle of the open backlog, unless `quadrants:` draws the lines."""
    i = options.inputs()
    lines = options.mapping("quadrants")
    for name in lines:
        if name not in i:
            known = did_you_mean(name, i) or ": write quadrants: {value: 5, effort: 8}"
            raise FrameworkError(
                f"quadrants draw a line through value and effort, not '{name}'{known}", ("quadrants", name)
            )

    def high(name: str) -> Expression:
        line = lines.get(name)
        if line is None:
            return parse(f"percentile_of({i[name]}) > 50", options.names, Type.FLAG, ROOM, no_parts)
        if isinstance(line, bool) or not isinstance(line, int | float) or not isfinite(line):
            raise FrameworkError(f"the line through {name} must be a number", ("quadrants", name))
        return parse(f"{i[name]} >= {line!r}", options.names, Type.FLAG, ROOM, no_parts)

    return options.formula(f"{i['value']} / {i['effort']}", quadrants=Quadrants(high("value"), high("effort")))


def moscow(options: Options) -> Framework:
    return _classes(options, MOSCOW)


def kano(options: Options) -> Framework:
    return _classes(options, KANO)


def _classes(options: Options, classes: tuple[tuple[str, FactValue], ...]) -> Framework:
    """Without `then:` the score within a class is the class's own number, so that ties keep their order."""
    fact = options.class_fact(options.name)
    then = options.optional("then")
    if then is None:
        steps = ""
        for place, (_, values) in enumerate(classes[:-1]):
            test = f"in {list(values)}" if isinstance(values, tuple) else f"== {values!r}"
            steps += f"{len(classes) - place} if {fact} {test} else "
        then = parse(f"{steps}1", options.names, Type.NUMBER)
        shown = ", ".join(f"{name} {len(classes) - place}" for place, (name, _) in enumerate(classes))
    else:
        shown = f"{' over '.join(name for name, _ in classes)}, then {pretty(then.text)}"
    return Framework(options.name, then, shown, classes, fact)


def weighted(options: Options) -> Framework:
    weights: dict[str, float] = {}
    for name, weight in options.mapping("weights").items():
        if isinstance(weight, bool) or not isinstance(weight, int | float):
            raise FrameworkError(f"the weight of {name} must be a number", ("weights", name))
        if not isfinite(weight):
            raise FrameworkError(f"the weight of {name} is too large", ("weights", name))
        if name not in options.names:
            hint = did_you_mean(name, options.names) or ": add it under facts:"
            raise FrameworkError(f"weighted reads '{name}', and no such fact is configured{hint}", ("weights", name))
        if weight:
            weights[options.fact(name)] = float(weight)
    if not weights:
        raise FrameworkError("weighted needs weights, as in weights: {impact: 3, risk: -1}", ("weights",))
    # Divided by the sizes of the weights, so that the sign of a negative weight stays what it is.
    whole = sum(abs(weight) for weight in weights.values())
    terms = " + ".join(f"{weight!r} * {name}" for name, weight in weights.items())
    shown = " ".join(
        f"{'−' if weight < 0 else '+'} {abs(weight):g} × {name}" for name, weight in weights.items()
    ).removeprefix("+ ")
    return options.formula(f"({terms}) / {whole!r}", f"({shown}) ÷ {whole:g}")


def expression(options: Options) -> Framework:
    formula = options.required("formula", "formula: votes / default(effort, 3)")
    return Framework("expression", formula, pretty(formula.text.strip()))
