"""`--of NAME`: one of several backlogs, for the commands that show ranked work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from syncd.cli.exits import Exit, Failure
from syncd.core.decide import Decision
from syncd.core.expressions.guess import did_you_mean
from syncd.core.rules import Rules


def of_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Gives a command the option, as its argument `backlog`."""
    return click.option("--of", "backlog", metavar="NAME", help="Only this backlog of scoring.yaml.")(command)


def chosen(decision: Decision, rules: Rules, backlog: str | None) -> Decision:
    """The named backlog as if it were the only one; without a name, all backlogs as one order."""
    if backlog is None:
        return decision
    if backlog not in rules.backlog_names or not rules.backlogs:
        known = ", ".join(rules.backlog_names) if rules.backlogs else "none: scoring.yaml has no `backlogs:`"
        hint = did_you_mean(backlog, rules.backlog_names)
        raise Failure(f"there is no backlog '{backlog}'{hint}; known here: {known}", Exit.USAGE)
    return decision.of(backlog)


def mixed(decision: Decision) -> bool:
    """Whether it holds work of several backlogs, so that a rank alone does not say where something stands."""
    return len(decision.parts) > 1
