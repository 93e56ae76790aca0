"""The two ways to run a checked tree: Python for one item, numpy for all. Both give the same answers.

Numbers and dates are floats inside, a missing one NaN, so that both backends share IEEE arithmetic to the last bit. A
comparison with something missing is false, so != and `not in` are true; a missing flag counts as false in a condition.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from math import isfinite, nan
from typing import Any

import numpy as np
import numpy.typing as npt

from syncd.core.backlog import FactValue
from syncd.core.expressions import tree
from syncd.core.expressions.coded import AnyColumn, Coded
from syncd.core.expressions.functions import FUNCTIONS, Column, each, missing_in
from syncd.core.expressions.tree import Node, Type, children

Row = Mapping[str, FactValue | None]
_FLOATS = (Type.NUMBER, Type.DATE)


def compile_python(root: Node) -> Callable[[Row], FactValue | None]:
    """A function of one row. It is compiled from source that consists of our own words only, never of the rule's."""
    writer = _Writer()
    body = writer.write(root)
    loads = "".join(f"    {line}\n" for line in writer.loads)
    source = f"def run(row):\n{loads}    return {body}\n"
    scope: dict[str, Any] = {"__builtins__": {}, **writer.scope}
    exec(compile(source, "<expression>", "exec"), scope)  # noqa: S102  the text is made of v0, c0, f_min, + and the like
    run: Callable[[Row], Any] = scope["run"]
    if root.type is Type.NUMBER:
        return lambda row: _finite(run(row))
    if root.type is Type.DATE:
        return lambda row: _day(run(row))
    return run


def _finite(value: float) -> float | None:
    return value if isfinite(value) else None


def _day(ordinal: float) -> date | None:
    return date.fromordinal(int(ordinal)) if isfinite(ordinal) else None


def _number_from(value: float | None) -> float:
    return nan if value is None else float(value)


def _ordinal_from(value: date | None) -> float:
    return nan if value is None else float(value.toordinal())


def _divide(left: float, right: float) -> float:
    return nan if right == 0.0 else left / right


def _same(left: object, right: object) -> bool:
    return left is not None and left == right


def _same_text(left: str | None, right: str | None) -> bool:
    return left is not None and right is not None and left.casefold() == right.casefold()


def _has(words: tuple[str, ...] | None, word: str | None) -> bool:
    if words is None or word is None:
        return False
    wanted = word.casefold()
    return any(other.casefold() == wanted for other in words)


def _among(text: str | None, options: frozenset[str]) -> bool:
    return text is not None and text.casefold() in options


class _Writer:
    """Writes the source of a function: `loads` fetches each name once, constants and helpers stand in `scope`."""

    def __init__(self) -> None:
        self.loads: list[str] = []
        self.scope: dict[str, object] = {
            "number": _number_from,
            "ordinal": _ordinal_from,
            "divide": _divide,
            "same": _same,
            "same_text": _same_text,
            "has": _has,
            "among": _among,
        }
        self._locals: dict[str, str] = {}

    def write(self, node: Node) -> str:
        match node:
            case tree.Const():
                return self.constant(_ordinal_from(node.value) if isinstance(node.value, date) else node.value)
            case tree.Name():
                return self.load(node)
            case tree.Arithmetic(op="/"):
                return f"divide({self.write(node.left)}, {self.write(node.right)})"
            case tree.Arithmetic():
                return f"({self.write(node.left)} {node.op} {self.write(node.right)})"
            case tree.Negative():
                return f"(-{self.write(node.operand)})"
            case tree.Not():
                return f"(not {self.truth(node.operand)})"
            case tree.Junction():
                return "(" + f" {node.op} ".join(self.truth(part) for part in node.parts) + ")"
            case tree.Compare():
                return self.compare(node)
            case tree.OneOf():
                options = self.constant(node.options)
                operand = self.write(node.operand)
                return f"among({operand}, {options})" if node.operand.type is Type.TEXT else f"({operand} in {options})"
            case tree.Contains():
                return f"has({self.write(node.words)}, {self.write(node.word)})"
            case tree.Choose():
                condition = self.truth(node.condition)
                return f"({self.write(node.then)} if {condition} else {self.write(node.otherwise)})"
            case tree.Call():
                self.scope[f"f_{node.function}"] = FUNCTIONS[node.function].python
                return f"f_{node.function}({', '.join(map(self.write, node.arguments))})"
            case tree.Among():
                return self.load(tree.Name(Type.NUMBER, node.key))

    def compare(self, node: tree.Compare) -> str:
        left, right = self.write(node.left), self.write(node.right)
        if node.left.type in _FLOATS:
            return f"({left} {node.op} {right})"
        same = "same_text" if node.left.type is Type.TEXT else "same"
        return f"{'(not ' if node.op == '!=' else '('}{same}({left}, {right}))"

    def truth(self, node: Node) -> str:
        """Code for a condition that is never missing."""
        return (
            f"({self.write(node)} is True)"
            if isinstance(node, tree.Name | tree.Choose | tree.Call)
            else self.write(node)
        )

    def constant(self, value: object) -> str:
        key = f"c{len(self.scope)}"
        self.scope[key] = value
        return key

    def load(self, node: tree.Name) -> str:
        known = self._locals.get(node.name)
        if known is not None:
            return known
        local = self._locals[node.name] = f"v{len(self._locals)}"
        fetch = f"row.get({self.constant(node.name)})"
        wrap = {Type.NUMBER: "number", Type.DATE: "ordinal"}.get(node.type)
        self.loads.append(f"{local} = {wrap}({fetch})" if wrap else f"{local} = {fetch}")
        return local


