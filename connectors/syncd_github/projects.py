"""The project (Projects v2): its fields, its items in their order, and which of them changed.

https://docs.github.com/en/issues/planning-and-tracking-with-projects/automating-your-project/using-the-api-to-manage-projects

Whether a project's own time of change moves with every edit of an item is documented nowhere, so a sweep over all items is made
when it moved and otherwise once in a while. A sweep yields only what differs from the sweep before it.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import chain
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.json import Decoder

from syncd.connector.errors import Locked, Refused
from syncd.connector.protocol import Page, Wiring
from syncd.core.issue import FieldPatch, FieldValue
from syncd_github import cursor, queries
from syncd_github.cursor import ProjectMark
from syncd_github.faults import TooMuch
from syncd_github.graph import READ_PROJECT, Graph
from syncd_github.schema import Schema, schema, value_of
from syncd_github.settings import PREFIX, GitHubSettings
from syncd_github.wire_graph import Content, Envelope, Item, PageInfo, Project, following, item_type

PAGE = 100
SMALLEST_PAGE = 10


class _Owner(Struct, rename={"project": "projectV2"}):
    project: Project | None = None


class _Found(Struct, rename="camel"):
    repository_owner: _Owner | None = None


_found: Decoder[Envelope[_Found]] = Decoder(Envelope[_Found])
_encode = msgspec.msgpack.Encoder(order="deterministic").encode


def _before(moment: str, now: float) -> bool:
    """Whether a moment is over: GitHub counts in seconds, so another change in the present one would not show."""
    try:
        return datetime.fromisoformat(moment).timestamp() < now - 1
    except (ValueError, OverflowError):
        return False


class Projects:
    """The one configured project, or none."""

    def __init__(
        self, settings: GitHubSettings, wiring: Wiring, graph: Graph, in_scope: Callable[[Content], bool]
    ) -> None:
        self._settings = settings
        self._wanted = {name for name in wiring.read_fields | wiring.write_fields if not name.startswith(PREFIX)}
        self._graph = graph
        self._in_scope = in_scope
        self._clock = wiring.clock
        self._schema: Schema | None = None
        self._now: datetime | None = None
        self._page = PAGE
        self._decoders: dict[int, Decoder[Any]] = {}
        self._sweep_soon = False
        self._uncounted = (0, "")
        """How many items the last sweep lacked of those that were counted, and when the project had last changed."""
        self.used = settings.project is not None and (bool(self._wanted) or wiring.order)

    @property
    def name(self) -> str:
        if self._settings.project is None:
            raise Refused("no `project` is configured for this source, so there are no fields and there is no order")
        return self._settings.project

    def schema(self, *, fresh: bool = False) -> Schema:
        """The project now, or as it was at the last look. One request when it was not looked at yet."""
        if self._schema is None or fresh:
            self._schema = self._look_up()
        return self._schema

    def forget(self) -> None:
        """Something that we knew turned out to be no longer so: the next pull reads the items anew."""
        self._schema = None
        self._sweep_soon = True

    def changes(self, mark: ProjectMark | None) -> Iterator[Page | ProjectMark]:
        """Patches that differ from the mark's, the order, and at the end the new mark. Costs nothing after a look when
        all is quiet."""
        now_is = self.schema()
        now = (self._now or self._clock()).timestamp()
        same = mark is not None and mark.name == now_is.name and mark.schema == now_is.digest
        quiet = same and mark is not None and mark.updated == now_is.updated and not self._sweep_soon
        if mark is not None and quiet and 0 <= now - mark.swept < self._settings.sweep.total_seconds():
            yield mark
            return
        before = cursor.unpack(mark.items) if mark is not None else {}
        seen: dict[int, int] = {}
        order: dict[str, None] = {}
        items: set[str] = set()
        missing, updated = 0, now_is.updated
        pages = self._items(now_is)
        first = next(pages)
        if first[2] != now_is.updated:
            # It changed since the look at the begin of this pull.
            now_is = self.schema(fresh=True)
            now = (self._now or self._clock()).timestamp()
            pages = self._items(now_is)
            first = next(pages)
        for batch, total, at in chain((first,), pages):
            patches = []
            for item in batch:
                items.add(item.id)
                id_ = self._issue_of(item)
                if id_ is None or item.is_archived:
                    continue
                order[id_] = None
                patch = self.patch(now_is, id_, item)
                print_ = zlib.crc32(_encode((now_is.digest, patch.fields, patch.handles)))
                if before.get(int(id_)) != print_ and seen.get(int(id_)) != print_:
                    patches.append(patch)
                seen[int(id_)] = print_
            missing, updated = total - len(items), at
            if patches:
                yield Page(patches=patches)
        # GitHub may count items that it shows nobody: then as many are missing each time, while nothing changes.
        whole = missing == 0 or (missing, updated) == self._uncounted
        self._uncounted = (missing, updated)
        if not whole or updated != now_is.updated:
            # Items moved while they were read, so one may have slipped through: nothing is taken for gone, and the
            # next pull sweeps again.
            seen = {**before, **seen}
            yield ProjectMark(now_is.name, now_is.digest, "", now, cursor.pack(seen))
            return
        gone = [FieldPatch(str(id_)) for id_ in sorted(before.keys() - seen.keys())]
        self._sweep_soon = False
        yield Page(patches=gone, orders={now_is.name: tuple(order)})
        settled = now_is.updated if _before(now_is.updated, now) else ""
        yield ProjectMark(now_is.name, now_is.digest, settled, now, cursor.pack(seen))

    def order(self, scope: str) -> tuple[str, ...]:
        """The issues among the project's items, top first."""
        if scope.casefold() != self.name.casefold():
            raise Refused(f"{scope} is not this source's project, which is {self.name}")
        found: dict[str, None] = {}
        for batch, _, _ in self._items(self.schema(), values=False):
            for item in batch:
                id_ = self._issue_of(item)
                if id_ is not None and not item.is_archived:
                    found[id_] = None
        return tuple(found)

    def patch(self, now_is: Schema, id_: str, item: Item) -> FieldPatch:
        fields: dict[str, FieldValue] = {
            name: value_of(now_is.fields[name], getattr(item, f"f{index}")) for index, name in enumerate(now_is.read)
        }
        return FieldPatch(id_, fields, {"item": item.id, "project": now_is.id})

    def asked(self, now_is: Schema) -> dict[str, str]:
        """The variables that ask for the wanted fields by GitHub's names."""
        return {f"f{index}": now_is.fields[name].name for index, name in enumerate(now_is.read)}

    def _issue_of(self, item: Item) -> str | None:
        content = item.content
        if content is None or content.full_database_id is None or not self._in_scope(content):
            return None
        return str(content.full_database_id)

    def _items(self, now_is: Schema, *, values: bool = True) -> Iterator[tuple[list[Item], int, str]]:
        """Pages of items in their order, the total, and the project's time of change as of that page."""
        asked: Mapping[str, str] = self.asked(now_is) if values else {}
        text = queries.items(len(asked)) if values else queries.ORDER
        decoder = self._decoder(len(asked))
        after: str | None = None
        while True:
            variables = {"project": now_is.id, "first": self._page, "after": after, **asked}
            what = f"reading the items of {now_is.name}"
            try:
                data, _, _ = self._graph.read(decoder, text, variables, what=what, needs=READ_PROJECT)
            except TooMuch:
                self._page = max(SMALLEST_PAGE, self._page // 2)
                raise
            if data.node is None:
                self.forget()
                raise Locked(f"the project {now_is.name} is no longer there or the account may not see it")
            page = data.node.items
            yield [item for item in page.nodes or () if item is not None], page.total_count, data.node.updated_at
            if not page.page_info.has_next_page:
                self._page = min(PAGE, self._page + SMALLEST_PAGE)
                return
            after = following(page.page_info, after)

    def _decoder(self, fields: int) -> Decoder[Any]:
        if fields not in self._decoders:
            item = item_type(fields)
            items = msgspec.defstruct(
                "Items",
                [("page_info", PageInfo), ("total_count", int), ("nodes", list[item | None] | None)],  # type: ignore[valid-type]
                rename="camel",
            )
            project = msgspec.defstruct("Swept", [("updated_at", str), ("items", items)], rename="camel")
            data = msgspec.defstruct("SweptData", [("node", project | None)])
            self._decoders[fields] = Decoder(Envelope[data])  # type: ignore[valid-type]
        return self._decoders[fields]

    def _look_up(self) -> Schema:
        name = self.name
        variables = {"login": self._settings.project_owner, "number": self._settings.project_number}
        data, troubles, answer = self._graph.read(
            _found, queries.PROJECT, variables, what=f"reading the project {name}", needs=READ_PROJECT
        )
        self._now = answer.date
        project = data.repository_owner.project if data.repository_owner else None
        if project is None:
            said = f" ({troubles[0].message})" if troubles else ""
            raise Locked(
                f"the project {name} was not found{said}. Either owner or number is wrong, or the account may not see it: "
                f"a token needs the scope `project`, an App the organization permission Projects, and an App never "
                f"sees a project that belongs to a user"
            )
        return schema(project, name, self._wanted)
