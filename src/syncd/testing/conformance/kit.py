"""The class that an author subclasses: all checks of all levels, on a new sandbox each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest

from syncd.testing.conformance.authors import SilverAuthors
from syncd.testing.conformance.claiming import SilverClaiming
from syncd.testing.conformance.cost import PlatinumCost
from syncd.testing.conformance.counting import BronzeCounting
from syncd.testing.conformance.deliveries import GoldDeliveries
from syncd.testing.conformance.levels import Level
from syncd.testing.conformance.notes import SilverNotes
from syncd.testing.conformance.order import PlatinumOrder
from syncd.testing.conformance.reading import Bronze
from syncd.testing.conformance.report import PROPERTY, pytest_configure
from syncd.testing.conformance.stage import Stage
from syncd.testing.conformance.truth import BronzeTruth
from syncd.testing.conformance.weather import Gold
from syncd.testing.conformance.whole import PlatinumWhole
from syncd.testing.conformance.writing import Silver
from syncd.testing.sandbox import Sandbox


class Conformance(
    Bronze,
    BronzeTruth,
    BronzeCounting,
    Silver,
    SilverNotes,
    SilverClaiming,
    SilverAuthors,
    Gold,
    GoldDeliveries,
    PlatinumOrder,
    PlatinumCost,
    PlatinumWhole,
):
    """`class TestMyTracker(Conformance): sandbox = MySandbox` is a whole test module."""

    level: ClassVar[Level] = Level.PLATINUM
    sandbox: ClassVar[type[Sandbox]]

    @pytest.fixture(autouse=True)
    def _conformance_level(self, request: pytest.FixtureRequest) -> None:
        """Notes the level of the check, so that the report can say which level was reached."""
        pytest_configure(request.config)
        level = level_of_check(type(self), getattr(request.node, "originalname", request.node.name))
        if level is not None:
            request.node.user_properties.append((PROPERTY, f"{type(self).__name__}:{level.value}"))

    @pytest.fixture
    def stage(self, tmp_path: Path) -> Iterator[Stage]:
        folder = tmp_path / "sandbox"
        folder.mkdir()
        made = Stage(self.sandbox(folder))
        yield made
        made.close()


def level_of_check(kit: type, name: str) -> Level | None:
    """The level of the class in which the check is written; None for a check of the author's own."""
    for owner in kit.__mro__:
        if name in vars(owner):
            level = vars(owner).get("level")
            return level if isinstance(level, Level) and owner.__module__.startswith(__package__) else None
    return None
