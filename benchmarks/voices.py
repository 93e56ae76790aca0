"""100,000 voices of users about 20,000 issues: read from a file, and heard by the work that they are about; CPU seconds."""

from __future__ import annotations

import csv
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from benchmarks.core import DAY, issues, normalized, rules
from benchmarks.result import Result
from syncd.config.reading import yaml
from syncd.config.reading.document import Place
from syncd.config.rules.voices import read_voices
from syncd.config.text.voices import VoicesText
from syncd.core.decide import Snapshot, decide
from syncd.core.rules import Rules
from syncd.core.voices import Voices

VOICES, ISSUES = 100_000, 20_000
SAID = "We lose orders every Friday evening, since the payment page hangs on the phones of our customers. " * 2


def voices() -> Iterator[Result]:
    """What a cycle pays for them is what decisions with and without them differ by."""
    with tempfile.TemporaryDirectory() as folder:
        _write(Path(folder) / "voices.csv")
        began = time.process_time()
        found = _read(Path(folder))
        yield Result("voices.load_100k_seconds", time.process_time() - began, "s", 2.0)
    book = replace(rules(), voices=None)
    snapshot = Snapshot(normalized(issues(ISSUES), book), (), {}, {}, {})
    silent, heard = (_decided(snapshot, replace(book, voices=one)) for one in (None, found))
    yield Result("voices.hear_100k_seconds", heard - silent, "s", 1.0)


def _decided(snapshot: Snapshot, book: Rules) -> float:
    times = []
    for _ in range(3):
        began = time.process_time()
        decision = decide(snapshot, book, DAY)
        times.append(time.process_time() - began)
    assert decision.hearing is None or decision.hearing.heard == VOICES
    return min(times)


def _read(folder: Path) -> Voices:
    place = Place(yaml.read("voices: voices.csv\n", str(folder / "scoring.yaml")), ("voices",))
    found = read_voices(VoicesText.model_validate({"files": ["voices.csv"]}), place, [])
    assert found is not None and len(found.said) == VOICES
    return found


def _write(path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["issue", "customer", "person", "said", "created at", "ARR", "channel"])
        for n in range(VOICES):
            day = DAY - timedelta(days=n * 31 % 700)
            about, customer = f"PAY-{n * 7919 % ISSUES}", f"Customer {n * 13 % 3000}"
            out.writerow([about, customer, f"Person {n % 20000}", f"{SAID}{n}", f"{day}T10:00:00Z", n % 90000, "mail"])
