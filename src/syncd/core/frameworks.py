"""The frameworks that people know (RICE, ICE, WSJF, MoSCoW …) as formulas over their team's facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite
from types import MappingProxyType

from syncd.core.backlog import FactValue
from syncd.core.guess import did_you_mean
from syncd.core.language import Bounds, Expression, ExpressionError, parse
from syncd.core.rules import FactRule, Framework
from syncd.core.spelling import pretty
from syncd.core.tree import Type
from syncd.core.vocabulary import EFFORT, work_names

# A formula is put together from inputs that were each held to the bounds of one expression.
_ROOM = Bounds(characters=20_000, nodes=4_000, depth=120)
_MOSCOW_CLASSES = ("must", "should", "could", "wont")


class FrameworkError(Exception):
    """One sentence about a framework's options, and what to type instead.

    `option` is the path of the option it is about; `cause` the error in the expression that stands there, if any.
    """

    def __init__(self, message: str, option: tuple[str, ...] = (), cause: ExpressionError | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.option = option
        self.cause = cause


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a framework is built."""

    name: str
    help: str
    inputs: tuple[str, ...]
    """The facts it reads unless `inputs:` names others."""
    options: tuple[str, ...]
    build: Callable[[_Options], Framework]


def framework(name: str, options: Mapping[str, object], facts: Mapping[str, FactRule]) -> Framework:
    """The framework of that name over the configured facts and the names that rules know anyway.

    Options: `inputs` {input: expression} wherever a framework has inputs, `then` (expression, optional) for moscow,
    `weights` {name: number} for weighted, `formula` (expression) for expression. Raises FrameworkError.
    """
    recipe = FRAMEWORKS.get(name)
    if recipe is None:
        hint = did_you_mean(name, FRAMEWORKS) or f": choose one of {', '.join(FRAMEWORKS)}"
        raise FrameworkError(f"there is no framework '{name}'{hint}", ("framework",))
    for option in options:
        if option not in recipe.options:
            takes = f"; {name} takes {' and '.join(recipe.options)}"
            raise FrameworkError(
                f"{name} has no option '{option}'{did_you_mean(option, recipe.options)}{takes}", (option,)
            )
    return recipe.build(_Options(recipe, options, facts))


class _Options:
    def __init__(self, recipe: Recipe, options: Mapping[str, object], facts: Mapping[str, FactRule]) -> None:
        self.recipe = recipe
        self.names = work_names(facts)
        if EFFORT not in facts:
            del self.names[EFFORT]  # known to the language, but always missing
        self._options = options

    def mapping(self, option: str) -> Mapping[str, object]:
        value = self._options.get(option, {})
        if not isinstance(value, Mapping):
            raise FrameworkError(f"{option} is written as names with values, as in {option}: {{effort: 3}}", (option,))
        return value

    def expression(self, value: object, option: tuple[str, ...], want: Type = Type.NUMBER) -> Expression:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise FrameworkError(f"{'.'.join(option)} must be an expression, such as a fact's name", option)
        try:
            return parse(str(value), self.names, want)
        except ExpressionError as error:
            raise FrameworkError(error.message, option, error) from error

    def optional(self, option: str) -> Expression | None:
        value = self._options.get(option)
        return None if value is None else self.expression(value, (option,))

    def required(self, option: str, example: str) -> Expression:
        found = self.optional(option)
        if found is None:
            raise FrameworkError(f"{self.recipe.name} needs {option}, as in {example}", (option,))
        return found

    def inputs(self) -> dict[str, str]:
        """What stands for each input in the formula: a fact's name, or an expression in brackets."""
        renamed = self.mapping("inputs")
        for name in renamed:
            if name not in self.recipe.inputs:
                known = did_you_mean(name, self.recipe.inputs) or f": its inputs are {', '.join(self.recipe.inputs)}"
                raise FrameworkError(f"{self.recipe.name} has no input '{name}'{known}", ("inputs", name))
        return {
            name: _bracketed(self.expression(renamed[name], ("inputs", name)).text)
            if name in renamed
            else self.fact(name)
            for name in self.recipe.inputs
        }

    def fact(self, name: str, want: Type = Type.NUMBER) -> str:
        known = self.names.get(name)
        if known is None:
            raise FrameworkError(
                f"{self.recipe.name} needs the fact '{name}', and no such fact is configured: add it under facts:, "
                f"or name another with inputs: {{{name}: …}}{did_you_mean(name, self.names)}",
                ("framework",),
            )
        if known is not want:
            raise FrameworkError(
                f"{self.recipe.name} needs '{name}' as {want.spoken}, and it is {known.spoken}: set its type under facts:",
                ("framework",),
            )
        return name

    def class_fact(self, name: str) -> str:
        renamed = self.mapping("inputs").get(name, name)
        return self.fact(str(renamed), Type.TEXT)

    def formula(self, text: str, shown: str | None = None) -> Framework:
        formula = parse(text, self.names, Type.NUMBER, _ROOM)
        return Framework(self.recipe.name, formula, shown or pretty(text))


