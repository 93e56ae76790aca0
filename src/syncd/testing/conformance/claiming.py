"""Silver, third part: the mark by which another syncd sees that this one writes here. Seen by both, and by no issue."""

from __future__ import annotations

from typing import ClassVar

from syncd.connector.claims import Claims
from syncd.testing.conformance.levels import Level
from syncd.testing.conformance.stage import Stage
from syncd.testing.conformance.telling import demand, does_not_apply

SEEN = "`claims` tells whose mark stands on each scope that can bear one, to every process with an account of its own."
ONLY_A_MARK = "a mark changes nothing that people see of an issue, and no pull tells of it."


class SilverClaiming:
    level: ClassVar[Level] = Level.SILVER

    def test_a_mark_is_seen_by_another_process_and_can_be_replaced_and_taken_away(self, stage: Stage) -> None:
        one, other = _claims(stage), _claims(stage)
        stage.people_add(2)
        first = set(one.claims().values())
        demand(first == {None}, SEEN, f"before anybody claimed it says {first}", "say None where there is no mark.")
        for turn, owner in (("one", "20260101-1"), ("one, again", "20260101-1"), ("another", "20260202-2")):
            refused = one.claim(owner)
            seen = dict(other.claims())
            demand(
                not refused and set(seen.values()) == {owner},
                SEEN,
                f"claimed by {turn} as {owner!r} it says {seen} (refused: {list(refused)})",
                "keep the owner in the tool itself, where every process of ours finds it.",
            )
        one.claim(None)
        left = set(other.claims().values())
        demand(
            left == {None}, "`claim(None)` takes the mark away.", f"then it says {left}", "remove what `claim` wrote."
        )

    def test_a_mark_changes_nothing_of_the_issues(self, stage: Stage) -> None:
        ids = stage.people_add(3)
        mirror = stage.pulled()
        before = stage.picture(ids)
        _claims(stage).claim("20260101-1")
        told = [issue.ref.id for page in stage.another().pull(mirror.cursor) for issue in page.issues]
        changed = [id_ for id_ in told if id_ in mirror.issues and mirror[id_].revision != stage.pulled()[id_].revision]
        demand(
            stage.picture(ids) == before and not changed,
            ONLY_A_MARK,
            f"before: {before}; after: {stage.picture(ids)}; changed: {changed}",
            "keep it in a property or a description, never in a label, a field or a comment of an issue.",
        )


def _claims(stage: Stage) -> Claims:
    connector = stage.another()
    if not isinstance(connector, Claims):
        does_not_apply("the connector leaves no marks (`connector.claims`)")
    return connector
