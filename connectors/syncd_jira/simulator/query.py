"""What JQL means on the simulated site: a test of one issue, an order, and what is wrong with a query."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from syncd_jira.simulator.jql import Both, Clause, Either, Jql, Not, Tree
from syncd_jira.simulator.state import Issue, Site

Test = Callable[[Issue], bool]
_RELATIVE = re.compile(r"([+-]?\d+)([mhdw])")
_UNITS = {"m": 1, "h": 60, "d": 1440, "w": 10080}
_FORMATS = ("%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d", "%Y/%m/%d")
_IDS = ("id", "key", "issue", "issuekey")
_ALIASES = {
    "type": "issuetype",
    "createddate": "created",
    "updateddate": "updated",
    "due": "duedate",
    "resolved": "resolutiondate",
    "fixversion": "fixVersions",
    "component": "components",
    "affectedversion": "versions",
}


class Query:
    """One search of someone in `zone`. `problems` are what Jira's strict parser would say; Cloud's search just finds nothing then."""

    def __init__(self, site: Site, jql: Jql, zone: ZoneInfo) -> None:
        self._site = site
        self._zone = zone
        self.problems: list[str] = []
        self._test: Test = self._tree(jql.where) if jql.where is not None else (lambda issue: True)
        self._order = [(key, descending) for name, descending in jql.order if (key := self._key(name)) is not None]

    def run(self) -> Sequence[Issue]:
        found = [issue for issue in self._site.searched() if self._test(issue)]
        if not self._order:
            return sorted(found, key=lambda issue: int(issue.id), reverse=True)
        for key, descending in reversed(self._order):
            found.sort(key=key, reverse=descending)
        return found

    def _tree(self, tree: Tree) -> Test:
        match tree:
            case Clause():
                return self._clause(tree)
            case Not(part=part):
                inner = self._tree(part)
                return lambda issue: not inner(issue)
            case Both(parts=parts):
                tests = [self._tree(p) for p in parts]
                return lambda issue: all(test(issue) for test in tests)
            case Either(parts=parts):
                tests = [self._tree(p) for p in parts]
                return lambda issue: any(test(issue) for test in tests)

    def _clause(self, clause: Clause) -> Test:
        name = _ALIASES.get(clause.field.lower(), clause.field.lower())
        if name in _IDS:
            return self._ids(clause)
        if name in ("updated", "created"):
            return self._moments(clause, name)
        if name == "project":
            return self._projects(clause)
        if name == "statuscategory":
            return _texts(clause, lambda issue: [str(issue.fields["status"]["statusCategory"]["name"]), ""])
        field = self._field(clause.field)
        if field is None:
            self.problems.append(f"Field '{clause.field}' does not exist or you do not have permission to view it.")
            return lambda issue: False
        known: Mapping[str, object] = {}
        if name == "status":
            known = self._site.statuses
        elif name == "priority":
            known = self._site.priorities
        if known:
            folded = {k.lower() for k in known}
            for value in clause.values:
                if value and value.lower() not in folded:
                    self.problems.append(f"The value '{value}' does not exist for the field '{clause.field}'.")
        return _texts(clause, lambda issue: _shown(issue.fields.get(field)))

    def _field(self, name: str) -> str | None:
        folded = _ALIASES.get(name.lower(), name).lower()
        for field in self._site.fields.values():
            if folded in (field.id.lower(), field.name.lower(), *(c.lower() for c in field.clauses)):
                return field.id
        return None

    def _projects(self, clause: Clause) -> Test:
        known = {p["id"]: key for key, p in self._site.projects.items()} | {
            key.lower(): key for key in self._site.projects
        }
        wanted = set()
        for value in clause.values:
            key = known.get(value.lower())
            if key is None:
                self.problems.append(f"The value '{value}' does not exist for the field 'project'.")
            else:
                wanted.add(key)
        if clause.op in ("=", "in"):
            return lambda issue: issue.project in wanted
        return lambda issue: issue.project not in wanted

    def _ids(self, clause: Clause) -> Test:
        if clause.op in ("=", "in", "!=", "not in"):
            ids = set()
            for value in clause.values:
                issue = self._site.find(value)
                if issue is None:
                    self.problems.append(f"An issue with key '{value}' does not exist for field '{clause.field}'.")
                else:
                    ids.add(issue.id)
            wanted = clause.op in ("=", "in")
            return lambda issue: (issue.id in ids) is wanted
        compare = _COMPARE.get(clause.op)
        anchor = self._site.find(clause.values[0])
        if compare is None:
            self.problems.append(f"The operator '{clause.op}' is not supported by the '{clause.field}' field.")
            return lambda issue: False
        if anchor is None:
            self.problems.append(f"An issue with key '{clause.values[0]}' does not exist for field '{clause.field}'.")
            return lambda issue: False
        # Whether an id or a key is given: what is compared is the number in the key, within the project of that issue.
        project, number = _place(anchor)
        return lambda issue: issue.project == project and compare(_place(issue)[1], number)

    def _moments(self, clause: Clause, name: str) -> Test:
        compare = _COMPARE.get("=" if clause.op == "is" else clause.op)
        at = self._moment(clause.values[0])
        if compare is None or at is None:
            self.problems.append(f"Date value '{clause.values[0]}' for field '{clause.field}' is invalid.")
            return lambda issue: False
        border = round(at.timestamp() * 1000)
        if name == "updated":
            return lambda issue: compare(issue.updated, border)
        return lambda issue: compare(issue.created, border)

    def _moment(self, text: str) -> datetime | None:
        """Relative to the server's whole minute, or a wall clock time in the caller's zone."""
        relative = _RELATIVE.fullmatch(text.strip())
        if relative:
            now = self._site.now().replace(second=0, microsecond=0)
            return now + timedelta(minutes=int(relative[1]) * _UNITS[relative[2]])
        if text.lower() == "now()":
            return self._site.now()
        for form in _FORMATS:
            try:
                at = datetime.strptime(text.strip(), form)  # noqa: DTZ007
            except ValueError:
                continue
            return at.replace(tzinfo=self._zone).astimezone(UTC)
        return None

    def _key(self, name: str) -> Callable[[Issue], Any] | None:
        folded = _ALIASES.get(name.lower(), name.lower())
        if folded in _IDS:
            return _place
        if folded == "updated":
            return lambda issue: issue.updated
        if folded == "created":
            return lambda issue: issue.created
        field = self._field(name)
        if field is None:
            self.problems.append(f"Field '{name}' does not exist or you do not have permission to view it.")
            return None
        if self._site.fields[field].kind == "rank":
            rank = self._site.order.rank
            known = self._site.issues
            return lambda issue: rank(issue.id) if issue.id in known else "~"
        return lambda issue: _shown(issue.fields.get(field))


def _place(issue: Issue) -> tuple[str, int]:
    """Where an issue stands in the order of keys, which is that of ids, too: the two words mean one field of the query."""
    return issue.project, int(issue.key.rpartition("-")[2])


_COMPARE: Mapping[str, Callable[[int, int], bool]] = {
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}


def _texts(clause: Clause, shown: Callable[[Issue], Sequence[str]]) -> Test:
    """Text comparison without case. An empty field satisfies no `!=` and no `not in`, as in Jira."""
    wanted = [v.lower() for v in clause.values]
    if clause.op in ("is", "is not") or wanted == [""]:
        empty = clause.op in ("is", "=")
        return lambda issue: (not any(shown(issue))) is empty
    if clause.op in ("~", "!~"):
        positive = clause.op == "~"
        return lambda issue: any(wanted[0].strip("*") in t.lower() for t in shown(issue)) is positive
    if clause.op in ("=", "in"):
        return lambda issue: any(t.lower() in wanted for t in shown(issue) if t)
    if clause.op in ("!=", "not in"):
        return lambda issue: any(shown(issue)) and not any(t.lower() in wanted for t in shown(issue))
    compare = _COMPARE[clause.op]
    try:
        number = float(wanted[0])
    except ValueError:
        return lambda issue: any(t and _below(clause.op, t.lower(), wanted[0]) for t in shown(issue))
    return lambda issue: any(_is_number(t) and compare(float(t), number) for t in shown(issue))  # type: ignore[arg-type]


def _below(op: str, a: str, b: str) -> bool:
    return {">": a > b, ">=": a >= b, "<": a < b, "<=": a <= b}[op]


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _shown(value: object) -> Sequence[str]:
    if value is None:
        return []
    if isinstance(value, list):
        return [text for v in value for text in _shown(v)]
    if isinstance(value, dict):
        return [str(value[k]) for k in ("name", "value", "displayName", "accountId", "key", "id") if value.get(k)]
    return [str(value)]
