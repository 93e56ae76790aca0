"""Text ↔ Atlassian Document: REST version 3 shows and takes documents where version 2 has text.

https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/
"""

from __future__ import annotations

from typing import Any


def document(text: str | None) -> dict[str, Any] | None:
    if not text:
        return None
    paragraphs = [
        {"type": "paragraph", "content": [{"type": "text", "text": line}]}
        if line
        else {"type": "paragraph", "content": []}
        for line in text.replace("\r\n", "\n").split("\n")
    ]
    return {"version": 1, "type": "doc", "content": paragraphs}


def is_document(value: object) -> bool:
    return isinstance(value, dict) and value.get("type") == "doc" and isinstance(value.get("content"), list)


def text(value: dict[str, Any]) -> str:
    return "\n".join(_inline(block) for block in value.get("content", []))


def _inline(node: dict[str, Any]) -> str:
    if node.get("type") == "text":
        return str(node.get("text", ""))
    if node.get("type") == "hardBreak":
        return "\n"
    return "".join(_inline(child) for child in node.get("content", []))
