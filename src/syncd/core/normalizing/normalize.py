"""Issue → item, or a problem: what a tool's words mean to us.

Every issue ends as exactly one of the two. Whatever a tool may say, nothing here raises.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from syncd.core.backlog import BacklogItem, Expired, Fact, Problem
from syncd.core.expressions.language import Expression
from syncd.core.expressions.vocabulary import item_row
from syncd.core.issue import Link, LinkKind, SourceIssue
from syncd.core.normalizing.facts import EXPIRED, BadFact, FactReader
from syncd.core.normalizing.meaning import kind_of, priority_of, status_of
from syncd.core.normalizing.mentions import MentionFinder, unique
from syncd.core.normalizing.view import IssueView
from syncd.core.rules import NormalizeRules, Rules

_SAME_WORK = frozenset({LinkKind.SAME_AS, LinkKind.DUPLICATES, LinkKind.DUPLICATED_BY})
_NO_LABELS: Mapping[str, str] = {}
_NO_FACTS: Mapping[str, Fact] = {}


@dataclass(frozen=True, slots=True)
class Normalized:
    """Either an item or a problem with `excludes`; other problems only come with an item."""

    item: BacklogItem | None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class _Source:
    """What is prepared once per configured source."""

    name: str
    kind: str
    words: NormalizeRules
    facts: tuple[tuple[str, FactReader], ...]


class Normalizer:
    """Normalizes many issues by the same rules; all that depends on the rules alone is done once."""

    __slots__ = ("_mentions", "_reads_body", "_sources")

    def __init__(self, rules: Rules) -> None:
        self._mentions = MentionFinder(rules.text_keys)
        self._reads_body = rules.reads_body
        self._sources = {
            name: _Source(name, source.kind, source.normalize, _readers(rules, name))
            for name, source in rules.sources.items()
        }

    def normalize(self, issue: SourceIssue, as_of: date) -> Normalized:
        source = self._sources.get(issue.ref.source)
        if source is None:
            return Normalized(None, (_unknown_source(issue),))
        labels = {label.casefold(): label for label in issue.labels} if issue.labels else _NO_LABELS
        words = source.words
        status, unknown = status_of(issue, words, labels)
        if status is None:
            return Normalized(None, (_unknown_status(issue, issue.state, excludes=True),))
        kind = kind_of(issue, words, labels)
        priority, priority_name, known = priority_of(issue, words, labels)
        problems: list[Problem] = []
        if unknown:
            problems.extend(_unknown_status(issue, word, excludes=False) for word in unknown)
        if not known:
            problems.append(_unknown_priority(issue))
        facts: Mapping[str, Fact] = _NO_FACTS
        bad: tuple[BadFact, ...] = ()
        if source.facts:
            read: dict[str, Fact] = {}
            facts = read
            view = IssueView(issue, labels, kind, priority, priority_name, read)
            bad = _read_facts(source.facts, view, read, as_of)
            problems.extend(_bad_fact(issue, facts, each) for each in bad)
        effort = facts.get("effort")
        mentioned = self._mentions.find(source.kind, issue.scope, issue.key, issue.title, issue.body)
        pointed = tuple(link.to for link in issue.links if link.kind in _SAME_WORK and link.to.id is None)
        item = BacklogItem(
            ref=issue.ref,
            key=issue.key,
            url=issue.url,
            scope=issue.scope,
            revision=issue.revision,
            title=issue.title,
            kind=kind,
            status=status,
            state=issue.state,
            priority=priority,
            created=issue.created,
            updated=issue.updated,
            priority_name=priority_name,
            labels=issue.labels,
            assignees=issue.assignees,
            reporter=issue.reporter,
            closed=None if status.open else issue.closed,
            due=issue.due,
            effort=effort.value if effort is not None and isinstance(effort.value, float) else None,
            parent=issue.parent,
            links=_links(issue, mentioned.links) if mentioned.links else issue.links,
            mentions=mentioned.all,
            same_as=unique((*pointed, *mentioned.same_as)) if pointed else mentioned.same_as,
            sprint=issue.sprint,
            milestone=issue.milestone,
            components=issue.components,
            votes=issue.votes,
            reactions=issue.reactions,
            watchers=issue.watchers,
            comments=issue.comments,
            body=issue.body if self._reads_body else "",
            facts=facts,
            expired=tuple(Expired(one.fact, one.shown, one.origin) for one in bad if one.code == EXPIRED)
            if bad
            else (),
            fields=issue.fields,
            handles=issue.handles,
            milestone_due=issue.milestone_due,
        )
        ignore = words.ignore
        if ignore is not None and ignore.evaluate(item_row(item, source.kind, as_of, ignore.names)) is True:
            return Normalized(None, (_ignored(issue, ignore),))
        # Nobody corrects a closed issue, and it is not ranked.
        return Normalized(item, tuple(problems) if status.open else ())


def normalize(issue: SourceIssue, rules: Rules, as_of: date) -> Normalized:
    """One issue; for many, keep a `Normalizer`."""
    return Normalizer(rules).normalize(issue, as_of)


def _readers(rules: Rules, source: str) -> tuple[tuple[str, FactReader], ...]:
    """In the order of reading: what is looked up by another fact comes last."""
    kind = rules.sources[source].kind
    made = [
        (name, FactReader(rule, rules.reads(rule, source), kind))
        for name, rule in rules.facts.items()
        if not rule.of_work
    ]
    return tuple(sorted(made, key=lambda one: one[1].waits))


def _read_facts(
    readers: tuple[tuple[str, FactReader], ...], view: IssueView, facts: dict[str, Fact], as_of: date
) -> tuple[BadFact, ...]:
    """Fills `facts`; what is there and cannot be used is returned."""
    bad: tuple[BadFact, ...] = ()
    for name, reader in readers:
        fact, complaints = reader.read(view, as_of)
        if fact is not None:
            facts[name] = fact
        if complaints:
            bad += complaints
    return bad


def _links(issue: SourceIssue, written: tuple[Link, ...]) -> tuple[Link, ...]:
    """The tool's own links, and those in the text that the tool does not have."""
    known = {(link.kind, link.to.key.casefold()) for link in issue.links if link.to.key}
    return (*issue.links, *(link for link in written if (link.kind, (link.to.key or "").casefold()) not in known))


