"""What people write under `score:` for a framework, read into expressions, with a sentence for every mistake."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from syncd.core.expressions.guess import did_you_mean
from syncd.core.expressions.language import Bounds, Expression, ExpressionError, no_parts, parse
from syncd.core.expressions.spelling import pretty
from syncd.core.expressions.tree import Type
from syncd.core.expressions.vocabulary import EFFORT, work_names
from syncd.core.rules import FactRule, Framework, Quadrants
from syncd.core.scoring.phrasing import listed

# A formula is put together from inputs that were each held to the bounds of one expression.
ROOM = Bounds(characters=20_000, nodes=4_000, depth=120)


class FrameworkError(Exception):
    """One sentence about a framework's options, and what to type instead.

    `option` is the path of the option it is about; `cause` the error in the expression that stands there, if any;
    `hint` what to write or type next.
    """

    def __init__(
        self, message: str, option: tuple[str, ...] = (), cause: ExpressionError | None = None, hint: str = ""
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.option = option
        self.cause = cause


class Options:
    """The options of one framework, with a sentence for each that is wrong."""

    def __init__(
        self,
        name: str,
        inputs: tuple[str, ...],
        options: Mapping[str, object],
        facts: Mapping[str, FactRule],
        part: Callable[[str], Expression | None] = no_parts,
        alias: str | None = None,
    ) -> None:
        self.name = name
        self._inputs = inputs
        self._part = part
        self._alias = alias
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
            parts = self._part if option in (("formula",), ("then",)) else no_parts
            return parse(str(value), self.names, want, parts=parts)
        except ExpressionError as error:
            raise FrameworkError(error.message, option, error) from error

    def optional(self, option: str) -> Expression | None:
        value = self._options.get(option)
        return None if value is None else self.expression(value, (option,))

    def required(self, option: str, example: str) -> Expression:
        found = self.optional(option)
        if found is None:
            raise FrameworkError(f"{self.name} needs {option}, as in {example}", (option,))
        return found

    def inputs(self) -> dict[str, str]:
        """What stands for each input in the formula: a fact's name, or an expression in brackets."""
        renamed = self.mapping("inputs")
        for name in renamed:
            if name not in self._inputs:
                known = did_you_mean(name, self._inputs) or f": its inputs are {', '.join(self._inputs)}"
                raise FrameworkError(f"{self.name} has no input '{name}'{known}", ("inputs", name))
        lacking = [name for name in self._inputs if name not in renamed and name not in self.names]
        if lacking:
            raise self._lacks(lacking)
        return {
            name: _bracketed(self.expression(renamed[name], ("inputs", name)).text)
            if name in renamed
            else self.fact(name)
            for name in self._inputs
        }

    def fact(self, name: str, want: Type = Type.NUMBER) -> str:
        known = self.names.get(name)
        if known is None:
            raise self._lacks([name])
        if known is not want:
            raise FrameworkError(
                f"{self.name} needs '{name}' as {want.spoken}, and it is {known.spoken}: set its type under facts:",
                ("framework",),
            )
        return name

    def _lacks(self, names: list[str]) -> FrameworkError:
        """All of them at once: who adds one fact should not learn of the next one then."""
        quoted = [f"'{name}'" for name in names]
        which = (
            f"the facts {listed(quoted)}, and no such facts are"
            if quoted[1:]
            else f"the fact {quoted[0]}, and no such fact is"
        )
        meant = did_you_mean(names[0], self.names) if len(names) == 1 else ""
        own = f"inputs: {{{', '.join(f'{name}: …' for name in names)}}}"
        instead = own if self._alias is None else f"parts: {{{self._alias}: {{{own}}}}}"
        hint = f"add {'them' if names[1:] else 'it'} under facts:, or say what to read instead: {instead}; type: syncd rules {self.name}"
        return FrameworkError(f"{self.name} needs {which} configured{meant}", ("framework",), hint=hint)

    def class_fact(self, name: str) -> str:
        renamed = self.mapping("inputs").get(name, name)
        return self.fact(str(renamed), Type.TEXT)

    def formula(self, text: str, shown: str | None = None, quadrants: Quadrants | None = None) -> Framework:
        formula = parse(text, self.names, Type.NUMBER, ROOM, no_parts)
        return Framework(self.name, formula, shown or pretty(text), quadrants=quadrants)


def _bracketed(text: str) -> str:
    text = text.strip()
    return text if text.replace(".", "").replace("_", "").isalnum() else f"({text})"
