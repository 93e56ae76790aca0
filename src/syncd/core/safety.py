"""Plans that must not run without a person: too much change stops itself and says how to go on."""

from __future__ import annotations

from dataclasses import dataclass

from syncd.core.plan import Plan
from syncd.core.rules import Rules


@dataclass(frozen=True, slots=True)
class Brake:
    """Why a plan waits for a person, whatever the mode."""

    code: str
    """Stable and greppable: changed-share or shrunk."""
    message: str
    """With the number and the limit; ends with the command."""
    command: str
    """What lets exactly this plan run."""


def check(
    plan: Plan, rules: Rules, *, open_items: int, command: str, known: int = 0, lost: int = 0
) -> tuple[Brake, ...]:
    """The brakes that a plan trips; none for an empty plan.

    `plan` is what nobody approved: what a person saw may touch everything. `open_items` is how many open issues its
    source has. `command` lets the plan run all the same. `known` and `lost` are how many issues the source had before
    the last pull and how many of them it lost.
    """
    if plan.empty:
        return ()
    limits = rules.policy.limits
    brakes: list[Brake] = []
    size = plan.size
    if size > limits.max_changed_min_items and size > limits.max_changed_share * open_items:
        share = f" ({size / open_items:.0%})" if open_items else ""
        brakes.append(
            Brake(
                "changed-share",
                f"This plan touches {size} issues of {plan.source}, which has {open_items} open ones{share}; the limit "
                f"is {limits.max_changed_share:.0%} (policy.limits.max_changed_share). If it is meant, run: {command}",
                command,
            )
        )
    if known and lost > limits.max_shrink_share * known:
        brakes.append(
            Brake(
                "shrunk",
                f"{plan.source} lost {lost} of its {known} issues in one pull ({lost / known:.0%}); the limit is "
                f"{limits.max_shrink_share:.0%} (policy.limits.max_shrink_share). If they are really gone, run: {command}",
                command,
            )
        )
    return tuple(brakes)
