"""An archived repository can be read and not be written to; the items of a project that stand for its issues can."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from github_stage import Mirror, Stage, project, put, relabel, row

from syncd.connector.errors import Refused
from syncd.connector.protocol import Can

WEB, OLD = "lumen/web", "lumen/old"
Make = Callable[..., Stage]


@pytest.fixture
def world(stage: Make) -> Stage:
    return stage([row(WEB, 1), row(OLD, 1)], archived=[OLD], projects=[project([(OLD, 1)])])


def test_the_check_names_it_before_anything_is_written(world: Stage) -> None:
    there = world.connector(write=("Score",), project="lumen/7").describe()
    assert there.can == {Can.READ, Can.FIELDS, Can.MOVE}
    assert there.missing_permissions[Can.LABELS] == ("write access to lumen/old (it is archived)",)
    alone = world.connector(repositories=[WEB]).describe()
    assert {Can.LABELS, Can.NOTE} <= alone.can
    assert not any(alone.missing_permissions.values())


def test_its_labels_are_refused_and_its_fields_and_all_others_are_written(world: Stage) -> None:
    mirror, connector = Mirror(), world.connector(write=("Score",), project="lumen/7")
    mirror.take(connector.pull(None))
    world.clock.tick(60)
    edits = [
        mirror.edit(f"{OLD}#1", relabel(["roadmap/now"])),
        mirror.edit(f"{WEB}#1", relabel(["roadmap/now"])),
        mirror.edit(f"{OLD}#1", put("Score", 3.0)),
    ]
    refused, *others = connector.apply(edits)
    assert isinstance(refused, Refused)
    assert "Unarchive the repository, or take it off `repositories`" in str(refused)
    assert others == [None, None]
    assert (world.labels(OLD, 1), world.labels(WEB, 1), world.values(OLD, 1)) == ([], ["roadmap/now"], {"Score": 3.0})


def test_an_item_in_the_archive_of_the_project_is_refused_with_the_way_out(stage: Make) -> None:
    archived = {**project(), "items": [{"repository": WEB, "number": 1, "archived": True}]}
    world = stage([row(WEB, 1)], projects=[archived])
    mirror, connector = Mirror(), world.connector(write=("Score",), project="lumen/7")
    mirror.take(connector.pull(None))
    (outcome,) = connector.apply([mirror.edit(f"{WEB}#1", put("Score", 3.0))])
    assert isinstance(outcome, Refused)
    assert "Restore it in the project's archive" in str(outcome)
    assert world.values(WEB, 1) == {}
