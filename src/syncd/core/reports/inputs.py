"""What scoring and ranking read of a piece of work, small enough to be kept for every change: the past can be decided again.

Kept are the facts with their origins, what issues have that rules often read, the ties, and what people pinned. Facts
that are only a default are not kept: they are what the rules of a moment say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from zlib import crc32

from syncd.core.backlog import BacklogItem, Fact, Work
from syncd.core.decide import reads_labels
from syncd.core.expressions.vocabulary import ATTRIBUTES
from syncd.core.issue import Ref
from syncd.core.normalizing.facts import DEFAULT_ORIGIN
from syncd.core.permission.ownership import NO_PINS, Pins
from syncd.core.rules import FactRule, Rules

STEADY = (
    "kind", "status", "priority", "priority_name", "created", "scope", "due", "effort", "sprint", "milestone",
    "components", "votes",
)  # fmt: skip
"""Attributes of an item that are always kept: they rarely change, and other rules may read them tomorrow."""
RESTLESS = ("updated", "comments", "watchers", "reactions", "state", "assignees", "reporter")
"""Attributes that are kept only where rules read them, since every touch of an issue changes them."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """Of one piece of open work, at one moment."""

    work: Work
    """With a primary that holds what is kept and is bare otherwise; twins have only what names them."""
    pins: Pins
    restless: frozenset[str]
    """The attributes of `RESTLESS` that are kept here; of the others, as of now is the best guess."""
    basis: str
    """The same for two moments only if the tool said the same about all that facts are read from. Facts that differ all
    the same are read by other rules."""


class Recorder:
    """Makes inputs; prepared once for the rules."""

    def __init__(self, rules: Rules, names: Iterable[str]) -> None:
        """`names` are those that scoring reads."""
        self.restless = frozenset(ATTRIBUTES.get(name, "") for name in names).intersection(RESTLESS)
        self._read_labels = reads_labels(rules)
        targets = {name: source.targets for name, source in rules.sources.items()}
        self._families = tuple({t.label.casefold() for some in targets.values() for t in some if t.label is not None})
        self._ours = {name: frozenset(t.field for t in some if t.field is not None) for name, some in targets.items()}
        self._own_words: dict[str, bool] = {}

    def inputs(self, work: Work, pins: Pins = NO_PINS) -> Inputs:
        primary = work.primary
        kept = _bare(primary, {name: getattr(primary, name) for name in (*STEADY, *sorted(self.restless))})
        twins = tuple(_bare(twin, {}) for twin in work.twins)
        facts = {name: fact for name, fact in work.facts.items() if fact.origin != DEFAULT_ORIGIN}
        small = Work(
            kept, twins, work.parent, work.blocks, work.blocked_by, work.okr, facts, self._of_people(work.labels),
            work.heard,
        )  # fmt: skip
        return Inputs(small, Pins(pins.horizon, pins.score), self.restless, self._basis(work))

    def _of_people(self, labels: Iterable[str]) -> tuple[str, ...]:
        """Without what syncd put there. Where rules read labels, `decide` took that away already; else whole families go."""
        if self._read_labels:
            return tuple(labels)
        own = self._own_words
        for label in labels:
            if label not in own:
                own[label] = label.casefold().startswith(self._families) if self._families else False
        return tuple(label for label in labels if not own[label])

    def _basis(self, work: Work) -> str:
        said = [
            (
                self._of_people(member.labels), member.priority_name, member.milestone, member.components,
                member.sprint and member.sprint.name, member.due, member.votes, member.kind.value,
                sorted((n, v) for n, v in member.fields.items() if v is not None and n not in self._ours.get(member.ref.source, ())),
            )
            for member in work.members
        ]  # fmt: skip
        return f"{crc32(repr(said).encode()):08x}"


def restored(then: Inputs, now: Work | None, facts: Mapping[str, FactRule], *, other_rules: bool = False) -> Work:
    """The work as it was, for rules with these facts. `now` is what it is today, None when it is not in the mirror.

    What was not kept is taken from today. With `other_rules`, facts of an issue about which the tool says the same as
    then are read as those rules read them; see `Inputs.basis`.
    """
    kept = then.work
    primary = kept.primary
    if now is not None:
        missing = {name: getattr(now.primary, name) for name in RESTLESS if name not in then.restless}
        steady = {name: getattr(primary, name) for name in STEADY}
        lasting = {name: getattr(primary, name) for name in then.restless}
        primary = replace(now.primary, **{**missing, **steady, **lasting})
    found = {
        name: Fact(rule.default, DEFAULT_ORIGIN) for name, rule in facts.items() if rule.default is not None
    } | dict(kept.facts)
    if other_rules and now is not None:
        found = dict(now.facts)
        for name, rule in facts.items():
            # What users said is no rule: its numbers stay as they were, though the tool says the same.
            if rule.voices is not None and (fact := kept.facts.get(name)) is not None:
                found[name] = fact
    return replace(kept, primary=primary, facts=found)


def _bare(item: BacklogItem, kept: Mapping[str, object]) -> BacklogItem:
    """An item with only its name and what is kept."""
    bare = BacklogItem(
        ref=item.ref, key=item.key, url=item.url, scope=item.scope, revision="", title=item.title, kind=item.kind,
        status=item.status, state="", priority=3, created=item.created, updated=item.created,
    )  # fmt: skip
    return replace(bare, **kept)  # type: ignore[arg-type]


def touched(
    before: Mapping[Ref, Work], now: Mapping[Ref, Work], issues: Iterable[Ref], primary_of: Mapping[Ref, Ref]
) -> set[Ref]:
    """Primaries of work that may have other inputs: their issues changed, or their ties did.

    `before` and `now` are the works of two decisions, `issues` what changed in between.
    """
    found = {primary_of[ref] for ref in issues if ref in primary_of}
    for ref, work in now.items():
        was = before.get(ref)
        if (
            was is None
            or was.okr != work.okr
            or was.blocks != work.blocks
            or was.blocked_by != work.blocked_by
            or was.parent != work.parent
            or was.heard != work.heard
            or len(was.twins) != len(work.twins)
        ):
            found.add(ref)
    return found
