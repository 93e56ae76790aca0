"""Strict YAML that remembers where everything stands, on PyYAML's C parser.

PyYAML alone reads `no` as False, `012` as 10 and `1:30` as 90, lets a key stand twice and follows anchors without end.
Here only the scalars of YAML 1.2's core schema have a meaning (https://yaml.org/spec/1.2.2/#103-core-schema), a key stands
once, and size, depth and expansion are bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import yaml as pyyaml

from syncd.config.reading.document import Document, Entries, Items, Node, Scalar, ScalarValue
from syncd.config.reading.faults import ConfigError, Fault

MAX_BYTES: Final = 1_000_000
MAX_DEPTH: Final = 40
MAX_NODES: Final = 200_000
"""After anchors are followed: a few aliases of aliases can stand for billions of nodes."""

_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What YAML does not allow, and the line ends that YAML 1.2 no longer takes for such and libyaml still does."""
_INT = re.compile(r"[-+]?[0-9]{1,300}")
_OCTAL = re.compile(r"0o[0-7]{1,300}")
_HEX = re.compile(r"0x[0-9a-fA-F]{1,300}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INFINITE = re.compile(r"([-+]?)\.(inf|Inf|INF)")
_CONSTANTS: Final[dict[str, ScalarValue]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}

_GLUED = re.compile(r"(\s*(?:- +)?[A-Za-z_][\w .-]*):([^\s/].*?)(?:\s+#.*)?$")
"""`scale:percentile`, and no web address."""

_QUOTED_START = "text that starts with a quote goes into double quotes as a whole: \"'security' in labels\""
_SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "mapping values are not allowed in this context": (
        "a colon stands where no key can be",
        "check the indentation, or put text that holds a colon in quotes",
    ),
    "did not find expected key": ("here a new key was expected", _QUOTED_START),
    "did not find expected '-' indicator": ("here the next `- ` of the list was expected", "check the indentation"),
    "did not find expected node content": ("here a value was expected", "check the brackets in this line and above it"),
    "could not find expected ':'": ("this line has no colon after its key", "write `key: value`"),
    "found unexpected end of stream": ("the quote that opens here is never closed", "close it"),
    "found character that cannot start any token": (
        "text cannot start with this character",
        "put the text in quotes; indent with spaces, never with tabs",
    ),
    "found a tab character that violates indentation": ("a tab is used to indent", "indent with spaces"),
    "did not find expected ',' or ']'": ("the list that opens with [ is not closed", "add the missing , or ]"),
    "did not find expected ',' or '}'": ("the block that opens with { is not closed", "add the missing , or }"),
}


def read(content: bytes | str, file: str) -> Document:
    """Parse one file. Raises ConfigError with one fault: YAML cannot be read on beyond its first mistake."""
    text = _decode(content, file) if isinstance(content, bytes) else content
    blank = Document(file, text, Entries((), 0, 0))
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise ConfigError([Fault(file, 0, 0, _too_big(len(text)), "split it, or leave out what is not configuration")])
    if bad := _UNPRINTABLE.search(text):
        message = f"the character U+{ord(bad[0]):04X} cannot be part of a YAML file"
        raise ConfigError([blank.fault(bad.start(), bad.end(), message, "delete it")])
    try:
        return Document(file, text, _Composer(blank).compose())
    except pyyaml.MarkedYAMLError as error:
        raise ConfigError([_translated(error, blank)]) from None


def scalar(text: str) -> ScalarValue:
    """The value of a plain scalar in YAML 1.2's core schema. What is nothing else is text."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _OCTAL.fullmatch(text) or _HEX.fullmatch(text):
        return int(text, 0)
    if infinite := _INFINITE.fullmatch(text):
        return float(infinite[1] + "inf")
    return text


def _decode(content: bytes, file: str) -> str:
    if len(content) > MAX_BYTES:
        message = _too_big(len(content))
        raise ConfigError([Fault(file, 0, 0, message, "split it, or leave out what is not configuration")])
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8")
        line = before.count("\n") + 1
        column = len(before) - (before.rfind("\n") + 1) + 1
        message = f"the byte 0x{content[error.start]:02X} is not UTF-8"
        raise ConfigError([Fault(file, line, column, message, "save the file in the encoding UTF-8")]) from None
    return text.removeprefix("\ufeff")


def _too_big(size: int) -> str:
    return f"the file has {size:,} bytes; a configuration file may have {MAX_BYTES:,}"


def _translated(error: pyyaml.MarkedYAMLError, document: Document) -> Fault:
    problem = error.problem or "unreadable"
    mark = error.problem_mark or error.context_mark
    message, hint = _SENTENCES.get(problem, (f"this is not YAML: {problem}", "check the line and the one above it"))
    if error.context_mark and ("never closed" in message or "not closed" in message or "no colon" in message):
        mark = error.context_mark
    at = min(mark.index if mark else 0, len(document.text))
    return _closer(problem, at, document) or document.fault(at, at + 1, message, hint)


def _closer(problem: str, at: int, document: Document) -> Fault | None:
    """Three mistakes of everybody's first file, of which the parser only knows where it stumbled."""
    first = document.text.rfind("\n", 0, at) + 1
    line = document.text[first:].partition("\n")[0]
    blank = len(line) - len(line.lstrip())
    if "\t" in line[:blank]:
        tab = first + line.index("\t")
        return document.fault(
            tab, tab + 1, "a tab is used to indent", "indent with spaces; most editors can replace tabs"
        )
    if problem == "could not find expected ':'" and (glued := _GLUED.match(line)):
        colon = first + glued.end(1)
        return document.fault(
            colon, colon + 1, "a space is missing after this colon", f"write `{glued[1].strip()}: {glued[2]}`"
        )
    above = next((one for one in reversed(document.text[:first].splitlines()) if one.split("#")[0].strip()), "")
    left = len(above) - len(above.lstrip(" -"))
    # Only a value can have ended above: a line that ends with a colon opens a block.
    if problem.startswith("mapping values") and blank > left and not above.split(" #")[0].rstrip().endswith(":"):
        message = "this line begins further to the right than the one above it, which has its value already"
        return document.fault(first, first + blank, message, f"begin it in column {left + 1}, below the key above")
    return None


