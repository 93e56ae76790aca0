"""Any history of people, faults, crashes, steps of the clock and second processes ends well."""

from __future__ import annotations

import pytest
from histories import Histories
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from scale import scaled

PARTS = 4
"""So that several workers share them; 500 histories in all."""


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_killed_anywhere_it_converges(part: int) -> None:
    """And on the way what is not ours is never touched, a human edit wins and stays, and no write is made twice."""
    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=scaled(125),
            stateful_step_count=7,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.reuse, Phase.generate, Phase.shrink],
        ),
    )
