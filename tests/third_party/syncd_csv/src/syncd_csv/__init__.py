"""A CSV file as a tracker. `SPEC` is what the entry point names."""

from __future__ import annotations

from collections.abc import Sequence

from syncd.connector.protocol import Spec, Wiring
from syncd_csv.connector import CsvConnector
from syncd_csv.settings import CsvSettings


def check(settings: CsvSettings, wiring: Wiring) -> Sequence[str]:
    """What can be said without opening the file."""
    wrong = sorted(wiring.write_fields & settings.fixed)
    return [f"the column '{name}' belongs to the people; write to another one" for name in wrong]


def label_ok(label: str) -> str | None:
    return "Labels stand side by side in one cell, so they hold no spaces." if any(map(str.isspace, label)) else None


SPEC = Spec(
    kind="csv",
    settings=CsvSettings,
    build=CsvConnector,
    check=check,
    label_ok=label_ok,
    text_keys=(r"\b(?P<key>ROW-\d+)\b",),
)
