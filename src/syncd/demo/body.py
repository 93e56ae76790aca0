"""What an issue says, written once and rendered as Jira's document format or as GitHub's Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

Node = dict[str, object]

_ADDRESS = re.compile(r"https?://[^\s)>\]]+")


class Form(StrEnum):
    TEXT = "text"
    HEADING = "heading"
    LIST = "list"
    TASKS = "tasks"
    """Lines that begin with [x] are done."""
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Block:
    form: Form
    lines: tuple[str, ...]


def text(line: str) -> Block:
    return Block(Form.TEXT, (line,))


def heading(line: str) -> Block:
    return Block(Form.HEADING, (line,))


def listed(lines: Sequence[str]) -> Block:
    return Block(Form.LIST, tuple(lines))


def tasks(lines: Sequence[tuple[bool, str]]) -> Block:
    return Block(Form.TASKS, tuple(f"[{'x' if done else ' '}] {line}" for done, line in lines))


def code(*lines: str) -> Block:
    return Block(Form.CODE, lines)


def markdown(blocks: Sequence[Block]) -> str:
    return "\n\n".join(_markdown(block) for block in blocks)


def _markdown(block: Block) -> str:
    match block.form:
        case Form.TEXT:
            return block.lines[0]
        case Form.HEADING:
            return f"### {block.lines[0]}"
        case Form.CODE:
            return "\n".join(("```", *block.lines, "```"))
        case Form.LIST | Form.TASKS:
            return "\n".join(f"- {line}" for line in block.lines)


def document(blocks: Sequence[Block]) -> Node:
    """Atlassian Document Format: https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/"""
    return {"type": "doc", "version": 1, "content": [_node(block) for block in blocks]}


def _node(block: Block) -> Node:
    match block.form:
        case Form.TEXT:
            return _paragraph(block.lines[0])
        case Form.HEADING:
            return {"type": "heading", "attrs": {"level": 3}, "content": [_words(block.lines[0])]}
        case Form.CODE:
            return {"type": "codeBlock", "attrs": {}, "content": [_words("\n".join(block.lines))]}
        case Form.LIST | Form.TASKS:
            items = [{"type": "listItem", "content": [_paragraph(line)]} for line in block.lines]
            return {"type": "bulletList", "content": items}


def _paragraph(line: str) -> Node:
    return {"type": "paragraph", "content": list(_inline(line))}


def _inline(line: str) -> Iterator[Node]:
    """Words, with a link mark on every address, as the editor makes them."""
    start = 0
    for found in _ADDRESS.finditer(line):
        if found.start() > start:
            yield _words(line[start : found.start()])
        address = found.group()
        yield {"type": "text", "text": address, "marks": [{"type": "link", "attrs": {"href": address}}]}
        start = found.end()
    if start < len(line):
        yield _words(line[start:])


def _words(line: str) -> Node:
    return {"type": "text", "text": line}
