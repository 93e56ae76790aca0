"""Where the next pull goes on: what the cursor's text holds, and how item fingerprints are packed into it."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Mapping
from itertools import pairwise

import msgspec
from msgspec import Struct

VERSION = 1


class RepositoryMark(Struct, omit_defaults=True):
    """How far one repository was read."""

    id: int
    name: str
    """The name at the last look; another one now means that it was renamed."""
    since: str | None = None
    """Everything updated before this was seen. None: nothing was."""
    poll: str | None = None
    """The path whose answer shows the next change; None: the listing since `since`."""
    etag: str | None = None
    """Of exactly that path."""
    fields: str = ""
    """Names the fields that each issue was told to have; others now mean that every issue has to be told anew."""


class ProjectMark(Struct, omit_defaults=True):
    """The project as it was at the last whole sweep over its items."""

    name: str
    schema: str
    """Names the fields that were read, as they were then."""
    updated: str
    """The project's own time of its last change; empty when that second was not over or items moved meanwhile."""
    swept: float
    """The server's clock at the sweep, in seconds since 1970."""
    items: str = ""
    """The fingerprints of what was yielded, see `pack`."""


class VotesMark(Struct, omit_defaults=True):
    """The reactions of open issues as they were last seen."""

    swept: float
    """The server's clock at the last sweep, in seconds since 1970."""
    counts: str = ""
    """By id, see `pack` and `reactions.Votes`."""


class Mark(Struct, omit_defaults=True):
    version: int = VERSION
    repositories: dict[str, RepositoryMark] = {}
    """By configured name, casefolded."""
    project: ProjectMark | None = None
    votes: VotesMark | None = None


_encoder = msgspec.json.Encoder(order="deterministic")
_decoder = msgspec.json.Decoder(Mark)


def write(mark: Mark) -> str:
    return _encoder.encode(mark).decode()


def read(text: str | None) -> Mark:
    """The mark in a cursor; an empty one, which means from the start, where the text is none of ours."""
    if text is None:
        return Mark()
    try:
        mark = _decoder.decode(text)
    except (msgspec.DecodeError, UnicodeError):
        return Mark()
    return mark if mark.version == VERSION else Mark()


def pack(prints: Mapping[int, int]) -> str:
    """Ids and 32-bit fingerprints in about nine characters an item: 94 kB for 10,000."""
    if not prints:
        return ""
    ids = sorted(prints)
    gaps = [ids[0], *(now - before for before, now in pairwise(ids))]
    raw = struct.pack(f"<{len(ids)}Q", *gaps) + struct.pack(f"<{len(ids)}I", *(prints[id_] for id_ in ids))
    return base64.b85encode(zlib.compress(raw, 6)).decode()


def unpack(text: str) -> dict[int, int]:
    """The inverse of `pack`; empty where the text is broken, which repeats items and loses none."""
    try:
        raw = zlib.decompress(base64.b85decode(text)) if text else b""
        count = len(raw) // 12
        gaps = struct.unpack_from(f"<{count}Q", raw)
        values = struct.unpack_from(f"<{count}I", raw, 8 * count)
    except (ValueError, zlib.error, struct.error):
        return {}
    found: dict[int, int] = {}
    id_ = 0
    for gap, value in zip(gaps, values, strict=True):
        id_ += gap
        found[id_] = value
    return found
