"""Other issues named in an issue's text: which ones, and whether it says to be the same work or to wait for them.

What is found are candidates: UTF-8 looks like a key too. Whether an issue of that name exists shows at linking.
Code, quotations and comments in the markup of GitHub and Jira are other people's words and are not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from syncd.core.issue import Link, LinkKind, Pointer
from syncd.core.rules import TextKeys

_MARKED = re.compile(r"[`~<>{]|bq\.")
# Every branch begins with a plain character and none can look at a piece of text twice, whatever it holds: bodies
# come from strangers. An unclosed block reaches to the end, as both tools show it.
_UNREAD = re.compile(
    r"```(?P<ticks>`*)(?s:.*?)(?:```(?P=ticks)|\Z)"
    r"|``[^\n]*?``"
    r"|`[^`\n]+`"
    r"|~~~(?s:.*?)(?:~~~|\Z)"
    r"|<!--(?s:.*?)(?:-->|\Z)"
    r"|<(?P<tag>pre|code|blockquote)\b[^<>]*>(?s:.*?)(?:</(?P=tag)>|\Z)"
    r"|\{(?P<macro>code|noformat|quote)\b[^{}\n]*\}(?s:.*?)(?:\{(?P=macro)\}|\Z)"
    r"|\{\{[^{}\n]*\}\}"
    r"|>(?:(?<=\n>)|(?<=\n >)|(?<=\n  >)|(?<=\n   >))[^\n]*"
    r"|bq\.(?<=\nbq\.)[^\n]*"
)
_BETWEEN = re.compile(r"(?:[\s,;&+*_()\[\]<>|\"']|\band\b)*")
_OPENING = r"[ \t*_(\[<|\"']*"
_LINE_START = r"[ \t]*(?:(?:[-*+•]|[0-9]+[.)]|#{1,6}|h[1-6]\.)[ \t]+)?(?:\[[ xX]\][ \t]+)?[*_]{0,3}"
_BLOCKED_BY = r"blocked[ ]by|blocked[ ]on|depends[ ]on|depends[ ]upon|waits[ ]for|waiting[ ]for|waiting[ ]on"
_BLOCKS = r"blocks|blocking"
_DUPLICATES = r"duplicates|duplicate[ ]of"
_SAME = r"tracked[ ]in|same[ ]as|twin[ ]of|mirrors|mirror[ ]of|mirrored[ ]from|synced[ ]from|synced[ ]with|synced[ ]to"
_SAME_WITH_COLON = r"tracking|same|twin"
_BRACKETS = {"[": "]", "(": ")"}


@dataclass(frozen=True, slots=True)
class Mentions:
    """Pointers in the order of the text, without repeats."""

    all: tuple[Pointer, ...] = ()
    same_as: tuple[Pointer, ...] = ()
    links: tuple[Link, ...] = ()


NOTHING = Mentions()


@dataclass(frozen=True, slots=True)
class _Pattern:
    expression: re.Pattern[str]
    short: bool
    """A number alone: only within a text of the same kind, in the same scope."""


@dataclass(frozen=True, slots=True)
class _Tool:
    kind: str
    patterns: tuple[_Pattern, ...]
    signs: tuple[str, ...]
    """One of these stands in whatever its patterns find; empty: not known."""

    def may_be_in(self, text: str) -> bool:
        """Most texts name no issue, and looking for a piece is thirty times as quick as looking for a pattern."""
        if not self.signs:
            return True
        for sign in self.signs:  # noqa: SIM110  a generator would cost more than the look
            if sign in text:
                return True
        return False


@dataclass(frozen=True, slots=True)
class _Found:
    start: int
    end: int
    to: Pointer


class MentionFinder:
    """The patterns of all tools, compiled once."""

    __slots__ = ("_line", "_tools")

    def __init__(self, text_keys: Sequence[TextKeys]) -> None:
        found: list[_Tool] = []
        for keys in text_keys:
            expressions = [re.compile(text) for text in keys.patterns]
            patterns = tuple(_Pattern(one, not {"key", "scope"} & one.groupindex.keys()) for one in expressions)
            # A sign with a space might only come to be where code between two words is left out.
            known = keys.signs and not any(re.search(r"\s", sign) for sign in keys.signs)
            found.append(_Tool(keys.kind, patterns, keys.signs if known else ()))
        self._tools = tuple(found)
        tools = "|".join(re.escape(kind) for kind in sorted({keys.kind.casefold() for keys in text_keys}))
        with_colon = f"{_SAME_WITH_COLON}|(?:{tools})(?:[ ](?:issue|ticket|link|key))?" if tools else _SAME_WITH_COLON
        self._line = re.compile(
            _LINE_START + rf"(?:(?P<same>{_SAME})|(?P<duplicates>{_DUPLICATES})|(?P<blocked_by>{_BLOCKED_BY})"
            rf"|(?P<blocks>{_BLOCKS})|(?P<tool>{with_colon})(?=[*_]{{0,3}}[ \t]*:))"
            rf"[*_]{{0,3}}[ \t]*:?{_OPENING}",
            re.IGNORECASE,
        )

    def find(self, kind: str, scope: str, own_key: str, title: str, body: str) -> Mentions:
        title, in_title = self._named(kind, scope, own_key, title)
        text, in_body = self._named(kind, scope, own_key, body)
        if not in_title and not in_body:
            return NOTHING
        same: list[Pointer] = [found.to for found in in_title if _frames(title, found)]
        links: list[Link] = []
        for role, pointer in self._roles(text, in_body):
            if role is LinkKind.SAME_AS:
                same.append(pointer)
            else:
                links.append(Link(role, pointer))
                if role is LinkKind.DUPLICATES:
                    same.append(pointer)
        every = unique(found.to for found in chain(in_title, in_body))
        return Mentions(every, unique(same), tuple(dict.fromkeys(links)))

    def _named(self, kind: str, scope: str, own_key: str, text: str) -> tuple[str, Sequence[_Found]]:
        """The readable text and what looks like another issue in it, in its order; of overlapping readings the longest
        counts. A text that names none may be given back as it is."""
        tools = [tool for tool in self._tools if tool.may_be_in(text)] if text else ()
        if not tools:
            return text, ()
        text = readable(text)
        found: list[_Found] = []
        for tool in tools:
            for pattern in tool.patterns:
                if pattern.short and tool.kind != kind:
                    continue
                for match in pattern.expression.finditer(text):
                    found.append(_Found(match.start(), match.end(), _pointer(match, scope)))
        if not found:
            return text, ()
        found.sort(key=lambda each: (each.start, -each.end))
        kept: list[_Found] = []
        reached = -1
        for each in found:
            if each.start >= reached:
                reached = each.end
                kept.append(each)
        own = own_key.casefold()
        return text, [each for each in kept if each.to.key is None or each.to.key.casefold() != own]

    def _roles(self, text: str, candidates: Sequence[_Found]) -> Iterator[tuple[LinkKind, Pointer]]:
        """Candidates that open a line such as "Blocked by: PAY-3, PAY-4", and those listed right after them."""
        role: LinkKind | None = None
        reached = 0
        for found in candidates:
            listed = role is not None and _BETWEEN.fullmatch(text, reached, found.start) is not None
            if not listed or "\n" in text[reached : found.start]:
                line_start = text.rfind("\n", 0, found.start) + 1
                # A line this long before the first key is prose.
                near = found.start - line_start <= 80
                match = self._line.fullmatch(text, line_start, found.start) if near else None
                role = _role(match) if match else None
            reached = found.end
            if role is not None:
                yield role, found.to


def readable(text: str) -> str:
    """The author's own prose: code, quotations and comments give way to a space."""
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    if _MARKED.search(text) is None:
        return text
    return _UNREAD.sub(" ", "\n" + text)[1:]


