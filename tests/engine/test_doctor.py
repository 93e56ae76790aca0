"""What the doctor finds at a source, in the store and among the files, and what it advises."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from engine.pace_weather import NOON, get, github
from engine.paper_world import PaperWorld, backlog
from syncd.config.load import Loaded, load
from syncd.connector.errors import Locked, Reach, Transient
from syncd.connector.protocol import Can, Connector, Description, FieldInfo, FieldType, Spec, Wiring
from syncd.core.permission.leave import Mode, WriteKind
from syncd.core.rules import Slot, Target
from syncd.engine.checkup.doctor import Finding, Grade, examine
from syncd.engine.checkup.premises import examine_files, examine_store, health
from syncd.engine.pacing.limits import Pause
from syncd.engine.world import World
from syncd.store.errors import StoreMissing
from syncd.store.open import open_store
from syncd.testing.paper import PaperConnector, PaperTracker, paper_spec


class Site(PaperConnector):
    """A paper tracker whose description a test may change."""

    says: Mapping[str, object] = {}

    def describe(self) -> Description:
        return replace(super().describe(), **self.says)  # type: ignore[arg-type]


@pytest.fixture
def tracker() -> PaperTracker:
    return backlog(PaperTracker())


@pytest.fixture
def world(tmp_path: Path, tracker: PaperTracker) -> Iterator[World]:
    with PaperWorld(tmp_path, {"paper": tracker}).opened() as opened:
        yield opened


def examined(world: World, tracker: PaperTracker, **says: object) -> dict[str, list[Finding]]:
    """The findings by what was checked; the source describes itself as given."""
    source = world.sources["paper"]
    configured = source.configured
    wiring = Wiring(
        "paper", source.pace, configured.read_fields, configured.write_fields, configured.rules.order, world.clock
    )
    site = Site(tracker, wiring)
    site.says = says
    connector: Connector = site
    source = replace(source, make=lambda: connector)
    found: dict[str, list[Finding]] = {}
    for finding in examine(source, ("now", "later"), world.clock):
        found.setdefault(finding.check, []).append(finding)
    return found


def grades(found: Mapping[str, list[Finding]]) -> dict[str, set[str]]:
    return {check: {finding.grade.value for finding in findings} for check, findings in found.items()}


def test_a_source_that_fits_is_fine_line_by_line(world: World, tracker: PaperTracker) -> None:
    found = examined(world, tracker)
    assert grades(found) == {check: {"ok"} for check in ("reachable", "account", "permissions", "fields", "labels")}
    assert "syncd" in found["account"][0].says
    assert {finding.says for finding in found["fields"]} == {
        "Rank (number) shows the rank", "Score (number) shows the score", "Size (number) is read",
    }  # fmt: skip
    assert found["labels"][0].says == "roadmap/now, roadmap/later show the horizon"
    assert tracker.edits_by_syncd == 0


def test_a_lost_token_is_a_problem_with_its_sentence(world: World, tracker: PaperTracker) -> None:
    def storm(step: int) -> None:
        raise Locked("the token was refused: make a new one")

    tracker.weather = storm
    found = examined(world, tracker)
    assert [f.says for f in found["reachable"]] == ["the token was refused: make a new one"]
    assert grades(found) == {"reachable": {"problem"}}


def test_a_pause_is_a_warning_and_asks_nothing(world: World, tracker: PaperTracker) -> None:
    world.sources["paper"].pace.keep(Pause(world.clock() + timedelta(minutes=125), "GitHub's hourly limit"))
    found = examined(world, tracker)
    assert grades(found) == {"reachable": {"warning"}}
    assert found["reachable"][0].says == "paused until 14:05 UTC by GitHub's hourly limit"
    assert tracker.step == 0


def test_a_limit_met_by_the_examination_itself_is_a_warning(world: World, tracker: PaperTracker) -> None:
    def limited(step: int) -> None:
        raise Transient("limited", 7200, "the hourly limit", reach=Reach.ACCOUNT)

    tracker.weather = limited
    assert grades(examined(world, tracker)) == {"reachable": {"warning"}}


def test_permissions_count_where_they_are_needed(world: World, tracker: PaperTracker) -> None:
    lacks = {
        Can.MOVE: ("Schedule Issues in PAY",),
        Can.LABELS: ("Edit Issues in PAY",),
        Can.FIELDS: ("Edit Issues in PAY",),
    }
    found = examined(world, tracker, missing_permissions=lacks)["permissions"]
    assert [f.says for f in found] == [
        "syncd lacks Edit Issues in PAY, which is needed to write fields",
        "syncd lacks Schedule Issues in PAY, which is needed to keep the order",
    ]
    assert {f.grade for f in found} == {Grade.PROBLEM} and all("grant it to syncd" in f.remedy for f in found)
    source = world.sources["paper"]
    source.configured = replace(
        source.configured, rules=replace(source.configured.rules, modes=dict.fromkeys(WriteKind, Mode.OBSERVE))
    )
    assert {f.grade for f in examined(world, tracker, missing_permissions=lacks)["permissions"]} == {Grade.WARNING}
    source.configured = replace(source.configured, rules=replace(source.configured.rules, targets=(), order=False))
    assert {f.grade for f in examined(world, tracker, missing_permissions=lacks)["permissions"]} == {Grade.OK}


def test_what_the_source_cannot_do_is_missing_even_if_it_does_not_say_why(world: World, tracker: PaperTracker) -> None:
    found = examined(world, tracker, can=frozenset({Can.READ, Can.FIELDS, Can.LABELS}))["permissions"]
    assert [f.says for f in found] == ["syncd may not keep the order there"]


def test_a_horizon_without_its_option_is_told_and_options_that_nobody_shows_are_not_missed(
    world: World, tracker: PaperTracker
) -> None:
    source = world.sources["paper"]
    shown = Target(Slot.HORIZON, field="Roadmap")
    rules = replace(source.configured.rules, targets=(shown,))
    source.configured = replace(
        source.configured, rules=rules, read_fields=frozenset(), write_fields=frozenset({"Roadmap"})
    )
    for options, says in (
        (("Now", "next"), "has no option 'later' (it has 'Now', 'next')"),
        (("now", "later"), "Roadmap (option, with now, later) shows the horizon"),
        ((), "Roadmap (option) shows the horizon"),
    ):
        field = FieldInfo("Roadmap", "7", FieldType.OPTION, True, options)
        (finding,) = examined(world, tracker, fields={"Roadmap": field})["fields"]
        assert says in finding.says
    (finding,) = examined(world, tracker, fields={"Roadmap": FieldInfo("Roadmap", "7", FieldType.NUMBER, True)})[
        "fields"
    ]
    assert finding.says == (
        "sources.paper.write.horizon: the field 'Roadmap' of paper is of type number; horizon needs option or text"
    )


def test_each_field_is_looked_at_by_itself(world: World, tracker: PaperTracker) -> None:
    examined(world, tracker)
    fields = dict(world.sources["paper"].connector.describe().fields)
    del fields["Size"]
    fields["Rank"] = replace(fields["Rank"], writable=False)
    found = examined(world, tracker, fields=fields, similar={"Size": ("T-Shirt Size",)})["fields"]
    assert [(f.grade.value, f.says.split(" ")[0]) for f in found] == [
        ("problem", "sources.paper.write.rank:"),
        ("ok", "Score"),
        ("problem", "scoring.yaml:"),
    ]
    assert "T-Shirt Size" in found[2].says


def test_quota_and_clock_are_told_in_numbers(world: World, tracker: PaperTracker) -> None:
    pace, now = world.sources["paper"].pace, world.clock()
    pace.after(get(), github(200, remaining=4321))
    found = examined(world, tracker, now=now - timedelta(seconds=10))
    assert found["quota"][0].says == "4,321 of 5,000 left (core), full again at 13:00 UTC"
    assert grades(found)["clock"] == {"ok"}
    pace.after(get(), github(200, remaining=100))
    found = examined(world, tracker, now=now - timedelta(minutes=2))
    assert grades(found)["quota"] == {"warning"} and grades(found)["clock"] == {"warning"}
    assert found["clock"][0].says == "our clock is 1 min 59 s ahead of the server's"
    found = examined(world, tracker, now=now + timedelta(minutes=10))
    assert found["clock"][0].says == "our clock is 10 min 0 s behind the server's"
    assert found["clock"][0].grade is Grade.PROBLEM


# the store and the files


def loaded(folder: Path) -> Loaded:
    world = PaperWorld(folder, {"paper": PaperTracker()})
    specs: dict[str, Spec] = {"paper": paper_spec("paper", world.trackers["paper"])}
    return load(folder / "config", {}, specs)


def test_a_store_that_is_not_there_yet_is_a_warning_and_a_sound_one_is_fine(tmp_path: Path) -> None:
    found = loaded(tmp_path)
    nothing = list(examine_store(found, None, StoreMissing("there is no store yet")))
    assert {f.check: f.grade.value for f in nothing} == {"sqlite": "ok", "health": "warning"}
    store = open_store(found.settings.store, write=True, now=NOON)
    store.close()
    store = open_store(found.settings.store, write=False, now=NOON)
    assert {f.grade for f in examine_store(found, store, None)} == {Grade.OK}
    store.close()


def test_a_folder_that_this_user_may_not_write_to_is_a_problem() -> None:
    folder = Path(tempfile.mkdtemp(prefix="syncd-doctor-"))  # where another user may look, unlike in pytest's folders
    found = loaded(folder)
    open_store(found.settings.store, write=True, now=NOON).close()
    folder.chmod(0o555)
    root = os.getuid() == 0
    if root:  # to whom nothing is forbidden
        os.setresuid(65534, 65534, 0)
    try:
        told = [f for f in examine_store(found, None, StoreMissing("gone")) if f.check != "sqlite"]
    finally:
        if root:
            os.setresuid(0, 0, 0)
        folder.chmod(0o755)
        shutil.rmtree(folder)
    assert (told[0].check, told[0].grade) == ("permission", Grade.PROBLEM)
    assert "`syncd run` ends at once" in told[0].says and "chown" in told[0].remedy


def test_a_damaged_store_is_a_problem_with_the_way_out(tmp_path: Path) -> None:
    found = loaded(tmp_path)
    store = open_store(found.settings.store, write=True, now=NOON)
    path = store.path
    store.close()
    page = path.read_bytes()
    path.write_bytes(page[:4096] + os.urandom(len(page) - 4096))
    finding = health(path)
    assert finding.grade is Grade.PROBLEM and "restore a backup" in finding.remedy


def test_secrets_that_others_can_read_are_problems(tmp_path: Path) -> None:
    found = loaded(tmp_path)
    config = tmp_path / "config"
    token = config / "token.txt"
    token.write_text("secret")
    text = found.texts["syncd.yaml"].replace("    kind: paper\n", "    kind: paper\n    token: {file: token.txt}\n")
    told = replace(found, texts={**found.texts, "syncd.yaml": text})
    for mode, grade in ((0o644, "problem"), (0o640, "warning"), (0o600, "ok")):
        token.chmod(mode)
        secrets = [f for f in examine_files(config, told) if f.check == "secrets"]
        assert [f.grade.value for f in secrets] == [grade]
        assert grade == "ok" or secrets[0].remedy == f"type: chmod 600 {token}"


def test_a_configuration_that_everybody_can_change_is_a_problem(tmp_path: Path) -> None:
    found = loaded(tmp_path)
    assert [f.grade.value for f in examine_files(tmp_path / "config", found)] == ["ok"]
    (tmp_path / "config" / "scoring.yaml").chmod(0o666)
    (finding,) = examine_files(tmp_path / "config", found)
    assert finding.grade is Grade.PROBLEM and "chmod o-w" in finding.remedy
