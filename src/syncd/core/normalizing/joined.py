"""Facts out of a file: the rows that belong to an issue, by its key or by something that it carries, and what they give."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from syncd.core.backlog import Fact, FactValue
from syncd.core.normalizing.view import IssueView
from syncd.core.rules import Combine, Join, ReadTable

TOLD = 6
"""Lines that an origin names; of more, the number is told."""

Rows = tuple[tuple[FactValue, int], ...]
"""The value and the line of each row."""


def table_read(read: ReadTable) -> Callable[[IssueView], tuple[FactValue, FactValue, str] | None]:
    """What the rows say, twice, and where they stand; None where no row fits."""
    keys, rows, prefix = _keys(read.by), read.rows, read.prefix

    def table(view: IssueView) -> tuple[FactValue, FactValue, str] | None:
        found: Rows = ()
        for key in dict.fromkeys(key.strip().casefold() for key in keys(view)):
            if key.startswith(prefix) and (more := rows.get(key[len(prefix) :].strip())) is not None:
                found = (*found, *more)
        if not found:
            return None
        value = combined(found, read.combine)
        return value, value, _origin(read, found)

    return table


def combined(rows: Rows, how: Combine) -> FactValue:
    """One value out of at least one row."""
    values = [value for value, _ in rows]
    match how:
        case Combine.COUNT:
            return float(len(values))
        case Combine.SUM:
            return sum(value for value in values if isinstance(value, float))
        case Combine.MAX:
            return max(values)
        case Combine.MIN:
            return min(values)
        case Combine.FIRST:
            return values[0]


def _origin(read: ReadTable, rows: Rows) -> str:
    lines = [str(line) for _, line in rows]
    if read.combine is Combine.FIRST:
        del lines[1:]
    if len(lines) > TOLD:
        where = f"{len(lines)} lines from {lines[0]} on"
    else:
        where = f"line{'s' if len(lines) > 1 else ''} {', '.join(lines)}"
    how = f", {read.combine.value} of" if len(lines) > 1 else ","
    return f"{read.file} {where}{how} {read.column}"


def _keys(by: Join | str) -> Callable[[IssueView], tuple[str, ...]]:
    return _JOINS[by] if isinstance(by, Join) else lambda view: _words(view.facts.get(by))


def _words(fact: Fact | None) -> tuple[str, ...]:
    value = fact.value if fact is not None else None
    match value:
        case None:
            return ()
        case tuple():
            return value
        case float():
            return (f"{value:.15g}",)
        case _:
            return (str(value),)


def _some(value: str | None) -> tuple[str, ...]:
    return () if value is None else (value,)


_JOINS: Mapping[Join, Callable[[IssueView], tuple[str, ...]]] = {
    Join.KEY: lambda view: (view.issue.key, view.issue.url),
    Join.LABELS: lambda view: view.issue.labels,
    Join.SCOPE: lambda view: (view.issue.scope,),
    Join.MILESTONE: lambda view: _some(view.issue.milestone),
    Join.SPRINT: lambda view: _some(view.issue.sprint.name if view.issue.sprint else None),
    Join.COMPONENTS: lambda view: view.issue.components,
    Join.REPORTER: lambda view: _some(view.issue.reporter),
    Join.ASSIGNEES: lambda view: view.issue.assignees,
}
