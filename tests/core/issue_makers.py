"""Short ways to write rules, issues and items for the tests of normalizing and linking."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from syncd.core.backlog import BacklogItem
from syncd.core.expressions.language import Type, parse
from syncd.core.issue import Ref, SourceIssue, StateGroup
from syncd.core.normalizing.normalize import Normalizer
from syncd.core.rules import (
    FactRead,
    FactRule,
    Framework,
    NormalizeRules,
    OkrRules,
    Policy,
    Rules,
    SourceRules,
    TextKeys,
)

TODAY = date(2026, 10, 1)
CREATED = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
UPDATED = datetime(2026, 9, 30, 9, 0, tzinfo=UTC)
TEXT_KEYS = (
    TextKeys("jira", (r"https?://[^\s/]+/browse/(?P<key>[A-Z][A-Z0-9_]+-\d+)", r"\b(?P<key>[A-Z][A-Z0-9_]+-\d+)\b")),
    TextKeys(
        "github",
        (
            r"https?://github\.com/(?P<scope>[\w.-]+/[\w.-]+)/issues/(?P<number>\d+)",
            r"\b(?P<scope>[\w.-]+/[\w.-]+)#(?P<number>\d+)\b",
            r"(?<![\w/&])#(?P<number>\d+)\b",
        ),
    ),
)


def rules(
    *,
    facts: Mapping[str, FactRule] | None = None,
    jira: NormalizeRules | None = None,
    github: NormalizeRules | None = None,
    okrs: OkrRules | None = None,
    policy: Policy | None = None,
    more: Mapping[str, SourceRules] | None = None,
) -> Rules:
    return Rules(
        sources={
            "acme-jira": SourceRules("acme-jira", "jira", jira or NormalizeRules()),
            "acme-github": SourceRules("acme-github", "github", github or NormalizeRules()),
            **(more or {}),
        },
        facts=facts or {},
        framework=Framework("priority", parse("6 - priority", {"priority": Type.NUMBER}), "6 − priority"),
        okrs=okrs or OkrRules(),
        policy=policy or Policy(),
        text_keys=TEXT_KEYS,
    )


def fact(type_: Type, *reads: FactRead, name: str = "reach", **more: Any) -> dict[str, FactRule]:
    return {name: FactRule(name, type_, {"*": reads}, **more)}


def jira(number: int = 12, **changes: Any) -> SourceIssue:
    issue = SourceIssue(
        ref=Ref("acme-jira", str(10_000 + number)),
        key=f"PAY-{number}",
        url=f"https://acme.atlassian.net/browse/PAY-{number}",
        scope="PAY",
        revision="1",
        title="Refunds arrive late",
        state="To Do",
        state_group=StateGroup.NEW,
        created=CREATED,
        updated=UPDATED,
        kind="Story",
        priority="Medium",
    )
    return dataclasses.replace(issue, **changes)


def github(number: int = 7, **changes: Any) -> SourceIssue:
    issue = SourceIssue(
        ref=Ref("acme-github", str(900_000 + number)),
        key=f"acme/web#{number}",
        url=f"https://github.com/acme/web/issues/{number}",
        scope="acme/web",
        revision="1",
        title="Refunds arrive late",
        state="open",
        state_group=StateGroup.NEW,
        created=CREATED,
        updated=UPDATED,
    )
    return dataclasses.replace(issue, **changes)


def item(issue: SourceIssue, by: Rules | None = None) -> BacklogItem:
    normalized = Normalizer(by or rules()).normalize(issue, TODAY)
    assert normalized.item is not None, normalized.problems
    return normalized.item


def items(*issues: SourceIssue, by: Rules | None = None) -> dict[Ref, BacklogItem]:
    return {issue.ref: item(issue, by) for issue in issues}
