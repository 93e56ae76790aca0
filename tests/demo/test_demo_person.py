"""A person's deeds, seen in the simulators."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from syncd.connector.protocol import Simulator
from syncd.connector.registry import connectors
from syncd.demo.desk import DeedError
from syncd.demo.person import DEEDS, Person
from syncd.demo.world import Files

AUTH = ("danwhit@lumen.example", "demo-token")
BEARER = {"Authorization": "Bearer demo-token"}


@dataclass(frozen=True)
class Trackers:
    jira: str
    github: str

    def person(self) -> Person:
        return Person(self.jira, "demo-token", self.github, "demo-token")

    def look(self, key: str) -> dict[str, Any]:
        if "#" in key:
            repository, number = key.split("#")
            answer = requests.get(f"{self.github}/repos/{repository}/issues/{number}", headers=BEARER, timeout=9)
        else:
            answer = requests.get(f"{self.jira}/rest/api/3/issue/{key}?fields=*all", auth=AUTH, timeout=9)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def labels(self, key: str) -> set[str]:
        found = self.look(key)
        return set(found["fields"]["labels"]) if "fields" in found else {label["name"] for label in found["labels"]}


@pytest.fixture(scope="module")
def trackers(world_files: Files, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trackers]:
    started: list[Simulator] = []
    for kind, file in (("jira", world_files.jira), ("github", world_files.github)):
        simulate = connectors()[kind].simulate
        assert simulate is not None
        started.append(simulate(tmp_path_factory.mktemp(kind), [file]))
    yield Trackers(started[0].url, started[1].url)
    for simulator in started:
        simulator.close()


def named(told: str) -> str:
    """The key in a sentence such as: closed SHOP-14 “Cart forgets coupons” (Jira)"""
    return next(word for word in told.split() if "#" in word or word.startswith(("PAY-", "SHOP-")))


@pytest.mark.parametrize("deed", list(DEEDS))
def test_every_deed_finds_an_issue_and_tells_what_was_done(trackers: Trackers, deed: str) -> None:
    told = trackers.person().deed(deed)
    found = trackers.look(named(told))
    title = found["fields"]["summary"] if "fields" in found else found["title"]
    assert f"“{title}”" in told
    assert told.endswith("(Jira)" if "fields" in found else "(GitHub)")


def test_closing_finishes_the_issue_in_either_tool(trackers: Trackers) -> None:
    key = named(trackers.person().close())
    assert trackers.look(key)["fields"]["status"]["name"] == "Done"
    key = named(trackers.person().comment())
    trackers.person().close(key)
    closed = trackers.look(key)
    assert (closed["state"], closed["state_reason"]) == ("closed", "completed")
    with pytest.raises(DeedError, match="closed already"):
        trackers.person().close(key)


def test_a_horizon_set_by_hand_replaces_ours_and_no_other_label(trackers: Trackers) -> None:
    for key in ("SHOP-20", "lumen/web#40"):
        person = trackers.person()
        before = {label for label in trackers.labels(key) if not label.startswith("roadmap/")}
        assert "set roadmap/now by hand" in person.set_horizon(key)
        assert trackers.labels(key) == before | {"roadmap/now"}
        assert "set roadmap/later instead of roadmap/now by hand" in person.set_horizon(key)
        assert trackers.labels(key) == before | {"roadmap/later"}


def test_relabelling_twice_ends_where_it_began(trackers: Trackers) -> None:
    for key in ("PAY-30", "lumen/mobile#20"):
        before = trackers.labels(key)
        told = trackers.person().relabel(key)
        assert told.startswith("put" if "security" not in before else "took")
        assert trackers.labels(key) == before ^ {"security"}
        trackers.person().relabel(key)
        assert trackers.labels(key) == before


def test_an_estimate_changes_where_the_team_keeps_it(trackers: Trackers) -> None:
    told = trackers.person().re_estimate()
    points = trackers.look(named(told))["fields"]["customfield_10016"]
    assert f"to {points:g} story points" in told
    key = "lumen/web#41"
    trackers.person().re_estimate(key)
    trackers.person().re_estimate(key)
    assert len({label for label in trackers.labels(key) if label.startswith("size/")}) == 1


def test_a_priority_rises_by_one_step_in_the_words_of_the_team(trackers: Trackers) -> None:
    told = trackers.person().raise_priority()
    assert trackers.look(named(told))["fields"]["priority"]["name"] in told.split("to ")[-1]
    web = next(f"lumen/web#{n}" for n in range(1, 120) if "P2" in trackers.labels(f"lumen/web#{n}"))
    assert "from P2 to P1" in trackers.person().raise_priority(web)
    assert trackers.labels(web) & {"P0", "P1", "P2", "P3"} == {"P1"}
    with pytest.raises(DeedError, match="no priority label"):
        trackers.person().raise_priority("lumen/mobile#3")


def test_votes_and_reactions_are_counted_once_per_person(trackers: Trackers) -> None:
    before = trackers.look("PAY-31")["fields"]["votes"]["votes"]
    trackers.person().vote("PAY-31")
    trackers.person().vote("PAY-31")
    assert trackers.look("PAY-31")["fields"]["votes"]["votes"] == before + 1
    before = trackers.look("lumen/api#31")["reactions"]["+1"]
    trackers.person().react("lumen/api#31")
    assert trackers.look("lumen/api#31")["reactions"]["+1"] == before + 1


def test_the_choice_is_the_same_as_long_as_nothing_changes(trackers: Trackers) -> None:
    person = trackers.person()
    assert named(person.comment()) == named(person.comment())
    assert named(person.relabel()) != named(person.relabel())


def test_mistakes_are_answered_in_a_sentence(trackers: Trackers, tmp_path: Path) -> None:
    person = trackers.person()
    with pytest.raises(DeedError, match="choose one of: relabel, re-estimate"):
        person.deed("dance")
    with pytest.raises(DeedError, match="write it like PAY-12 or lumen/web#7"):
        person.deed("close", "PAY 12")
    with pytest.raises(DeedError, match=r"Jira refused \(404\)"):
        person.deed("close", "PAY-99999")
    with pytest.raises(DeedError, match=r"GitHub refused \(404\)"):
        person.deed("close", "lumen/web#99999")
    stranger = Person(trackers.jira, "wrong", trackers.github, "wrong")
    with pytest.raises(DeedError, match=r"refused \(401\)"):
        stranger.deed("comment")
    nobody = Person("http://127.0.0.1:9", "x", "http://127.0.0.1:9", "x")
    with pytest.raises(DeedError, match="start it with: syncd demo"):
        nobody.deed("vote")