def run_vector(root: Node, columns: Mapping[str, AnyColumn], length: int) -> Column:
    """The values of all rows, in the forms of `functions.Column`; a number that is not finite becomes NaN."""
    with np.errstate(all="ignore"):
        values = _vector(root, columns)
        if root.type in _FLOATS:
            values = np.where(np.isfinite(values), values, nan)
    return np.broadcast_to(values, (length,)) if values.shape != (length,) else values


def truth(column: Column) -> npt.NDArray[np.bool_]:
    """A column of flags as a condition: missing counts as false."""
    return column if column.dtype == np.bool_ else column == 1.0


def _vector(node: Node, columns: Mapping[str, AnyColumn]) -> Column:
    coded = _only_coded(node, columns)
    if coded is None:
        return _calculated(node, columns)
    name, column = coded
    # Whatever reads nothing else is worked out once for each different value.
    values = _calculated(node, {name: column.values})
    found: Column = values[column.codes]
    return found


def _only_coded(node: Node, columns: Mapping[str, AnyColumn]) -> tuple[str, Coded] | None:
    names = _columns_read(node)
    if len(names) != 1:
        return None
    (name,) = names
    column = columns.get(name)
    return (name, column) if isinstance(column, Coded) else None


def _columns_read(node: Node) -> frozenset[str]:
    """What stands among others was worked out beforehand: of it, the column of the answers is read."""
    match node:
        case tree.Name():
            return frozenset({node.name})
        case tree.Among():
            return frozenset({node.key})
    return frozenset[str]().union(*map(_columns_read, children(node)))


def _calculated(node: Node, columns: Mapping[str, AnyColumn]) -> Column:
    match node:
        case tree.Const():
            return _constant(node)
        case tree.Name():
            column = columns[node.name]
            return column.plain() if isinstance(column, Coded) else column
        case tree.Arithmetic():
            return _calculate(node.op, _vector(node.left, columns), _vector(node.right, columns))
        case tree.Negative():
            return np.negative(_vector(node.operand, columns))
        case tree.Not():
            return np.logical_not(truth(_vector(node.operand, columns)))
        case tree.Junction():
            join = np.logical_and if node.op == "and" else np.logical_or
            result: Column = truth(_vector(node.parts[0], columns))
            for part in node.parts[1:]:
                result = join(result, truth(_vector(part, columns)))
            return result
        case tree.Compare():
            return _compare(node, _vector(node.left, columns), _vector(node.right, columns))
        case tree.OneOf():
            operand = _vector(node.operand, columns)
            if node.operand.type is Type.TEXT:
                return each(lambda text: text in node.options, operand)
            return np.isin(operand, np.array(sorted(node.options), dtype=np.float64))
        case tree.Contains():
            return _contains(_vector(node.words, columns), _vector(node.word, columns))
        case tree.Choose():
            condition = truth(_vector(node.condition, columns))
            return np.where(condition, _vector(node.then, columns), _vector(node.otherwise, columns))
        case tree.Call():
            function = FUNCTIONS[node.function]
            return function.vector(*(_vector(argument, columns) for argument in node.arguments))
        case tree.Among():
            given = columns[node.key]
            assert not isinstance(given, Coded)  # a number
            return given


def _constant(node: tree.Const) -> Column:
    match node.value:
        case bool():
            return np.array([node.value])
        case str():
            return np.array([node.value.casefold()], dtype=object)
        case date():
            return np.array([float(node.value.toordinal())])
        case _:
            return np.array([node.value], dtype=np.float64)


def _calculate(op: str, left: Column, right: Column) -> Column:
    match op:
        case "+":
            return np.add(left, right)
        case "-":
            return np.subtract(left, right)
        case "*":
            return np.multiply(left, right)
        case _:
            return np.where(right == 0.0, nan, np.divide(left, right))


_ORDER: Mapping[str, np.ufunc] = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}


def _compare(node: tree.Compare, left: Column, right: Column) -> Column:
    if node.op in _ORDER:
        result: Column = _ORDER[node.op](left, right)
        return result
    same = np.equal(left, right).astype(np.bool_)
    if node.left.type is Type.TEXT:
        same &= ~missing_in(left)
    return ~same if node.op == "!=" else same


def _contains(words: Column, word: Column) -> Column:
    if word.size == 1:
        wanted = word.item()
        return each(lambda some: some is not None and wanted in some, words)
    words, word = np.broadcast_arrays(words, word)
    pairs = zip(words.tolist(), word.tolist(), strict=True)
    return np.fromiter((some is not None and one in some for some, one in pairs), dtype=np.bool_, count=word.size)
