"""Repairs halves of surrogate pairs in JSON, which old issues carry where a text was once cut through an emoji."""

from __future__ import annotations

import re

_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u(?P<half>[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)


def mended(body: bytes) -> bytes:
    """The same JSON with each lone half replaced by the replacement character."""
    return _ESCAPE.sub(lambda match: rb"\ufffd" if match["half"] else match[0], body)
