"""GET /api/v1/roadmap: now, next, later as a board, by objective or team; and its exports."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from syncd.web.api.backlog import Of, Work, work
from syncd.web.front import Front
from syncd.web.phrases import number
from syncd.web.picture import Picture, Row

SHOWN = 8
"""Cards of a group on the page; the rest is a number."""
LISTED = 100
"""Lines of a horizon in an export for people."""


class Grouping(StrEnum):
    OBJECTIVE = "objective"
    TEAM = "team"


class Group(BaseModel):
    id: str
    """Of the objective or team; empty for work without an outcome."""
    title: str
    works: int
    effort: float
    cards: list[Work]
    """The highest ranks."""


class Column(BaseModel):
    horizon: str
    works: int
    effort: float
    unestimated: int
    capacity: float | None
    """None: takes everything that is left."""
    unit: str
    taken: float | None
    """Of the capacity, in its unit."""
    groups: list[Group]


class Roadmap(BaseModel):
    as_of: date
    by: Grouping
    columns: list[Column]


def roadmap(picture: Picture, by: Grouping, cards: int = SHOWN) -> Roadmap:
    rows: dict[str, list[Row]] = {horizon.name: [] for horizon in picture.rules.horizons.names}
    for row in picture.rows:
        if row.ranked.horizon in rows:
            rows[row.ranked.horizon].append(row)
    columns = [
        Column(
            horizon=horizon.name,
            works=len(rows[horizon.name]),
            effort=_effort(rows[horizon.name]),
            unestimated=sum(row.effort is None for row in rows[horizon.name]),
            capacity=horizon.capacity,
            unit=horizon.unit,
            taken=picture.loads.get(horizon.name),
            groups=_groups(picture, rows[horizon.name], by, cards),
        )
        for horizon in picture.rules.horizons.names
    ]
    return Roadmap(as_of=picture.decision.as_of, by=by, columns=columns)


def _groups(picture: Picture, rows: Sequence[Row], by: Grouping, cards: int) -> list[Group]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        okr = row.ranked.work.okr
        id = row.ranked.work.primary.scope if by is Grouping.TEAM else okr.objective if okr is not None else ""
        found.setdefault(id, []).append(row)
    order = (
        sorted(found) if by is Grouping.TEAM else [*(one.id for one in picture.rules.okrs.objectives), *sorted(found)]
    )
    names = dict.fromkeys(id for id in order if id in found)
    return [
        Group(
            id=id,
            title=id if by is Grouping.TEAM else picture.title_of(id) if id else "No outcome",
            works=len(found[id]),
            effort=_effort(found[id]),
            cards=[work(row) for row in found[id][:cards]],
        )
        for id in sorted(names, key=lambda id: (not id, list(names).index(id)))
    ]


def _effort(rows: Sequence[Row]) -> float:
    return sum(row.effort or 0.0 for row in rows)


def as_markdown(found: Roadmap) -> str:
    """For a wiki, a pull request or a chat."""
    lines = [f"# Roadmap, {found.as_of}", ""]
    for column in found.columns:
        lines += [f"## {column.horizon}", "", _told(column), ""]
        for group in column.groups:
            lines += [f"### {_cell(group.title)}", ""]
            lines += [
                f"- [{_cell(one.issue.key)}](<{_address(one.issue.url)}>) {_cell(one.issue.title)}"
                for one in group.cards
            ]
            rest = group.works - len(group.cards)
            lines += [f"- … and {rest:,} more"] if rest else []
            lines.append("")
    return "\n".join(lines)


def _told(column: Column) -> str:
    words = f"{column.works:,} pieces of work, effort {number(column.effort)}"
    if column.capacity is not None and column.taken is not None:
        words += f"; {number(column.taken)} of {number(column.capacity)} {column.unit} taken"
    return words


def _cell(text: str) -> str:
    """Issue text cannot become markup."""
    flat = " ".join(text.split())
    for mark in "\\`*_[]<>|#":
        flat = flat.replace(mark, f"\\{mark}")
    return flat


def _address(url: str) -> str:
    return url.replace(">", "%3E").replace("<", "%3C").replace("\n", "")


def as_csv(picture: Picture) -> Iterator[str]:
    """All open work, a line each."""
    yield _line("horizon", "rank", "key", "title", "score", "effort", "objective", "key_result", "team", "url")
    for row in picture.rows:
        one = work(row)
        yield _line(
            one.horizon or "", one.rank, one.issue.key, one.issue.title,
            "" if one.score is None else one.score, "" if one.effort is None else one.effort,
            one.objective or "", one.key_result or "", one.issue.scope, one.issue.url,
        )  # fmt: skip


def _line(*cells: object) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([_harmless(cell) for cell in cells])
    return out.getvalue()


def _harmless(cell: object) -> object:
    """A text that a spreadsheet would take for a formula is kept a text."""
    return "'" + cell if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def router(front: Front) -> APIRouter:
    routes = APIRouter(tags=["roadmap"], dependencies=[Depends(front.access.viewer)])

    @routes.get("/roadmap")
    def get_roadmap(
        by: Grouping = Grouping.OBJECTIVE,
        cards: Annotated[int, Query(ge=1, le=LISTED)] = SHOWN,
        of: Of = "",
    ) -> Roadmap:
        """The horizons as a board."""
        return roadmap(front.picture(of), by, cards)

    return routes
