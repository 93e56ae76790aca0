"""The frameworks that people know (RICE, ICE, WSJF, MoSCoW, Kano …): what each asks for, on which scales, and who says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from syncd.core.backlog import FactValue
from syncd.core.expressions.guess import did_you_mean
from syncd.core.expressions.language import Expression
from syncd.core.rules import FactRule, Framework
from syncd.core.scoring import recipes
from syncd.core.scoring.framework_options import FrameworkError, Options

__all__ = ["FRAMEWORKS", "FrameworkError", "Recipe", "framework"]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a framework is built, and what people must know to use it."""

    name: str
    title: str
    help: str
    """What it makes of its inputs, in a line."""
    scales: Mapping[str, str]
    """The facts it reads unless `inputs:` names others, each with its scale."""
    options: tuple[str, ...]
    build: Callable[[Options], Framework]
    source: str
    """Who defined it, and where."""
    example: str
    """What stands under `score:`"""
    worked: tuple[Mapping[str, FactValue], str, float]
    """Facts, what is calculated from them by hand, and what that gives (of classes: the class's own number)."""

    @property
    def inputs(self) -> tuple[str, ...]:
        return tuple(self.scales)


def framework(
    name: str, options: Mapping[str, object], facts: Mapping[str, FactRule], alias: str | None = None
) -> Framework:
    """The framework of that name over the configured facts and the names that rules know anyway.

    Options: `inputs` {input: expression} wherever a framework has inputs, `then` (expression, optional) for moscow and
    kano, `weights` {name: number} for weighted, `quadrants` {value: number, effort: number} for value_effort, `formula`
    (expression) for expression; `parts` {name: options} are frameworks that scaled(name) in a formula stands for, and
    `alias` the name of such a part. Raises FrameworkError.
    """
    recipe = FRAMEWORKS.get(name)
    if recipe is None:
        meant = did_you_mean(name, FRAMEWORKS)
        known = f"known here: {', '.join(FRAMEWORKS)}; type: syncd rules frameworks"
        raise FrameworkError(f"there is no framework '{name}'{meant}", ("framework",), hint=known)
    for option in options:
        if option not in recipe.options:
            takes = f"; {name} takes {' and '.join(recipe.options)}"
            raise FrameworkError(
                f"{name} has no option '{option}'{did_you_mean(option, recipe.options)}{takes}", (option,)
            )
    return recipe.build(Options(name, recipe.inputs, options, facts, _parts(options, facts), alias))


def _parts(options: Mapping[str, object], facts: Mapping[str, FactRule]) -> Callable[[str], Expression | None]:
    own = options.get("parts", {})
    if not isinstance(own, Mapping):
        raise FrameworkError("parts are written as names with frameworks: {wsjf: {inputs: …}}", ("parts",))
    for name in own:
        if name in facts:
            raise FrameworkError(f"'{name}' is a fact already: give this part another name", ("parts", name))

    def part(name: str) -> Expression | None:
        written = own.get(name)
        given = dict(written) if isinstance(written, Mapping) else {}
        kind = str(given.pop("framework", name))
        if name not in own and (kind not in FRAMEWORKS or not FRAMEWORKS[kind].inputs):
            return None
        try:
            return framework(kind, given, facts, alias=name).formula
        except FrameworkError as error:
            path = ("parts", name, *error.option) if name in own else ()
            cause = error.cause if path else None
            raise FrameworkError(f"scaled({name}): {error.message}", path, cause, error.hint) from error

    return part


