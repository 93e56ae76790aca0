"""Bronze, first part: a connector that reads. Nothing in scope is missed, and repeats are harmless."""

from __future__ import annotations

import itertools
from random import Random
from typing import ClassVar

import pytest

from syncd.connector.protocol import Can
from syncd.testing.conformance.levels import Level
from syncd.testing.conformance.people import DRIFT, LOOK_BACK, OMITS, agree, busy, changes
from syncd.testing.conformance.stage import Mirror, Stage
from syncd.testing.conformance.telling import demand, does_not_apply


class Bronze:
    level: ClassVar[Level] = Level.BRONZE

    def test_a_source_says_what_it_is_and_who_we_are(self, stage: Stage) -> None:
        told = stage.connector.describe()
        demand(
            bool(told.tool and told.account and told.scopes) and Can.READ in told.can,
            "`describe` names the tool, our account and the scopes, and says at least Can.READ.",
            f"tool={told.tool!r}, account={told.account!r}, scopes={told.scopes!r}, can={sorted(told.can)}",
            "fill every one of these in Description, in words that people understand.",
        )
        missing = sorted(stage.sandbox.fields.keys() - told.fields.keys())
        demand(
            not missing,
            "Description.fields has every wanted field that exists, by its configured name.",
            f"these fields of Sandbox.fields are missing: {missing}",
            "look up Wiring.read_fields and Wiring.write_fields at the tool.",
        )
        locked = sorted(name for name in stage.sandbox.fields if not told.fields[name].writable)
        demand(
            not locked,
            "FieldInfo.writable says whether we may write a field.",
            f"these fields of Sandbox.fields are said not to be writable: {locked}",
            "leave fields that cannot be written out of Sandbox.fields, or correct FieldInfo.writable.",
        )

    def test_a_wanted_field_that_does_not_exist_is_absent_and_stops_nothing(self, stage: Stage) -> None:
        (id_,) = stage.people_add(1)
        name = "No Such Field 7b1f"
        connector = stage.another(read=frozenset({name}))
        demand(
            name not in connector.describe().fields,
            "a wanted field that does not exist is absent from Description.fields.",
            f"the field {name!r} is described although nobody made it",
            "ask the tool which fields exist instead of believing the configuration.",
        )
        mirror = stage.pulled(connector)
        demand(
            mirror.fields(id_).get(name) is None,
            "a field that does not exist is absent from SourceIssue.fields.",
            f"{name!r} has the value {mirror.fields(id_).get(name)!r}",
            "give only fields that the tool has.",
        )

    def test_an_empty_source_is_empty_and_not_broken(self, stage: Stage) -> None:
        mirror = stage.pulled()
        demand(
            not mirror.issues and mirror.cursor is not None and list(stage.connector.census()) == [],
            "an empty scope gives no issue, an empty census, and still a cursor to go on from.",
            f"{len(mirror.issues)} issues, cursor {mirror.cursor!r}",
            "end every pull with a page that has a cursor, even when it holds no issue.",
        )

    def test_a_first_pull_brings_everything_in_scope(self, stage: Stage) -> None:
        ids = stage.people_add(2 * stage.sandbox.page + 1)
        mirror = stage.pulled()
        missing, strange = set(ids) - mirror.issues.keys(), mirror.issues.keys() - set(ids)
        demand(
            not missing and not strange,
            "`pull(None)` is everything in scope.",
            f"of {len(ids)} issues {len(missing)} are missing, and {len(strange)} are there that nobody made",
            "follow the tool's paging to its end: ask until it says that there is no next page.",
        )

    def test_a_pull_can_go_on_from_each_of_its_cursors(self, stage: Stage) -> None:
        ids = stage.people_add(2 * stage.sandbox.page + 1)
        first = list(stage.connector.pull(None))
        demand(
            first[-1].cursor is not None,
            "the last page of a pull always has a cursor.",
            f"the last of {len(first)} pages has none",
            "yield a last page with the cursor of the next pull; it may be empty.",
        )
        for count, page in enumerate(first, 1):
            if page.cursor is None:
                continue
            mirror = Mirror()
            mirror.take(first[:count])
            mirror.take(stage.another().pull(page.cursor))
            missing = set(ids) - mirror.issues.keys()
            demand(
                not missing,
                "a page is stored with its cursor, and a new process goes on from there without missing anything.",
                f"going on from the cursor of page {count}, {len(missing)} issues never come: {sorted(missing)[:5]}",
                "give None where it is not safe to stop, or put into the cursor all that is needed to go on.",
            )

    def test_a_change_is_seen_by_the_next_pull_however_soon_it_comes(self, stage: Stage) -> None:
        ids = stage.people_add(4)
        mirror = stage.pulled()
        steps: list[tuple[str, object]] = []
        for what in changes(stage, ids):
            mirror.take(stage.another().pull(mirror.cursor))
            steps.append((what, mirror.cursor))
            agree(stage, mirror, ids, what)
        added = stage.sandbox.add("Late")
        mirror.take(stage.connector.pull(mirror.cursor))
        demand(added in mirror.issues, OMITS, f"an issue that was added after {len(steps)} pulls never came", LOOK_BACK)

    def test_a_change_is_seen_after_a_quiet_time(self, stage: Stage) -> None:
        ids = stage.people_add(3)
        mirror = stage.pulled()
        for hours in (0, 1, 30):
            stage.sandbox.later(hours * 3600)
            mirror.take(stage.connector.pull(mirror.cursor))
        stage.sandbox.edit(ids[0], title="Changed after a day")
        mirror.take(stage.connector.pull(mirror.cursor))
        agree(stage, mirror, ids, "a title was changed after a quiet day")

    def test_nothing_is_missed_when_people_work_during_a_pull(self, stage: Stage) -> None:
        ids = stage.people_add(2 * stage.sandbox.page + 1)
        stage.sandbox.later(7200)  # a look back behind the newest change does not find again what a page left out
        mirror = Mirror()
        turns = itertools.count(1)
        for page in stage.connector.pull(None):
            mirror.save(page)
            turn = next(turns)
            if turn > 4:
                continue
            stage.sandbox.edit(ids[turn % len(ids)], title=f"Edited early {turn}")
            stage.sandbox.edit(ids[-turn], title=f"Edited late {turn}")
            stage.sandbox.delete(ids.pop(0))
            ids.append(stage.sandbox.add(f"Added during page {turn}"))
        mirror.take(stage.connector.pull(mirror.cursor))
        agree(stage, mirror, ids, "people edited, added and deleted issues between the pages", DRIFT)

    def test_a_field_that_is_wanted_from_now_on_comes_for_issues_that_nobody_changes(self, stage: Stage) -> None:
        if not stage.sandbox.fields:
            does_not_apply("no field is in Sandbox.fields")
        (id_,) = stage.people_add(1)
        for name, (value, _) in stage.sandbox.fields.items():
            stage.sandbox.edit(id_, fields={name: value})
        stage.sandbox.later(7200)
        stage.people_add(1)
        mirror = stage.pulled(stage.another(write=()))
        stage.sandbox.later(7200)
        mirror.take(stage.another().pull(mirror.cursor))
        seen = stage.sandbox.look(id_).fields
        shown = {name: mirror.fields(id_).get(name) for name in stage.sandbox.fields}
        demand(
            shown == {name: seen.get(name) for name in stage.sandbox.fields},
            "a cursor promises that nothing is missed of what is wanted now, also by a process that wants other fields.",
            f"a process that wants no field pulled; the next one wants {sorted(shown)}, goes on from its cursor and is told {shown}",
            "put a short hash of Wiring.read_fields, Wiring.write_fields and the settings that decide what is in scope into the "
            "cursor, and pull everything where it is another one.",
        )

    def test_repeated_pulls_are_harmless(self, stage: Stage) -> None:
        ids = stage.people_add(3)
        first = stage.pulled()
        again = stage.pulled(stage.another())
        stage.sandbox.edit(ids[0], title="Changed")
        for _ in range(2):
            again.take(stage.connector.pull(first.cursor))
        agree(stage, again, ids, "the same cursor was used twice")

    def test_a_fetch_is_fresh_and_leaves_out_what_is_gone(self, stage: Stage) -> None:
        ids = stage.people_add(4)
        mirror = stage.pulled()
        stage.sandbox.edit(ids[0], title="Changed a moment ago")
        stage.sandbox.delete(ids[1])
        wanted = [ids[1], ids[0], ids[2]]
        fetched = stage.fresh(mirror, wanted)
        demand(
            fetched.issues.keys() == {ids[0], ids[2]} and fetched[ids[0]].title == "Changed a moment ago",
            "`fetch` gives fresh copies of exactly the issues asked for; one that is gone is left out.",
            f"asked for {wanted} ({ids[1]} is deleted), it gave {sorted(fetched.issues)}",
            "read single issues from the tool itself, not from its search index, and take 'not found' for gone.",
        )
        pages = list(stage.connector.fetch(ids, {}))
        demand(
            all(page.cursor is None for page in pages)
            and {i.ref.id for p in pages for i in p.issues} == {ids[0], *ids[2:]},
            "pages of `fetch` have no cursor, and `handles` may lack ids.",
            f"cursors {[page.cursor for page in pages]}, ids {[i.ref.id for p in pages for i in p.issues]}",
            "find an issue by its id alone when no handles are given.",
        )

    def test_a_deletion_is_told_by_the_census(self, stage: Stage) -> None:
        ids = stage.people_add(stage.sandbox.page + 3)
        mirror = stage.pulled()
        before = list(stage.connector.census())
        stage.sandbox.delete(ids[1])
        mirror.take(stage.connector.pull(mirror.cursor))
        now = list(stage.connector.census())
        demand(
            sorted(before) == sorted(ids) and sorted(now) == sorted(set(ids) - {ids[1]}),
            "`census` gives the id of every issue in scope now, each once; it is the only way to see a deletion.",
            f"{len(before)} of {len(ids)} ids before a deletion, {len(now)} of {len(ids) - 1} after it",
            "page through all ids, and raise rather than end early.",
        )
        demand(
            mirror.gone <= {ids[1]},
            "Page.gone holds only what the tool itself said is deleted or moved away.",
            f"{sorted(mirror.gone - {ids[1]})} are called gone, and are there",
            "never conclude from silence; leave it to the census.",
        )

    @pytest.mark.parametrize("seed", range(4))
    def test_any_mixture_of_work_and_pulls_adds_up_to_what_people_see(self, stage: Stage, seed: int) -> None:
        random = Random(seed)  # noqa: S311 - a walk that is the same each time, not a secret
        ids = stage.people_add(stage.sandbox.page // 2 + 3)
        mirror, deeds = stage.pulled(), []
        for _ in range(30):
            deeds.append(busy(stage, ids, random))
            if random.random() < 0.4:
                pages = (stage.another() if random.random() < 0.3 else stage.connector).pull(mirror.cursor)
                crashed = random.random() < 0.2
                mirror.take(itertools.islice(pages, 1) if crashed else pages)
                deeds.append("a pull that crashed after a page" if crashed else "a pull")
        mirror.take(stage.another().pull(mirror.cursor))
        agree(stage, mirror, ids, ", ".join(deeds[-12:]))
        demand(
            sorted(stage.connector.census()) == sorted(ids) and not mirror.gone & set(ids),
            "`census` gives the id of every issue in scope now, each once.",
            f"after {', '.join(deeds[-12:])} it does not",
            "ask the tool, do not remember.",
        )
