"""What the documents promise: every link leads somewhere, every command and option that they show exists."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from syncd.cli.main import cli

ROOT = Path(__file__).resolve().parent.parent.parent
DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("connectors/*/*.md"), *ROOT.glob("deploy/**/*.md")]
)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+\s+(.+?)\s*$", re.MULTILINE)
SHELL = re.compile(r"^```(?:sh|bash|console)?\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`((?:\.venv/bin/)?syncd [^`]+)`")
CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def anchors(text: str) -> set[str]:
    """As GitHub makes them of headings, repeated ones numbered."""
    found: dict[str, int] = {}
    made = set()
    for heading in HEADING.findall(CODE.sub("", text)):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").lower()
        slug = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        made.add(f"{slug}-{found[slug]}" if slug in found else slug)
        found[slug] = found.get(slug, 0) + 1
    return made


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_every_link_leads_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for link in LINK.findall(CODE.sub("", text)):
        if re.match(r"[a-z]+:", link):
            assert link.startswith("https://"), link
            continue
        address, _, part = link.partition("#")
        target = (document.parent / address).resolve() if address else document
        assert target.exists(), f"{name(document)}: {link}"
        if part and target.suffix == ".md":
            assert part in anchors(target.read_text(encoding="utf-8")), f"{name(document)}: {link}"


def shown(text: str) -> Iterator[str]:
    for block in SHELL.findall(text):
        for line in block.replace("\\\n", " ").splitlines():
            if match := re.match(r"\s*(?:\$ )?(?:\.venv/bin/)?(syncd .*)", line):
                yield match[1].partition("  ")[0].partition(" #")[0]
    yield from (one.removeprefix(".venv/bin/") for one in INLINE.findall(CODE.sub("", text)))


def misses(line: str) -> str | None:
    """What is wrong with a command line, or None; words in capitals, brackets and such stand for something."""
    try:
        words = shlex.split(re.split(r"\s*(?:\||;|&&|>|…)", line)[0])[1:]
    except ValueError:
        return None  # a sentence
    group: click.Command = cli
    ctx = click.Context(cli, info_name="syncd")
    for word in words:
        if word.startswith("-"):
            option = word.partition("=")[0].rstrip("],.")
            known = {name for one in group.params for name in one.opts} | {"--help", "-h", "-c", "--config"}
            if option not in known:
                return f"{group.name} has no {option}"
        elif isinstance(group, click.Group):
            if not re.fullmatch(r"[a-z-]+", word):
                return None
            found = group.get_command(ctx, word)
            if found is None:
                return f"{group.name} has no command {word}"
            group = found
    return None


@pytest.mark.parametrize("document", [one for one in DOCUMENTS if one.name != "CHANGELOG.md"], ids=name)
def test_every_command_that_is_shown_exists(document: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syncd.cli.demo._visit", lambda ctx: None)
    wrong = {line: why for line in shown(document.read_text(encoding="utf-8")) if (why := misses(line))}
    assert wrong == {}


def test_a_wrong_link_or_command_would_be_found() -> None:
    assert misses("syncd plan --limt 3") == "plan has no --limt"
    assert misses("syncd webhooks chek") == "webhooks has no command chek"
    assert misses("syncd demo person re-estimate") is None
    assert anchors("# One `two` (three)\n## Again\n## Again\n") == {"one-two-three", "again", "again-1"}
