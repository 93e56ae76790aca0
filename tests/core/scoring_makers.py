"""Short ways to write rules and work for the tests of scoring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from syncd.core.backlog import BacklogItem, Fact, FactValue, Kind, OkrLink, Status, Work
from syncd.core.expressions.language import Expression, Type, parse
from syncd.core.expressions.vocabulary import work_names
from syncd.core.issue import Ref
from syncd.core.rules import (
    Adjustment,
    FactRule,
    KeyResult,
    NormalizeRules,
    Objective,
    OkrRules,
    ReadField,
    ReadLabels,
    Rules,
    SourceRules,
)
from syncd.core.scoring.frameworks import framework

TODAY = date(2026, 11, 16)
SOURCES = {
    "acme-jira": SourceRules("acme-jira", "jira", NormalizeRules()),
    "acme-github": SourceRules("acme-github", "github", NormalizeRules()),
}
RICE_FACTS = {
    "reach": FactRule("reach", Type.NUMBER, {}, default=100.0),
    "impact": FactRule("impact", Type.NUMBER, {}),
    "confidence": FactRule("confidence", Type.NUMBER, {}, default=0.8),
    "effort": FactRule(
        "effort",
        Type.NUMBER,
        {
            "jira": (ReadField("Story Points"),),
            "github": (ReadLabels((("size/s", 1.0), ("size/m", 3.0), ("size/l", 8.0))),),
        },
        required=True,
    ),
}
OKRS = OkrRules(
    (
        Objective(
            "O1",
            "Checkout that never loses a sale",
            weight=3.0,
            starts=date(2026, 10, 1),
            ends=date(2026, 12, 31),
            key_results=(
                KeyResult("KR1", "Fewer failed payments", start=2.0, target=1.0, current=1.8),
                KeyResult("KR2", "Faster checkout", start=10.0, target=5.0),
            ),
        ),
    )
)


def item(number: int, source: str = "acme-jira", **changes: Any) -> BacklogItem:
    base = BacklogItem(
        ref=Ref(source, f"{number:05}"),
        key=f"PAY-{number}",
        url=f"https://acme.example/browse/PAY-{number}",
        scope="PAY",
        revision="1",
        title=f"Story {number}",
        kind=Kind.STORY,
        status=Status.TODO,
        state="To Do",
        priority=3,
        created=datetime(2026, 9, 1, 12, tzinfo=UTC),
        updated=datetime(2026, 11, 1, 12, tzinfo=UTC),
    )
    return replace(base, **changes)


def work(number: int, facts: Mapping[str, FactValue | None] | None = None, **changes: Any) -> Work:
    """Facts as given (None for missing); `blocks` as numbers; labels and what else the item has by name."""
    of_work = {name: changes.pop(name) for name in ("twins", "parent", "blocked_by", "okr", "heard") if name in changes}
    blocks = tuple(ref(other) for other in changes.pop("blocks", ()))
    own = item(number, **changes)
    known = {
        name: Fact(value, f"Jira field {name.title()}") for name, value in (facts or {}).items() if value is not None
    }
    return Work(own, blocks=blocks, facts=known, labels=own.labels, **of_work)


def ref(number: int) -> Ref:
    return Ref("acme-jira", f"{number:05}")


def rice(number: int, effort: float | None = 1.0, impact: float = 1.0, **changes: Any) -> Work:
    """Under RICE its raw score is 100 × impact ÷ effort."""
    return work(number, {"reach": 100.0, "impact": impact, "confidence": 1.0, "effort": effort}, **changes)


def expression(text: str, want: Type, facts: Mapping[str, FactRule] = RICE_FACTS) -> Expression:
    return parse(text, work_names(facts), want)


def adjustment(
    name: str, when: str | None = None, multiply: str | None = None, add: str | None = None, **others: Any
) -> Adjustment:
    return Adjustment(
        name,
        None if when is None else expression(when, Type.FLAG),
        others.pop("because", f"because of {name}"),
        None if multiply is None else expression(multiply, Type.NUMBER),
        None if add is None else expression(add, Type.NUMBER),
        **others,
    )


def rules(name: str = "rice", options: Mapping[str, object] | None = None, **changes: Any) -> Rules:
    facts = changes.pop("facts", RICE_FACTS)
    base = Rules(SOURCES, facts, framework(name, options or {}, facts), okrs=OKRS)
    return replace(base, **changes)


def linked(key_result: str | None = "KR1") -> OkrLink:
    return OkrLink("O1", key_result, "label okr/KR1")
