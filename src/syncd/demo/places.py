"""Which projects and repositories given data files hold, and a configuration for exactly those.

The demo's own configuration names the projects of Lumen. People who bring real data keep everything of it, the
comments too, except the lists of what to look at.
"""

from __future__ import annotations

import gzip
import json
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import yaml

_ADDRESS = re.compile(r"(?:github\.com|/repos)/([^/\s]+/[^/\s]+)/(?:issues|pull|pulls)/[0-9]+")
_REPOSITORY = re.compile(r"/repos/([^/\s]+/[^/\s]+)/?$")
_KEY = re.compile(r"([A-Za-z][A-Za-z0-9_]*)-[0-9]+")


class PlacesError(Exception):
    """The files or the configuration cannot be used; one sentence with the next thing to try."""


@dataclass(frozen=True, slots=True)
class Places:
    """What the two trackers of a demo hold."""

    projects: tuple[str, ...]
    repositories: tuple[str, ...]
    github_project: str
    """owner/number"""


class _Line(msgspec.Struct):
    key: str = ""
    repository_url: str = ""
    url: str = ""
    html_url: str = ""


def find(jira: Sequence[Path], github: Sequence[Path]) -> Places:
    """Read the files once. Raises PlacesError when one of them holds no issue of its tool."""
    projects: dict[str, None] = {}
    for path in jira:
        for line in _lines(path):
            found = _KEY.fullmatch(line.key)
            if found is not None:
                projects[found[1]] = None
    repositories: dict[str, None] = {}
    for path in github:
        for line in _lines(path):
            address = _ADDRESS.search(line.html_url) or _ADDRESS.search(line.url)
            found = _REPOSITORY.search(line.repository_url) or address
            if found is not None:
                repositories[found[1]] = None
    if not projects:
        raise PlacesError(f"{_names(jira)} holds no Jira issue (a line needs a key such as PAY-12)")
    if not repositories:
        raise PlacesError(f"{_names(github)} holds no GitHub issue (a line needs its html_url)")
    owner = next(iter(repositories)).partition("/")[0]
    return Places(tuple(projects), tuple(repositories), f"{owner}/1")


def write_config(config: Path, places: Places, into: Path) -> Path:
    """A copy of the folder `config` whose sources look at `places`; all other text stays as it is written."""
    if not (config / "syncd.yaml").is_file():
        raise PlacesError(f"{config} holds no syncd.yaml; name another folder with --config")
    if into.exists():
        shutil.rmtree(into)
    shutil.copytree(config, into)
    settings = into / "syncd.yaml"
    settings.write_text(_replaced(settings.read_text(encoding="utf-8"), places), encoding="utf-8")
    return into


def _replaced(text: str, places: Places) -> str:
    changes: list[tuple[int, int, str]] = []
    for source in _sources(text):
        values = {key.value: value for key, value in source.value}
        kind = values["kind"].value if "kind" in values else ""
        wanted: dict[str, Sequence[str] | str] = {}
        if kind == "jira":
            wanted = {"projects": places.projects}
        elif kind == "github":
            wanted = {"repositories": places.repositories, "project": places.github_project}
        for name, value in wanted.items():
            if name in values:
                changes.append((*_span(values[name]), _flow(value)))
    for start, end, new in sorted(changes, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _sources(text: str) -> Iterator[yaml.MappingNode]:
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode):
        return
    for key, value in root.value:
        if key.value == "sources" and isinstance(value, yaml.MappingNode):
            yield from (source for _, source in value.value if isinstance(source, yaml.MappingNode))


def _span(node: yaml.Node) -> tuple[int, int]:
    """Where a value stands. The end mark of a block list lies behind the comments that follow it."""
    last = node
    if isinstance(node, yaml.SequenceNode) and not node.flow_style and node.value:
        last = node.value[-1]
    return node.start_mark.index, last.end_mark.index


def _flow(value: Sequence[str] | str) -> str:
    if isinstance(value, str):
        return value
    return f"[{', '.join(value)}]"


def _lines(path: Path) -> Iterator[_Line]:
    decode = msgspec.json.Decoder(_Line).decode
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                try:
                    yield decode(line)
                except msgspec.MsgspecError:
                    yield _patient(path, number, line)


def _patient(path: Path, number: int, line: bytes) -> _Line:
    """Dumps of old trackers hold half surrogate pairs, which the standard library reads and msgspec does not."""
    try:
        return msgspec.convert(json.loads(line), _Line)
    except (ValueError, msgspec.MsgspecError) as error:
        raise PlacesError(f"{path}, line {number}, is not an issue in JSON: {error}") from None


def _names(paths: Sequence[Path]) -> str:
    return ", ".join(map(str, paths)) or "no file"
