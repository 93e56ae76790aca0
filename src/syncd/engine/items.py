"""The backlog items in memory: normalized once per revision, so that a cycle costs what changed and not what exists."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from syncd.core.backlog import BacklogItem, Problem
from syncd.core.collector import collector_waits
from syncd.core.issue import Ref, SourceIssue
from syncd.core.normalizing.normalize import Normalizer
from syncd.core.rules import Rules
from syncd.engine.news import Normalizing, Watch
from syncd.store.open import Store


class Items:
    """Mirrors the store's issues as items and problems. `version` grows with every difference."""

    def __init__(self, store: Store, rules: Rules, as_of: date) -> None:
        self._store = store
        self._rules = rules
        self._as_of = as_of
        self._normalizer = Normalizer(rules)
        self.items: dict[Ref, BacklogItem] = {}
        self._problems: dict[Ref, tuple[Problem, ...]] = {}
        self._loaded: set[str] = set()
        self.version = 0
        self.seen: dict[str, int] = {}
        """The store's numbers of change (`store.changes`) that this is up to."""
        self._changed: set[Ref] = set()

    def fits(self, rules: Rules, as_of: date) -> bool:
        """False when what issues are read by or the day changed, so that everything has to be normalized anew.

        Values of key results may change without that.
        """
        own = self._rules
        return self._as_of == as_of and (
            own is rules or (own.digest == rules.digest and own.facts is rules.facts and own.sources is rules.sources)
        )

    @property
    def problems(self) -> tuple[Problem, ...]:
        return tuple(problem for ref in sorted(self._problems) for problem in self._problems[ref])

    @property
    def excluded(self) -> dict[Ref, str]:
        """Keys of the issues that are left out because of a problem."""
        return {
            ref: problem.key or ref.id
            for ref, problems in self._problems.items()
            for problem in problems
            if problem.excludes
        }

    def catch_up(self, sources: Iterable[str], watch: Watch) -> None:
        """Brings the items up to date with the store, whoever changed it; reads what changed and nothing else."""
        numbers = self._store.changes.all()
        for source in sources:
            number, seen = numbers.get(source, 0), self.seen.get(source, 0)
            if source not in self._loaded:
                self.refresh(source, (), (), watch)
            elif number != seen:
                changed, gone = self._store.mirror.changed_since(source, seen)
                self.refresh(source, changed, gone, watch)
        self.seen = numbers

    def refresh(self, source: str, changed: Iterable[str], gone: Iterable[str], watch: Watch) -> None:
        """Brings a source's items up to date; everything on the first call."""
        ids: list[str] | None = None
        if source in self._loaded:
            ids = sorted(set(changed))
            for id_ in gone:
                self._drop(Ref(source, id_))
            if not ids:
                return
        total = len(ids) if ids is not None else self._store.mirror.count(source)
        seen: set[str] = set()
        with collector_waits():
            self._normalize(self._store.mirror.issues(source, ids), total, seen, watch)
        for id_ in ids or ():
            if id_ not in seen:
                self._drop(Ref(source, id_))
        self._loaded.add(source)

    def _normalize(self, issues: Iterable[SourceIssue], total: int, seen: set[str], watch: Watch) -> None:
        for done, issue in enumerate(issues, 1):
            seen.add(issue.ref.id)
            normalized = self._normalizer.normalize(issue, self._as_of)
            self._drop(issue.ref)
            self._changed.add(issue.ref)
            if normalized.item is not None:
                self.items[issue.ref] = normalized.item
            if normalized.problems:
                self._problems[issue.ref] = normalized.problems
            self.version += 1
            if done % 500 == 0 or done == total:
                watch(Normalizing(done, total))

    def take_changed(self) -> set[Ref]:
        """The issues that came, went or changed since the last call."""
        taken, self._changed = self._changed, set()
        return taken

    def _drop(self, ref: Ref) -> None:
        self._changed.add(ref)
        known = self.items.pop(ref, None) is not None
        known = self._problems.pop(ref, None) is not None or known
        self.version += known