def unique(pointers: Iterable[Pointer]) -> tuple[Pointer, ...]:
    """Each issue once, at its first place; a later address of the same key is kept with it."""
    kept: dict[str, Pointer] = {}
    for pointer in pointers:
        name = (pointer.key or pointer.url or "").casefold()
        known = kept.get(name)
        if known is None or (known.url is None and pointer.url is not None):
            kept[name] = pointer
    return tuple(kept.values())


def _pointer(match: re.Match[str], scope: str) -> Pointer:
    groups = match.groupdict()
    key = groups.get("key")
    if key is None and (number := groups.get("number")) is not None:
        key = f"{groups.get('scope') or scope}#{number}"
    text = match[0]
    return Pointer(key=key or text, url=text if text[:4].casefold() == "http" else None)


def _role(match: re.Match[str]) -> LinkKind:
    if match["blocked_by"]:
        return LinkKind.BLOCKED_BY
    if match["blocks"]:
        return LinkKind.BLOCKS
    return LinkKind.DUPLICATES if match["duplicates"] else LinkKind.SAME_AS


def _frames(title: str, found: _Found) -> bool:
    """Whether the title begins or ends with the key as a tag: [PAY-12] …, PAY-12: …, … (PAY-12)."""
    before, after = title[: found.start].strip(), title[found.end :].strip()
    bracketed = bool(before) and before[-1] in _BRACKETS and after[:1] == _BRACKETS[before[-1]]
    if bracketed:
        return len(before) == 1 or len(after) == 1
    return not before and after[:1] == ":"
