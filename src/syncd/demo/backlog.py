"""Composes the backlog: which issues exist, how old and how urgent they are, and what people know about them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from syncd.demo.areas import Area
from syncd.demo.author import Author, Text
from syncd.demo.body import Block, heading, text
from syncd.demo.dates import Calendar
from syncd.demo.dice import Dice
from syncd.demo.draft import SCOPES, TEAM, Draft, Remark, Scope, Sort, SprintPlace, Stage, Version
from syncd.demo.heroes import Hero
from syncd.demo.heroes_github import GITHUB
from syncd.demo.heroes_jira import PAYMENTS, STOREFRONT

HEROES = (*PAYMENTS, *STOREFRONT, *GITHUB)
FEWEST = 480
_PULL_SHARE = 15
"""Of what a GitHub repository lists, in percent."""
_TWIN_SHARE = 4
"""Of all issues, in percent, beside the hand-written twins."""
_PER_EPIC = 60
_REACH = (20, 40, 60, 90, 120, 150, 200, 250, 300, 400, 600, 800, 1000, 1500, 2000, 3000, 4500, 7000)
_EFFORT = ((1, 12), (2, 20), (3, 26), (5, 22), (8, 14), (13, 6))
_IMPACT = (("massive", 6), ("high", 24), ("medium", 44), ("low", 26))
_LEVEL = ((1, 5), (2, 17), (3, 50), (4, 20), (5, 8))
_VOTES = ((0, 50), (1, 16), (2, 10), (3, 8), (5, 7), (8, 5), (12, 3), (27, 1))
_SPRINT_ROOM = {SprintPlace.CLOSED: 16, SprintPlace.ACTIVE: 18, SprintPlace.FUTURE: 16}
"""Issues of one project in a sprint."""


class Backlog:
    """All drafts of a world, in their scopes' order of creation once `number` was called."""

    def __init__(self, dice: Dice, calendar: Calendar) -> None:
        self.dice = dice
        self.calendar = calendar
        self.author = Author(dice)
        self.drafts: dict[str, list[Draft]] = {scope.name: [] for scope in SCOPES}
        self.heroes: dict[str, Draft] = {}
        self._sprints: dict[tuple[str, SprintPlace], int] = {}

    def fill(self, issues: int) -> None:
        if issues < FEWEST:
            raise ValueError(f"A demo world has at least {FEWEST} issues, not {issues}; leave the number out.")
        for hero in HEROES:
            self.author.reserve(hero.title)
        twins = max(22, issues * _TWIN_SHARE // 100)
        left = issues
        for scope in SCOPES:
            count = left if scope is SCOPES[-1] else issues * scope.share // 100
            left -= count
            room = count - (0 if scope.jira else self._twins_here(scope, twins))
            self._fill_scope(scope, room)
        self._add_twins(twins)
        for drafts in self.drafts.values():
            for draft in drafts:
                self._converse(draft)
        for scope in SCOPES:
            if not scope.jira:
                self._add_pulls(scope)
        self._number()

    def open(self, scope: Scope) -> list[Draft]:
        return [draft for draft in self.drafts[scope.name] if draft.stage.open and draft.sort is not Sort.PULL]

    def _fill_scope(self, scope: Scope, count: int) -> None:
        mine = self.drafts[scope.name]
        for hero in HEROES:
            if hero.scope == scope.name:
                mine.append(self._hero(hero, scope))
        parts = max(1, count // (_PER_EPIC * len(scope.areas)))
        for area in scope.areas:
            for part in range(parts):
                mine.append(self._epic(scope, area, part))
        steps = (count - len(mine)) * 11 // 100 if scope.jira else 0
        while len(mine) < count - steps:
            mine.append(self._issue(scope))
        parents = [draft for draft in mine if draft.sort in (Sort.STORY, Sort.TASK) and not draft.hero]
        while len(mine) < count:
            mine.append(self._step(self.dice.pick(parents)))

    def _hero(self, hero: Hero, scope: Scope) -> Draft:
        area = next(area for area in scope.areas if area.component == hero.component)
        life = self.calendar.open_life(hero.age, hero.stage)
        *story, why = hero.story
        blocks: list[Block] = [*map(text, story), heading("Why it matters"), text(why)]
        draft = Draft(
            scope, area, hero.sort, hero.title, blocks, life.created, life.stage, self.dice.pick(TEAM), life.updated
        )
        draft.hero = True
        draft.level, draft.effort, draft.reach = hero.level, hero.effort, hero.reach
        draft.impact, draft.confidence, draft.votes = hero.impact, hero.confidence, hero.votes
        draft.watchers = 2 + hero.votes // 4
        draft.labels = list(hero.labels)
        draft.subject = hero.name
        if hero.due_in is not None:
            draft.due = self.calendar.day(hero.due_in)
        if hero.stage is not Stage.TO_DO:
            draft.assignee = self.dice.pick(TEAM)
        if scope.jira and hero.stage in (Stage.IN_PROGRESS, Stage.IN_REVIEW):
            draft.sprint = SprintPlace.ACTIVE
        self.heroes[hero.name] = draft
        return draft

    def _epic(self, scope: Scope, area: Area, part: int) -> Draft:
        title, blocks = self.author.epic(area, part)
        stage = Stage.IN_PROGRESS if self.dice.chance(0.6) else Stage.TO_DO
        life = self.calendar.open_life(self.dice.between(220, 700), stage)
        draft = Draft(scope, area, Sort.EPIC, title, blocks, life.created, stage, self.dice.pick(TEAM), life.updated)
        draft.level = self.dice.between(2, 3)
        draft.labels = ["epic"] if not scope.jira else []
        draft.labels += area.labels
        draft.subject = area.component
        return draft

    def _issue(self, scope: Scope) -> Draft:
        area = self.dice.pick(scope.areas)
        thing = self.dice.pick(area.things)
        sort = self.dice.weighted(((Sort.BUG, 40), (Sort.STORY, 40), (Sort.TASK, 20)))
        written = self.author.write(sort, area, thing, not scope.jira)
        draft = self._live(scope, area, sort, written, self.calendar.age())
        draft.subject = thing[0]
        return draft

    def _step(self, parent: Draft) -> Draft:
        title, blocks = self.author.step(parent)
        age = max(1, self.calendar.days_ago(parent.created) - self.dice.below(20))
        draft = self._live(parent.scope, parent.area, Sort.SUBTASK, (title, blocks), age)
        if parent.closed is not None and draft.stage.open:
            draft.stage, draft.closed, draft.updated = parent.stage, parent.closed, parent.closed
            draft.created = min(draft.created, parent.closed - timedelta(hours=1))
        draft.created = max(draft.created, parent.created)
        draft.updated = max(draft.updated, draft.created)
        draft.sprint = draft.version = draft.due = draft.reach = draft.impact = draft.confidence = None
        draft.effort = None
        draft.parent = parent
        draft.subject = parent.subject
        parent.children.append(draft)
        return draft

    def _live(self, scope: Scope, area: Area, sort: Sort, written: Text, age: int) -> Draft:
        """An issue with everything that people usually enter, and with what they usually leave out."""
        dice = self.dice
        life = self.calendar.life(age)
        title, blocks = written
        draft = Draft(
            scope, area, sort, title, blocks, life.created, life.stage, dice.pick(TEAM), life.updated, life.closed
        )
        draft.level = dice.weighted(_LEVEL)
        draft.effort = dice.weighted(_EFFORT) if dice.chance(0.65 if sort is Sort.BUG else 0.78) else None
        draft.reach = dice.pick(_REACH) if sort is not Sort.TASK and dice.chance(0.66) else None
        draft.impact = dice.weighted(_IMPACT) if dice.chance(0.58) else None
        draft.confidence = dice.between(3, 10) / 10 if dice.chance(0.38) else None
        draft.votes = dice.weighted(_VOTES)
        draft.watchers = draft.votes // 3 + dice.below(4)
        draft.labels = self._labels(scope, area, sort, draft.effort)
        draft.typed = dice.chance(0.4)
        if draft.stage is not Stage.TO_DO or dice.chance(0.3):
            draft.assignee = dice.pick(TEAM)
        if dice.chance(0.04) and draft.stage.open:
            draft.due = self.calendar.day(dice.between(-10, 70))
        draft.version = self._version(scope, draft)
        if scope.jira:
            draft.sprint = self._sprint(scope, draft)
        return draft

    def _labels(self, scope: Scope, area: Area, sort: Sort, effort: int | None) -> list[str]:
        dice = self.dice
        labels = [label for label in area.labels if dice.chance(0.8)]
        kinds: Mapping[Sort, str] = {Sort.BUG: "bug", Sort.STORY: "enhancement"}
        if not scope.jira and sort in kinds and dice.chance(0.85):
            labels.append(kinds[sort])
        if sort is Sort.TASK and dice.chance(0.5):
            labels.append("tech-debt")
        if sort is Sort.BUG and dice.chance(0.08):
            labels.append("customer-escalation")
        if sort is Sort.BUG and dice.chance(0.04):
            labels.append("security")
        if effort == 1 and dice.chance(0.4):
            labels.append("quick-win" if scope.jira else "good first issue")
        return sorted(set(labels))

    def _version(self, scope: Scope, draft: Draft) -> Version | None:
        """What somebody promised without asking; `promise` adds what people believe in."""
        _, coming, later = scope.versions
        return self.dice.weighted(((None, 97), (coming, 1), (later, 2))) if draft.closed is None else None

    def _sprint(self, scope: Scope, draft: Draft) -> SprintPlace | None:
        place: SprintPlace | None = None
        if draft.closed is not None:
            ago = self.calendar.days_ago(draft.closed)
            if draft.stage is Stage.DONE and ago < 20:
                place = SprintPlace.ACTIVE if ago < 6 else SprintPlace.CLOSED
        elif draft.stage is not Stage.TO_DO:
            place = SprintPlace.ACTIVE if self.dice.chance(0.6) else None
        elif self.dice.chance(0.15):
            place = SprintPlace.FUTURE
        if place is None:
            return None
        taken = self._sprints.get((scope.name, place), 0)
        if taken >= _SPRINT_ROOM[place]:
            return None
        self._sprints[scope.name, place] = taken + 1
        return place

    def _converse(self, draft: Draft) -> None:
        if self.dice.chance(0.6):
            return
        for _ in range(self.dice.between(1, 3)):
            at = self.calendar.between(draft.created, draft.updated)
            draft.remarks.append(Remark(self.dice.pick(TEAM), at, self.author.remark()))
        draft.remarks.sort(key=lambda remark: remark.at)

    def _twins_here(self, scope: Scope, twins: int) -> int:
        return {"lumen/web": twins - 2 * (twins // 3)}.get(scope.name, twins // 3)

    def _add_twins(self, twins: int) -> None:
        originals = [
            draft
            for scope in SCOPES[:2]
            for draft in self.open(scope)
            if draft.sort in (Sort.STORY, Sort.BUG) and not draft.hero
        ]
        for scope in SCOPES[2:]:
            for _ in range(self._twins_here(scope, twins)):
                original = originals.pop(self.dice.below(len(originals)))
                area = self.dice.pick(scope.areas)
                written = self.author.twin(scope, area, original)
                age = max(1, self.calendar.days_ago(original.created) - self.dice.below(6))
                draft = self._live(scope, area, original.sort, written, age)
                draft.created = max(draft.created, original.created)
                if not draft.stage.open and self.dice.chance(0.85):
                    draft.stage, draft.closed = Stage.TO_DO, None
                draft.updated = max(draft.updated, draft.created)
                draft.subject = original.subject
                draft.twins.append(original)
                original.twins.append(draft)
                self.drafts[scope.name].append(draft)

    def _add_pulls(self, scope: Scope) -> None:
        mine = self.drafts[scope.name]
        issues = [draft for draft in mine if draft.sort is not Sort.EPIC]
        for _ in range(len(mine) * _PULL_SHARE // (100 - _PULL_SHARE)):
            issue = self.dice.pick(issues)
            title = self.author.pull(issue)
            start = issue.created + timedelta(hours=3)
            if issue.stage is Stage.DONE and issue.closed is not None:
                start, end, stage = min(start, issue.closed), issue.closed, Stage.DONE
            else:
                end = self.calendar.midnight - timedelta(hours=1)
                stage = self.dice.weighted(((Stage.IN_REVIEW, 5), (Stage.DONE, 4), (Stage.WONT_DO, 1)))
            created = self.calendar.between(start, end)
            updated = self.calendar.between(created, end)
            author = issue.assignee or self.dice.pick(TEAM)
            pull = Draft(scope, issue.area, Sort.PULL, title, [], created, stage, author, updated)
            pull.closed = None if stage.open else updated
            pull.subject = issue.subject
            pull.parent = issue
            mine.append(pull)

    def _number(self) -> None:
        for drafts in self.drafts.values():
            drafts.sort(key=lambda draft: draft.created)
            for number, draft in enumerate(drafts, 1):
                draft.number = number


def compose(seed: int, today: date, issues: int) -> Backlog:
    dice = Dice(seed)
    backlog = Backlog(dice, Calendar(dice, today))
    backlog.fill(issues)
    return backlog
