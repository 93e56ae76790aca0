"""Plans that wait, and subjects that stand, for tests of what is told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from syncd.core.issue import Ref
from syncd.core.plan import Edit, Plan, Relabel, SetField
from syncd.core.telling.subjects import Stands

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def edit(number: int, *, title: str = "work", horizon: tuple[str, str] | None = None, score: float = 1.0) -> Edit:
    changes: list[SetField | Relabel] = [SetField("Score", None, score, "score", "its score")]
    if horizon is not None:
        left, came = horizon
        changes.append(Relabel((f"roadmap/{came}",), (f"roadmap/{left}",), "horizon", "roadmap/", f"it is in {came}"))
    return Edit(Ref("jira", str(number)), f"PAY-{number}", title, "1", tuple(changes))


def waits(numbers: Iterable[int], *, tripped: tuple[str, ...] = ()) -> Stands:
    plan = Plan("jira", tuple(edit(number) for number in numbers))
    because = ("the first plan of a source is always reviewed: look at it with `syncd plan`",)
    return Stands("jira", plan, () if plan.empty else because, tripped)


def brake(setting: str = "max_changed_share") -> str:
    return f"this plan touches 40 issues; the limit is 30% (policy.limits.{setting}). If it is meant, run: syncd apply --plan x"