_INPUTS = ("inputs",)
_RELATIVE = "1, 2, 3, 5, 8, 13 or 20, where 1 is the least of the backlog"
_ANY = "any unit, the same for all work"
_RECIPES = (
    Recipe(
        "rice",
        "RICE",
        "reach × impact × confidence ÷ effort",
        {
            "reach": "people or events in a period, such as customers a month",
            "impact": "3 massive, 2 high, 1 medium, 0.5 low, 0.25 minimal",
            "confidence": "1.0 high, 0.8 medium, 0.5 low",
            "effort": "person-months (or any unit, the same for all work)",
        },
        _INPUTS,
        recipes.rice,
        "Sean McBride, Intercom, 2016",
        "framework: rice",
        ({"reach": 500.0, "impact": 2.0, "confidence": 0.8, "effort": 4.0}, "500 × 2 × 0.8 ÷ 4", 200.0),
    ),
    Recipe(
        "ice",
        "ICE",
        "impact × confidence × ease",
        {"impact": "1 to 10", "confidence": "1 to 10", "ease": "1 (hard) to 10 (easy)"},
        _INPUTS,
        recipes.ice,
        "Sean Ellis, GrowthHackers, who takes the mean of the three (framework: weighted with equal weights); most teams multiply, "
        "as Itamar Gilad does",
        'framework: ice\ninputs: {ease: "10 / effort"}',
        ({"impact": 8.0, "confidence": 6.0, "ease": 5.0}, "8 × 6 × 5", 240.0),
    ),
    Recipe(
        "wsjf",
        "WSJF, weighted shortest job first",
        "cost of delay (value + time criticality + risk reduction) ÷ job size",
        {
            "value": f"to users and the business; {_RELATIVE}",
            "time_criticality": f"how it decays while it waits; {_RELATIVE}",
            "risk_reduction": f"and the opportunities that it opens; {_RELATIVE}",
            "job_size": _RELATIVE,
        },
        _INPUTS,
        recipes.wsjf,
        "Scaled Agile Framework, after Don Reinertsen, The Principles of Product Development Flow, 2009",
        "framework: wsjf\ninputs: {job_size: effort}",
        ({"value": 8.0, "time_criticality": 5.0, "risk_reduction": 3.0, "job_size": 2.0}, "(8 + 5 + 3) ÷ 2", 8.0),
    ),
    Recipe(
        "cd3",
        "CD3, cost of delay divided by duration",
        "cost of delay ÷ duration",
        {"cost_of_delay": "money lost for each week (or month) of waiting", "duration": "weeks (or months) until done"},
        _INPUTS,
        recipes.cd3,
        "Joshua Arnold and Özlem Yüce, Black Swan Farming, after Don Reinertsen",
        "framework: cd3\ninputs: {duration: effort}",
        ({"cost_of_delay": 12000.0, "duration": 3.0}, "12000 ÷ 3", 4000.0),
    ),
    Recipe(
        "moscow",
        "MoSCoW",
        "must over should over could over wont; a class always stands above the next, whatever the score",
        {"moscow": "a text: must, should, could or wont (this time)"},
        ("then", "inputs", "parts"),
        recipes.moscow,
        "Dai Clegg, Oracle, 1994; DSDM",
        "framework: moscow\nthen: votes",
        ({"moscow": "should"}, "must 4, should 3, could 2, wont 1", 3.0),
    ),
    Recipe(
        "kano",
        "Kano classes",
        "must-be over performance over attractive over indifferent over reverse; a class always stands above the next",
        {"kano": "a text: must-be, performance (or one-dimensional), attractive, indifferent or reverse"},
        ("then", "inputs", "parts"),
        recipes.kano,
        "Noriaki Kano and others, Attractive Quality and Must-be Quality, 1984; the order is M > O > A > I",
        "framework: kano\nthen: votes",
        ({"kano": "performance"}, "must-be 5, performance 4, attractive 3, indifferent 2, reverse 1", 4.0),
    ),
    Recipe(
        "opportunity",
        "Opportunity score",
        "importance + max(importance − satisfaction, 0): what matters much and is served badly",
        {"importance": "0 to 10", "satisfaction": "0 to 10"},
        _INPUTS,
        recipes.opportunity,
        "Anthony Ulwick, Turn Customer Input into Innovation, 2002, and What Customers Want, 2005",
        "framework: opportunity",
        ({"importance": 9.0, "satisfaction": 4.0}, "9 + (9 − 4)", 14.0),
    ),
    Recipe(
        "value_effort",
        "Value against effort",
        "value ÷ effort, and the quadrant: quick win, big bet, fill-in or money pit",
        {"value": _ANY, "effort": _ANY},
        ("inputs", "quadrants"),
        recipes.value_effort,
        "the matrix that many teams draw on a wall; without `quadrants:` its lines run through the middle of the backlog",
        "framework: value_effort\nquadrants: {value: 5, effort: 8}",
        ({"value": 6.0, "effort": 4.0}, "6 ÷ 4", 1.5),
    ),
    Recipe(
        "weighted",
        "Weighted scoring",
        "the weighted mean of facts; a negative weight counts against",
        {},
        ("weights",),
        recipes.weighted,
        "the decision matrix of Stuart Pugh, Total Design, 1991, with weights",
        "framework: weighted\nweights: {impact: 3, risk: -1}",
        ({"impact": 4.0, "risk": 2.0}, "(3 × 4 − 1 × 2) ÷ (3 + 1)", 2.5),
    ),
    Recipe(
        "expression",
        "A formula of your own",
        "any expression that gives a number; scaled(rice) puts a framework on 0 … 100 over the open backlog",
        {},
        ("formula", "parts"),
        recipes.expression,
        "you",
        "formula: 0.6 * scaled(rice) + 0.4 * scaled(wsjf)\nparts: {wsjf: {inputs: {job_size: effort}}}",
        ({"votes": 6.0, "effort": 3.0}, "6 ÷ 3, of `formula: votes / effort`", 2.0),
    ),
)
FRAMEWORKS: Mapping[str, Recipe] = MappingProxyType({recipe.name: recipe for recipe in _RECIPES})
