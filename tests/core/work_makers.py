"""Short ways to write items, work, rules and ledgers for the tests of everything after scoring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from syncd.core.backlog import BacklogItem, Kind, Status, Work
from syncd.core.expressions.language import Type, parse
from syncd.core.issue import FieldValue, Ref
from syncd.core.permission.ownership import Ledger, Written
from syncd.core.rules import (
    Framework,
    Horizon,
    Horizons,
    KeyResult,
    Objective,
    OkrRules,
    Policy,
    Rules,
    Slot,
    SourceRules,
    Target,
)
from syncd.core.rules import NormalizeRules as Normalize
from syncd.core.scoring.score import Scored

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
SCORE = Target(Slot.SCORE, field="Score")
RANK = Target(Slot.RANK, field="Rank")
ROADMAP = Target(Slot.HORIZON, label="roadmap/")
OBJECTIVE = Target(Slot.OBJECTIVE, field="Objective")
KEY_RESULT = Target(Slot.KEY_RESULT, label="okr/")
ALL = (SCORE, RANK, ROADMAP, OBJECTIVE, KEY_RESULT)
EMPTY: Mapping[str, FieldValue] = {"Score": None, "Rank": None, "Objective": None}
OKRS = OkrRules(
    objectives=(
        Objective("O1", "Checkout never loses a sale", key_results=(KeyResult("KR1", "Fewer failed payments"),)),
        Objective("O2", "Answers within a day", key_results=(KeyResult("KR2", "Faster first reply"),)),
    )
)
NOW_NEXT_LATER = (Horizon("now", 5), Horizon("next", 10), Horizon("later"))


def item(number: int, source: str = "jira", **changes: Any) -> BacklogItem:
    key = f"PAY-{number}" if source == "jira" else f"acme/web#{number}"
    return replace(
        BacklogItem(
            ref=Ref(source, f"{number:04}"),
            key=key,
            url=f"https://{source}.example/{number}",
            scope="PAY" if source == "jira" else "acme/web",
            revision="1",
            title=f"Work {number}",
            kind=Kind.STORY,
            status=Status.TODO,
            state="To Do",
            priority=3,
            created=START + timedelta(minutes=number),
            updated=START + timedelta(minutes=number),
            fields=EMPTY,
        ),
        **changes,
    )


def work(number: int, **changes: Any) -> Work:
    """`primary` may be given as a whole; effort and priority go to the item."""
    of_item = {name: changes.pop(name) for name in ("effort", "priority", "created", "status") if name in changes}
    return Work(changes.pop("primary", None) or item(number, **of_item), **changes)


def ref(number: int, source: str = "jira") -> Ref:
    return Ref(source, f"{number:04}")


def scored(scores: Mapping[int, float | None], classes: Mapping[int, int] | None = None) -> dict[Ref, Scored]:
    return {
        ref(number): Scored(
            score=score,
            raw=score,
            class_index=(classes or {}).get(number, 0),
            reason=None if score is not None else "effort is missing",
        )
        for number, score in scores.items()
    }


def rules(
    *targets: Target,
    horizons: tuple[Horizon, ...] = NOW_NEXT_LATER,
    hysteresis: float = 0.0,
    order: bool = False,
    policy: Policy | None = None,
    okrs: OkrRules = OKRS,
    formula: str = "6 - priority",
) -> Rules:
    return Rules(
        sources={
            "jira": SourceRules("jira", "jira", Normalize(), targets, order),
            "github": SourceRules("github", "github", Normalize(), targets, order),
        },
        facts={},
        framework=Framework("rice", parse(formula, {"priority": Type.NUMBER, "labels": Type.WORDS}), "6 − priority"),
        horizons=Horizons(horizons, hysteresis),
        okrs=okrs,
        policy=policy or Policy(deadband=0.0),
    )


def ledger(*rows: tuple[BacklogItem, Target, FieldValue]) -> Ledger:
    return {(of.ref, target.key): Written(value, START, "run-1") for of, target, value in rows}
