"""The names that rules may read: type, a line of help, and how each is read from an item or a piece of work.

Ages are whole days as of a UTC date, so that a quiet world stays quiet within a day. A name without a value is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from keyword import iskeyword
from types import MappingProxyType

from syncd.core.backlog import BacklogItem, FactValue, Work
from syncd.core.expressions.among import AMONG
from syncd.core.expressions.functions import FUNCTIONS
from syncd.core.expressions.tree import Type
from syncd.core.rules import FactRule, Rules
from syncd.core.standing import Standing, Standings, standings
from syncd.core.voices import Ask, answer

EFFORT = "effort"
"""The one built-in name that may be configured as a fact, and then is that fact."""


@dataclass(frozen=True, slots=True)
class View:
    """What reading a name takes beyond the item: the day, the kinds of the sources, how the objectives stand."""

    as_of: date
    kinds: Mapping[str, str]
    standings: Standings = field(default_factory=dict)

    @classmethod
    def of(cls, rules: Rules, as_of: date) -> View:
        kinds = {name: source.kind for name, source in rules.sources.items()}
        return cls(as_of, kinds, standings(rules.okrs, as_of))


ItemReader = Callable[[BacklogItem, View], FactValue | None]
WorkReader = Callable[[Work, Work | None, View], FactValue | None]


@dataclass(frozen=True, slots=True)
class Name:
    type: Type
    help: str
    of_item: ItemReader | None = None
    """None: only known once items are linked."""
    of_work: WorkReader | None = None
    """From the work, its parent and the view; None: as of the primary item."""


def _whole_days(days: int) -> float:
    """A tool's clock may run ahead of ours; nothing is younger than today."""
    return float(max(0, days))


def _okr(read: Callable[[Standing], float | None]) -> WorkReader:
    def of_work(work: Work, parent: Work | None, view: View) -> float | None:
        if work.okr is None:
            return None
        standing = view.standings.get((work.okr.objective, work.okr.key_result))
        return None if standing is None else read(standing)

    return of_work


def _voices(ask: Ask) -> WorkReader:
    return lambda work, parent, view: answer(work.heard, ask)


def _effort(work: Work, parent: Work | None, view: View) -> FactValue | None:
    fact = work.facts.get(EFFORT)
    return work.primary.effort if fact is None else fact.value


_N, _T, _F, _D, _W = Type.NUMBER, Type.TEXT, Type.FLAG, Type.DATE, Type.WORDS

