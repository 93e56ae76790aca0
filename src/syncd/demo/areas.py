"""The parts of the product Lumen, as a person who works on it would list them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Nature(StrEnum):
    """What sort of thing it is, which decides what can go wrong with it and what people wish for."""

    FORM = "form"
    """People enter something."""
    VIEW = "view"
    """People look at something."""
    FLOW = "flow"
    """People go through several steps."""
    SUM = "sum"
    """An amount that must be right."""
    MESSAGE = "message"
    """Something is sent to people."""
    JOB = "job"
    """Works in the background."""
    ENDPOINT = "endpoint"
    """Other programs call it."""


SERVER_SIDE = frozenset({Nature.JOB, Nature.ENDPOINT, Nature.SUM})


@dataclass(frozen=True, slots=True)
class Area:
    """A part of the product in one project or repository."""

    component: str
    epic: str
    """The outcome its larger work is for."""
    why: tuple[str, ...]
    """What is at stake here, for people who have to choose."""
    things: tuple[tuple[str, Nature], ...]
    """Names that read well in the middle of a sentence."""
    labels: tuple[str, ...] = ()