def _unknown_source(issue: SourceIssue) -> Problem:
    name = issue.ref.source
    return Problem(
        name,
        issue.key,
        "unknown-source",
        f"{issue.key} belongs to the source {name}, which is not configured.",
        f"Add {name} under sources: in syncd.yaml again, or forget the source with its issues.",
        excludes=True,
    )


def _unknown_status(issue: SourceIssue, word: str, *, excludes: bool) -> Problem:
    effect = "so it cannot be ranked" if excludes else "so the status of the issue itself counts"
    return Problem(
        issue.ref.source,
        issue.key,
        "unknown-status",
        f"The status {_quoted(word)} of {issue.key} means nothing to syncd, {effect}.",
        f"Add to syncd.yaml, with todo, active, done or dropped: sources: {issue.ref.source}: normalize: "
        f"statuses: {{{_quoted(word)}: active}}",
        excludes=excludes,
    )


def _unknown_priority(issue: SourceIssue) -> Problem:
    word = (issue.priority or "").strip()
    return Problem(
        issue.ref.source,
        issue.key,
        "unknown-priority",
        f"The priority {_quoted(word)} of {issue.key} means nothing to syncd, so it counts as 3, the middle.",
        f"Add to syncd.yaml, with 1 (highest) to 5: sources: {issue.ref.source}: normalize: "
        f"priorities: {{{_quoted(word)}: 2}}",
    )


def _bad_fact(issue: SourceIssue, facts: Mapping[str, Fact], bad: BadFact) -> Problem:
    used = facts.get(bad.fact)
    instead = "counts as missing" if used is None else f"is taken from {used.origin}"
    return Problem(
        issue.ref.source,
        issue.key,
        bad.code,
        f"{bad.shown} in {bad.origin} of {issue.key} {bad.why}, so {bad.fact} {instead}.",
        f"Correct {bad.origin} on {issue.key}, or name what it means under facts: {bad.fact}: in scoring.yaml."
        if bad.code == "bad-fact"
        else f"Look at {bad.origin} on {issue.key} again and set it anew.",
    )


def _ignored(issue: SourceIssue, rule: Expression) -> Problem:
    return Problem(
        issue.ref.source,
        issue.key,
        "ignored",
        f"{issue.key} is left out by the rule ignore: {rule.text}",
        f"To rank it all the same, change normalize: ignore: of the source {issue.ref.source} in syncd.yaml.",
        excludes=True,
    )


def _quoted(word: str) -> str:
    """As YAML and JSON both write it, so that it can be pasted."""
    return json.dumps(word, ensure_ascii=False)
