"""One value of a file set to another, as in `score.framework=wsjf`, without touching the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from syncd.config.reading import yaml
from syncd.config.reading.document import Document, Entries, Items, Node, Scalar
from syncd.config.reading.faults import ConfigError, Fault
from syncd.core.expressions.guess import did_you_mean

_NAMES: Final = ("name", "id")


def with_value(document: Document, assignment: str) -> Document:
    """The document as if it said so. Steps of the path are keys, and positions or names in lists: `adjust.due soon.add=5`.

    What is set stands at the end of the text, so that an error can point at it. Raises ConfigError.
    """
    path, sign, value = assignment.partition("=")
    path, value = path.strip(), value.strip()
    if not sign or not path or not value:
        raise _refused(assignment, "this sets nothing", "write --set score.framework=wsjf")
    steps = [step.strip() for step in path.split(".")]
    parsed = yaml.read(value, f"--set {assignment}").root
    text = f"{document.text.rstrip()}\n{path}: {value}\n"
    start = len(text) - len(value) - 1
    key = start - len(path) - 2
    root = _set(document.root, steps, _shifted(parsed, start), (key, key + len(path)), assignment)
    return replace(document, text=text, root=root, said=(*document.said, (key, f"--set {path}={value}")))


def _set(node: Node, steps: Sequence[str], value: Node, at: tuple[int, int], assignment: str) -> Node:
    if not steps:
        return value
    step, rest = steps[0], steps[1:]
    if isinstance(node, Scalar) and node.value is None:
        node = Entries((), *at)
    if isinstance(node, Entries):
        below = node.get(step)
        inner = _set(below[1] if below else Entries((), *at), rest, value, at, assignment)
        key = below[0] if below else Scalar(step, step, "", *at)
        entries = tuple((key, inner) if old.text == step else (old, kept) for old, kept in node.entries)
        return Entries(entries if below else (*entries, (key, inner)), node.start, node.end)
    if isinstance(node, Items):
        index = _index(node, step, assignment)
        changed = _set(node.items[index], rest, value, at, assignment)
        return Items((*node.items[:index], changed, *node.items[index + 1 :]), node.start, node.end)
    raise _refused(assignment, f"there is no '{step}' in '{node.text}', which is a value", "name a key above it")


def _index(node: Items, step: str, assignment: str) -> int:
    names = [_name(item) for item in node.items]
    if step in names:
        return names.index(step)
    if step.isdecimal() and int(step) < len(node.items):
        return int(step)
    known = ", ".join(name for name in names if name)
    hint = f"known here: {known}" if known else f"write a number from 0 to {len(node.items) - 1}"
    raise _refused(assignment, f"the list has no '{step}'{did_you_mean(step, names)}", hint)


def _name(item: Node) -> str:
    if isinstance(item, Entries):
        for key in _NAMES:
            if (found := item.get(key)) and isinstance(found[1], Scalar):
                return found[1].text
    return ""


def _shifted(node: Node, by: int) -> Node:
    if isinstance(node, Scalar):
        return Scalar(node.value, node.text, node.style, node.start + by, node.end + by)
    if isinstance(node, Items):
        return Items(tuple(_shifted(item, by) for item in node.items), node.start + by, node.end + by)
    entries = tuple(
        (Scalar(key.value, key.text, key.style, key.start + by, key.end + by), _shifted(value, by))
        for key, value in node.entries
    )
    return Entries(entries, node.start + by, node.end + by)


def _refused(assignment: str, message: str, hint: str) -> ConfigError:
    return ConfigError([Fault(f"--set {assignment}", 0, 0, message, hint)])
