"""Expressions: text → checked tree → Python for one item, numpy for all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from syncd.core.backlog import FactValue


class Type(StrEnum):
    NUMBER = "number"
    TEXT = "text"
    FLAG = "flag"
    DATE = "date"
    WORDS = "words"


class Expression:
    """Placeholder of the room's builder."""

    text: str
    type: Type
    names: frozenset[str]
    python: Callable[[Mapping[str, FactValue | None]], FactValue | None]
    numpy: Callable[[Mapping[str, Any]], Any]
