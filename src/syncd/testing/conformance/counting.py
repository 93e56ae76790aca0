"""Bronze, third part: counting, for connectors that can. A measure that cannot be taken is an error and never a zero."""

from __future__ import annotations

from typing import ClassVar

import pytest

from syncd.connector.errors import ConnectorError, Refused
from syncd.connector.protocol import Counter
from syncd.testing.conformance.levels import Level
from syncd.testing.conformance.stage import Stage
from syncd.testing.conformance.telling import demand, does_not_apply, named
from syncd.testing.sandbox import On, Weather


class BronzeCounting:
    level: ClassVar[Level] = Level.BRONZE

    def test_a_count_is_the_number_of_issues_that_people_see(self, stage: Stage) -> None:
        counter, everything, _ = _counter(stage)
        ids = stage.people_add(3)
        first = counter.count(everything)
        stage.sandbox.delete(ids[1])
        second = counter.count(everything)
        demand(
            (first, second) == (3, 2) and not stage.wire.mutations,
            "`count` says how many issues the query finds now, and changes nothing.",
            f"{first} of three issues, {second} after one was deleted, {stage.wire.mutations} mutating requests",
            "ask the tool for the total of a search, not for a page of it.",
        )

    def test_a_query_that_the_tool_does_not_understand_is_refused_and_never_zero(self, stage: Stage) -> None:
        counter, _, nonsense = _counter(stage)
        outcome = _counted(counter, nonsense)
        demand(
            isinstance(outcome, Refused),
            "`count` raises Refused for a query that the tool does not understand.",
            f"{nonsense!r} ended in {named(outcome)}",
            "some tools find nothing where they understand nothing: let the tool judge the query when it finds nothing.",
        )

    @pytest.mark.parametrize("kind", list(Weather))
    def test_counting_in_bad_weather_ends_in_an_error_and_never_in_a_number(self, stage: Stage, kind: Weather) -> None:
        counter, everything, _ = _counter(stage)
        if kind in stage.sandbox.cannot:
            does_not_apply(stage.sandbox.cannot[kind])
        stage.people_add(2)
        with stage.sandbox.weather(kind, On.READING):
            outcome = _counted(counter, everything)
        demand(
            isinstance(outcome, ConnectorError),
            "only ConnectorErrors escape, and an answer that is none is no count.",
            f"{kind} weather ended in {named(outcome)}",
            "decode the answer strictly: a count that is not there is no zero.",
        )


def _counter(stage: Stage) -> tuple[Counter, str, str]:
    connector = stage.connector
    if not isinstance(connector, Counter):
        does_not_apply("the connector does not count")
    if stage.sandbox.counted is None:
        pytest.fail(
            "The contract says: a connector that counts is checked for it.\nSeen here: it has `count`.\n"
            "What to do: give Sandbox.counted a query that finds everything and one that your tool does not understand.",
            pytrace=False,
        )
    return connector, *stage.sandbox.counted


def _counted(counter: Counter, query: str) -> object:
    try:
        return counter.count(query)
    except Exception as error:
        return error
