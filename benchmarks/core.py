"""The pure core on generated work: scoring and deciding, CPU seconds."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from benchmarks.result import Result
from syncd.config.load import load
from syncd.connector.registry import connectors
from syncd.core.backlog import BacklogItem, Fact, Kind, Status
from syncd.core.decide import Snapshot, decide
from syncd.core.issue import Ref
from syncd.core.link import link
from syncd.core.rules import Rules
from syncd.core.score import score_all

CONFIG = Path(__file__).parent.parent / "config"
DAY = date(2026, 11, 23)
BORN = datetime(2025, 1, 6, tzinfo=UTC)


def rules() -> Rules:
    """Those of config/: RICE, percentile, six adjustments, three objectives."""
    environ = {"DEMO_JIRA_TOKEN": "x", "DEMO_GITHUB_TOKEN": "x"}
    return load(CONFIG, environ, connectors()).rules


def items(count: int, open_share: float) -> dict[Ref, BacklogItem]:
    """Deterministic items of one source; one in six has no estimate, one in ten blocks another."""
    found: dict[Ref, BacklogItem] = {}
    for n in range(count):
        ref = Ref("jira", str(n))
        facts = {
            "reach": Fact(float(n * 7919 % 5000), "Jira field Customers affected"),
            "impact": Fact((0.5, 1.0, 2.0, 3.0)[n % 4], "Jira field Impact"),
            "confidence": Fact(0.8, "default"),
        }
        if n % 6:
            facts["effort"] = Fact(float(1 + n % 13), "Jira field Story Points")
        born = BORN + timedelta(minutes=n)
        found[ref] = BacklogItem(
            ref=ref,
            key=f"PAY-{n}",
            url=f"https://example.com/PAY-{n}",
            scope="PAY",
            revision=str(n),
            title=f"Work number {n} on the checkout",
            kind=Kind.STORY,
            status=Status.TODO if n < count * open_share else Status.DONE,
            state="To Do",
            priority=1 + n % 5,
            created=born,
            updated=born + timedelta(days=n % 200),
            labels=("checkout",) if n % 3 else ("security", "payments"),
            effort=facts["effort"].value if "effort" in facts else None,  # type: ignore[arg-type]
            facts=facts,
            fields={"Priority Score": None, "Backlog Rank": None, "Objective": None},
        )
    return found


def score() -> Iterator[Result]:
    """100,000 pieces of open work, RICE with the adjustments of config/."""
    book = rules()
    works = link(items(100_000, 1.0), book, DAY).works
    parents = {work.ref: work for work in works}
    began = time.process_time()
    score_all(works, book, DAY, parents)
    yield Result("score.100k_cpu_seconds", time.process_time() - began, "s", 2.0)


def decide_all() -> Iterator[Result]:
    """One whole decision over 25,000 items of which 5,000 are open; then again with its memory."""
    book = rules()
    snapshot = Snapshot(items(25_000, 0.2), (), {}, {}, {})
    began = time.process_time()
    decision = decide(snapshot, book, DAY)
    yield Result("decide.25k_cpu_seconds", time.process_time() - began, "s", 3.0)
    began = time.process_time()
    decide(replace(snapshot, memory=decision.placed), book, DAY)
    yield Result("decide.25k_again_cpu_seconds", time.process_time() - began, "s", 3.0)
