"""A short form of the benchmark `soak`: six sources, somebody who edits all the time, and answers that get lost."""

from __future__ import annotations

from pathlib import Path

from benchmarks.soak import soaked


def test_every_edit_is_reflected_over_an_unreliable_line_and_nothing_escapes(tmp_path: Path) -> None:
    found = soaked(tmp_path, issues=1_200, live=60, seconds=15)
    assert found.edits > 100
    assert found.unreflected == []
    assert found.exceptions == 0
    assert found.growth() < 25
