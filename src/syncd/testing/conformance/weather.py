"""Gold: a connector in bad weather. No fault loses, doubles or invents a write, and only the five errors escape."""

from __future__ import annotations

import contextlib
from typing import ClassVar

import pytest

from syncd.connector.errors import Ambiguous, ConnectorError, Locked, Refused, Stale, Transient
from syncd.connector.protocol import Can
from syncd.testing.conformance.faults import MEANINGS, READING, WRITING, expect, outcomes_of, partly, possible, readings
from syncd.testing.conformance.levels import Level
from syncd.testing.conformance.stage import Stage
from syncd.testing.conformance.telling import demand, does_not_apply, named
from syncd.testing.sandbox import On, Weather


class Gold:
    level: ClassVar[Level] = Level.GOLD

    @pytest.mark.parametrize("after", [0, 1, 3])
    @pytest.mark.parametrize("kind", list(Weather), ids=str)
    def test_reading_in_bad_weather_ends_in_the_right_error(self, stage: Stage, kind: Weather, after: int) -> None:
        possible(stage, kind)
        ids = stage.people_add(3)
        mirror = stage.pulled()
        scopes = stage.description.order_scopes
        for name, use in readings(stage, mirror, ids, scopes):
            stage.wire.clear()
            result: object = None
            error: BaseException | None = None
            with stage.sandbox.weather(kind, On.READING, after):
                try:
                    result = use()
                except ConnectorError as raised:
                    error = raised
                except Exception as bug:
                    error = bug
            struck = len(stage.wire.calls) > after
            if error is None:
                demand(
                    not struck,
                    f"{MEANINGS[kind]}.",
                    f"`{name}` was struck at request {after + 1} and still gave {str(result)[:200]}",
                    "check status, content type and completeness of every answer before believing it.",
                )
                continue
            expect(error, READING[kind], kind, f"`{name}`, struck at request {after + 1},")

    @pytest.mark.parametrize("kind", list(Weather), ids=str)
    def test_after_bad_weather_the_same_connector_reads_on(self, stage: Stage, kind: Weather) -> None:
        possible(stage, kind)
        ids = stage.people_add(2)
        mirror = stage.pulled()
        with stage.sandbox.weather(kind, On.READING), contextlib.suppress(ConnectorError):
            mirror.take(stage.connector.pull(mirror.cursor))
        stage.sandbox.edit(ids[0], title="Changed in the rain")
        mirror.take(stage.connector.pull(mirror.cursor))
        demand(
            mirror[ids[0]].title == "Changed in the rain",
            "a failed pull goes on from the last stored cursor, and misses nothing.",
            f"after '{kind}', the connector does not see a change",
            "keep no half-read state in the connector.",
        )

    @pytest.mark.parametrize("after", [0, 1, 3])
    @pytest.mark.parametrize("kind", list(Weather), ids=str)
    def test_writing_in_bad_weather_never_claims_what_is_not(self, stage: Stage, kind: Weather, after: int) -> None:
        possible(stage, kind)
        change = stage.write()
        ids = stage.people_add(3)
        mirror = stage.pulled()
        edits = [mirror.edit(id_, *change(0)) for id_ in ids]
        before = stage.picture(ids)
        stage.wire.clear()
        with stage.sandbox.weather(kind, On.WRITING, after):
            outcomes, raised = outcomes_of(stage, edits)
        struck = stage.wire.mutations > after
        now = stage.picture(ids)
        again = stage.apply(*edits)
        wanted = stage.picture(ids)
        demand(
            again == [None] * 3,
            "after bad weather the same connector writes on.",
            named(again),
            "keep no broken state.",
        )
        for id_, outcome in zip(ids, outcomes, strict=False):
            demand(
                outcome is not None or now[id_] == wanted[id_],
                "None means that the tool confirmed the edit.",
                f"'{kind}' while writing: the outcome of {id_} is None, and people see {now[id_]}",
                "take nothing but the tool's own confirmation for success: not a status alone, not a redirect.",
            )
            demand(
                outcome is None or isinstance(outcome, Ambiguous) or now[id_] == before[id_] or partly(stage),
                "every error but Ambiguous says that nothing happened.",
                f"'{kind}' while writing: {named(outcome)} for {id_}, which shows {now[id_]}",
                "when a request left and its answer does not tell, it is Ambiguous.",
            )
        errors = [outcome for outcome in outcomes if outcome is not None]
        if raised is not None:
            expect(raised, (Transient, Locked), kind, "`apply` raised, which only concerns the source as a whole; it")
        elif errors:
            expect(errors[0], WRITING[kind], kind, "the first edit that failed")
        else:
            # An answer without a body cannot be cut, so there nothing was wrong.
            demand(
                not struck or kind is Weather.TRUNCATED,
                f"{MEANINGS[kind]}.",
                f"writing was struck at request {after + 1}, and all outcomes are None",
                "look at every answer.",
            )

    def test_a_lost_answer_is_not_asked_for_again_by_the_connector(self, stage: Stage) -> None:
        possible(stage, Weather.LOST)
        change = stage.write()
        (id_,) = stage.people_add(1)
        mirror = stage.pulled()
        confirm = mirror.edit(id_, *change(0))
        stage.wire.clear()
        stage.apply(confirm)
        honest = stage.wire.mutations
        stage.wire.clear()
        with stage.sandbox.weather(Weather.LOST, On.WRITING):
            outcomes, raised = outcomes_of(stage, [mirror.edit(id_, *change(1))])
        demand(
            stage.wire.mutations <= honest and raised is None and [type(one) for one in outcomes] == [Ambiguous],
            "calls do not retry; a write whose answer was lost is Ambiguous and never sent again blindly.",
            f"{honest} writing requests in good weather, {stage.wire.mutations} with the answer lost; {named(outcomes)}",
            "switch off every retry of the HTTP library and of the vendor's package.",
        )

    def test_a_connector_neither_retries_nor_sleeps(self, stage: Stage) -> None:
        kinds = [
            kind for kind in (Weather.BROKEN, Weather.LIMITED, Weather.DROPPED) if kind not in stage.sandbox.cannot
        ]
        stage.people_add(1)
        mirror = stage.pulled()
        for kind in kinds:
            stage.wire.clear()
            with stage.sandbox.weather(kind, On.READING), contextlib.suppress(ConnectorError):
                list(stage.connector.fetch(list(mirror.issues), {}))
            demand(
                len(stage.wire.calls) <= 1,
                "calls block, do not retry and do not sleep: the engine does, in one place.",
                f"'{kind}': {len(stage.wire.calls)} requests for one issue",
                "raise at the first failure.",
            )

    def test_every_request_passes_the_transport(self, stage: Stage) -> None:
        ids = stage.people_add(2)
        if stage.sandbox.requests() is None:
            does_not_apply("the sandbox cannot count requests")
        began = stage.sandbox.requests() or 0
        mirror = stage.pulled()
        for _, use in readings(stage, mirror, ids, stage.description.order_scopes):
            use()
        made = (stage.sandbox.requests() or 0) - began
        demand(
            len(stage.wire.calls) == made and len(stage.wire.answers) == made,
            "every request passes Transport.before and Transport.after: there are pace, count and the write gate.",
            f"{made} requests reached the tool, {len(stage.wire.calls)} asked before and {len(stage.wire.answers)} told after",
            "wrap the one place where requests leave.",
        )

    def test_nothing_leaves_through_a_closed_gate(self, stage: Stage) -> None:
        change = stage.write()
        ids = stage.people_add(3)
        mirror = stage.pulled()
        before, order = stage.picture(ids), stage.sandbox.order()
        stage.wire.gate_open = False
        stage.wire.clear()
        outcomes, raised = outcomes_of(stage, [mirror.edit(id_, *change(0)) for id_ in ids])
        if Can.MOVE in stage.description.can:
            try:
                outcomes += list(stage.connector.reorder(stage.scope, [mirror.move(ids[2], None)]))
            except ConnectorError as error:
                raised = error
        demand(
            stage.picture(ids) == before and stage.sandbox.order() == order and stage.wire.mutations == 0,
            "a dry run cannot write: Transport.before raises for a mutating call, and then it does not leave.",
            f"with the gate closed, people see {stage.picture(ids)} and the order {stage.sandbox.order()}",
            "call Transport.before(Call(..., mutates=True)) before each write, and let its error through.",
        )
        errors = [*outcomes, *([raised] if raised is not None else [])]
        demand(
            bool(errors) and all(isinstance(error, Refused | Stale) for error in errors),
            "the transport's own error is the outcome of what it stopped.",
            f"the outcomes are {named(errors)}",
            "yield or raise the ConnectorError of Transport.before as it is.",
        )
        stage.wire.gate_open = True
