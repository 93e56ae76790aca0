"""How a check speaks: what the contract says, what was seen instead, and what to do."""

from __future__ import annotations

from typing import NoReturn

import pytest


def demand(holds: bool, contract: str, seen: str, do: str) -> None:
    """Fails the check unless `holds`. Three sentences; the traceback would only show the kit itself."""
    if not holds:
        fail(contract, seen, do)


def fail(contract: str, seen: str, do: str) -> NoReturn:
    pytest.fail(f"The contract says: {contract}\nSeen here: {seen}\nWhat to do: {do}", pytrace=False)


def does_not_apply(because: str) -> NoReturn:
    """The connector or its tool cannot do what this check is about, and says so."""
    pytest.skip(f"does not apply: {because}")


def named(errors: object) -> str:
    """A value or an error as a line of a failure message shows it."""
    if isinstance(errors, BaseException):
        return f"{type(errors).__name__}({str(errors)!r})"
    if isinstance(errors, list | tuple):
        return "[" + ", ".join(named(each) for each in errors) + "]"
    return repr(errors)