def _bracketed(text: str) -> str:
    text = text.strip()
    return text if text.replace(".", "").replace("_", "").isalnum() else f"({text})"


def _rice(options: _Options) -> Framework:
    i = options.inputs()
    return options.formula(f"{i['reach']} * {i['impact']} * {i['confidence']} / {i['effort']}")


def _ice(options: _Options) -> Framework:
    i = options.inputs()
    return options.formula(f"{i['impact']} * {i['confidence']} * {i['ease']}")


def _wsjf(options: _Options) -> Framework:
    i = options.inputs()
    return options.formula(f"({i['value']} + {i['time_criticality']} + {i['risk_reduction']}) / {i['job_size']}")


def _value_effort(options: _Options) -> Framework:
    i = options.inputs()
    return options.formula(f"{i['value']} / {i['effort']}")


def _moscow(options: _Options) -> Framework:
    """Without `then:` the score within a class is the class's own number, so that ties keep their order."""
    fact = options.class_fact("moscow")
    classes: tuple[tuple[str, FactValue], ...] = tuple((name, name) for name in _MOSCOW_CLASSES)
    then = options.optional("then")
    if then is None:
        steps = "".join(f"{4 - place} if {fact} == '{name}' else " for place, name in enumerate(_MOSCOW_CLASSES[:-1]))
        then = parse(f"{steps}1", options.names, Type.NUMBER)
        shown = "must 4, should 3, could 2, wont 1"
    else:
        shown = f"{' over '.join(_MOSCOW_CLASSES)}, then {pretty(then.text)}"
    return Framework("moscow", then, shown, classes, fact)


def _weighted(options: _Options) -> Framework:
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


def _expression(options: _Options) -> Framework:
    formula = options.required("formula", "formula: votes / default(effort, 3)")
    return Framework("expression", formula, pretty(formula.text.strip()))


_INPUTS = ("inputs",)
FRAMEWORKS: Mapping[str, Recipe] = MappingProxyType(
    {
        recipe.name: recipe
        for recipe in (
            Recipe(
                "rice",
                "reach × impact × confidence ÷ effort",
                ("reach", "impact", "confidence", "effort"),
                _INPUTS,
                _rice,
            ),
            Recipe("ice", "impact × confidence × ease", ("impact", "confidence", "ease"), _INPUTS, _ice),
            Recipe(
                "wsjf",
                "cost of delay ÷ job size",
                ("value", "time_criticality", "risk_reduction", "job_size"),
                _INPUTS,
                _wsjf,
            ),
            Recipe("moscow", "must over should over could over wont", ("moscow",), ("then", "inputs"), _moscow),
            Recipe("value_effort", "value ÷ effort", ("value", "effort"), _INPUTS, _value_effort),
            Recipe("weighted", "the weighted mean of facts", (), ("weights",), _weighted),
            Recipe("expression", "a formula of your own", (), ("formula",), _expression),
        )
    }
)
