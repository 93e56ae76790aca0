"""Where each value of a file comes from: its line, or what it refers to there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from syncd.config.reading.document import Document, Entries, Node, Path, Scalar


def origins_in(document: Document, keys: Iterable[str], environ: Mapping[str, str]) -> dict[str, str]:
    """For every value below these keys of a file: its line, and what it refers to there."""
    return {
        ".".join(map(str, path)): _origin(document, path, node, environ)
        for key in keys
        if document.has((key,))
        for path, node in _leaves((key,), document.node((key,)))
    }


def _leaves(path: Path, node: Node) -> Iterator[tuple[Path, Node]]:
    if isinstance(node, Entries) and not _refers(node):
        for key, below in node.entries:
            yield from _leaves((*path, key.text), below)
    else:
        yield path, node


def _refers(node: Entries) -> bool:
    keys = {key.text for key, _ in node.entries}
    return keys == {"file"} or ("env" in keys and keys <= {"env", "default"})


def _origin(document: Document, path: Path, node: Node, environ: Mapping[str, str]) -> str:
    line, _ = document.line_and_column(document.key(path).start)
    place = f"{document.file}:{line}"
    for word, named in (("env", "environment"), ("file", "file")):
        entry = node.get(word) if isinstance(node, Entries) else None
        if entry is not None and isinstance(entry[1], Scalar):
            if word == "env" and not environ.get(entry[1].text):
                return f"{place} (its default; {entry[1].text} is not set)"
            return f"{named} {entry[1].text}, by {place}"
    return place
