"""The demo's releases: what is promised in them, so that a forecast has something to say."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from cli.running_demo import ROOT
from syncd.cli.demo import environment
from syncd.cli.session import opened
from syncd.core.reports.releases import release_plan
from syncd.demo import site as sites
from syncd.demo.backlog import Backlog, compose
from syncd.demo.draft import SCOPES, Draft, TieKind
from syncd.demo.promises import promise
from syncd.demo.ties import Weaver
from syncd.demo.world import TODAY
from syncd.engine.cycle import Cycle


def drafts(backlog: Backlog) -> list[Draft]:
    return [draft for some in backlog.drafts.values() for draft in some]


def test_what_is_promised_soon_comes_with_what_blocks_it_and_beside_what_was_done() -> None:
    backlog = compose(7, TODAY, 520)
    Weaver(backlog).weave()
    promise(drafts(backlog), backlog.calendar)
    coming = [
        draft for draft in drafts(backlog) if draft.version is not None and draft.version == draft.scope.versions[1]
    ]
    assert {draft.scope.name for draft in coming} == {scope.name for scope in SCOPES}
    assert {draft.scope.name for draft in coming if not draft.stage.open} == {scope.name for scope in SCOPES}
    blockers = [
        tie.source
        for draft in coming
        for tie in draft.ties
        if tie.kind is TieKind.BLOCKS and tie.target is draft and draft.stage.open
    ]
    assert blockers and all(blocker.version is not None for blocker in blockers)
    shipped = [d for d in drafts(backlog) if d.version is not None and d.version.released]
    assert shipped and not any(draft.stage.open for draft in shipped)


def test_some_releases_will_be_in_time_and_some_will_not(tmp_path: Path) -> None:
    with sites.start(tmp_path, fresh=True, today=datetime.now(UTC).date()) as site:
        environ = environment(site.environment, site.state, "1 hour")
        with opened(site.overlay(ROOT / "config"), write=True, environ=environ) as world:
            Cycle(world).run(write=False)
            seen = world.outlook.seen
            assert seen is not None
            plan = release_plan(seen.decision, seen.rules)
    coming = [one for one in plan.releases if one.open and one.due is not None]
    late = [(one.days[1] - one.due).days for one in coming if one.days[1] is not None and one.due is not None]
    assert sum(days <= 0 for days in late) >= 2, "in time"
    assert sum(0 < days <= 28 for days in late) >= 2, "a little late"
    assert sum(days > 60 for days in late) >= 2, "somebody promised what nobody will do"
