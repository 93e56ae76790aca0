"""A parsed file: its values, and where in the text each of them stands, so that an error can point at it."""

from __future__ import annotations

import pathlib
import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace

from syncd.config.reading.faults import Fault
from syncd.config.reading.positions import offsets

ScalarValue = str | int | float | bool | None
Data = ScalarValue | list["Data"] | dict[str, "Data"]
"""What a file says, without positions."""

Path = tuple[str | int, ...]
"""Keys and list positions from the top of a file: ("adjust", 0, "when")."""

_SECRET_LOOKING = re.compile(
    r"""(?ix) (["']? [\w-]* (?:token|secret|password|passwd|api_?key|private_?key) ["']? \s* : \s*) (?! [{&*] | $) (\S.*)"""
)
_URL_PASSWORD = re.compile(r"(://[^/\s:@]*:)[^/\s@]+@")


@dataclass(frozen=True, slots=True)
class Scalar:
    value: ScalarValue
    text: str
    """The value as text, quotes and escapes resolved."""
    style: str
    """Empty for a plain scalar, else its indicator: ' or " or | or >"""
    start: int
    end: int

    @property
    def size(self) -> int:
        return 1


@dataclass(frozen=True, slots=True)
class Items:
    items: tuple[Node, ...]
    start: int
    end: int
    size: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", 1 + sum(item.size for item in self.items))


@dataclass(frozen=True, slots=True)
class Entries:
    entries: tuple[tuple[Scalar, Node], ...]
    start: int
    end: int
    size: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", 1 + sum(1 + node.size for _, node in self.entries))

    def get(self, key: str) -> tuple[Scalar, Node] | None:
        return next((entry for entry in self.entries if entry[0].text == key), None)


Node = Scalar | Items | Entries


@dataclass(frozen=True, slots=True)
class Document:
    """One file. `hidden` are spans of the text that no error may show, because a secret stands there."""

    file: str
    text: str
    root: Node
    hidden: list[tuple[int, int]] = field(default_factory=list, compare=False)
    said: tuple[tuple[int, str], ...] = ()
    """What stands at the end of the text and in no file: from which offset on, and where it was said."""
    beside: pathlib.Path | None = None
    """The folder with the files that this one names, where they are not in its own."""

    def neighbor(self, written: str) -> pathlib.Path:
        """Where a file is that this one names."""
        path = pathlib.Path(written).expanduser()
        own = pathlib.Path(self.file).parent / path
        return own if self.beside is None or own.exists() else self.beside / path

    def data(self) -> Data:
        return _plain(self.root)

    def data_at(self, path: Path) -> Data:
        return _plain(self.node(path))

    def node(self, path: Path) -> Node:
        """The value at a path. A step that leads nowhere is passed over: validators name more steps than people write."""
        return self._walk(path)[1]

    def key(self, path: Path) -> Node:
        """The key that the value at a path stands under; the value itself when it stands under none."""
        key, node = self._walk(path)
        return key or node

    def real(self, path: Path) -> Path:
        """The path without the steps that nobody wrote."""
        taken: Path = ()
        node = self.root
        for step in path:
            if (below := _below(node, step)) is not None:
                taken, node = (*taken, step), below[1]
        return taken

    def has(self, path: Path) -> bool:
        return self.real(path) == path

    def without(self, paths: Collection[Path]) -> Document:
        """The same file as if some of its keys and items were not there. What stays, stays where it is."""
        root = _pruned(self.root, (), frozenset(paths)) if paths else self.root
        return replace(self, root=root)

    def line_and_column(self, offset: int) -> tuple[int, int]:
        before = self.text[:offset]
        return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1

    def fault(self, start: int, end: int, message: str, hint: str = "") -> Fault:
        line, column = self.line_and_column(start)
        first = start - column + 1
        last = self.text.find("\n", first)
        last = len(self.text) if last < 0 else last
        elsewhere = next((where for offset, where in reversed(self.said) if start >= offset), None)
        file, line = (self.file, line) if elsewhere is None else (elsewhere, 0)
        return Fault(file, line, column, message, hint, self._shown(first, last), max(1, min(end, last) - start))

    def _walk(self, path: Path) -> tuple[Scalar | None, Node]:
        key, node = None, self.root
        for step in path:
            if (below := _below(node, step)) is not None:
                key, node = below
        return key, node

    def _shown(self, first: int, last: int) -> str:
        line = self.text[first:last]
        for start, end in self.hidden:
            low, high = max(start, first) - first, min(end, last) - first
            if low < high:
                line = line[:low] + "•" * (high - low) + line[high:]
        line = _URL_PASSWORD.sub(lambda m: m[1] + "•" * (len(m[0]) - len(m[1]) - 1) + "@", line)
        return _SECRET_LOOKING.sub(lambda m: m[1] + "•" * len(m[2]), line).rstrip()


@dataclass(frozen=True, slots=True)
class Place:
    """A value in a file, named by its path: `place / "adjust" / 0 / "when"`."""

    document: Document
    path: Path = ()

    def __truediv__(self, step: str | int) -> Place:
        return Place(self.document, (*self.path, step))

    @property
    def label(self) -> str:
        """The last key of the path, the name people know the value by."""
        return next((step for step in reversed(self.path) if isinstance(step, str)), "the file")

    def fault(self, message: str, hint: str = "") -> Fault:
        node = self.document.node(self.path)
        return self.document.fault(node.start, node.end, message, hint)

    def key_fault(self, message: str, hint: str = "") -> Fault:
        node = self.document.key(self.path)
        return self.document.fault(node.start, node.end, message, hint)

    def fault_within(self, offset: int, length: int, message: str, hint: str = "") -> Fault:
        """A fault inside a text: `offset` counts in the value, the caret stands in the file."""
        node = self.document.node(self.path)
        if not isinstance(node, Scalar):
            return self.fault(message, hint)
        found = offsets(self.document.text[node.start : node.end], node.style, node.text)
        if found is None:
            return self.fault(message, hint)
        start = node.start + found[min(offset, len(found) - 1)]
        end = node.start + found[min(offset + max(1, length) - 1, len(found) - 1)] + 1
        return self.document.fault(start, end, message, hint)


def _below(node: Node, step: str | int) -> tuple[Scalar | None, Node] | None:
    if isinstance(node, Entries) and isinstance(step, str):
        return node.get(step)
    if isinstance(node, Items) and isinstance(step, int) and 0 <= step < len(node.items):
        return None, node.items[step]
    return None


def _pruned(node: Node, at: Path, out: frozenset[Path]) -> Node:
    if isinstance(node, Items):
        kept = [(*at, i) not in out for i in range(len(node.items))]
        items = tuple(_pruned(item, (*at, i), out) for i, item in enumerate(node.items) if kept[i])
        return Items(items, node.start, node.end)
    if isinstance(node, Entries):
        below = tuple((k, _pruned(v, (*at, k.text), out)) for k, v in node.entries if (*at, k.text) not in out)
        return Entries(below, node.start, node.end)
    return node


def _plain(node: Node) -> Data:
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Items):
        return [_plain(item) for item in node.items]
    return {key.text: _plain(value) for key, value in node.entries}
