"""What can be told about an expression's text before it is parsed: other languages' habits, quotes, brackets."""

from __future__ import annotations

import re
from dataclasses import dataclass

_CLOSES = {")": "(", "]": "["}
_HABITS = (
    (re.compile(r"&&?"), "write and"),
    (re.compile(r"\|\|?"), "write or"),
    (re.compile(r"!(?!=)"), "write not"),
    (re.compile(r"===|!=="), "write == or !="),
    (re.compile(r"<>"), "write !="),
    (re.compile(r"=<|=>"), "write <= or >="),
    (re.compile(r"(?<![=!<>:])=(?![=<>])"), "write == to compare"),
    (re.compile(r":=?"), "a rule only asks; nothing is assigned or sliced here"),
    (re.compile(r"\?"), "write `x if condition else y`"),
    (re.compile(r"\*\*|\^"), "there is no power; multiply, or use sqrt or log"),
    (re.compile(r"//"), "there is no whole-number division; write round(x / y)"),
    (re.compile(r"%"), "there is no percent sign and no remainder; write 10 % as 0.1"),
    (re.compile(r"[×·]"), "write *"),
    (re.compile(r"÷"), "write /"),
    (re.compile(r"[−–—]"), "write - (a plain minus)"),
    (re.compile(r"[≤≥≠]"), "write <=, >= or !="),
    (re.compile(r"[“”„‘’«»`´]"), "write straight quotes, ' or \""),
    (re.compile(r"\b(?:AND|OR|NOT|IN|IF|ELSE)\b"), "write it in lower case"),
    (re.compile(r"[{}@;$~]"), "this sign has no meaning in a rule"),
    (re.compile(r"#"), "a comment cannot stand inside a rule"),
)


@dataclass(frozen=True, slots=True)
class Slip:
    message: str
    offset: int
    length: int


def mask(text: str) -> tuple[str, Slip | None]:
    """The text with the inside of its literals blanked out, same length; and a quote that is never closed, if any."""
    out: list[str] = []
    quote, opened = "", 0
    for place, sign in enumerate(text):
        if quote:
            out.append(sign if sign == quote else "_")
            if sign == "\\":
                return "".join(out), Slip("a text cannot hold a backslash; rules need none", place, 1)
            if sign == quote:
                quote = ""
            continue
        if sign in "'\"":
            quote, opened = sign, place
        out.append(sign)
    if quote:
        return "".join(out), Slip(f"the text that starts here has no closing {quote}", opened, len(text) - opened)
    return "".join(out), None


def find_slip(masked: str) -> Slip | None:
    """The first habit or bracket that Python's parser would answer with a riddle."""
    found = [
        Slip(f"'{match.group()}' is not part of the rule language: {advice}", match.start(), len(match.group()))
        for pattern, advice in _HABITS
        if (match := pattern.search(masked))
    ]
    unbalanced = _brackets(masked)
    if unbalanced is not None:
        found.append(unbalanced)
    # The longest first among those that start together: === is one slip, not an = too many.
    return min(found, key=lambda slip: (slip.offset, -slip.length), default=None)


def _brackets(masked: str) -> Slip | None:
    opened: list[tuple[str, int]] = []
    for place, sign in enumerate(masked):
        if sign in "([":
            opened.append((sign, place))
        elif sign in _CLOSES:
            if not opened or opened[-1][0] != _CLOSES[sign]:
                return Slip(f"this {sign} closes nothing", place, 1)
            opened.pop()
    if opened:
        sign, place = opened[-1]
        return Slip(f"this {sign} is never closed", place, 1)
    return None


def pretty(text: str) -> str:
    """The expression as a formula for people: × ÷ and a proper minus, outside of literals."""
    masked, _ = mask(text)
    signs = {"*": "×", "/": "÷", "-": "−"}
    return "".join(signs.get(hidden, sign) for sign, hidden in zip(text, masked, strict=True))
