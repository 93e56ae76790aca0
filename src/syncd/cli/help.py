"""A command's help is its module's docstring, without the command's own name in front."""

from __future__ import annotations


def help_of(doc: str | None) -> str:
    """`` `syncd plan`: what would be written. `` → `What would be written.`"""
    text = (doc or "").strip()
    if text.startswith("`syncd"):
        text = text.partition("`: ")[2]
    return text[:1].upper() + text[1:]