ITEM_NAMES: Mapping[str, Name] = MappingProxyType({
    "title": Name(_T, "the title or summary", lambda i, v: i.title),
    "body": Name(_T, "the description as the tool stores it", lambda i, v: i.body),
    "key": Name(_T, "how people name it: PAY-12, acme/web#7", lambda i, v: i.key),
    "kind": Name(_T, "initiative, epic, story, task, bug, subtask or other", lambda i, v: i.kind.value),
    "status": Name(_T, "todo, active, done or dropped", lambda i, v: i.status.value),
    "state": Name(_T, "the tool's own name of the status", lambda i, v: i.state),
    "priority": Name(_N, "1 (highest) to 5 (lowest); 3 when the tool says nothing", lambda i, v: float(i.priority)),
    "priority_name": Name(_T, "the tool's own name of the priority", lambda i, v: i.priority_name),
    "labels": Name(_W, "the labels; of twins those of all tools", lambda i, v: i.labels, lambda w, p, v: w.labels),
    "assignees": Name(_W, "who it is assigned to", lambda i, v: i.assignees),
    "assigned": Name(_F, "somebody has it", lambda i, v: bool(i.assignees)),
    "reporter": Name(_T, "who opened it", lambda i, v: i.reporter),
    "source": Name(_T, "the configured name of the source: acme-jira", lambda i, v: i.ref.source),
    "tool": Name(_T, "the kind of the source: jira, github", lambda i, v: v.kinds.get(i.ref.source)),
    "scope": Name(_T, "the Jira project key or owner/repository", lambda i, v: i.scope),
    "milestone": Name(_T, "the milestone or fix version", lambda i, v: i.milestone),
    "milestone.due": Name(_D, "the day on which the milestone or fix version is due", lambda i, v: i.milestone_due),
    "sprint": Name(_T, "the name of the sprint", lambda i, v: None if i.sprint is None else i.sprint.name),
    "sprint.state": Name(
        _T, "active, future or closed", lambda i, v: None if i.sprint is None else i.sprint.state or None
    ),
    "sprint.ends": Name(
        _D,
        "the day on which the sprint ends",
        lambda i, v: None if i.sprint is None or i.sprint.end is None else i.sprint.end.date(),
    ),
    "components": Name(_W, "the components", lambda i, v: i.components),
    "votes": Name(_N, "votes, or thumbs up", lambda i, v: float(i.votes)),
    "reactions": Name(_N, "all reactions", lambda i, v: float(i.reactions)),
    "watchers": Name(_N, "how many watch it", lambda i, v: float(i.watchers)),
    "comments": Name(_N, "how many comments it has", lambda i, v: float(i.comments)),
    "age_days": Name(_N, "days since it was opened", lambda i, v: _whole_days((v.as_of - i.created.date()).days)),
    "idle_days": Name(
        _N,
        "days since anything about it changed, syncd's own writes included",
        lambda i, v: _whole_days((v.as_of - i.updated.date()).days),
    ),
    "due": Name(_D, "the due date", lambda i, v: i.due),
    "due_in_days": Name(
        _N,
        "days until the due date; negative when it is over",
        lambda i, v: None if i.due is None else float((i.due - v.as_of).days),
    ),
    "effort": Name(_N, "the estimate in your team's unit, the fact effort", lambda i, v: i.effort, _effort),
    "today": Name(_D, "the day of the decision, in UTC", lambda i, v: v.as_of),
})  # fmt: skip
"""Known of every single issue: for `ignore:` and the `match:` of objectives."""

WORK_NAMES: Mapping[str, Name] = MappingProxyType({
    **ITEM_NAMES,
    "blocks": Name(_N, "how many open pieces of work wait for it", None, lambda w, p, v: float(len(w.blocks))),
    "blocked": Name(_F, "it waits for other open work", None, lambda w, p, v: bool(w.blocked_by)),
    "twins": Name(_N, "how many issues in other tools are the same work", None, lambda w, p, v: float(len(w.twins))),
    "okr.linked": Name(_F, "it serves an objective", None, lambda w, p, v: w.okr is not None),
    "okr.objective": Name(_T, "the id of its objective", None, lambda w, p, v: None if w.okr is None else w.okr.objective),
    "okr.key_result": Name(_T, "the id of its key result", None, lambda w, p, v: None if w.okr is None else w.okr.key_result),
    "okr.weight": Name(_N, "the weight of its objective", None, _okr(lambda s: s.weight)),
    "okr.progress": Name(_N, "progress of its key result (or objective), 0 to 1", None, _okr(lambda s: s.progress)),
    "okr.expected": Name(_N, "the share of the objective's period that is over", None, _okr(lambda s: s.expected)),
    "okr.behind": Name(_N, "how far progress is behind the calendar, 0 to 1", None, _okr(lambda s: s.behind)),
    "voices": Name(_N, "how often users asked for it; `voices:` names the files that say so", None, _voices(Ask.COUNT)),
    "voices.people": Name(_N, "how many different people asked for it", None, _voices(Ask.PEOPLE)),
    "voices.customers": Name(_N, "how many different customers asked for it", None, _voices(Ask.CUSTOMERS)),
    "voices.weight": Name(_N, "what these customers are worth together, each once", None, _voices(Ask.WEIGHT)),
    "voices.recent": Name(_N, "how often users asked for it in the last 90 days; `recent:` says otherwise", None, _voices(Ask.RECENT)),
    "voices.latest": Name(_D, "the day on which somebody last asked for it", None, _voices(Ask.LATEST)),
    "parent.kind": Name(_T, "the kind of the parent", None, lambda w, p, v: None if p is None else p.primary.kind.value),
    "parent.title": Name(_T, "the title of the parent", None, lambda w, p, v: None if p is None else p.primary.title),
    "parent.key": Name(_T, "the key of the parent", None, lambda w, p, v: None if p is None else p.primary.key),
})  # fmt: skip
"""Known of a piece of work in the backlog: for frameworks and adjustments."""


