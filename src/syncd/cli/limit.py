"""`--limit N`: how much of a long list is shown, for the commands that show one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

T = TypeVar("T", bound="Callable[..., Any] | click.Command")


def limit_option(default: int, what: str, *others: str) -> Callable[[T], T]:
    """Gives a command the option. `what` is counted, for the help; `others` are other names of the option and its argument."""
    return click.option(
        "--limit",
        *others,
        type=click.IntRange(min=0),
        metavar="N",
        default=default,
        show_default=True,
        help=f"{what}; 0 shows all.",
    )
