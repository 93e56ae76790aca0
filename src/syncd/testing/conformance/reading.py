"""Bronze: a connector that reads. Nothing in scope is missed, repeats are harmless, and what is said is true."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import ClassVar
from urllib.parse import urlsplit

from syncd.connector.protocol import Can
from syncd.core.issue import StateGroup
from syncd.testing.conformance.levels import Level
from syncd.testing.conformance.stage import SOURCE, Mirror, Stage
from syncd.testing.conformance.telling import demand, named

OMITS = "`pull` gives everything that changed at or after the cursor; repeating is allowed, omitting is not."


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
        for what in self._changes(stage, ids):
            mirror.take(stage.another().pull(mirror.cursor))
            steps.append((what, mirror.cursor))
            self._agree(stage, mirror, ids, what)
        added = stage.sandbox.add("Late")
        mirror.take(stage.connector.pull(mirror.cursor))
        demand(added in mirror.issues, OMITS, f"an issue that was added after {len(steps)} pulls never came", _OVERLAP)

    def test_a_change_is_seen_after_a_quiet_time(self, stage: Stage) -> None:
        ids = stage.people_add(3)
        mirror = stage.pulled()
        for hours in (0, 1, 30):
            stage.sandbox.later(hours * 3600)
            mirror.take(stage.connector.pull(mirror.cursor))
        stage.sandbox.edit(ids[0], title="Changed after a day")
        mirror.take(stage.connector.pull(mirror.cursor))
        self._agree(stage, mirror, ids, "a title was changed after a quiet day")

    def test_nothing_is_missed_when_people_work_during_a_pull(self, stage: Stage) -> None:
        ids = stage.people_add(2 * stage.sandbox.page + 1)
        mirror = Mirror()
        turns = itertools.count(1)
        for page in stage.connector.pull(None):
            mirror.save(page)
            turn = next(turns)
            if turn > 4:
                continue
            stage.sandbox.edit(ids[turn % len(ids)], title=f"Edited early {turn}")
            stage.sandbox.edit(ids[-turn], title=f"Edited late {turn}")
            ids.append(stage.sandbox.add(f"Added during page {turn}"))
        mirror.take(stage.connector.pull(mirror.cursor))
        self._agree(stage, mirror, ids, "people edited and added issues between the pages")

    def test_repeated_pulls_are_harmless(self, stage: Stage) -> None:
        ids = stage.people_add(3)
        first = stage.pulled()
        again = stage.pulled(stage.another())
        stage.sandbox.edit(ids[0], title="Changed")
        for _ in range(2):
            again.take(stage.connector.pull(first.cursor))
        self._agree(stage, again, ids, "the same cursor was used twice")

    def test_equal_revisions_mean_equal_issues(self, stage: Stage) -> None:
        ids = stage.people_add(2)
        before = stage.pulled()
        for what in self._changes(stage, ids):
            after = stage.pulled(stage.another())
            for id_ in ids:
                one, other = before[id_], after[id_]
                alike = one.revision == other.revision
                demand(
                    not alike or one == other,
                    "a revision differs whenever anything in the issue differs; equal revisions mean equal issues.",
                    f"{what}; the issue differs, its revision {one.revision!r} does not",
                    "make the revision from everything that the issue shows (a hash of it will do), not from a time of "
                    "change that may be the same twice.",
                )
            before = after
        same = stage.pulled(stage.another())
        noisy = sorted(id_ for id_ in ids if same[id_].revision != before[id_].revision)
        demand(
            not noisy,
            "an issue that nobody changed keeps its revision, in every process.",
            f"the revisions of {noisy} change from pull to pull",
            "leave out of the revision what changes by itself: times of reading, tokens, the order of sets.",
        )

    def test_a_pull_and_a_fetch_tell_the_same(self, stage: Stage) -> None:
        ids = stage.people_add(3, ["team-a"])
        pulled = stage.pulled()
        fetched = stage.fresh(pulled, ids)
        for id_ in ids:
            demand(
                pulled[id_] == fetched[id_] and pulled.fields(id_) == fetched.fields(id_),
                "`fetch` gives the same issue as `pull`, only fresher.",
                f"pulled {pulled[id_]!r}; fetched {fetched[id_]!r}",
                "translate both answers by the same function, and ask both for the same fields.",
            )

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

    def test_what_is_read_is_what_people_see(self, stage: Stage) -> None:
        ids = stage.people_add(3, ["team-a", "team-b"])
        can = stage.description.can
        if Can.FIELDS in can:
            stage.sandbox.edit(ids[0], fields={name: pair[0] for name, pair in stage.sandbox.fields.items()})
        stage.sandbox.finish(ids[2])
        mirror = stage.pulled()
        self._agree(stage, mirror, ids, "labels, fields and a closed issue")
        demand(
            mirror[ids[2]].state_group is StateGroup.DONE and mirror[ids[1]].state_group is not StateGroup.DONE,
            "`state_group` is the tool's own coarse reading of a status.",
            f"open: {mirror[ids[1]].state_group}, closed: {mirror[ids[2]].state_group}",
            "map what the tool calls done or closed to StateGroup.DONE, and nothing else.",
        )

    def test_times_are_aware_and_in_utc(self, stage: Stage) -> None:
        ids = stage.people_add(2)
        stage.sandbox.finish(ids[0])
        for issue in stage.pulled().issues.values():
            times = {"created": issue.created, "updated": issue.updated, "closed": issue.closed}
            wrong = {name: at for name, at in times.items() if at is not None and not _in_utc(at)}
            demand(
                not wrong and issue.created <= issue.updated,
                "all datetimes are aware and in UTC, and nothing is updated before it is created.",
                f"{issue.key}: {named(wrong or times)}",
                "give datetime(..., tzinfo=UTC); convert the tool's zone with astimezone(UTC).",
            )

    def test_keys_addresses_and_scopes_name_the_issue(self, stage: Stage) -> None:
        stage.people_add(3)
        issues = list(stage.pulled().issues.values())
        scopes = stage.description.scopes
        for issue in issues:
            demand(
                bool(issue.key)
                and bool(urlsplit(issue.url).scheme)
                and issue.scope in scopes
                and issue.ref.source == SOURCE,
                "an issue has a key, an address, a scope that `describe` names, and a Ref with the source of the wiring.",
                f"key={issue.key!r}, url={issue.url!r}, scope={issue.scope!r}, ref={issue.ref}, scopes={scopes}",
                "fill them from the tool; the source's name is Wiring.source.",
            )
            for text in (f"see {issue.key}, please", f"see {issue.url} for more"):
                demand(
                    issue.key in set(_keys(stage, text)),
                    "Spec.text_keys finds this tool's issues in anybody's text, by key and by address.",
                    f"in {text!r} the patterns find {sorted(_keys(stage, text))}, not {issue.key!r}",
                    "write patterns with a group `key`, or with `scope` and `number` (the key is then scope#number).",
                )
        demand(
            len({issue.key for issue in issues}) == len(issues),
            "a key is how people name one issue.",
            f"keys are not unique: {sorted(issue.key for issue in issues)}",
            "use the tool's own key, or number the issues.",
        )

    # what these checks share

    def _changes(self, stage: Stage, ids: list[str]) -> Iterator[str]:
        """A person changes one thing after the other; after each its description is yielded."""
        stage.sandbox.edit(ids[0], title="A better title")
        yield "a title was changed"
        stage.sandbox.edit(ids[0], title="The best title")
        yield "the same title was changed once more"
        stage.sandbox.edit(ids[1], add=["urgent"])
        yield "a label was added"
        stage.sandbox.edit(ids[1], remove=["urgent"])
        yield "a label was removed"
        for name, (one, _) in stage.sandbox.fields.items():
            stage.sandbox.edit(ids[0], fields={name: one})
            yield f"the field {name!r} was set"
            stage.sandbox.edit(ids[0], fields={name: None})
            yield f"the field {name!r} was cleared"
        stage.sandbox.finish(ids[1])
        yield "an issue was closed"

    def _agree(self, stage: Stage, mirror: Mirror, ids: list[str], what: str) -> None:
        """The mirror shows of each issue what people see."""
        for id_ in ids:
            seen, issue = stage.sandbox.look(id_), mirror[id_]
            fields = {name: mirror.fields(id_).get(name) for name in stage.sandbox.fields}
            shown = (issue.title, issue.state_group is StateGroup.DONE, sorted(issue.labels), fields)
            true = (seen.title, seen.done, sorted(seen.labels), {n: seen.fields.get(n) for n in stage.sandbox.fields})
            demand(
                shown == true,
                OMITS,
                f"{what}; of {issue.key} we were told (title, done, labels, fields) {shown}, people see {true}",
                _OVERLAP,
            )


_OVERLAP = (
    "let each pull look back a little behind the newest change it saw (the tool's clock is coarse, its index late), and "
    "take `updated >= cursor`, never `>`. Empty values are None, numbers floats."
)


def _in_utc(at: datetime) -> bool:
    return at.tzinfo is not None and at.utcoffset() == timedelta(0) and at.astimezone(UTC) == at


def _keys(stage: Stage, text: str) -> Iterator[str]:
    for pattern in stage.sandbox.spec.text_keys:
        for match in re.finditer(pattern, text):
            groups = match.groupdict()
            if groups.get("key"):
                yield groups["key"]
            elif groups.get("scope") and groups.get("number"):
                yield f"{groups['scope']}#{groups['number']}"
