"""Dataclasses of which a decision makes millions: frozen for the type checker, and as quick to make as plain ones.

A frozen dataclass sets each field through `object.__setattr__`, which took a tenth of a decision over 100,000 issues.
Nothing of ours assigns to a field of these (mypy holds us to it), so nothing is lost by leaving that check to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__all__ = ["record"]

if TYPE_CHECKING:
    from dataclasses import dataclass as record
else:
    import dataclasses

    def record(*, frozen: bool, slots: bool):
        """As `dataclasses.dataclass`, equal and hashed by its fields."""
        return dataclasses.dataclass(slots=slots, unsafe_hash=frozen)
