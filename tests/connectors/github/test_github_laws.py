"""The law of reading: whatever people do between looks, the looks add up to what a first look would bring."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from github_stage import Mirror, Stage, project, row
from hypothesis import example, given, settings
from hypothesis import strategies as st

WEB = "lumen/web"
COUNTS = (197, 200, 203)
"""Issues at first: a last page that is nearly full, exactly full, and just begun."""

FULL = (("tick", 4000), ("burst", 100), ("pull", 0), ("tick", 4000), ("burst", 100))
"""A hundred changes on exactly one page: from now on the listing is asked for from its end."""
PULLED = (("tick", 1), ("pull", 0), ("pull", 1), ("tick", 1))
"""Looked at until it is quiet."""

deeds = st.lists(
    st.one_of(
        st.tuples(st.just("edit"), st.integers(1, min(COUNTS))),
        st.tuples(st.just("label"), st.integers(1, min(COUNTS))),
        st.tuples(st.just("burst"), st.integers(1, 120) | st.just(100)),
        st.tuples(st.just("create"), st.integers(1, 3)),
        st.tuples(st.just("value"), st.integers(1, 40)),
        st.tuples(st.just("drag"), st.integers(1, 40)),
        st.tuples(st.just("archive"), st.integers(1, 40)),
        st.tuples(st.just("tick"), st.sampled_from([1, 30, 200, 4000])),
        st.tuples(st.just("pull"), st.sampled_from([0, 1])),
    ),
    min_size=3,
    max_size=14,
)


def do(site, deed, number):
    """What people do, made directly on the simulator's state."""
    change = site.simulator._change
    home = site.simulator.site.repository(WEB)
    (roadmap,) = site.simulator.site.projects.values()
    place = {"repository": home.id, "number": number}
    item = roadmap.by_issue[home.issues[number].id] if number <= 40 else None
    match deed:
        case "edit":
            change("issue_edit", title=f"{number} at {site.clock.now}", **place)
        case "label":
            change("issue_labels", add=[f"l{number % 5}"], remove=["l1"], **place)
        case "burst":
            for each in range(1, number + 1):
                change("issue_labels", add=[f"burst{site.clock.now}"[:50]], repository=home.id, number=each)
        case "create":
            for _ in range(number):
                change("issue_create", repository=home.id, title="new")
        case "value" if item is not None:
            change("item_value", item=item.node, field=roadmap.fields[4].node, value=float(number))
        case "drag" if item is not None:
            change("item_move", item=item.node, after=None)
        case "archive" if item is not None:
            change("item_archive", item=item.node, archived=not item.archived)


@pytest.mark.parametrize("largest_numbered", [100, 1000])
@given(deeds=deeds, count=st.sampled_from(COUNTS))
@example(deeds=[*FULL, *PULLED, ("create", 1), *PULLED, ("edit", 50), *PULLED], count=203)
@example(deeds=[*FULL, *PULLED, ("edit", 50), *PULLED, ("edit", 50), *PULLED], count=200)
@example(deeds=[("burst", 110), ("pull", 0), ("edit", 5)], count=203)  # one more in a second with more than a page
@example(deeds=[("burst", 120), ("pull", 1), ("label", 2), ("tick", 1)], count=203)
@settings(max_examples=settings().max_examples // 4, deadline=None)
def test_looks_add_up_to_what_a_first_look_would_bring(largest_numbered, deeds, count):
    rows = [row(WEB, n) for n in range(1, count + 1)]
    with TemporaryDirectory() as folder:
        items = [(WEB, n) for n in range(1, 41)]
        site = Stage(Path(folder), rows, projects=[project(items)], largest_numbered=largest_numbered)
        try:

            def connect():
                return site.connector(write=("Score",), order=True, project="lumen/7")

            mirror, fresh, connector = Mirror(), Mirror(), connect()
            mirror.take(connector.pull(None))
            for deed, number in deeds:
                if deed == "tick":
                    site.clock.tick(number)
                elif deed == "pull":
                    connector = connect() if number else connector
                    mirror.take(connector.pull(mirror.cursor))
                else:
                    do(site, deed, number)
            mirror.take(connector.pull(mirror.cursor))
            fresh.take(connect().pull(None))
            assert mirror.issues == fresh.issues
            assert mirror.live_patches == fresh.live_patches
            assert mirror.orders == fresh.orders
            site.clock.tick(5)
            mirror.take(connector.pull(mirror.cursor))
            mirror.take(connector.pull(mirror.cursor))
            site.wire.clear()
            mirror.take(connect().pull(mirror.cursor))
            assert [answer.status for answer in site.wire.answers] == [200, 304]
        finally:
            site.close()