class _Composer:
    """Builds the tree from parser events, so that every bound holds before memory or time is spent."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._anchors: dict[str, Node] = {}
        self._nodes = 0

    def compose(self) -> Node:
        events = iter(pyyaml.parse(self._document.text, Loader=pyyaml.CSafeLoader))
        root: Node | None = None
        for event in events:
            if isinstance(event, pyyaml.DocumentStartEvent):
                if root is not None:
                    raise self._refuse(event, "a second document starts here", "keep one document in a file")
                root = self._node(next(events), events, 0)
        if root is None or (isinstance(root, Scalar) and root.value is None):
            return Entries((), 0, 0)
        return root

    def _node(self, event: pyyaml.Event, events: Iterator[pyyaml.Event], depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise self._refuse(event, f"blocks stand in blocks more than {MAX_DEPTH} deep", "write it flatter")
        if isinstance(event, pyyaml.AliasEvent):
            return self._alias(event)
        self._count(event, 1)
        tag = getattr(event, "tag", None)
        if tag not in (None, "!"):
            shown = tag.replace("tag:yaml.org,2002:", "!!")
            raise self._refuse(
                event, f"the tag {shown} is not used here", "delete the tag; quotes make text of anything"
            )
        node: Node
        start, end = _span(event)
        if isinstance(event, pyyaml.ScalarEvent):
            value = scalar(event.value) if event.implicit[0] else event.value
            node = Scalar(value, event.value, event.style or "", start, end)
        elif isinstance(event, pyyaml.SequenceStartEvent):
            items = []
            while not isinstance(inner := next(events), pyyaml.SequenceEndEvent):
                items.append(self._node(inner, events, depth + 1))
            node = Items(tuple(items), start, _span(inner)[1])
        else:
            node = self._entries(events, depth, start)
        if anchor := getattr(event, "anchor", None):
            self._anchors[anchor] = node
        return node

    def _entries(self, events: Iterator[pyyaml.Event], depth: int, start: int) -> Entries:
        entries: dict[str, tuple[Scalar, Node]] = {}
        while not isinstance(event := next(events), pyyaml.MappingEndEvent):
            if isinstance(event, pyyaml.AliasEvent) or not isinstance(event, pyyaml.ScalarEvent):
                raise self._refuse(event, "a key must be plain text", "write `key: value`")
            key = self._node(event, events, depth + 1)
            assert isinstance(key, Scalar)
            if key.text in entries:
                line, _ = self._document.line_and_column(entries[key.text][0].start)
                message = f"the key '{key.text}' stands twice; the first is in line {line}"
                raise self._refuse(event, message, "delete one of the two")
            if key.text == "<<" and not key.style:
                raise self._refuse(event, "merging with << is not part of YAML 1.2", "repeat the keys")
            entries[key.text] = (key, self._node(next(events), events, depth + 1))
        return Entries(tuple(entries.values()), start, _span(event)[1])

    def _alias(self, event: pyyaml.AliasEvent) -> Node:
        node = self._anchors.get(event.anchor or "")
        if node is None:
            message = f"nothing named &{event.anchor} stands above"
            raise self._refuse(event, message, f"put it in quotes if it is text: '*{event.anchor}'")
        self._count(event, node.size)
        return node

    def _count(self, event: pyyaml.Event, nodes: int) -> None:
        self._nodes += nodes
        if self._nodes > MAX_NODES:
            message = f"the file stands for more than {MAX_NODES:,} values, with its anchors followed"
            raise self._refuse(event, message, "use fewer anchors")

    def _refuse(self, event: pyyaml.Event, message: str, hint: str) -> ConfigError:
        start, end = _span(event)
        return ConfigError([self._document.fault(start, max(start + 1, end), message, hint)])


def _span(event: pyyaml.Event) -> tuple[int, int]:
    assert event.start_mark and event.end_mark, "a parser of text marks every event"
    return event.start_mark.index, event.end_mark.index
