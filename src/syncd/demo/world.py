"""Writes the demo: the backlog of Lumen, an online shop platform whose teams work in Jira and on GitHub.

Two JSON-lines files, each issue as its tool's REST interface returns it, with a first line that sets up the
simulated site. The same seed, day and size give the same bytes everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import msgspec

from syncd.demo import as_github, as_jira
from syncd.demo.backlog import compose
from syncd.demo.dice import Dice
from syncd.demo.draft import SCOPES
from syncd.demo.promises import promise
from syncd.demo.ties import Weaver

TODAY = date(2026, 11, 23)
ISSUES = 520


@dataclass(frozen=True, slots=True)
class Files:
    jira: Path
    github: Path


def write_world(folder: Path, seed: int = 7, *, today: date = TODAY, issues: int = ISSUES) -> Files:
    """Write `issues` issues, and GitHub pull requests beside them, as they stand on the morning of `today`.

    Everything happened before that day. Raises ValueError when `issues` is too small for the hand-written part.
    """
    backlog = compose(seed, today, issues)
    Weaver(backlog).weave()
    promise([draft for drafts in backlog.drafts.values() for draft in drafts], backlog.calendar)
    files = Files(folder / "jira.jsonl", folder / "github.jsonl")
    folder.mkdir(parents=True, exist_ok=True)
    in_jira = [draft for scope in SCOPES if scope.jira for draft in backlog.drafts[scope.name]]
    _write(files.jira, as_jira.site(), as_jira.issues(in_jira, today))
    github_site = as_github.site(backlog.drafts, today, Dice(seed + 1))
    _write(files.github, github_site, as_github.issues(backlog.drafts, today))
    return files


def _write(path: Path, site: dict[str, object], issues: Iterable[dict[str, object]]) -> None:
    """Through a second file, so that a killed demo never leaves half a world."""
    encode = msgspec.json.Encoder().encode
    half = path.with_suffix(".part")
    with half.open("wb") as out:
        out.write(encode(site) + b"\n")
        for issue in issues:
            out.write(encode(issue) + b"\n")
    half.replace(path)
