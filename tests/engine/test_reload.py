"""A changed configuration takes effect in the running daemon; a wrong one changes nothing and says so."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from engine.paper_world import SOURCE, backlog
from engine.running import Running, eventually, running, scored
from syncd.engine.service.watching import watching
from syncd.testing.paper import PaperTracker


@pytest.fixture
def trackers() -> dict[str, PaperTracker]:
    return {"paper": backlog(PaperTracker()), "ink": backlog(PaperTracker("INK"))}


@pytest.fixture
def it(tmp_path: Path, trackers: dict[str, PaperTracker]) -> Iterator[Running]:
    with running(tmp_path, trackers, poll="1 hour") as one:
        eventually(lambda: all(map(scored, trackers.values())) and one.settled)
        yield one


def test_changed_rules_rank_anew_without_a_restart(it: Running, trackers: dict[str, PaperTracker]) -> None:
    issue = next(iter(trackers["paper"].issues.values()))
    before, connector = issue.fields["Score"], it.world.sources["paper"].connector
    it.rewrite("High: 9", "High: 40", "scoring.yaml")
    it.reload.ask("SIGHUP")
    eventually(lambda: issue.fields["Score"] != before)
    assert it.world.sources["paper"].connector is connector, "what did not change was built anew"


def test_a_changed_file_of_voices_is_taken_as_new_data_and_a_broken_one_leaves_the_old(
    it: Running, trackers: dict[str, PaperTracker]
) -> None:
    issue = next(iter(trackers["paper"].issues.values()))
    voices = it.config / "voices.csv"
    voices.write_text("issue,customer,said,date\n")
    it.rewrite("{effort: size}", "{effort: 1, value: 10 * voices.customers}", "scoring.yaml")
    it.rewrite("score:\n", "voices: voices.csv\nscore:\n", "scoring.yaml")
    it.reload.ask("SIGHUP")
    eventually(lambda: issue.fields["Score"] == 0.0)
    digest = it.world.rules.digest
    assert voices in it.world.loaded.files, "it is watched"
    with structlog.testing.capture_logs() as log:
        voices.write_text(f"issue,customer,said,date\n{issue.key},Acme,secret wish,2025-01-05\n")
        it.reload.ask("changed")
        eventually(lambda: issue.fields["Score"] == 10.0)
        assert it.world.rules.digest == digest
        voices.write_text(f"issue,customer,said,date\n{issue.key},Acme,secret wish,whenever\n")
        it.reload.ask("changed")
        eventually(lambda: it.world.refused is not None)
    assert it.world.refused is not None and "its day cannot be read" in it.world.refused.because
    assert issue.fields["Score"] == 10.0
    assert "secret wish" not in str(log) and "Acme" not in str(log)


def test_wrong_rules_change_nothing_and_are_told_until_they_are_right(
    it: Running, trackers: dict[str, PaperTracker]
) -> None:
    rules, cycles = it.world.rules, len(it.cycles)
    with structlog.testing.capture_logs() as log:
        said: list[str] = []
        it.reload.refused = said.append
        it.rewrite("value_effort", "value_efort", "scoring.yaml")
        it.reload.ask("SIGHUP")
        eventually(lambda: it.world.refused is not None)
        eventually(lambda: len(it.cycles) > cycles)
        assert it.world.rules is rules and it.reload.failures == 1
        assert it.world.refused is not None and "value_efort" in it.world.refused.because
        assert said == [it.world.refused.because]
        it.rewrite("value_efort", "value_effort", "scoring.yaml")
        it.reload.ask("SIGHUP")
        eventually(lambda: it.world.refused is None)
    told = [(entry["event"], entry["log_level"]) for entry in log if entry["event"].startswith("configuration")]
    assert told == [("configuration refused, the one before stays in force", "error"), ("configuration taken", "info")]


def test_a_source_can_be_removed_changed_and_added(it: Running, trackers: dict[str, PaperTracker]) -> None:
    closed: list[str] = []
    for name, source in it.world.sources.items():
        source.connector.close = lambda name=name: closed.append(name)  # type: ignore[method-assign, misc]
    ink = SOURCE.format(name="ink", mode="auto", note="false", bots="")
    it.rewrite(ink, "")
    it.rewrite(", ink: {field: Size}", "", "scoring.yaml")
    it.rewrite("score: {field: Score}", "score: {field: Points}")
    it.reload.ask("SIGHUP")
    eventually(lambda: all("Points" in issue.fields for issue in trackers["paper"].issues.values()))
    assert list(it.world.sources) == ["paper"] and sorted(closed) == ["ink", "paper"]
    late = next(iter(trackers["ink"].issues.values()))
    late.priority = "Low" if late.priority != "Low" else "High"
    trackers["ink"].touch(late)
    before = late.fields["Score"]
    it.rewrite("policy:", ink + "policy:")
    it.reload.ask("SIGHUP")
    eventually(lambda: late.fields["Score"] != before)


def test_what_only_a_start_reads_is_named(it: Running) -> None:
    with structlog.testing.capture_logs() as log:
        it.rewrite("poll: 1 hour", "poll: 30 minutes\nlisten: 127.0.0.1:0")
        it.reload.ask("SIGHUP")
        eventually(lambda: it.world.loaded.settings.poll.total_seconds() == 1800)
        eventually(lambda: any(entry.get("settings") == ["listen"] for entry in log))


def test_a_file_that_is_replaced_is_noticed_and_one_that_is_only_touched_is_not(tmp_path: Path) -> None:
    config, secret = tmp_path / "config" / "scoring.yaml", tmp_path / "secrets" / "token"
    for path in (config, secret):
        path.parent.mkdir()
        path.write_text("one")
    told: list[str] = []
    heard = threading.Event()

    def hear(because: str) -> None:
        told.append(because)
        heard.set()

    with watching(lambda: [config, secret], hear):
        threading.Event().wait(0.5)
        config.write_text("one")
        assert not heard.wait(1)
        (config.parent / "draft").write_text("two")
        (config.parent / "draft").rename(config)
        assert heard.wait(10) and told == ["changed: scoring.yaml"]
        heard.clear()
        secret.write_text("two")
        assert heard.wait(10) and told[-1] == "changed: token"
