"""The checked tree of an expression: what `grammar` builds and both backends run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Type(StrEnum):
    NUMBER = "number"
    TEXT = "text"
    FLAG = "flag"
    DATE = "date"
    WORDS = "words"

    @property
    def spoken(self) -> str:
        """How messages name it: "a number", "true or false", …"""
        return _SPOKEN[self]


_SPOKEN = {
    Type.NUMBER: "a number",
    Type.TEXT: "a text",
    Type.FLAG: "true or false",
    Type.DATE: "a date",
    Type.WORDS: "a set of words",
}


@dataclass(frozen=True, slots=True)
class Const:
    type: Type
    value: float | str | bool | date


@dataclass(frozen=True, slots=True)
class Name:
    type: Type
    name: str
    """Dotted for a record: okr.behind"""


@dataclass(frozen=True, slots=True)
class Arithmetic:
    type: Type
    op: str
    """One of + - * /"""
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Negative:
    type: Type
    operand: Node


@dataclass(frozen=True, slots=True)
class Not:
    type: Type
    operand: Node


@dataclass(frozen=True, slots=True)
class Junction:
    type: Type
    op: str
    """and, or"""
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Compare:
    type: Type
    op: str
    """== != < <= > >=; both sides have one type, and only numbers and dates are ordered"""
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class OneOf:
    """A number or text that is one of some literals; texts are casefolded."""

    type: Type
    operand: Node
    options: frozenset[float] | frozenset[str]


@dataclass(frozen=True, slots=True)
class Contains:
    """A set of words that has a word."""

    type: Type
    words: Node
    word: Node


@dataclass(frozen=True, slots=True)
class Choose:
    type: Type
    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Call:
    type: Type
    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Among:
    """A number compared with that of all other open work; its value is worked out beforehand and read by `key`."""

    type: Type
    operand: Node
    scale: str
    """A value of `rules.Scale`."""
    key: str
    """As it is written: scaled(rice)"""


Node = Const | Name | Arithmetic | Negative | Not | Junction | Compare | OneOf | Contains | Choose | Call | Among


def names_in(node: Node) -> frozenset[str]:
    """Every name that the tree reads."""
    if isinstance(node, Name):
        return frozenset({node.name})
    return frozenset[str]().union(*(names_in(child) for child in children(node)))


def asked_texts(node: Node) -> frozenset[tuple[str, str]]:
    """(name, text) for every name that the tree compares with a written text."""
    own: set[tuple[str, str]] = set()
    match node:
        case Compare(left=Name(name=name), right=Const(value=str() as text)):
            own.add((name, text))
        case Compare(left=Const(value=str() as text), right=Name(name=name)):
            own.add((name, text))
        case OneOf(operand=Name(name=name), options=options):
            own.update((name, option) for option in options if isinstance(option, str))
        case _:
            pass
    return frozenset(own).union(*(asked_texts(child) for child in children(node)))


def unguarded_names(node: Node) -> frozenset[str]:
    """The names without which the tree may have no value: those that no `default` or `missing` looks after."""
    if isinstance(node, Name):
        return frozenset({node.name})
    within = children(node)
    if isinstance(node, Call) and node.function in ("default", "missing"):
        within = within[1:]
    return frozenset[str]().union(*(unguarded_names(child) for child in within))


def children(node: Node) -> tuple[Node, ...]:
    match node:
        case Const() | Name():
            return ()
        case Arithmetic() | Compare():
            return (node.left, node.right)
        case Negative() | Not() | OneOf() | Among():
            return (node.operand,)
        case Junction():
            return node.parts
        case Contains():
            return (node.words, node.word)
        case Choose():
            return (node.condition, node.then, node.otherwise)
        case Call():
            return node.arguments
