"""What is wrong with the text that people wrote: one sentence each, with the place, the line and the next step."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

EXCERPT_WIDTH = 100
"""Columns of a source line that are shown; longer lines are cut around the place."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One mistake. `line` and `column` count from 1; line 0 means the file as a whole, or what is in none."""

    file: str
    line: int
    column: int
    message: str
    hint: str = ""
    """The next thing to do or type."""
    excerpt: str = ""
    """The line it stands in, with secrets blanked out; empty when there is none to show."""
    length: int = 1
    """How many characters the caret underlines."""

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file

    def __str__(self) -> str:
        lines = [f"{self.place}: {self.message}"]
        if self.excerpt:
            shown, column = _window(self.excerpt, self.column)
            gutter = f"{self.line or '':>5} | "
            lines.append(gutter + shown)
            carets = "^" * max(1, min(self.length, len(shown) - column + 1))
            lines.append(" " * (len(gutter) - 2) + "| " + " " * (column - 1) + carets)
        if self.hint:
            lines.append(f"      → {self.hint}")
        return "\n".join(lines)


class ConfigError(Exception):
    """The configuration cannot be used. `faults` holds everything that is wrong with it, in reading order."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        unique = dict.fromkeys(faults)
        assert unique, "a configuration that is refused is refused for a reason"
        self.faults: tuple[Fault, ...] = tuple(sorted(unique, key=lambda f: (f.file, f.line, f.column)))
        super().__init__(self.faults)

    def __str__(self) -> str:
        return "\n\n".join(str(fault) for fault in self.faults)


def words(names: Sequence[str], last: str = "or") -> str:
    """`a, b or c`"""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {last} {names[-1]}"


def _window(line: str, column: int) -> tuple[str, int]:
    clean = "".join(c if c.isprintable() else " " for c in line)
    if len(clean) <= EXCERPT_WIDTH:
        return clean, column
    start = max(0, min(column - 1 - EXCERPT_WIDTH // 2, len(clean) - EXCERPT_WIDTH))
    shown = clean[start : start + EXCERPT_WIDTH]
    head, tail = "…" if start else "", "…" if start + EXCERPT_WIDTH < len(clean) else ""
    return head + shown + tail, column - start + len(head)
