"""Text ↔ Atlassian Document: REST version 3 shows and takes documents where version 2 has wiki text.

https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/
"""

from __future__ import annotations

from typing import Any

Node = dict[str, Any]


def document(text: str | None) -> Node | None:
    if not text:
        return None
    paragraphs = [_paragraph(line) for line in text.replace("\r\n", "\n").split("\n")]
    return {"version": 1, "type": "doc", "content": paragraphs}


def _paragraph(line: str) -> Node:
    return {"type": "paragraph", "content": [{"type": "text", "text": line}] if line else []}


def is_document(value: object) -> bool:
    return isinstance(value, dict) and value.get("type") == "doc" and isinstance(value.get("content"), list)


def text(value: Node) -> str:
    return "\n".join(_block(block, "*") for block in value.get("content", []))


def _block(node: Node, bullet: str) -> str:
    children: list[Node] = node.get("content", [])
    match node.get("type"):
        case "heading":
            return f"h{node.get('attrs', {}).get('level', 3)}. {_inline(children)}"
        case "codeBlock":
            return f"{{code}}\n{_inline(children)}\n{{code}}"
        case "bulletList" | "orderedList" | "taskList":
            mark = "#" if node["type"] == "orderedList" else bullet
            return "\n".join(f"{mark} {_block(item, mark)}" for item in children)
        case "listItem" | "blockquote" | "panel":
            return "\n".join(_block(child, bullet * 2) for child in children)
        case "rule":
            return "----"
    return _inline(children)


def _inline(nodes: list[Node]) -> str:
    return "".join(_words(node) for node in nodes)


def _words(node: Node) -> str:
    match node.get("type"):
        case "hardBreak":
            return "\n"
        case "inlineCard" | "blockCard":
            url = node.get("attrs", {}).get("url", "")
            return f"[{url}|{url}|smart-link]"
        case "mention" | "emoji" | "status":
            return str(node.get("attrs", {}).get("text", ""))
        case "text":
            words = str(node.get("text", ""))
            for mark in node.get("marks", ()):
                if mark.get("type") == "link":
                    href = mark.get("attrs", {}).get("href", "")
                    words = f"[{href}]" if href == words else f"[{words}|{href}]"
            return words
    return _inline(node.get("content", []))
