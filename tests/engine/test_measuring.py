"""Key results are measured on their schedule, at the beginning of a cycle; what fails keeps the last value for a while."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from metrics_server import Metrics, Page, serving
from paper_world import PaperWorld, anybody, backlog
from structlog.testing import capture_logs

from syncd.core.decide import explain
from syncd.core.rules import KeyResult
from syncd.engine.cycle import Cycle
from syncd.engine.measuring.known import problems
from syncd.engine.measuring.schedule import take
from syncd.engine.memory.foresee import foresee
from syncd.engine.world import World
from syncd.testing.paper import PaperConnector, PaperTracker

OKRS = """
period: {{starts: 2026-11-01, ends: 2026-12-31}}
objectives:
  - id: O1
    title: Fewer of them
    match: "True"
    key_results:
      - {{id: KR1, title: Items of team a, start: 10, target: 0, measure: {{source: alpha, count: team/a}}}}
      - id: KR2
        title: Answers in time
        start: 0
        target: 100
        measure: {{json: "{url}/numbers", path: share, times: 100, every: 30 minutes, stale_after: 6 hours, token: {{file: token.txt}}}}
"""
ADJUST = """
adjust:
  - {name: behind plan, when: okr.behind > 0, add: 1000 * okr.behind}
"""


@pytest.fixture
def metrics() -> Iterator[Metrics]:
    with serving() as running:
        running.pages["/numbers"] = Page(b'{"share": 0.5}')
        yield running


@pytest.fixture
def paper(tmp_path: Path, metrics: Metrics) -> PaperWorld:
    world = PaperWorld(tmp_path, {"alpha": backlog(PaperTracker())})
    config = tmp_path / "config"
    (config / "okrs.yaml").write_text(OKRS.format(url=metrics.url))
    (config / "token.txt").write_text("sesame")
    scoring = (config / "scoring.yaml").read_text()
    (config / "scoring.yaml").write_text(scoring + ADJUST)
    syncd = (config / "syncd.yaml").read_text()
    (config / "syncd.yaml").write_text(syncd + "measures: {allow: [127.0.0.1]}\n")
    return world


def cycle(paper: PaperWorld) -> dict[str, KeyResult]:
    """The key results as one process decides with them."""
    with paper.opened() as world:
        Cycle(world).run(write=True, approved=anybody)
        return results(world)


def results(world: World) -> dict[str, KeyResult]:
    return {one.id: one for each in world.rules.okrs.objectives for one in each.key_results}


def test_a_cycle_decides_with_what_was_measured_at_its_beginning(paper: PaperWorld, metrics: Metrics) -> None:
    found = cycle(paper)
    assert (found["KR1"].current, found["KR1"].current_from) == (6.0, "measured 2026-11-23, a count in alpha")
    assert (found["KR2"].current, found["KR2"].current_from) == (50.0, "measured 2026-11-23, share at 127.0.0.1")
    assert metrics.asked[0][1]["authorization"] == "Bearer sesame"
    with paper.opened() as world:
        decision = Cycle(world).decision(remember=False)
        note = explain(decision, world.rules, decision.ranked[0].work.ref).lines[-1]
        assert note.text.startswith("serves O1")
        assert foresee(world.store, world.rules, world.today()).scores == decision.scores


def test_each_measure_is_asked_when_it_is_due_and_not_before(paper: PaperWorld, metrics: Metrics) -> None:
    for minutes, asked in ((0, 1), (1, 1), (28, 1), (1, 2), (29, 2), (1, 3)):
        paper.clock.forward(minutes=minutes)
        cycle(paper)
        assert len(metrics.asked) == asked


def test_a_failed_measure_keeps_its_value_then_is_unknown_and_never_zero(paper: PaperWorld, metrics: Metrics) -> None:
    cycle(paper)
    metrics.pages["/numbers"] = Page(b"down", 503)
    paper.clock.forward(hours=6)
    assert cycle(paper)["KR2"].current == 50.0
    paper.clock.forward(minutes=1)
    found = cycle(paper)["KR2"]
    assert found.current is None
    assert found.progress is None
    assert found.current_from == "unknown: last measured 2026-11-23, share at 127.0.0.1"
    metrics.pages["/numbers"] = Page(b'{"share": 0.75}')
    paper.clock.forward(minutes=5)  # sooner than its schedule, because it failed
    assert cycle(paper)["KR2"].current == 75.0


def test_a_failure_is_told_once_and_once_when_it_is_over(paper: PaperWorld, metrics: Metrics) -> None:
    metrics.pages["/numbers"] = Page(b"down", 503)
    with capture_logs() as told:
        for _ in range(3):
            cycle(paper)
            paper.clock.forward(hours=1)
        with paper.opened() as world:
            ((measure, state),) = problems(world.store, world.loaded.measures)
        metrics.pages["/numbers"] = Page(b'{"share": 0.5}')
        cycle(paper)
        cycle(paper)
    about = [one for one in told if one.get("key_result") == "KR2"]
    assert [one["event"] for one in about] == ["key result cannot be measured", "key result is measured again"]
    assert about[0]["error"] == "127.0.0.1 answered 503"
    assert (measure.key_result, state.problem) == ("KR2", "127.0.0.1 answered 503")
    assert (state.failing_since, (state.attempted - paper.clock.now).days) == (paper.clock.now.replace(hour=12), -1)


def test_the_history_of_a_measure_is_kept_and_ends_where_it_asks_for_something_else(
    paper: PaperWorld, metrics: Metrics
) -> None:
    for share in (0.5, 0.625, 0.75):
        metrics.pages["/numbers"] = Page(b'{"share": %g}' % share)
        cycle(paper)
        paper.clock.forward(hours=1)
    okrs = paper.folder / "config" / "okrs.yaml"
    with paper.opened() as world:
        measure = next(one for one in world.loaded.measures if one.key_result == "KR2")
        history = world.store.measures.history("KR2", measure.definition, world.clock().replace(hour=0))
        assert [one.value for one in history] == [50.0, 62.5, 75.0]
    okrs.write_text(okrs.read_text().replace("every: 30 minutes", "every: 10 minutes"))
    with paper.opened() as world:
        assert results(world)["KR2"].current == 75.0  # how often is not what
    okrs.write_text(okrs.read_text().replace("times: 100", "times: 1000"))
    with paper.opened() as world:
        assert results(world)["KR2"].current is None
        assert results(world)["KR2"].current_from == "not measured yet"
    assert cycle(paper)["KR2"].current == 750.0


def test_what_is_measured_moves_the_order_and_only_that_is_decided_again(paper: PaperWorld, metrics: Metrics) -> None:
    with paper.opened() as world:
        cycles = Cycle(world)
        first = cycles.run(write=False).decision
        again = cycles.run(write=False).decision
        assert first is again
        items = cycles.items
        world.sources["alpha"].connector._tracker.add("one more", labels={"team/a"})  # type: ignore[attr-defined]
        paper.clock.forward(hours=1)
        third = cycles.run(write=False).decision
        assert third is not again
        assert cycles.items is items
        assert results(world)["KR1"].current == 7.0


def test_a_query_that_the_source_refuses_is_the_problem_of_that_measure_alone(paper: PaperWorld) -> None:
    okrs = paper.folder / "config" / "okrs.yaml"
    okrs.write_text(okrs.read_text().replace("count: team/a", "count: 'what?'"))
    found = cycle(paper)
    assert (found["KR1"].current, found["KR2"].current) == (None, 50.0)


class Mute(PaperConnector):
    count = None  # type: ignore[assignment]


class Buggy(PaperConnector):
    def count(self, query: str) -> int:
        raise KeyError(query)


@pytest.mark.parametrize(
    ("kind", "problem"),
    [
        (Mute, "the connector alpha cannot count; measure it in another way"),
        (Buggy, "KeyError (a bug; the log has its traceback)"),
    ],
)
def test_a_connector_that_cannot_count_is_the_problem_of_that_measure_alone(
    paper: PaperWorld, kind: type[PaperConnector], problem: str
) -> None:
    paper.build = kind
    with paper.opened() as world:
        found = {one.measure.key_result: (one.value, one.problem) for one in take(world, world.loaded.measures)}
    assert found == {"KR1": (None, problem), "KR2": (50.0, None)}


def test_without_a_permission_nothing_inside_is_asked(paper: PaperWorld, metrics: Metrics) -> None:
    syncd = paper.folder / "config" / "syncd.yaml"
    syncd.write_text(syncd.read_text().replace("allow: [127.0.0.1]", "allow: []"))
    with paper.opened() as world:
        problem = {one.measure.key_result: one.problem for one in take(world, world.loaded.measures)}["KR2"]
    assert metrics.asked == []
    assert problem is not None and "not on the open internet" in problem


def test_no_secret_of_a_measure_is_in_the_store_or_the_log(paper: PaperWorld, metrics: Metrics) -> None:
    with capture_logs() as told:
        cycle(paper)
        metrics.pages["/numbers"] = Page(b"down", 503)
        paper.clock.forward(hours=1)
        cycle(paper)
    assert b"sesame" not in (paper.folder / "syncd.db").read_bytes()
    assert "sesame" not in str(told)
