"""The scores of all open work, in columns; read by ref, each as one `Scored`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from syncd.core.issue import Ref
from syncd.core.rules import Quadrants
from syncd.core.scoring.scale import Floats

NO_CLASS = -1
"""In `Scores.classes`: the class is unknown, or there are none."""


@dataclass(frozen=True, slots=True)
class Scored:
    score: float | None
    """Rounded to `policy.score_digits` (a pinned one stands as the person wrote it); None: unscored."""
    raw: float | None = None
    """What the framework gave; None where something is missing, even if a pin or blocked work gave a score."""
    class_index: int | None = None
    """0 is the best class of the framework; None without classes, and where the class is unknown."""
    reason: str | None = None
    """Why it is unscored; None when it has a score."""
    quadrant: str | None = None
    """quick win, big bet, fill-in or money pit, where the framework tells them apart."""


class Scores(Mapping[Ref, Scored]):
    """By ref, in the order of `places`. All columns have one value a row, NaN for none; nobody changes them."""

    def __init__(
        self,
        places: Mapping[Ref, int],
        score: Floats,
        raw: Floats,
        classes: npt.NDArray[np.int32],
        quadrants: npt.NDArray[np.int8] | None,
        why_unscored: Callable[[int], str | None],
    ) -> None:
        self.places = places
        self.score = score
        self.raw = raw
        self.classes = classes
        """NO_CLASS where there is none."""
        self._quadrants = quadrants
        self._why_unscored = why_unscored

    def at(self, place: int) -> Scored:
        """What stands in a row."""
        score, raw, class_index = self.score[place], self.raw[place], int(self.classes[place])
        unscored = bool(np.isnan(score))
        return Scored(
            None if unscored else float(score),
            None if np.isnan(raw) else float(raw),
            None if class_index == NO_CLASS else class_index,
            self._why_unscored(place) if unscored else None,
            None if self._quadrants is None else quadrant_name(int(self._quadrants[place])),
        )

    def __getitem__(self, ref: Ref) -> Scored:
        return self.at(self.places[ref])

    def __iter__(self) -> Iterator[Ref]:
        return iter(self.places)

    def __len__(self) -> int:
        return len(self.places)

    def __contains__(self, ref: object) -> bool:
        return ref in self.places

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mapping) and dict(self) == dict(other)

    __hash__ = None  # type: ignore[assignment]


def in_columns(places: Mapping[Ref, int], scores: Mapping[Ref, Scored]) -> Scores:
    """Scores by ref as columns over these rows. Raises KeyError where a row has none."""
    if isinstance(scores, Scores) and scores.places is places:
        return scores
    found = [scores[ref] for ref in places]

    def numbers(values: Iterable[float | None]) -> Floats:
        return np.array([np.nan if value is None else value for value in values], dtype=np.float64)

    classes = [NO_CLASS if one.class_index is None else one.class_index for one in found]
    return Scores(
        places,
        numbers(one.score for one in found),
        numbers(one.raw for one in found),
        np.array(classes, dtype=np.int32),
        None,
        lambda place: found[place].reason,
    )


NO_QUADRANT = -1


def quadrant_code(high_value: npt.NDArray[np.bool_], high_effort: npt.NDArray[np.bool_]) -> npt.NDArray[np.int8]:
    """2 for high value, and 1 more for high effort."""
    return (2 * high_value + high_effort).astype(np.int8)


def quadrant_name(code: int) -> str | None:
    return None if code == NO_QUADRANT else Quadrants.name(high_value=code >= 2, high_effort=code % 2 == 1)
