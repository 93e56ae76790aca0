"""What syncd makes of the demo's backlog with the shipped configuration."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from demo_files import World, is_open, key_of

from syncd.config.load import load
from syncd.connector.protocol import Answer, Call, Simulator, Wiring
from syncd.connector.registry import connectors
from syncd.core.backlog import BacklogItem, Problem, Work
from syncd.core.issue import FieldValue, Ref, SourceIssue
from syncd.core.linking.link import link
from syncd.core.normalizing.normalize import Normalizer
from syncd.core.rules import Rules
from syncd.demo.world import TODAY, Files
from syncd_jira.fields import FieldMap
from syncd_jira.translate import translate
from syncd_jira.wire import IssueFields, WireIssue

CONFIG = Path(__file__).parents[2] / "config"


class OpenRoad:
    """A transport that lets everything pass."""

    def before(self, call: Call) -> None:
        assert not call.mutates

    def after(self, call: Call, answer: Answer) -> None:
        assert answer.status == 200


@dataclass(frozen=True)
class Understood:
    rules: Rules
    works: tuple[Work, ...]
    items: dict[str, BacklogItem]
    problems: tuple[Problem, ...]

    def work(self, key: str) -> Work:
        return next(work for work in self.works if any(member.key == key for member in work.members))


@pytest.fixture(scope="module")
def understood(world_files: Files, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Understood]:
    specs = connectors()
    started: dict[str, Simulator] = {}
    for kind, file in (("jira", world_files.jira), ("github", world_files.github)):
        simulate = specs[kind].simulate
        assert simulate is not None
        started[kind] = simulate(tmp_path_factory.mktemp(kind), [file])
    environment = {
        "DEMO_JIRA_URL": started["jira"].url,
        "DEMO_JIRA_TOKEN": "demo-token",
        "DEMO_GITHUB_URL": started["github"].url,
        "DEMO_GITHUB_TOKEN": "demo-token",
    }
    loaded = load(CONFIG, environment, specs)
    items: dict[Ref, BacklogItem] = {}
    problems: list[Problem] = []
    excluded: dict[Ref, str] = {}
    normalizer = Normalizer(loaded.rules)
    for source in loaded.sources:
        wiring = Wiring(source.name, OpenRoad(), source.read_fields, frozenset(), False, lambda: datetime.now(UTC))
        connector = source.spec.build(source.settings, wiring)
        issues: dict[str, SourceIssue] = {}
        fields: dict[str, Mapping[str, FieldValue]] = {}
        for page in connector.pull(None):
            issues.update((issue.ref.id, issue) for issue in page.issues)
            fields.update((patch.id, patch.fields) for patch in page.patches)
        connector.close()
        for seen in issues.values():
            issue = replace(seen, fields={**seen.fields, **fields.get(seen.ref.id, {})})
            normalized = normalizer.normalize(issue, TODAY)
            problems += normalized.problems
            if normalized.item is not None:
                items[issue.ref] = normalized.item
            else:
                excluded[issue.ref] = issue.key
    linked = link(items, loaded.rules, TODAY, excluded=excluded)
    by_key = {item.key: item for item in items.values()}
    yield Understood(loaded.rules, linked.works, by_key, (*problems, *linked.problems))
    for simulator in started.values():
        simulator.close()


def keyed(world: World, title: str) -> str:
    return next(key for key, issue in world.by_key.items() if title in str(issue.get("title", issue.get("fields"))))


def test_everything_in_the_backlog_is_understood_but_the_problems_that_are_meant(
    world: World, understood: Understood
) -> None:
    codes = Counter(problem.code for problem in understood.problems)
    assert codes.keys() <= {"ignored", "blocker-cycle", "ambiguous-twin", "unknown-status"}
    assert codes["ignored"] == codes["blocker-cycle"] == codes["ambiguous-twin"] == 1
    assert len(understood.items) >= len(world.jira) + len(world.issues) - 2
    assert all(problem.remedy for problem in understood.problems)


def test_the_issue_in_limbo_has_no_status_that_syncd_knows(world: World, understood: Understood) -> None:
    """Read from the file itself, as the connector reads what Jira sends."""
    line = next(i for i in world.jira if i["fields"]["status"]["name"] == "In Limbo")
    wire = msgspec.convert({**line, "fields": {**line["fields"], "description": None}}, WireIssue[IssueFields])
    normalized = Normalizer(understood.rules).normalize(translate("jira", "https://x", FieldMap(), wire), TODAY)
    assert normalized.item is None
    assert [problem.code for problem in normalized.problems] == ["unknown-status"]


def test_twins_become_one_piece_of_work_however_people_say_so(understood: Understood) -> None:
    pairs = [work for work in understood.works if work.twins]
    assert 22 <= len(pairs) <= 30
    assert all(work.primary.ref.source == "jira" or len({m.ref.source for m in work.members}) == 1 for work in pairs)


def test_a_blocker_in_the_other_tool_is_seen(world: World, understood: Understood) -> None:
    key = keyed(world, "Accept an Idempotency-Key when an order is created")
    blocked = set(understood.work(key).blocks)
    waiting = understood.work(keyed(world, "Customers are charged twice when they tap Pay twice"))
    assert waiting.ref in blocked
    assert {member.ref.source for member in waiting.members} == {"jira", "github"}


def test_urgency_is_read_from_each_teams_own_words(world: World, understood: Understood) -> None:
    levels = Counter(
        (item.scope, item.priority) for item in understood.items.values() if item.priority_name is not None
    )
    assert {level for scope, level in levels if scope == "PAY"} == {1, 2, 3, 4, 5}
    assert len({level for scope, level in levels if scope == "lumen/web"}) >= 3
    assert len({level for scope, level in levels if scope == "lumen/api"}) == 3
    assert not [scope for scope, _ in levels if scope == "lumen/mobile"]


def test_reach_effort_and_outcomes_are_found_for_most_open_work(world: World, understood: Understood) -> None:
    still_open = [work for work in understood.works if work.open]
    assert len(still_open) > 250
    estimated = sum(work.primary.effort is not None for work in still_open) / len(still_open)
    assert 0.5 < estimated < 0.9
    assert sum(work.okr is not None for work in still_open) / len(still_open) > 0.5
    by_hand = understood.work(keyed(world, "Emoji in gift messages"))
    assert by_hand.okr is not None
    assert by_hand.okr.key_result == "KR5"
    open_in_jira = [key_of(issue) for issue in world.jira if is_open(issue)]
    reach = [understood.items[key].facts.get("reach") for key in open_in_jira if key in understood.items]
    assert sum(fact is not None and fact.origin != "default" for fact in reach) > 60
