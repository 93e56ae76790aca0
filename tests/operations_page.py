"""`python -m tests.operations_page`: writes the tables of settings and metrics into docs/operations.md. Part of `make docs`."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from syncd.config.authoring.effective import plain
from syncd.config.reading.shape import Shape
from syncd.config.settings import leaves, variable
from syncd.config.text.syncd import DaemonText
from syncd.web.metrics import COUNTERS, GAUGES, HISTOGRAMS

PAGE = Path(__file__).resolve().parents[1] / "docs" / "operations.md"
FILES_ONLY = (("access", "tokens"), ("access", "proxy"), ("tell",))


def settings() -> Iterator[str]:
    yield "| setting | variable | default | meaning |\n|---|---|---|---|"
    shape, keys = Shape.of(DaemonText), list(DaemonText.model_fields)
    for path in sorted((*leaves(), *FILES_ONLY), key=lambda path: keys.index(path[0])):
        named = "files only" if path in FILES_ONLY else f"`{variable(*path)}`"
        yield f"| `{'.'.join(path)}` | {named} | {_default(path)} | {shape.at(path).description.replace('|', '/')} |"


def metrics() -> Iterator[str]:
    yield "| metric | kind | labels | meaning |\n|---|---|---|---|"
    for kind, table, end in (("gauge", GAUGES, ""), ("counter", COUNTERS, "_total"), ("histogram", HISTOGRAMS, "")):
        for name, (said, labels) in table.items():
            yield f"| `{name}{end}` | {kind} | {', '.join(labels)} | {said} |"


def page(text: str) -> str:
    """The page with its generated tables as they should be."""
    for name, rows in (("settings", settings()), ("metrics", metrics())):
        start, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
        table = start + "\n".join(rows) + "\n" + end
        text = re.sub(re.escape(start) + ".*?" + re.escape(end), lambda _, table=table: table, text, flags=re.DOTALL)
    return text


def _default(path: tuple[str, ...]) -> str:
    value: object = DaemonText()
    for step in path:
        value = getattr(value, step)
    shown = plain(".".join(path), value)
    if shown in (None, [], ""):
        return ""
    return f"`{str(shown).lower() if isinstance(shown, bool) else shown}`"


def main() -> int:
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
