"""Whether a text is one statement of SQL that reads: what the driver is not left to decide alone."""

from __future__ import annotations

import re
from typing import Final

_HIDDEN: Final = re.compile(
    r"""--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|(?P<tag>\$\w*\$).*?(?P=tag)""", re.DOTALL
)
"""Comments and whatever stands in quotes."""
_READS: Final = frozenset({"select", "with", "values", "table"})
_WRITES: Final = frozenset(
    [
        "insert",
        "update",
        "delete",
        "merge",
        "drop",
        "alter",
        "create",
        "truncate",
        "grant",
        "revoke",
        "copy",
        "call",
        "do",
        "execute",
        "set",
        "attach",
        "detach",
        "pragma",
        "vacuum",
        "lock",
        "load",
        "install",
        "into",
    ]
)


def why_not_read(text: str) -> str | None:
    """The end of a sentence; None where the text is one statement that reads."""
    if "\\" in text:
        return "must not hold a backslash: databases differ in what it does to a quotation mark"
    bare = _HIDDEN.sub(lambda hidden: " " if hidden[0][:2] in ("--", "/*") else " quoted ", text).strip()
    statement, _, rest = bare.partition(";")
    if rest.strip(" ;\t\r\n"):
        return "must be one statement, and something stands after its semicolon"
    said = re.findall(r"[A-Za-z_]\w*", statement)
    if not said or said[0].casefold() not in _READS:
        return f"must be a SELECT{f', and it begins with {said[0]}' if said else ''}"
    writing = next((word for word in said if word.casefold() in _WRITES), None)
    return f"must only read, and it says {writing}; a column of that name goes into quotes" if writing else None
