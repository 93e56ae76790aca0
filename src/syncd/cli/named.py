"""The issue that a person names on the command line, or a sentence that says why it is none."""

from __future__ import annotations

import difflib

from syncd.cli.exits import Failure
from syncd.core.backlog import BacklogItem, Problem


def named(key: str, items: list[BacklogItem], problems: tuple[Problem, ...]) -> BacklogItem:
    """The item with this key or web address, in any spelling of upper and lower case."""
    wanted = key.casefold().rstrip("/")
    found = [item for item in items if wanted in (item.key.casefold(), item.url.casefold())]
    if not found:  # the short form, when only one repository has it
        found = [
            item for item in items if item.key.casefold().endswith(("/" + wanted, wanted if "#" in wanted else "\0"))
        ]
    if len(found) == 1:
        return found[0]
    if len(found) > 1:
        raise Failure(f"{key} could be {', '.join(item.key for item in found[:5])}; type the whole key")
    for problem in problems:
        if problem.excludes and problem.key is not None and problem.key.casefold() == wanted:
            raise Failure(f"{problem.key} is not in the backlog: {problem.message} {problem.remedy}")
    near = difflib.get_close_matches(key.upper(), [item.key for item in items], n=3)
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    raise Failure(
        f"no issue {key} in the mirror; {hint}`syncd backlog --limit 0` lists the open ones, `syncd pull` reads anew"
    )
