"""Edits into mutations: the changes of one issue together, many issues a request, one outcome for each.

https://docs.github.com/en/graphql/reference/mutations
Only single labels are added and removed and single fields set: no request replaces a list, so nothing of people's is lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from msgspec import Raw, Struct, ValidationError
from msgspec.json import Decoder

from syncd.connector.errors import Ambiguous, ConnectorError, Refused, Stale, Transient
from syncd.core.plan import Edit, Relabel, SetField, SetNote
from syncd_github.batches import Batches, Operation, worst
from syncd_github.graph import Graph
from syncd_github.issue_fields import IssueFields
from syncd_github.labels import Labels
from syncd_github.notes import Notes, operations
from syncd_github.projects import Projects
from syncd_github.settings import PREFIX
from syncd_github.wire_graph import Id

EDITS = 20
"""Issues in one request at most."""


class _Added(Struct):
    item: Id | None = None


_added: Decoder[_Added] = Decoder(_Added)


@dataclass(slots=True)
class _Task:
    """An edit on its way."""

    edit: Edit
    node: str
    repository: str
    item: str
    error: ConnectorError | None = None
    operations: list[Operation] = field(default_factory=list)

    @property
    def fields(self) -> list[SetField]:
        """Those of the project."""
        return [c for c in self.edit.changes if isinstance(c, SetField) and not c.field.startswith(PREFIX)]

    @property
    def issue_fields(self) -> list[SetField]:
        return [c for c in self.edit.changes if isinstance(c, SetField) and c.field.startswith(PREFIX)]

    @property
    def relabels(self) -> list[Relabel]:
        return [change for change in self.edit.changes if isinstance(change, Relabel)]

    @property
    def notes(self) -> list[SetNote]:
        return [change for change in self.edit.changes if isinstance(change, SetNote)]


class Writer:
    def __init__(
        self, graph: Graph, projects: Projects, issue_fields: IssueFields, labels: Labels, notes: Notes
    ) -> None:
        self._projects = projects
        self._issue_fields = issue_fields
        self._labels = labels
        self._notes = notes
        self._batches = Batches(graph)
        self._adding = Batches(graph)

    def apply(self, edits: Sequence[Edit]) -> Iterator[ConnectorError | None]:
        """One outcome an edit, in order. Raises before anything of what is left was sent."""
        tasks = [_task(edit) for edit in edits]
        self._prepare(tasks)
        left = tasks
        while left:
            batch, left = self._cut(left)
            self._send(batch)
            for task in batch:
                yield task.error

    def _prepare(self, tasks: Sequence[_Task]) -> None:
        """All that the mutations need to know or to find: field ids, items, labels."""
        live = [task for task in tasks if task.error is None]
        self._find_notes([task for task in live if task.notes])
        self._find_labels(live)
        for task in live:
            self._check_fields(task)
        self._add_items([task for task in live if task.error is None and not task.item])
        for task in live:
            if task.error is None:
                task.operations += [*self._field_operations(task), *self._label_operations(task)]

    def _find_notes(self, tasks: Sequence[_Task]) -> None:
        there = self._notes.look([task.node for task in tasks])
        for task in tasks:
            if task.node not in there:
                task.error = Stale(f"{task.edit.key} is no longer there")
                continue
            try:
                for change in task.notes:
                    task.operations += operations(change, task.node, there[task.node], task.edit.key)
            except Refused as error:
                task.error = error

    def _check_fields(self, task: _Task) -> None:
        try:
            for change in task.fields:
                self._projects.schema().input(change.field, change.after)
            if task.issue_fields:
                task.operations = [self._issue_fields.operation(task.node, task.repository, task.issue_fields)]
        except Refused as error:
            task.error = error

    def _find_labels(self, tasks: Sequence[_Task]) -> None:
        needs: dict[str, set[str]] = {}
        for task in tasks:
            for relabel in task.relabels:
                needs.setdefault(task.repository, set()).update(relabel.add, relabel.remove)
        self._labels.look_up({repository: names for repository, names in needs.items() if names})
        refused: dict[tuple[str, str], ConnectorError | None] = {}
        for task in tasks:
            for name in [name for relabel in task.relabels for name in relabel.add]:
                where = (task.repository, name.casefold())
                if self._labels.id(*where) is None and where not in refused:
                    refused[where] = self._labels.create(task.repository, name)
                task.error = task.error or refused.get(where)

    def _add_items(self, tasks: Sequence[_Task]) -> None:
        """Issues that are not in the project are added first; adding one that is there gives the item it has."""
        left = [task for task in tasks if any(change.after is not None for change in task.fields)]
        while left:
            batch, left = left[: self._adding.size], left[self._adding.size :]
            project = self._projects.schema().id
            operations = [
                Operation("addProjectV2ItemById", {"projectId": project, "contentId": task.node}) for task in batch
            ]
            try:
                result = self._adding.send(operations, what="adding issues to the project")
            except Ambiguous as error:
                # No value was set, and adding twice adds once.
                raise Transient(str(error), 2.0) from error
            for index, task in enumerate(batch):
                failed = result.errors.get(f"m{index}")
                if failed is not None:
                    task.error = Transient(str(failed), 2.0) if isinstance(failed, Ambiguous) else failed
                    continue
                task.item = _item(result.data[f"m{index}"])
                if not task.item:
                    task.error = Stale(f"GitHub did not add {task.edit.key} to the project {self._projects.name}")

    def _field_operations(self, task: _Task) -> Iterator[Operation]:
        for change in task.fields:
            schema = self._projects.schema()
            field, value = schema.input(change.field, change.after)
            target = {"projectId": schema.id, "itemId": task.item, "fieldId": field.id}
            if value:
                yield Operation("updateProjectV2ItemFieldValue", {**target, "value": value})
            elif task.item:
                yield Operation("clearProjectV2ItemFieldValue", target)

    def _label_operations(self, task: _Task) -> Iterator[Operation]:
        for relabel in task.relabels:
            for name, names in (("addLabelsToLabelable", relabel.add), ("removeLabelsFromLabelable", relabel.remove)):
                ids = [id_ for label in names if (id_ := self._labels.id(task.repository, label)) is not None]
                if ids:
                    yield Operation(name, {"labelableId": task.node, "labelIds": ids})

    def _cut(self, tasks: list[_Task]) -> tuple[list[_Task], list[_Task]]:
        """As many edits as one request may hold, at least one."""
        room, count = self._batches.size, 0
        for task in tasks[:EDITS]:
            room -= len(task.operations)
            if room < 0 and count:
                break
            count += 1
        return tasks[:count], tasks[count:]

    def _send(self, batch: Sequence[_Task]) -> None:
        live = [task for task in batch if task.error is None and task.operations]
        operations = [operation for task in live for operation in task.operations]
        if not operations:
            return
        try:
            result = self._batches.send(operations, what=f"writing to {len(live)} issues")
        except Ambiguous as error:
            for task in live:
                task.error = error
            return
        aliases = (f"m{index}" for index in range(len(operations)))
        for task in live:
            mine = [next(aliases) for _ in task.operations]
            task.error = worst([result.errors[alias] for alias in mine if alias in result.errors])
            if isinstance(task.error, Stale | Refused):
                # What we know of ids may be old: look again before the next attempt.
                self._labels.forget(task.repository)
                if task.fields:
                    self._projects.forget()
                if task.issue_fields:
                    self._issue_fields.forget()


def _item(raw: Raw) -> str:
    try:
        found = _added.decode(raw).item
    except ValidationError:
        return ""
    return found.id if found else ""


def _task(edit: Edit) -> _Task:
    node = edit.handles.get("node", "")
    repository = edit.handles.get("repository") or edit.key.rpartition("#")[0]
    unknown = None if node else Stale(f"{edit.key} has to be read again before it can be written")
    return _Task(edit, node, repository, edit.handles.get("item", ""), unknown)
