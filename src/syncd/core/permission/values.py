"""When two values are the same to whoever looks at them, whatever types a tool gives them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from syncd.core.issue import FieldValue


def same_value(one: FieldValue, other: FieldValue) -> bool:
    """Whether a tool that shows `one` shows `other`: numbers to a millionth, also as text; texts without regard to case."""
    if type(one) is type(other) and one == other:
        return True
    if (one is None and other) or (other is None and one):
        return False
    one, other = plain(one), plain(other)
    if one is None or other is None:
        return one is other
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, tuple) or isinstance(other, tuple):
        return _words(one) == _words(other)
    if isinstance(one, str) and isinstance(other, str):
        return one.strip().casefold() == other.strip().casefold()
    left, right = number_of(one), number_of(other)
    return left is not None and right is not None and math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-6)


def number_of(value: FieldValue) -> float | None:
    """The finite number that a value is or spells."""
    if value is None or isinstance(value, bool | tuple):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def plain(value: FieldValue) -> FieldValue:
    """Empty is None."""
    return None if value == "" or value == () else value


def texts(value: FieldValue) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else () if value is None else (str(value),)


def labels_under(prefix: str, labels: Sequence[str]) -> tuple[str, ...]:
    """The labels of a family, such as roadmap/, sorted. A prefix has no case."""
    folded = prefix.casefold()
    return tuple(sorted([label for label in labels if label.casefold().startswith(folded)]))


def labels_in(prefix: str, labels: Sequence[str]) -> FieldValue:
    """What stands in a family of labels: nothing, one label, or several, sorted."""
    found = labels_under(prefix, labels)
    return found if len(found) > 1 else found[0] if found else None


def _words(value: FieldValue) -> frozenset[str]:
    return frozenset(text.strip().casefold() for text in texts(value))
