"""Platinum, second part: what the connector costs its tool, in requests."""

from __future__ import annotations

from typing import ClassVar

from syncd.testing.conformance.levels import Level
from syncd.testing.conformance.stage import Mirror, Stage
from syncd.testing.conformance.telling import demand


class PlatinumCost:
    level: ClassVar[Level] = Level.PLATINUM

    def test_a_full_pull_costs_its_pages_and_little_more(self, stage: Stage) -> None:
        page = stage.sandbox.page
        ids = stage.people_add(3 * page + 1)
        stage.wire.clear()
        mirror = stage.pulled()
        budget = -(-len(ids) // page) + stage.sandbox.setup_requests
        demand(
            len(mirror.issues) == len(ids) and len(stage.wire.calls) <= budget,
            "a full pull of N issues costs N / page requests, rounded up, and Sandbox.setup_requests.",
            f"{len(stage.wire.calls)} requests for {len(ids)} issues, {page} a page; the budget is {budget}",
            "ask for the largest pages, and for all that an issue needs in one answer.",
        )

    def test_a_quiet_pull_costs_the_same_however_many_issues_there_are(self, stage: Stage) -> None:
        mirror = Mirror()
        budget = stage.sandbox.quiet_requests
        for more in (2, 2 * stage.sandbox.page):
            stage.people_add(more)
            for _ in range(2):  # what changed a moment ago may be looked at once more
                stage.sandbox.later(600)
                mirror.take(stage.connector.pull(mirror.cursor))
            for connector, who in ((stage.connector, "the same process"), (stage.another(), "a new process")):
                stage.sandbox.later(60)
                stage.wire.clear()
                mirror.take(connector.pull(mirror.cursor))
                resources = [call.resource for call in stage.wire.calls]
                demand(
                    len(resources) <= budget,
                    f"a pull when nothing changed costs {budget} request(s) (Sandbox.quiet_requests), in a new process too.",
                    f"{len(resources)} requests with {len(mirror.issues)} issues in {who}: {resources}",
                    "ask only for what changed since the cursor, conditionally where the tool can, and keep in the cursor "
                    "what a new process would have to ask for again. Where a pull looks back a little, let it look back from the "
                    "tool's present, not for good from the newest change: many issues may have come in that minute.",
                )

    def test_a_changed_issue_does_not_cost_a_full_pull(self, stage: Stage) -> None:
        ids = stage.people_add(4 * stage.sandbox.page)
        mirror = stage.pulled()
        stage.sandbox.later(600)
        mirror.take(stage.connector.pull(mirror.cursor))
        stage.sandbox.edit(ids[0], title="The only change")
        stage.sandbox.later(5)  # within the second of a change, a careful connector looks twice
        stage.wire.clear()
        mirror.take(stage.connector.pull(mirror.cursor))
        made, budget = len(stage.wire.calls), stage.sandbox.quiet_requests + 2
        demand(
            mirror[ids[0]].title == "The only change" and made <= budget,
            "a pull costs what changed, not what exists.",
            f"{made} requests for one change among {len(ids)} issues; the budget is {budget}",
            "ask for issues changed at or after the cursor.",
        )

    def test_writing_costs_no_more_than_stated(self, stage: Stage) -> None:
        change = stage.write()
        ids = stage.people_add(24)
        mirror = stage.pulled()
        stage.apply(mirror.edit(ids[0], *change(1)))
        stage.wire.clear()
        outcomes = stage.apply(*(mirror.edit(id_, *change(0)) for id_ in ids))
        made, budget = len(stage.wire.calls), stage.sandbox.write_requests(len(ids))
        demand(
            outcomes == [None] * len(ids) and made <= budget,
            "writing costs no more than Sandbox.write_requests says, reading included.",
            f"{made} requests for {len(ids)} edits; the budget is {budget}",
            "send all changes of an edit in one request, read nothing back, and use batches where the tool has them.",
        )