ATTRIBUTES: Mapping[str, str] = MappingProxyType({
    **{name: name for name in (
        "priority", "priority_name", "votes", "reactions", "watchers", "comments", "kind", "status", "state", "scope",
        "milestone", "sprint", "components", "assignees", "reporter", "due", "effort", "title", "body",
    )},
    "age_days": "created", "idle_days": "updated", "due_in_days": "due", "assigned": "assignees",
})  # fmt: skip
"""Name → the attribute of an item that it is read from, where it is read from one alone."""


def item_names(facts: Mapping[str, FactRule]) -> dict[str, Type]:
    """What `ignore:` and `match:` may read, for `language.parse`: what is known before issues are linked."""
    return _with_facts(ITEM_NAMES, {name: fact for name, fact in facts.items() if not fact.of_work})


def work_names(facts: Mapping[str, FactRule]) -> dict[str, Type]:
    """What frameworks and adjustments may read, for `language.parse`."""
    return _with_facts(WORK_NAMES, facts)


def _with_facts(names: Mapping[str, Name], facts: Mapping[str, FactRule]) -> dict[str, Type]:
    return {name: known.type for name, known in names.items()} | {name: fact.type for name, fact in facts.items()}


def why_not_a_fact(name: str) -> str | None:
    """Why a fact cannot have this name, as a sentence; None when it can."""
    if name == EFFORT:
        return None
    if name in WORK_NAMES:
        return f"'{name}' is a name that rules know already ({WORK_NAMES[name].help}): choose another"
    if any(known.startswith(f"{name}.") for known in WORK_NAMES):
        return f"'{name}' is a record that rules know already: choose another name"
    if name in FUNCTIONS or name in AMONG:
        return f"'{name}' is a function of the rule language: choose another name"
    if not name.isidentifier() or not name.isascii() or iskeyword(name):
        return f"'{name}' cannot be read by rules: write letters, digits and _, as in customers_affected"
    return None


def read_item(item: BacklogItem, name: str, view: View) -> FactValue | None:
    """The value of a name, built-in or fact, of one issue before it is linked."""
    known = ITEM_NAMES.get(name)
    if known is not None and known.of_item is not None:
        return known.of_item(item, view)
    fact = item.facts.get(name)
    return None if fact is None else fact.value


def read_work(work: Work, parent: Work | None, name: str, view: View) -> FactValue | None:
    """The value of a name, built-in or fact, of one piece of work."""
    known = WORK_NAMES.get(name)
    if known is not None:
        if known.of_work is not None:
            return known.of_work(work, parent, view)
        if known.of_item is not None:
            return known.of_item(work.primary, view)
    fact = work.facts.get(name)
    return None if fact is None else fact.value


def item_row(
    item: BacklogItem, source_kind: str, as_of: date, names: Iterable[str] | None = None
) -> dict[str, FactValue | None]:
    """The row of one issue for `Expression.evaluate`; `names` (all when None) keeps it short."""
    view = View(as_of, {item.ref.source: source_kind})
    wanted = (*ITEM_NAMES, *item.facts) if names is None else names
    return {name: read_item(item, name, view) for name in wanted}


def work_row(
    work: Work, rules: Rules, as_of: date, parent: Work | None, names: Iterable[str] | None = None
) -> dict[str, FactValue | None]:
    """The row of one piece of work for `Expression.evaluate`; `names` (all when None) keeps it short."""
    view = View.of(rules, as_of)
    wanted = (*WORK_NAMES, *work.facts) if names is None else names
    return {name: read_work(work, parent, name, view) for name in wanted}
