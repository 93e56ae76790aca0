"""Reads a file into its model. What is wrong is told and left out, so that all the rest is checked in the same run."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from syncd.config.reading import sentences
from syncd.config.reading.document import Data, Document, Path, Place
from syncd.config.reading.faults import Fault
from syncd.config.reading.shape import Shape

M = TypeVar("M", bound=BaseModel)
Pieces = Sequence[tuple[str, ...]]
"""Paths, `*` for any step, of what can be left out without making the rest meaningless; the most exact first."""

ROUNDS: Final = 8
"""Leaving something out can lay bare another mistake; a file with more layers of them is left at that."""


@dataclass(frozen=True, slots=True)
class Checked(Generic[M]):
    model: M | None
    """None when so much is wrong that nothing can be made of it."""
    document: Document
    """The file without what is lost: positions in lists fit the model's."""
    lost: frozenset[Path] = frozenset()

    @property
    def place(self) -> Place:
        return Place(self.document)


def checked(
    model: type[M],
    document: Document,
    pieces: Pieces,
    faults: list[Fault],
    *,
    prepare: Callable[[Data], Data] | None = None,
    lost: Collection[Path] = (),
) -> Checked[M]:
    """`prepare` changes values before they are checked, never which keys and items there are. `lost` is what `document`
    lacks already, because something else was wrong with it."""
    shape = Shape.of(model)
    gone = set(lost)
    for _ in range(ROUNDS):
        try:
            data = document.data()
            made = model.model_validate(prepare(data) if prepare else data)
            return Checked(made, document, frozenset(gone))
        except ValidationError as error:
            faults.extend(sentences.faults(error, Place(document), shape, lost=gone))
            out = {_piece(document.real(detail["loc"]), detail["type"], pieces) for detail in error.errors()}
            if () in out:
                break
            document = document.without(out)
            gone |= out
    return Checked(None, document, frozenset(gone))


def left_out(lost: Collection[Path], *above: str) -> frozenset[str]:
    """The names directly below a path that were left out, in whole or in part."""
    depth = len(above)
    return frozenset(str(path[depth]) for path in lost if path[:depth] == above and len(path) > depth)


def _piece(path: Path, kind: str, pieces: Pieces) -> Path:
    if kind == "extra_forbidden":
        return path
    for pattern in pieces:
        start = path[: len(pattern)]
        if len(start) == len(pattern) and all(want in ("*", step) for want, step in zip(pattern, start, strict=True)):
            return start
    return path[:1]
