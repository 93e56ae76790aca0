"""The mark by which one syncd sees that another one writes to the same tracker. What a connector may do besides.

A mark is kept where nobody has to look at it and needs no right that writing does not need: in the description of a
label, in a property of an issue. It says who, and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

_MARK = re.compile(r"\s*\[syncd ([A-Za-z0-9._-]{1,40})\]\s*$")


@runtime_checkable
class Claims(Protocol):
    """A connector whose tool can bear marks."""

    def claims(self) -> Mapping[str, str | None]:
        """By scope, the owner whose mark stands there, None where there is none. Only reads."""

    def claim(self, owner: str | None) -> Sequence[str]:
        """Marks every scope as this owner's, whoever's mark stands there; None takes the marks away. Twice is harmless.

        Gives a sentence for each scope that cannot bear a mark. Raises what concerns the source as a whole.
        """


def marked(text: str | None, owner: str | None, most: int) -> str | None:
    """A description with this owner's mark behind what people wrote there (None: without a mark).

    None when it would be longer than `most` characters: what people wrote is not cut.
    """
    plain = _MARK.sub("", text or "")
    if owner is None:
        return plain
    found = f"{plain} [syncd {owner}]".strip()
    return found if len(found) <= most else None


def owner_in(text: str | None) -> str | None:
    """Whose mark a description bears."""
    found = _MARK.search(text or "")
    return found[1] if found else None
