"""Bronze, second part: what a connector says is true, in the shapes of the contract."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import ClassVar
from urllib.parse import urlsplit

from syncd.connector.protocol import Can
from syncd.core.issue import StateGroup
from syncd.testing.conformance.levels import Level
from syncd.testing.conformance.people import agree, changes
from syncd.testing.conformance.stage import SOURCE, Stage
from syncd.testing.conformance.telling import demand, named


class BronzeTruth:
    level: ClassVar[Level] = Level.BRONZE

    def test_equal_revisions_mean_equal_issues(self, stage: Stage) -> None:
        ids = stage.people_add(2)
        before = stage.pulled()
        for what in changes(stage, ids):
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

    def test_what_is_read_is_what_people_see(self, stage: Stage) -> None:
        ids = stage.people_add(3, ["team-a", "team-b"])
        can = stage.description.can
        if Can.FIELDS in can:
            stage.sandbox.edit(ids[0], fields={name: pair[0] for name, pair in stage.sandbox.fields.items()})
        stage.sandbox.finish(ids[2])
        mirror = stage.pulled()
        agree(stage, mirror, ids, "labels, fields and a closed issue")
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
                    "write patterns with a group `key`, or with `scope` and `number` (the key is then scope#number); one of Spec.key_signs "
                    "must stand in each.",
                )
        demand(
            len({issue.key for issue in issues}) == len(issues),
            "a key is how people name one issue.",
            f"keys are not unique: {sorted(issue.key for issue in issues)}",
            "use the tool's own key, or number the issues.",
        )


def _in_utc(at: datetime) -> bool:
    return at.tzinfo is not None and at.utcoffset() == timedelta(0) and at.astimezone(UTC) == at


def _keys(stage: Stage, text: str) -> Iterator[str]:
    signs = stage.sandbox.spec.key_signs
    if signs and not any(sign in text for sign in signs):
        return  # nobody would look for a pattern here
    for pattern in stage.sandbox.spec.text_keys:
        for match in re.finditer(pattern, text):
            groups = match.groupdict()
            if groups.get("key"):
                yield groups["key"]
            elif groups.get("scope") and groups.get("number"):
                yield f"{groups['scope']}#{groups['number']}"
