"""`python -m tests.house`: the rules of the house that no linter knows. Part of `make check`."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LONGEST = 400
FORBIDDEN_NAMES = {"utils", "helpers", "common", "base", "manager"}
FORBIDDEN_TEXT = re.compile(r"unittest\.mock|from unittest import mock|NotImplementedError|# ?TODO|\bTODO:|\bFIXME\b")
INLINE = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|\|\s*safe\b")
ADDRESS = re.compile(r"https?://")


def faults() -> Iterator[str]:
    for folder in ("src", "connectors", "tests", "benchmarks"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            name = path.relative_to(ROOT)
            if (lines := text.count("\n")) > LONGEST:
                yield f"{name}: {lines} lines; split it, {LONGEST} is the limit"
            if path.stem in FORBIDDEN_NAMES:
                yield f"{name}: a module named {path.stem} says nothing; name it after what it is for"
            if folder in ("src", "connectors") and text.strip() and not text.lstrip().startswith(('"""', 'r"""')):
                yield f"{name}: begin with a docstring that says in a sentence what the module is for"
            if path != Path(__file__).resolve() and (found := FORBIDDEN_TEXT.search(text)):
                yield f"{name}: {found.group()} does not belong here"
    for path in sorted((ROOT / "src" / "syncd" / "web").rglob("*")):
        if path.suffix in (".html", ".css", ".js") and "vendor" not in path.parts:
            text = path.read_text(encoding="utf-8")
            if (lines := text.count("\n")) > LONGEST:
                yield f"{path.relative_to(ROOT)}: {lines} lines; split it, {LONGEST} is the limit"
            if path.suffix == ".html" and (found := INLINE.search(text)):
                yield f"{path.relative_to(ROOT)}: {found.group()} is refused by our own content security policy"
    yield from unknown_modules()
    for path in sorted((ROOT / "requirements").glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        if ADDRESS.search(text):
            yield f"{path.relative_to(ROOT)}: lock files hold versions and hashes, no addresses"
        if any(
            "==" in line and not line.rstrip().endswith("\\") for line in text.splitlines() if not line.startswith(" ")
        ):
            yield f"{path.relative_to(ROOT)}: a dependency has no hash; run `make lock`"


def unknown_modules() -> Iterator[str]:
    """Whoever looks for a module of the core, the configuration or the engine finds it in the tables of docs/architecture.md."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    tables = {
        "core": page.partition("### The steps of the core")[2].partition("\n#")[0],
        "config": page.partition("### The modules of the configuration")[2].partition("\n#")[0],
        "engine": page.partition("### The modules of the engine")[2].partition("\n#")[0],
    }
    for room, table in tables.items():
        folder = ROOT / "src" / "syncd" / room
        here = {path.stem for path in folder.rglob("*.py")} - {"__init__"}
        cells = [line.rsplit("|", 2)[0] for line in table.splitlines() if line.startswith("|")]
        listed = {name for cell in cells for name in re.findall(r"`(\w+)`", cell)} - {room}
        for name in sorted(here - listed):
            yield f"src/syncd/{room}: {name}.py is in no table of docs/architecture.md; say there what it is for"
        for name in sorted(listed - here):
            yield f"docs/architecture.md: there is no {name}.py in src/syncd/{room}"


def main() -> int:
    found = list(faults())
    for fault in found:
        sys.stderr.write(fault + "\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
