"""From the text of an expression to a checked tree: names, types and bounds, with an error that people understand.

The grammar is Python's, parsed by Python; `_Checker` lets through only what is listed there.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from datetime import date
from math import isfinite

from syncd.core.expressions import tree
from syncd.core.expressions.among import AMONG, AmongFunction, Parts, among_in
from syncd.core.expressions.functions import FUNCTIONS, ROUND_DIGITS, Function
from syncd.core.expressions.guess import did_you_mean
from syncd.core.expressions.reading import Bounds, ExpressionError, read
from syncd.core.expressions.tree import Node, Type

TODAY = "today"

_ARITHMETIC: Mapping[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_COMPARISON: Mapping[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_ELSEWHERE = {
    "true": "write True",
    "false": "write False",
    "null": "write missing(x) to ask whether something is known",
    "none": "write missing(x) to ask whether something is known",
    "nil": "write missing(x) to ask whether something is known",
}


def check(text: str, names: Mapping[str, Type], want: Type | None, bounds: Bounds, parts: Parts | None = None) -> Node:
    """The checked tree of an expression that reads `names` and gives `want` (None: anything).

    Without `parts` nothing in it may compare with the whole backlog.
    """
    parsed, shift = read(text, bounds)
    checker = _Checker(text, names, shift, parts)
    checker.bound(parsed, bounds)
    node = checker.node(parsed)
    if want is not None and node.type is not want:
        hint = "; write missing(x), a comparison, or x in y" if want is Type.FLAG else ""
        raise ExpressionError(f"this must be {want.spoken}, and it is {node.type.spoken}{hint}", 0, len(text))
    return node


class _Checker:
    """Turns Python's tree into ours, refusing everything that is not named here."""

    def __init__(self, text: str, names: Mapping[str, Type], shift: int, parts: Parts | None) -> None:
        self._parts = parts
        self._text = text
        self._bytes = text[shift:].encode()
        self._shift = shift
        self._names = names

    def bound(self, root: ast.expr, bounds: Bounds) -> None:
        level: list[ast.expr] = [root]
        count = depth = 0
        while level:
            depth += 1
            count += len(level)
            if depth > bounds.depth or count > bounds.nodes:
                limit = f"{bounds.depth} levels" if depth > bounds.depth else f"{bounds.nodes} parts"
                raise self.error(f"the expression is too large ({limit} are allowed); split it", level[0])
            level = [child for node in level for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]

    def error(self, message: str, at: ast.expr) -> ExpressionError:
        start = self._place(at.col_offset)
        end = self._place(at.end_col_offset or at.col_offset + 1)
        return ExpressionError(message, start, max(1, end - start))

    def source(self, at: ast.expr) -> str:
        return self._text[self._place(at.col_offset) : self._place(at.end_col_offset or 0)]

    def _place(self, byte: int) -> int:
        return len(self._bytes[:byte].decode(errors="ignore")) + self._shift

    def node(self, at: ast.expr) -> Node:
        match at:
            case ast.Constant():
                return self.literal(at)
            case ast.Name() | ast.Attribute():
                return self.name(at)
            case ast.BinOp():
                return self.arithmetic(at)
            case ast.UnaryOp(op=ast.Not()):
                return tree.Not(Type.FLAG, self.flag(at.operand, "not turns a condition round"))
            case ast.UnaryOp(op=ast.USub() | ast.UAdd()):
                operand = self.typed(at.operand, Type.NUMBER, "a sign stands before a number")
                return tree.Negative(Type.NUMBER, operand) if isinstance(at.op, ast.USub) else operand
            case ast.BoolOp():
                op = "and" if isinstance(at.op, ast.And) else "or"
                parts = tuple(self.flag(value, f"{op} joins conditions") for value in at.values)
                return tree.Junction(Type.FLAG, op, parts)
            case ast.Compare():
                return self.comparison(at)
            case ast.IfExp():
                return self.choice(at)
            case ast.Call():
                return self.call(at)
            case ast.Tuple() | ast.List():
                raise self.error("a list can only stand after `in`", at)
        raise self.error(f"'{_short(self.source(at))}' is not part of the rule language", at)

    def typed(self, at: ast.expr, want: Type, why: str) -> Node:
        node = self.node(at)
        if node.type is not want:
            raise self.error(f"{why}, and {self.describe(at, node)}", at)
        return node

    def flag(self, at: ast.expr, why: str) -> Node:
        node = self.node(at)
        if node.type is not Type.FLAG:
            source = _short(self.source(at))
            example = {
                Type.NUMBER: f"{source} > 0",
                Type.TEXT: f"{source} == 'something'",
                Type.WORDS: f"'something' in {source}",
            }.get(node.type, f"not missing({source})")
            raise self.error(f"{why}, and {self.describe(at, node)}; write {example}", at)
        return node

    def describe(self, at: ast.expr, node: Node) -> str:
        return f"{_short(self.source(at))} is {node.type.spoken}"

    def literal(self, at: ast.Constant) -> Node:
        match at.value:
            case bool():
                return tree.Const(Type.FLAG, at.value)
            case int() | float():
                try:
                    number = float(at.value)
                except OverflowError:
                    number = float("inf")
                if not isfinite(number):
                    raise self.error("the number is too large", at)
                return tree.Const(Type.NUMBER, number)
            case str():
                return tree.Const(Type.TEXT, at.value)
            case None:
                raise self.error("None is not a value here: write missing(x) to ask whether something is known", at)
        raise self.error(f"'{_short(self.source(at))}' is not part of the rule language", at)

    def name(self, at: ast.Name | ast.Attribute) -> Node:
        dotted = _dotted(at)
        if dotted is None:
            raise self.error("a dot only stands in names such as okr.behind and parent.kind", at)
        if dotted == TODAY:
            return tree.Name(Type.DATE, TODAY)
        found = self._names.get(dotted)
        if found is not None:
            return tree.Name(found, dotted)
        if dotted in FUNCTIONS:
            raise self.error(f"{dotted} is a function: write {FUNCTIONS[dotted].example}", at)
        members = [name for name in self._names if name.startswith(dotted + ".")]
        if members:
            raise self.error(f"{dotted} is a record: write one of {', '.join(members)}", at)
        if dotted.casefold() in _ELSEWHERE:
            raise self.error(f"there is no '{dotted}': {_ELSEWHERE[dotted.casefold()]}", at)
        raise self.error(f"unknown name '{dotted}'{did_you_mean(dotted, self._names)}", at)

    def arithmetic(self, at: ast.BinOp) -> Node:
        op = _ARITHMETIC.get(type(at.op))
        if op is None:
            raise self.error("only + - * / calculate here", at)
        left, right = self.node(at.left), self.node(at.right)
        if op == "-" and left.type is right.type is Type.DATE:
            return tree.Arithmetic(Type.NUMBER, op, left, right)
        for side, node in ((at.left, left), (at.right, right)):
            if node.type is not Type.NUMBER:
                raise self.error(f"{op} calculates with numbers, and {self.describe(side, node)}", side)
        return tree.Arithmetic(Type.NUMBER, op, left, right)

    def comparison(self, at: ast.Compare) -> Node:
        sides = [at.left, *at.comparators]
        parts = tuple(self.pair(op, sides[i], sides[i + 1]) for i, op in enumerate(at.ops))
        return parts[0] if len(parts) == 1 else tree.Junction(Type.FLAG, "and", parts)

    def pair(self, op: ast.cmpop, left_at: ast.expr, right_at: ast.expr) -> Node:
        if isinstance(op, ast.In):
            return self.membership(left_at, right_at)
        if isinstance(op, ast.NotIn):
            return tree.Not(Type.FLAG, self.membership(left_at, right_at))
        sign = _COMPARISON.get(type(op))
        if sign is None:
            raise self.error("write == instead of `is`; missing(x) asks whether something is known", right_at)
        for side in (left_at, right_at):
            if isinstance(side, ast.Tuple | ast.List):
                raise self.error("to compare with several values write x in ('a', 'b')", side)
        self.bare(left_at, right_at)
        self.bare(right_at, left_at)
        left, right = self.node(left_at), self.node(right_at)
        left, right = self.as_day(left_at, left, right), self.as_day(right_at, right, left)
        for side, node in ((left_at, left), (right_at, right)):
            if node.type is Type.WORDS:
                raise self.error(f"{self.describe(side, node)}: write 'word' in {_short(self.source(side))}", side)
        if left.type is not right.type:
            told = f"{self.describe(left_at, left)} and {self.describe(right_at, right)}"
            raise self.error(f"{told}: the two cannot be compared", right_at)
        if sign not in ("==", "!=") and left.type not in (Type.NUMBER, Type.DATE):
            raise self.error(f"{sign} compares numbers and dates, and {self.describe(left_at, left)}", left_at)
        return tree.Compare(Type.FLAG, sign, left, right)

    def bare(self, at: ast.expr, beside: ast.expr) -> None:
        """Refuses `kind == bug`: a word that nobody knows beside a text is one without its quotes."""
        if not isinstance(at, ast.Name) or self._names.get(_dotted(beside) or "") not in (Type.TEXT, Type.WORDS):
            return
        word = at.id
        known = {*self._names, *FUNCTIONS, *AMONG, *(name.partition(".")[0] for name in self._names), TODAY}
        if word not in known and word.casefold() not in _ELSEWHERE and not did_you_mean(word, self._names):
            raise self.error(f"unknown name '{word}': a text stands in quotes, as in '{word}'", at)

    def as_day(self, at: ast.expr, node: Node, other: Node) -> Node:
        """A written text next to a date is a date."""
        if other.type is not Type.DATE or not (isinstance(node, tree.Const) and isinstance(node.value, str)):
            return node
        try:
            return tree.Const(Type.DATE, date.fromisoformat(node.value))
        except ValueError:
            raise self.error(f"'{_short(node.value)}' is not a date: write it as '2026-12-31'", at) from None

    def membership(self, left_at: ast.expr, right_at: ast.expr) -> Node:
        if isinstance(right_at, ast.Tuple | ast.List):
            return self.one_of(left_at, right_at)
        if isinstance(left_at, ast.Tuple | ast.List):
            raise self.error("ask for one word at a time: 'a' in labels or 'b' in labels", left_at)
        self.bare(left_at, right_at)
        left, right = self.node(left_at), self.node(right_at)
        if right.type is Type.TEXT:
            source = _short(self.source(left_at))
            if isinstance(right, tree.Const):
                raise self.error(
                    f"after `in` stands a list: write {source} in ('a', 'b'), or {source} == 'a'", right_at
                )
            raise self.error(f"to look into a text write matches({_short(self.source(right_at))}, 'word')", right_at)
        if right.type is not Type.WORDS:
            told = self.describe(right_at, right)
            raise self.error(f"after `in` stands a set of words or a list, and {told}", right_at)
        if left.type is not Type.TEXT:
            raise self.error(f"a set of words holds texts, and {self.describe(left_at, left)}", left_at)
        return tree.Contains(Type.FLAG, right, left)

    def one_of(self, left_at: ast.expr, right_at: ast.Tuple | ast.List) -> Node:
        left = self.node(left_at)
        if left.type not in (Type.NUMBER, Type.TEXT):
            hint = f"; write 'a' in {_short(self.source(left_at))}" if left.type is Type.WORDS else ""
            raise self.error(f"a number or a text can be in a list, and {self.describe(left_at, left)}{hint}", left_at)
        numbers: set[float] = set()
        texts: set[str] = set()
        for option_at in right_at.elts:
            option = self.node(option_at)
            if option.type is not left.type:
                told = f"{self.describe(left_at, left)} and {self.describe(option_at, option)}"
                raise self.error(f"{told}: the two cannot be compared", option_at)
            match option:
                case tree.Const(value=str() as text):
                    texts.add(text.casefold())
                case tree.Const(value=float() as number):
                    numbers.add(number)
                case tree.Negative(operand=tree.Const(value=float() as number)):
                    numbers.add(-number)
                case _:
                    raise self.error("a list holds written texts or numbers only", option_at)
        if not right_at.elts:
            raise self.error("the list is empty", right_at)
        options = frozenset(numbers) if left.type is Type.NUMBER else frozenset(texts)
        return tree.OneOf(Type.FLAG, left, options)

    def choice(self, at: ast.IfExp) -> Node:
        condition = self.flag(at.test, "a condition stands after `if`")
        then, otherwise = self.node(at.body), self.node(at.orelse)
        if then.type is not otherwise.type:
            told = f"{self.describe(at.body, then)} and {self.describe(at.orelse, otherwise)}"
            raise self.error(f"both sides of if and else must be of one type: {told}", at.orelse)
        return tree.Choose(then.type, condition, then, otherwise)

    def call(self, at: ast.Call) -> Node:
        name = _dotted(at.func)
        function = FUNCTIONS.get(name or "")
        among = AMONG.get(name or "")
        if among is not None:
            return self.among(at, among)
        if function is None:
            if name in self._names:
                raise self.error(f"{name} is a name, not a function: write it without brackets", at.func)
            hint = did_you_mean(name, (*FUNCTIONS, *AMONG)) if name else ""
            raise self.error(f"unknown function '{_short(self.source(at.func))}'{hint}", at.func)
        if at.keywords:
            raise self.error(f"write plain arguments, as in {function.example}", at)
        arguments = tuple(self.node(argument) for argument in at.args)
        self.arguments(at, function, arguments)
        gives = function.gives or arguments[0].type
        if function.name == "days_since":
            arguments = (*arguments, tree.Name(Type.DATE, TODAY))
        return tree.Call(gives, function.name, arguments)

    def among(self, at: ast.Call, function: AmongFunction) -> Node:
        name = function.name
        if self._parts is None:
            raise self.error(f"{name} compares with the whole backlog, and can only stand under score: and adjust:", at)
        if at.keywords or len(at.args) != 1:
            raise self.error(f"{name} is used as in {function.example}", at)
        place = at.args[0]
        operand: Node | None = None
        if isinstance(place, ast.Name) and self._names.get(place.id) is not Type.NUMBER:
            operand = self._parts(place.id)
        if operand is None:
            operand = self.typed(place, Type.NUMBER, f"{name} takes a number")
        if among_in(operand):
            raise self.error("what compares with the whole backlog cannot stand inside another such function", place)
        return tree.Among(Type.NUMBER, operand, function.scale, f"{name}({self.source(place)})")

    def arguments(self, at: ast.Call, function: Function, arguments: tuple[Node, ...]) -> None:
        least = len(function.takes) - function.optional
        if len(arguments) < least or (len(arguments) > len(function.takes) and function.more is None):
            raise self.error(f"{function.name} is used as in {function.example}", at)
        for position, (place, argument) in enumerate(zip(at.args, arguments, strict=True)):
            want = function.takes[position] if position < len(function.takes) else function.more
            want = want or arguments[0].type
            if argument.type is not want:
                told = f"{function.name} takes {want.spoken} here, and {self.describe(place, argument)}"
                raise self.error(f"{told}; an example: {function.example}", place)
            if function.literal_from is None or position < function.literal_from:
                continue
            if not isinstance(argument, tree.Const):
                raise self.error(f"write this out, as in {function.example}", place)
            if isinstance(argument.value, str) and not argument.value.strip():
                raise self.error("this text is empty", place)
        if function.name == "round" and len(arguments) == 2:
            digits = arguments[1]
            if not (isinstance(digits, tree.Const) and digits.value in range(ROUND_DIGITS + 1)):
                raise self.error(f"round takes 0 … {ROUND_DIGITS} digits", at.args[1])


def _dotted(at: ast.expr) -> str | None:
    if isinstance(at, ast.Name):
        return at.id
    if isinstance(at, ast.Attribute):
        record = _dotted(at.value)
        return None if record is None else f"{record}.{at.attr}"
    return None


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:37]}…"
