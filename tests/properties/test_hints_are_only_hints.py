"""The law of webhooks: whatever they say, in whatever order, the mirror holds what the source shows, and nothing else."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.paper_world import PaperWorld, backlog
from syncd.connector.hint import Hint
from syncd.engine.cycle import Cycle
from syncd.store.mirror import Mirror
from syncd.testing.paper import PaperTracker

IDS = [str(1000 + number) for number in range(1, 9)]
ids = st.lists(st.sampled_from([*IDS, "1999", "junk", ""]), max_size=4).map(tuple)
hints = st.builds(
    lambda named, gone, delivery, order: (
        "hint",
        Hint(delivery, named, tuple(i for i in named if i in gone), order=order),
    ),
    ids,
    ids,
    st.sampled_from(["", "a", "b", "c"]),
    st.booleans(),
)
deeds = st.tuples(st.sampled_from(["edit", "delete", "add", "drag"]), st.sampled_from(IDS))
days = st.lists(st.lists(hints | deeds, max_size=5), min_size=1, max_size=4)


@settings(max_examples=30, deadline=None)
@given(days)
def test_hints_are_only_hints(week: list[list[tuple[str, Hint | str]]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        tracker = backlog(PaperTracker(), size=6)
        paper = PaperWorld(Path(folder), {"paper": tracker}, mode="observe")
        with paper.opened() as world:
            cycle = Cycle(world)
            cycle.run(write=False)
            for day in week:
                for kind, about in day:
                    if isinstance(about, Hint):
                        world.inbox.put("paper", about)
                    else:
                        do(tracker, kind, about)
                assert cycle.run(write=False).sources["paper"].error is None
                assert alive(world.store.mirror) >= shown(tracker), "a pull brings every change, hints or not"
            cycle.run(write=False, census=True)
            assert alive(world.store.mirror) == shown(tracker)


def do(tracker: PaperTracker, deed: str, id_: str) -> None:
    """A person's."""
    issue = tracker.issues.get(id_)
    if deed == "add" and issue is None:
        tracker.add("more work")
    elif deed == "edit" and issue is not None:
        issue.title += "!"
        tracker.touch(issue)
    elif deed == "delete" and issue is not None:
        del tracker.issues[id_]
        tracker.order.remove(id_)
    elif deed == "drag" and issue is not None:
        tracker.order.remove(id_)
        tracker.order.append(id_)


def alive(mirror: Mirror) -> set[tuple[str, str]]:
    return {(issue.ref.id, issue.title) for issue in mirror.issues("paper")}


def shown(tracker: PaperTracker) -> set[tuple[str, str]]:
    return {(issue.id, issue.title) for issue in tracker.issues.values()}
