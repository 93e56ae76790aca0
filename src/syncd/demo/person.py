"""A person who works in the trackers while syncd runs: edits, closes, comments, and now and then decides otherwise.

Everything goes through the vendors' public interfaces, nothing through our connectors: to syncd it is a stranger.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from syncd.demo.desk import DeedError, Desk, Seen
from syncd.demo.draft import SCOPES, VISITOR
from syncd.demo.github_desk import GitHubDesk
from syncd.demo.jira_desk import JiraDesk

PROJECTS = tuple(scope.name for scope in SCOPES if scope.jira)
REPOSITORIES = tuple(scope.name for scope in SCOPES if not scope.jira)
ROADMAP = "roadmap/"

DEEDS: Mapping[str, str] = MappingProxyType(
    {
        "relabel": "put the label security on a bug, or take it off again",
        "re-estimate": "change an estimate: story points, or the size label",
        "close": "finish an issue",
        "comment": "leave a comment",
        "set-horizon": "decide the roadmap label by hand, against what syncd says",
        "raise-priority": "make an issue more urgent by one step",
        "vote": "vote for an issue in Jira",
        "react": "give a thumbs-up to an issue on GitHub",
    }
)


class Person:
    def __init__(
        self,
        jira_url: str,
        jira_token: str,
        github_url: str,
        github_token: str,
        *,
        email: str = VISITOR.email,
        projects: Sequence[str] = PROJECTS,
        repositories: Sequence[str] = REPOSITORIES,
    ) -> None:
        self._jira = JiraDesk(jira_url, email, jira_token, projects)
        self._github = GitHubDesk(github_url, github_token, repositories)

    def deed(self, name: str, key: str | None = None) -> str:
        """Do one of DEEDS, to the issue `key` or to one that suits, and say in a sentence what was done."""
        deeds: Mapping[str, Callable[[str | None], str]] = {
            "relabel": self.relabel,
            "re-estimate": self.re_estimate,
            "close": self.close,
            "comment": self.comment,
            "set-horizon": self.set_horizon,
            "raise-priority": self.raise_priority,
            "vote": self.vote,
            "react": self.react,
        }
        chosen = deeds.get(name.replace("_", "-"))
        if chosen is None:
            raise DeedError(f"nobody knows how to {name!r}; choose one of: {', '.join(DEEDS)}")
        return chosen(key)

    def relabel(self, key: str | None = None) -> str:
        desk, seen = self._choose(
            key, self._github, lambda seen: seen.kind == "bug" and "security" not in seen.labels, _first
        )
        if "security" in seen.labels:
            desk.relabel(seen.key, [], ["security"])
            return f"took the label security off {_told(desk, seen)}"
        desk.relabel(seen.key, ["security"], [])
        return f"put the label security on {_told(desk, seen)}"

    def re_estimate(self, key: str | None = None) -> str:
        desk, seen = self._choose(key, self._jira, lambda seen: seen.effort is not None, _last)
        how = desk.re_estimate(seen)
        return f"re-estimated {seen} {how} ({desk.tool})"

    def close(self, key: str | None = None) -> str:
        """What is furthest along gets finished first."""

        def furthest(found: Sequence[Seen]) -> Seen:
            stages = ("In Review", "In Progress")
            return min(found, key=lambda seen: stages.index(seen.status) if seen.status in stages else len(stages))

        desk, seen = self._choose(key, self._jira, lambda seen: seen.kind != "epic", furthest)
        if not seen.open:
            raise DeedError(f"{seen.key} is closed already; name another issue, or none")
        desk.close(seen.key)
        return f"closed {_told(desk, seen)}"

    def comment(self, key: str | None = None) -> str:
        desk, seen = self._choose(key, self._github, lambda seen: seen.kind != "epic", _last)
        desk.comment(seen.key, "Talked to two customers about this yesterday; both would switch for it.")
        return f"commented on {_told(desk, seen)}"

    def set_horizon(self, key: str | None = None) -> str:
        """Brings forward what syncd put later; what stands at now is put off."""

        def farthest(found: Sequence[Seen]) -> Seen:
            order = (ROADMAP + "later", ROADMAP + "next", "")
            return min(
                found, key=lambda seen: order.index(next((label for label in order if label in seen.labels), ""))
            )

        desk, seen = self._choose(
            key, self._jira, lambda seen: seen.kind != "epic" and ROADMAP + "now" not in seen.labels, farthest
        )
        old = [label for label in seen.labels if label.startswith(ROADMAP)]
        new = ROADMAP + ("later" if ROADMAP + "now" in old else "now")
        desk.relabel(seen.key, [new], [label for label in old if label != new])
        instead = f" instead of {', '.join(old)}" if old else ""
        return f"set {new}{instead} by hand on {_told(desk, seen)}"

    def raise_priority(self, key: str | None = None) -> str:
        desk, seen = self._choose(
            key, self._jira, lambda seen: seen.kind != "epic" and self._jira.can_raise(seen), _first, strictly=True
        )
        how = desk.raise_priority(seen)
        return f"raised the priority of {seen} {how} ({desk.tool})"

    def vote(self, key: str | None = None) -> str:
        return self._cheer(key, self._jira)

    def react(self, key: str | None = None) -> str:
        return self._cheer(key, self._github)

    def _cheer(self, key: str | None, desk: Desk) -> str:
        desk, seen = self._choose(key, desk, lambda seen: seen.kind != "epic", _first)
        how = desk.cheer(seen.key)
        return f"{how} {_told(desk, seen)}"

    def _choose(
        self,
        key: str | None,
        usual: Desk,
        suits: Callable[[Seen], bool],
        pick: Callable[[Sequence[Seen]], Seen],
        *,
        strictly: bool = False,
    ) -> tuple[Desk, Seen]:
        """The named issue, or a suitable open one: the same one as long as nothing changes."""
        if key is not None:
            desk = next((desk for desk in (self._jira, self._github) if desk.owns(key)), None)
            if desk is None:
                raise DeedError(f"{key!r} is no key; write it like PAY-12 or lumen/web#7")
            return desk, desk.look(key)
        every = usual.open_issues()
        # In a tracker that uses other words nothing may suit; most deeds can be done to any issue.
        found = [seen for seen in every if suits(seen)] or ([] if strictly else every)
        if not found:
            raise DeedError(f"no open issue in {usual.tool} suits; name one, like PAY-12 or lumen/web#7")
        # The list may come from a search index that lags; the issue itself does not.
        return usual, usual.look(pick(found).key)


def _first(found: Sequence[Seen]) -> Seen:
    return found[0]


def _last(found: Sequence[Seen]) -> Seen:
    return found[-1]


def _told(desk: Desk, seen: Seen) -> str:
    return f"{seen} ({desk.tool})"
