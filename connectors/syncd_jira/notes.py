"""The comments that syncd keeps: found by their author and a comment property, made, edited and deleted.

https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-issue-comments/
Jira shows comments in markup of its own and gives it back changed, so the text itself is kept in the property, where
nobody sees it; whether a person changed the comment is told by who changed it last.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
from msgspec import Struct

from syncd.connector.errors import Refused, Stale
from syncd.connector.note import Step, step
from syncd.core.plan import Edit, SetNote
from syncd_jira import wire
from syncd_jira.site import Site

PROPERTY: Final = "syncd.note"
PAGE: Final = 100
_INTERNAL: Final = {"key": "sd.public.comment", "value": {"internal": True}}
"""For the team only: in a service project, customers would see a comment and be told of it. Elsewhere it means nothing."""


class _Value(Struct, gc=False):
    text: str = ""


class _Property(Struct, gc=False):
    key: str = ""
    value: msgspec.Raw = msgspec.Raw(b"null")


class _Comment(Struct, rename="camel"):
    id: str
    body: str = ""
    author: wire.User | None = None
    update_author: wire.User | None = None
    properties: list[_Property] = []


class _Comments(Struct, rename="camel"):
    comments: list[_Comment] = []
    total: int | None = None


_comments = msgspec.json.Decoder(_Comments)
_value = msgspec.json.Decoder(_Value)


@dataclass(frozen=True, slots=True)
class Note:
    id: str
    text: str
    """As syncd wrote it; where a person changed it, what stands there now."""


class Notes:
    def __init__(self, site: Site) -> None:
        self._site = site

    def of(self, ids: Sequence[str]) -> Mapping[str, str | None]:
        """The text of our note on each issue; a gone issue is left out."""
        found: dict[str, str | None] = {}
        for id_ in ids:
            try:
                note = self._look(id_, id_)
            except (Refused, Stale):
                continue
            found[id_] = None if note is None else note.text
        return found

    def write(self, edit: Edit, change: SetNote) -> None:
        site = self._site
        there = self._look(edit.ref.id, edit.key)
        todo = step(change, None if there is None else there.text, edit.key)
        if todo is Step.NOTHING:
            return
        path = f"issue/{edit.ref.id}/comment"
        if todo is Step.DELETE and there is not None:
            site.client.send("DELETE", f"{path}/{there.id}", f"deleting the note on {edit.key}", single=True)
            return
        properties = [{"key": PROPERTY, "value": {"text": change.after}}, _INTERNAL]
        body = {"body": wiki(change.after or ""), "properties": properties}
        if there is None:
            site.client.send("POST", path, f"writing a note on {edit.key}", body=body, single=True)
            return
        silently = site.facts.cloud and site.may_silence(edit.key.rpartition("-")[0])
        params = {"notifyUsers": "false"} if silently else {}
        doing = f"editing the note on {edit.key}"
        site.client.send("PUT", f"{path}/{there.id}", doing, params=params, body=body, single=True)

    def _look(self, id_: str, key: str) -> Note | None:
        """The oldest one of ours."""
        us = self._site.facts.account
        for comment in self._comments(id_, key):
            if comment.author is None or us not in (comment.author.accountId, comment.author.name):
                continue
            kept = next((found for found in comment.properties if found.key == PROPERTY), None)
            if kept is None:
                continue
            last = comment.update_author or comment.author
            ours = us in (last.accountId, last.name)
            return Note(comment.id, _text(kept.value) if ours else comment.body)
        return None

    def _comments(self, id_: str, key: str) -> Iterator[_Comment]:
        start = 0
        while True:
            page, _ = self._site.client.get(
                f"issue/{id_}/comment",
                f"looking for the note on {key}",
                _comments,
                single=True,
                startAt=str(start),
                maxResults=str(PAGE),
                orderBy="created",
                expand="properties",
            )
            yield from page.comments
            start += len(page.comments)
            if not page.comments or start >= (page.total or 0):
                return


def wiki(text: str) -> str:
    """A note in Jira's markup: its paragraphs, bold words, code and one block; the mark is left out.

    https://jira.atlassian.com/secure/WikiRendererHelpAction.jspa?section=all
    """
    _, _, shown = text.partition("-->\n") if text.startswith("<!--") else ("", "", text)
    parts = shown.split("```")
    parts[1::2] = [f"{{noformat}}{part.replace('{noformat}', '{ noformat}')}{{noformat}}" for part in parts[1::2]]
    parts[::2] = [_inline(part) for part in parts[::2]]
    return "".join(parts)


def _inline(text: str) -> str:
    pieces = re.split(r"(`[^`]*`|\*\*[^*]+\*\*)", text)
    return "".join(_piece(piece) for piece in pieces)


def _piece(piece: str) -> str:
    if piece.startswith("`"):
        return f"{{{{{_escaped(piece[1:-1])}}}}}"
    if piece.startswith("**"):
        return f"*{_escaped(piece[2:-2])}*"
    return _escaped(piece)


def _escaped(text: str) -> str:
    """Nobody is mentioned and nothing is embedded by words of people."""
    return re.sub(r"([\\{}\[\]|*!~^])", r"\\\1", text)


def _text(value: msgspec.Raw) -> str:
    try:
        return _value.decode(value).text
    except msgspec.MsgspecError:
        return ""
