"""The exit codes, and how every expected error becomes one sentence on stderr."""

from __future__ import annotations

from enum import IntEnum
from typing import IO, Any

import click

from syncd.cli.render.terminal import harmless


class Exit(IntEnum):
    OK = 0
    FAILED = 1
    """A source could not be read, or something was not written."""
    USAGE = 2
    """Wrong usage or wrong configuration; nothing was touched."""
    WAITS = 3
    """A plan waits for a person: not approved, changed since, or stopped by a brake."""
    BUSY = 4
    """Another syncd process uses the store."""


class Failure(click.ClickException):
    """One sentence, one exit code."""

    def __init__(self, message: str, code: Exit = Exit.FAILED) -> None:
        super().__init__(message)
        vars(self)["exit_code"] = int(code)

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(f"{click.style('error:', fg='red', bold=True)} {harmless(self.message)}", err=True)
