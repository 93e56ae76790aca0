"""The text of an expression as Python's tree, or one sentence and a place in the text."""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass

from syncd.core.expressions.spelling import find_slip, mask


class ExpressionError(Exception):
    """One sentence about an expression, and the place in its text (0-based, in characters) that it is about."""

    def __init__(self, message: str, offset: int = 0, length: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.length = length

    def caret(self, text: str) -> str:
        """Two lines: the line of the text that is wrong, and carets under the place."""
        start = text.rfind("\n", 0, self.offset) + 1
        line = text[start:].split("\n", 1)[0]
        at = min(self.offset - start, len(line))
        return f"{line}\n{' ' * at}{'^' * max(1, min(self.length, len(line) - at))}"


@dataclass(frozen=True, slots=True)
class Bounds:
    """How large an expression may be: whoever writes a rule must not be able to stall a cycle."""

    characters: int = 500
    nodes: int = 200
    depth: int = 25


def read(text: str, bounds: Bounds) -> tuple[ast.expr, int]:
    """Python's tree of the text, and how many blanks at the start it does not count."""
    if not text.strip():
        raise ExpressionError("the expression is empty", 0, max(1, len(text)))
    if len(text) > bounds.characters:
        raise ExpressionError(
            f"the expression has {len(text)} characters, {bounds.characters} are allowed; use facts or several rules",
            bounds.characters,
            len(text) - bounds.characters,
        )
    masked, slip = mask(text)
    slip = slip or find_slip(masked)
    if slip is not None:
        raise ExpressionError(slip.message, slip.offset, slip.length)
    shift = len(text) - len(text.lstrip())
    line = "".join(" " if sign in "\r\n\t\f" else sign for sign in text[shift:])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(line, mode="eval").body, shift
    except SyntaxError as error:
        offset = min(max((error.offset or 1) - 1, 0) + shift, len(text) - 1)
        raise _syntax_error(text, offset) from None
    except (ValueError, RecursionError, MemoryError):
        raise ExpressionError("this cannot be read as an expression", 0, len(text)) from None


def _syntax_error(text: str, offset: int) -> ExpressionError:
    end = text.rstrip()
    if end.endswith(tuple("+-*/<>=,.")) or end.split()[-1] in ("and", "or", "not", "in", "if", "else"):
        return ExpressionError("something is missing at the end", len(end) - 1)
    if " if " in text and " else" not in text:
        return ExpressionError("an `if` needs its `else`: write `x if condition else y`", text.index(" if ") + 1, 2)
    near = text[offset : offset + 12].strip()
    return ExpressionError(f"this cannot be read as an expression near '{near}'", offset)
