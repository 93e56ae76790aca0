"""A subset of JQL, read into a tree: clauses, and/or/not, ORDER BY. What a clause means is in `query`.

https://support.atlassian.com/jira-software-cloud/docs/what-is-advanced-search-in-jira-cloud/
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<op>>=|<=|!=|!~|=|~|>|<)
      | (?P<mark>[(),])
      | (?P<word>[^\s()=!<>~,"']+)
    )""",
    re.VERBOSE,
)


class JqlError(ValueError):
    """A query that is not JQL at all."""


@dataclass(frozen=True, slots=True)
class Clause:
    field: str
    op: str
    """=, !=, ~, !~, <, <=, >, >=, in, not in, is, is not"""
    values: tuple[str, ...]
    """EMPTY and NULL are the empty text; a function keeps its parentheses."""


@dataclass(frozen=True, slots=True)
class Both:
    parts: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Either:
    parts: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Tree


Tree = Clause | Both | Either | Not


@dataclass(frozen=True, slots=True)
class Jql:
    where: Tree | None
    order: tuple[tuple[str, bool], ...]
    """(field, descending)"""


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


def parse(text: str) -> Jql:
    return _Parser(text).query()


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens: list[_Token] = []
        position = 0
        while text[position:].strip():
            match = _TOKEN.match(text, position)
            if match is None:
                raise JqlError(f"Error in the JQL Query: The quoted string or character at {position} is not finished.")
            self._tokens.append(_Token(match.lastgroup or "", match[match.lastgroup or 0]))
            position = match.end()
        self._at = 0

    def query(self) -> Jql:
        where = None if self._peek("order") or not self._tokens else self._either()
        order = self._order() if self._word("order") else ()
        if self._at < len(self._tokens):
            raise JqlError(f"Error in the JQL Query: Expecting either 'OR' or 'AND' but got '{self._next().text}'.")
        return Jql(where, order)

    def _either(self) -> Tree:
        parts = [self._both()]
        while self._word("or"):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def _both(self) -> Tree:
        parts = [self._unit()]
        while self._word("and"):
            parts.append(self._unit())
        return parts[0] if len(parts) == 1 else Both(tuple(parts))

    def _unit(self) -> Tree:
        if self._word("not"):
            return Not(self._unit())
        if self._mark("("):
            inner = self._either()
            self._expect(")")
            return inner
        field = self._name()
        return self._clause(field)

    def _clause(self, field: str) -> Clause:
        token = self._next()
        if token.kind == "op":
            return Clause(field, token.text, (self._value(),))
        word = token.text.lower() if token.kind == "word" else ""
        if word == "in":
            return Clause(field, "in", self._list())
        if word == "not" and self._word("in"):
            return Clause(field, "not in", self._list())
        if word == "is":
            return Clause(field, "is not" if self._word("not") else "is", (self._value(),))
        raise JqlError(f"Error in the JQL Query: Expecting operator but got '{token.text}'.")

    def _list(self) -> tuple[str, ...]:
        self._expect("(")
        values = [self._value()]
        while self._mark(","):
            values.append(self._value())
        self._expect(")")
        return tuple(values)

    def _value(self) -> str:
        token = self._next()
        if token.kind == "text":
            return re.sub(r"\\(.)", r"\1", token.text[1:-1])
        if token.kind != "word":
            raise JqlError(f"Error in the JQL Query: Expecting a value but got '{token.text}'.")
        if self._mark("("):
            arguments = []
            while not self._mark(")"):
                arguments.append(self._next().text)
            return f"{token.text}({''.join(arguments)})"
        return "" if token.text.upper() in ("EMPTY", "NULL") else token.text

    def _order(self) -> tuple[tuple[str, bool], ...]:
        if not self._word("by"):
            raise JqlError("Error in the JQL Query: Expecting 'by' after 'order'.")
        keys: list[tuple[str, bool]] = []
        while not keys or self._mark(","):
            field = self._name()
            descending = self._word("desc")
            if not descending:
                self._word("asc")
            keys.append((field, descending))
        return tuple(keys)

    def _name(self) -> str:
        token = self._next()
        if token.kind not in ("word", "text"):
            raise JqlError(f"Error in the JQL Query: '{token.text}' is a reserved JQL character.")
        return token.text.strip("\"'")

    def _next(self) -> _Token:
        if self._at >= len(self._tokens):
            raise JqlError("Error in the JQL Query: The query ends too early.")
        self._at += 1
        return self._tokens[self._at - 1]

    def _peek(self, word: str) -> bool:
        token = self._tokens[self._at] if self._at < len(self._tokens) else None
        return token is not None and token.kind == "word" and token.text.lower() == word

    def _word(self, word: str) -> bool:
        found = self._peek(word)
        self._at += found
        return found

    def _mark(self, mark: str) -> bool:
        found = self._at < len(self._tokens) and self._tokens[self._at] == _Token("mark", mark)
        self._at += found
        return found

    def _expect(self, mark: str) -> None:
        if not self._mark(mark):
            raise JqlError(f"Error in the JQL Query: Expecting '{mark}'.")
