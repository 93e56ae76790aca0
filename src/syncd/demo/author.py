"""Writes titles and bodies of generated issues, no open title twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from syncd.demo import phrases
from syncd.demo.areas import SERVER_SIDE, Area, Nature
from syncd.demo.body import Block, code, heading, listed, tasks, text
from syncd.demo.dice import Dice
from syncd.demo.draft import Draft, Scope, Sort

Text = tuple[str, list[Block]]

_COUNTS = (3, 7, 12, 18, 40, 60, 90, 140, 220, 400)


class Author:
    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self._used: set[str] = set()
        self._repeats: dict[str, int] = {}

    def reserve(self, title: str) -> None:
        """Keep a title that somebody else wrote from being written again."""
        self._used.add(title.casefold())

    def write(self, sort: Sort, area: Area, thing: tuple[str, Nature], tasks_allowed: bool) -> Text:
        if sort is Sort.BUG:
            return self._bug(area, thing)
        if sort is Sort.STORY:
            return self._story(area, thing, tasks_allowed)
        return self._chore(area, thing)

    def _bug(self, area: Area, thing: tuple[str, Nature]) -> Text:
        name, nature = thing
        when = phrases.WHEN_ON_SERVER if nature in SERVER_SIDE else phrases.WHEN_ON_SCREEN
        problems = phrases.PROBLEMS[nature]
        title = self._new(lambda: f"{_upper(name)} {self._dice.pick(problems)}", phrases.FOR_WHOM, when)
        blocks = [text(f"{title}."), text(self._evidence())]
        if nature not in SERVER_SIDE and self._dice.chance(0.4):
            first = self._dice.below(3)
            blocks += [
                heading("To reproduce"),
                listed([step.format(thing=name) for step in phrases.TO_REPRODUCE[first : first + 3]]),
            ]
        elif nature in SERVER_SIDE and self._dice.chance(0.4):
            blocks.append(code(self._dice.pick(phrases.LOGS).format(slug=name.replace(" ", "-").lower())))
        return title, [*blocks, heading("Why it matters"), text(self._dice.pick(area.why))]

    def _story(self, area: Area, thing: tuple[str, Nature], tasks_allowed: bool) -> Text:
        name, nature = thing
        title = self._new(lambda: self._dice.pick(phrases.WISHES[nature]).format(thing=name), phrases.FOR_WHOM)
        problem = self._dice.pick(phrases.PROBLEMS[nature])
        blocks = [text(f"Today the {name} {problem}, and people have learned to work around it.")]
        if tasks_allowed and self._dice.chance(0.3):
            done = self._dice.below(4)
            blocks += [heading("Plan"), tasks([(at < done, step) for at, step in enumerate(phrases.STEPS)])]
        return title, [*blocks, heading("Why"), text(self._dice.pick(area.why))]

    def _chore(self, area: Area, thing: tuple[str, Nature]) -> Text:
        name, _ = thing
        title = self._new(lambda: self._dice.pick(phrases.CHORES).format(thing=name))
        blocks = [text(f"Part of looking after the {name} ({area.component}).")]
        return title, [*blocks, text(self._dice.pick(phrases.CHORE_WHY))]

    def step(self, parent: Draft) -> Text:
        """A sub-task of a story or task."""
        for _ in range(4):
            step = self._dice.pick(phrases.STEPS)
            for title in (f"{step}: {parent.subject}", f"{step}: {_lower(parent.title)}"):
                if self._take(title):
                    return title, [text(f"A step of “{parent.title}”."), text(self._dice.pick(parent.area.why))]
        title = self._numbered(f"Follow-up: {_lower(parent.title)}")
        return title, [text(f"What was left over from “{parent.title}”."), text(self._dice.pick(parent.area.why))]

    def epic(self, area: Area, part: int) -> Text:
        title = area.epic if part == 0 else f"{area.epic}, part {part + 1}"
        self.reserve(title)
        signs = [f"Nobody reports anymore that the {name} {phrases.PROBLEMS[n][part % 8]}" for name, n in area.things]
        return title, [*map(text, area.why), heading("We are done when"), listed(signs[:3])]

    def twin(self, scope: Scope, area: Area, original: Draft) -> Text:
        """The same work, in the words of the team that builds it."""
        title = self._numbered(f"{scope.title} side of: {_lower(original.title)}")
        return title, [text(f"Our part of it is in {area.component}."), text(self._dice.pick(original.area.why))]

    def pull(self, issue: Draft) -> str:
        """A title for a pull request."""
        choices = phrases.PULLS if issue.hero else (*phrases.PULLS, *phrases.SIDE_PULLS)
        return self._dice.pick(choices).format(title=_lower(issue.title), thing=issue.subject)

    def remark(self) -> str:
        return self._dice.pick(phrases.COMMENTS)

    def _evidence(self) -> str:
        return self._dice.pick(phrases.EVIDENCE).format(count=self._dice.pick(_COUNTS))

    def _new(self, core: Callable[[], str], *circumstances: Sequence[str]) -> str:
        """Say more about for whom and when until nobody has said it before."""
        title = core()
        if circumstances and self._dice.chance(0.35):
            title = f"{title} {self._dice.pick(circumstances[-1])}"
        for attempt in range(16):
            if self._take(title):
                return title
            title = core()
            for pool in circumstances[: attempt // 3]:
                title = f"{title} {self._dice.pick(pool)}"
        return self._numbered(title)

    def _numbered(self, title: str) -> str:
        """The last resort of very large worlds."""
        candidate = title
        while not self._take(candidate):
            number = self._repeats.get(title, 1) + 1
            self._repeats[title] = number
            candidate = f"{title} ({number})"
        return candidate

    def _take(self, title: str) -> bool:
        key = title.casefold()
        if key in self._used:
            return False
        self._used.add(key)
        return True


def _upper(name: str) -> str:
    return name if name.startswith("iDEAL") else name[:1].upper() + name[1:]


def _lower(title: str) -> str:
    """For the middle of a sentence; names and abbreviations keep their capitals."""
    keeps = title.startswith("Apple") or title[1:2].isupper() or not title[1:2].isalpha()
    return title if keeps else title[:1].lower() + title[1:]
