"""Where each character of a YAML scalar's value stands in the file, for every way of writing a scalar.

Rules: https://yaml.org/spec/1.2.2/#chapter-7-flow-style-productions and #chapter-8-block-style-productions
"""

from __future__ import annotations

import re

_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|\r?\n[ \t]*|.)", re.DOTALL)
_FOLD = re.compile(r"[ \t]*\r?\n(?:[ \t]*\r?\n)*[ \t]*")
_SHORT = {"0": "\0", "a": "\a", "b": "\b", "t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r", "e": "\x1b"}
_SHORT |= {"N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029", "\t": "\t"}


def offsets(raw: str, style: str, value: str) -> list[int] | None:
    """For each character of `value` its offset in `raw`, and one more for the end; None when they cannot be matched.

    `raw` is the scalar as written, quotes and block header included. What comes out is checked against `value`, so an
    unforeseen way of writing (an anchor in front, a folded block with indented lines) gives None and never a wrong place.
    """
    read = _block(raw, style) if style in ("|", ">") and style else _flow(raw, style)
    if "".join(char for char, _ in read[:-1]) != value:
        return None
    return [offset for _, offset in read]


def _flow(raw: str, quote: str) -> list[tuple[str, int]]:
    read: list[tuple[str, int]] = []
    at, end = len(quote), len(raw) - len(quote)
    while at < end:
        if quote == '"' and (escape := _ESCAPE.match(raw, at, end)):
            read.extend((char, at) for char in _unescaped(escape[1]))
            at = escape.end()
        elif quote == "'" and raw.startswith("''", at) and at + 1 < end:
            read.append(("'", at))
            at += 2
        elif fold := _FOLD.match(raw, at, end):
            breaks = fold[0].count("\n")
            read.extend((char, at) for char in (" " if breaks == 1 else "\n" * (breaks - 1)))
            at = fold.end()
        else:
            read.append((raw[at], at))
            at += 1
    return [*read, ("", end)]


def _unescaped(escape: str) -> str:
    if escape[0] in "xuU" and len(escape) > 1:
        return chr(int(escape[1:], 16))
    if escape[0] in "\r\n":
        return ""
    return _SHORT.get(escape, escape)


def _block(raw: str, style: str) -> list[tuple[str, int]]:
    header, _, _ = raw.partition("\n")
    lines: list[tuple[int, str]] = []
    at = len(header) + 1
    for line in raw[at:].split("\n"):
        lines.append((at, line.rstrip("\r")))
        at += len(line) + 1
    while lines and not lines[-1][1].strip():
        lines.pop()
    indent = next((len(line) - len(line.lstrip(" ")) for _, line in lines if line.strip()), 0)
    read: list[tuple[str, int]] = []
    for number, (start, line) in enumerate(lines):
        read.extend((char, start + indent + i) for i, char in enumerate(line[indent:]))
        last = number == len(lines) - 1
        if not last or "-" not in header:
            read.append((" " if style == ">" and not last else "\n", start + len(line)))
    return [*read, ("", len(raw))]
