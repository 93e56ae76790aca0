"""Reads a written demo world back, as the tests look at it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from syncd.demo.world import Files

Json = dict[str, Any]


@dataclass(frozen=True)
class World:
    jira_site: Json
    jira: Sequence[Json]
    github_site: Json
    github: Sequence[Json]

    @cached_property
    def issues(self) -> Sequence[Json]:
        """GitHub's without pull requests."""
        return [issue for issue in self.github if "pull_request" not in issue]

    @cached_property
    def by_key(self) -> dict[str, Json]:
        return {key_of(issue): issue for issue in (*self.jira, *self.github)}


def read(files: Files) -> World:
    jira, github = _lines(files.jira), _lines(files.github)
    return World(jira[0]["_simulator"], jira[1:], github[0]["_simulator"], github[1:])


def key_of(issue: Json) -> str:
    return issue["key"] if "key" in issue else f"{repository_of(issue)}#{issue['number']}"


def repository_of(issue: Json) -> str:
    return issue["repository_url"].split("/repos/")[1]


def text_of(issue: Json) -> str:
    """Everything somebody wrote in it, line by line."""
    if "key" not in issue:
        return f"{issue['title']}\n{issue['body'] or ''}"
    return "\n".join([issue["fields"]["summary"], *_paragraphs(issue["fields"]["description"] or {})])


def _paragraphs(node: Json) -> Iterator[str]:
    content = node.get("content", ())
    if node.get("type") in ("paragraph", "heading", "codeBlock"):
        yield "".join(part["text"] for part in content)
    else:
        for part in content:
            yield from _paragraphs(part)


def is_open(issue: Json) -> bool:
    if "key" in issue:
        return issue["fields"]["status"]["statusCategory"]["key"] != "done"
    return issue["state"] == "open"


def title_of(issue: Json) -> str:
    return issue["fields"]["summary"] if "key" in issue else issue["title"]


def _lines(path: Path) -> list[Json]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
