"""Pointers → issues: by id within a source, by key and by address across all sources."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property

from syncd.core.backlog import BacklogItem
from syncd.core.issue import Pointer, Ref

_ADDRESS = re.compile(r"(?:https?://)?(?P<host>[^/?#]*)(?P<path>[^?#]*)", re.IGNORECASE)

Found = tuple[int, ...]
"""Places in the list of items: none, the one, or several that the pointer cannot tell apart."""


class Resolver:
    """Built once over all items; a place is an index into `items`. What no pointer asks for is not built."""

    def __init__(self, items: Sequence[BacklogItem]) -> None:
        self._items = items
        self._by_ref: dict[Ref, int] = {item.ref: place for place, item in enumerate(items)}
        self._scopes = {scope.casefold() for scope in {item.scope for item in items}}

    @cached_property
    def _by_key(self) -> dict[str, Found]:
        found: dict[str, Found] = {}
        for place, item in enumerate(self._items):
            _add(found, item.key.casefold(), place)
        return found

    @cached_property
    def _by_url(self) -> dict[str, Found]:
        found: dict[str, Found] = {}
        for place, item in enumerate(self._items):
            if item.url:
                _add(found, plain_address(item.url), place)
        return found

    @cached_property
    def _hosts(self) -> set[str]:
        return {address.partition("/")[0] for address in self._by_url}

    def find(self, pointer: Pointer, source: str) -> Found:
        """Where the pointer of an issue of `source` leads."""
        if pointer.id is not None:
            place = self._by_ref.get(Ref(source, pointer.id))
            if place is not None:
                return (place,)
        if pointer.url is not None:
            found = self._by_url.get(plain_address(pointer.url))
            if found is None and pointer.key is not None:
                # The same key at another site is another issue; another path at the same site may be this one.
                host = _host(pointer.url)
                found = tuple(
                    place
                    for place in self._by_key.get(pointer.key.casefold(), ())
                    if _host(self._items[place].url) == host
                )
            return self._nearest(found or (), source)
        if pointer.key is not None:
            return self._nearest(self._by_key.get(pointer.key.casefold(), ()), source)
        return ()

    def in_scope(self, pointer: Pointer) -> bool:
        """Whether the pointer leads into a project or repository that syncd reads."""
        if pointer.key is None or (pointer.url is not None and _host(pointer.url) not in self._hosts):
            return False
        key = pointer.key.casefold()
        scope = key.rpartition("#" if "#" in key else "-")[0]
        return scope in self._scopes

    def _nearest(self, found: Found, source: str) -> Found:
        if len(found) < 2:
            return found
        own = tuple(place for place in found if self._items[place].ref.source == source)
        if len(own) > 1:
            # A key is given once at a time: the copy that changed last is the one that has it now.
            own = (max(own, key=lambda place: (self._items[place].updated, place)),)
        return own or found


def plain_address(url: str) -> str:
    """The address without protocol, query, fragment and letter case, so that two ways to write it are equal."""
    match = _ADDRESS.match(url.strip())
    assert match is not None  # every part may be empty
    return f"{match['host']}{match['path'].rstrip('/')}".casefold()


def _host(url: str) -> str:
    return plain_address(url).partition("/")[0]


def _add(index: dict[str, Found], name: str, place: int) -> None:
    known = index.get(name)
    index[name] = (place,) if known is None else (*known, place)


def ordered(items: Mapping[Ref, BacklogItem]) -> list[BacklogItem]:
    """By source and id: the order that everything in linking goes by, whatever the order of the mapping."""
    return [items[ref] for ref in sorted(items)]
