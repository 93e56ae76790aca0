"""The pure core on generated issues: normalizing, deciding, trying other rules; CPU seconds."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from benchmarks.result import Result
from syncd.config.load import load
from syncd.connector.registry import connectors
from syncd.core.backlog import BacklogItem
from syncd.core.collector import collector_waits
from syncd.core.decide import Snapshot, decide
from syncd.core.issue import FieldValue, Link, LinkKind, Pointer, Ref, SourceIssue, StateGroup
from syncd.core.linking.link import link
from syncd.core.normalizing.normalize import Normalizer
from syncd.core.ranking.rank import rank_rows
from syncd.core.ranking.stood import Stood
from syncd.core.rules import Rules, Scale
from syncd.core.scoring.score import score_table
from syncd.core.scoring.table import Table

CONFIG = Path(__file__).parent.parent / "config"
DAY = date(2026, 11, 23)
BORN = datetime(2025, 1, 6, tzinfo=UTC)


def rules() -> Rules:
    """Those of config/: RICE, percentile, six adjustments, three objectives."""
    environ = {"DEMO_JIRA_TOKEN": "x", "DEMO_GITHUB_TOKEN": "x"}
    return load(CONFIG, environ, connectors()).rules


def issues(count: int) -> list[SourceIssue]:
    """Deterministic open issues of one source; one in six has no estimate, one in ten blocks another."""
    found = []
    for n in range(count):
        born = BORN + timedelta(minutes=n)
        points = float(1 + n % 13) if n % 6 else None
        fields: dict[str, FieldValue] = {
            "Customers affected": float(n * 7919 % 5000),
            "Impact": ("Low", "Medium", "High", "Massive")[n % 4],
            "Confidence": None,
            "Story Points": points,
            "Priority Score": None,
            "Backlog Rank": None,
            "Objective": None,
        }
        found.append(
            SourceIssue(
                ref=Ref("jira", str(n)),
                key=f"PAY-{n}",
                url=f"https://example.com/browse/PAY-{n}",
                scope="PAY",
                revision=str(n),
                title=f"Work number {n} on the checkout",
                state="To Do",
                state_group=StateGroup.NEW,
                created=born,
                updated=born + timedelta(days=n % 200),
                kind="Story",
                priority=("Highest", "High", "Medium", "Low", "Lowest")[n % 5],
                labels=("checkout",) if n % 3 else ("security", "payments"),
                links=() if n % 10 else (Link(LinkKind.BLOCKS, Pointer(id=str((n * 31 + 7) % count))),),
                fields=fields,
            )
        )
    return found


def normalized(some: Sequence[SourceIssue], book: Rules) -> dict[Ref, BacklogItem]:
    normalizer = Normalizer(book)
    with collector_waits():
        made = (normalizer.normalize(issue, DAY).item for issue in some)
        return {item.ref: item for item in made if item is not None}


def decide_all() -> Iterator[Result]:
    """From issues to a first plan that writes to each of them; then again with its memory."""
    book = rules()
    for count, goal in ((100_000, 5.0), (25_000, None)):
        some = issues(count)
        began = time.process_time()
        snapshot = Snapshot(normalized(some, book), (), {}, {}, {})
        between = time.process_time()
        decision = decide(snapshot, book, DAY)
        ended = time.process_time()
        assert len(decision.plans["jira"].edits) == count
        name = f"decide.{count // 1000}k"
        yield Result(f"{name}_seconds", ended - began, "s", goal)
        yield Result(f"{name}_of_which_normalize_seconds", between - began, "s")
        began = time.process_time()
        decide(replace(snapshot, memory=decision.placed), book, DAY)
        yield Result(f"{name}_again_seconds", time.process_time() - began, "s", goal)


def rescore() -> Iterator[Result]:
    """Other rules over the same open work: score and rank all of it, and read the first hundred."""
    book = rules()
    others = [replace(book, scale=Scale.MINMAX), replace(book, adjustments=book.adjustments[1:]), book]
    for count, name, goal in ((100_000, "100k", 0.3), (1_000_000, "1m", 2.0)):
        works = link(normalized(issues(count), book), book, DAY).works
        table = Table(works, book, DAY, {work.ref: work for work in works})
        stood = Stood.of(table, {})
        rank_rows(table, score_table(table, book), stood, {}, book)
        times = []
        for other in others:
            with collector_waits():  # as the page does
                began = time.process_time()
                ranking = rank_rows(table, score_table(table, other), stood, {}, other)
                assert ranking[:100][-1].rank == 100
                times.append(time.process_time() - began)
        yield Result(f"rescore.{name}_seconds", max(times), "s", goal)
        yield Result(f"columns.{name}_bytes_per_item", table.nbytes / count, "bytes", 300)
