"""Relates the issues of the demo: parents, links, twins and blockers, and the sentences in which people say so."""

from __future__ import annotations

from syncd.demo.backlog import HEROES, Backlog
from syncd.demo.body import Block, text
from syncd.demo.draft import SCOPES, Draft, Sort, Stage, Tie, TieKind

_SUB_ISSUES = 90
"""GitHub takes a hundred sub-issues and no more."""


class Weaver:
    """Generated ties lead from the older to the newer issue, so that the one blocker cycle is the hand-written one."""

    def __init__(self, backlog: Backlog) -> None:
        self._backlog = backlog
        self._dice = backlog.dice
        self._count = 0

    def weave(self) -> None:
        self._adopt()
        for hero in HEROES:
            draft = self._backlog.heroes[hero.name]
            if hero.blocked_by is not None:
                self._tie(TieKind.BLOCKS, self._backlog.heroes[hero.blocked_by], draft)
            if hero.duplicates is not None:
                self._tie(TieKind.DUPLICATES, draft, self._backlog.heroes[hero.duplicates])
            if hero.twin_of is not None:
                original = self._backlog.heroes[hero.twin_of]
                draft.twins.append(original)
                original.twins.append(draft)
        self._within_jira()
        self._across()
        self._say_twins()
        self._say_ties()

    def _tie(self, kind: TieKind, source: Draft, target: Draft) -> None:
        self._count += 1
        tie = Tie(kind, source, target, self._count)
        source.ties.append(tie)
        target.ties.append(tie)

    def _adopt(self) -> None:
        """Issues find an epic (Jira) or a tracking issue (GitHub) of their area."""
        for scope in SCOPES:
            drafts = self._backlog.drafts[scope.name]
            for area in scope.areas:
                epics = [draft for draft in drafts if draft.sort is Sort.EPIC and draft.area is area]
                for draft in drafts:
                    mine = draft.area is area and draft.sort in (Sort.STORY, Sort.BUG, Sort.TASK)
                    if not mine or not self._dice.chance(0.6 if scope.jira else 0.4):
                        continue
                    epic = self._dice.pick(epics)
                    if scope.jira or len(epic.children) < _SUB_ISSUES:
                        draft.parent = epic
                        epic.children.append(draft)

    def _plain(self, drafts: list[Draft]) -> list[Draft]:
        """Those that may get generated ties: nothing that has a tie of its own or stands for work elsewhere."""
        sorts = (Sort.STORY, Sort.BUG, Sort.TASK)
        return [draft for draft in drafts if draft.sort in sorts and not draft.hero and not draft.twins]

    def _within_jira(self) -> None:
        drafts = [draft for scope in SCOPES if scope.jira for draft in self._plain(self._backlog.drafts[scope.name])]
        drafts.sort(key=lambda draft: (draft.created, draft.key))
        for at, draft in enumerate(drafts):
            if at == 0:
                continue
            older = drafts[max(0, at - 1 - self._dice.below(60))]
            kind = self._dice.weighted(((None, 87), (TieKind.RELATES, 6), (TieKind.BLOCKS, 7)))
            if kind is TieKind.BLOCKS:
                self._tie(kind, older, draft)
            elif draft.stage is Stage.WONT_DO and self._dice.chance(0.5):
                self._tie(TieKind.DUPLICATES, draft, older)
            elif kind is TieKind.RELATES:
                self._tie(kind, draft, older)

    def _across(self) -> None:
        """Somebody waits for a team that works in the other tool, or in another repository."""
        drafts = [draft for scope in SCOPES for draft in self._plain(self._backlog.open(scope))]
        drafts.sort(key=lambda draft: (draft.created, draft.key))
        for at, draft in enumerate(drafts):
            if at == 0 or not self._dice.chance(0.08):
                continue
            older = drafts[self._dice.below(at)]
            if not (older.scope.jira and draft.scope.jira):
                self._tie(TieKind.BLOCKS, older, draft)

    def _say_twins(self) -> None:
        turn = 0
        for scope in SCOPES:
            if scope.jira:
                continue
            for draft in self._backlog.drafts[scope.name]:
                for original in draft.twins:
                    _say_twin(draft, original, 1 if draft.hero else turn % 4)
                    turn += 0 if draft.hero else 1

    def _say_ties(self) -> None:
        for scope in SCOPES:
            for draft in self._backlog.drafts[scope.name]:
                for tie in draft.ties:
                    sentence = _sentence(tie, draft)
                    if sentence is not None:
                        draft.blocks.append(sentence)
                if draft.sort is Sort.PULL and draft.parent is not None:
                    draft.blocks.append(text(f"Fixes #{draft.parent.number}"))


def _say_twin(issue: Draft, original: Draft, way: int) -> None:
    """Teams say it in different places: in the title, in the body, on Jira's side, or on both sides."""
    if way == 0:
        issue.title = f"[{original.key}] {issue.title}"
    elif way == 1:
        issue.blocks.insert(0, text(f"Tracked in {original.key}"))
    elif way == 2:
        original.blocks.append(text(f"GitHub: {issue.url}"))
        original.web_links.append(issue)
    else:
        issue.blocks.append(text(f"Jira: {original.url}"))
        original.blocks.append(text(f"Tracked in {issue.url}"))
        original.web_links.append(issue)


def _sentence(tie: Tie, teller: Draft) -> Block | None:
    """What `teller` writes about a tie for which its tool has no link."""
    if tie.in_jira:
        return None
    if tie.kind is TieKind.BLOCKS:
        return text(f"Blocked by {_short(tie.source, teller)}") if teller is tie.target else None
    if teller is not tie.source:
        return None
    word = "Duplicate of" if tie.kind is TieKind.DUPLICATES else "See also"
    return text(f"{word} {_short(tie.target, teller)}")


def _short(other: Draft, teller: Draft) -> str:
    return f"#{other.number}" if other.scope is teller.scope and not other.scope.jira else other.key
