"""The law of leaving: what still shows our value goes, everything else stays, and a broken-off eject goes on where it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.core.issue import FieldValue, Ref, SourceIssue, StateGroup
from syncd.core.permission.values import same_value
from syncd.core.plan import NOTE, Edit, Relabel, SetField, SetNote
from syncd.core.writing.eject import eject

START = datetime(2026, 1, 5, tzinfo=UTC)
SLOTS = {"field:Score": "score", "field:Rank": "rank", "label:roadmap/": "horizon"}
LABELS = ("roadmap/now", "roadmap/next", "ROADMAP/now", "team/a", "road")
VALUES: st.SearchStrategy[FieldValue] = st.sampled_from([None, 1.0, 2.0, "1", "two"])

Live = dict[Ref, SourceIssue]
Notes = dict[Ref, str | None]
Written = Mapping[tuple[Ref, str], FieldValue]


def issue(ref: Ref, labels: frozenset[str], fields: Mapping[str, FieldValue]) -> SourceIssue:
    return SourceIssue(
        ref,
        f"P-{ref.id}",
        "",
        "P",
        "1",
        "",
        "",
        StateGroup.NEW,
        START,
        START,
        labels=tuple(sorted(labels)),
        fields=fields,
    )


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Live, Notes, Written]:
    live: Live = {}
    notes: Notes = {}
    written: dict[tuple[Ref, str], FieldValue] = {}
    for number in range(draw(st.integers(0, 5))):
        ref = Ref("paper", str(number))
        fields = draw(st.dictionaries(st.sampled_from(["Score", "Rank", "Team"]), VALUES))
        live[ref] = issue(ref, draw(st.frozensets(st.sampled_from(LABELS))), fields)
        notes[ref] = draw(st.sampled_from([None, "note 1", "a person's"]))
        for place in draw(st.frozensets(st.sampled_from(["field:Score", "field:Rank", "label:roadmap/", NOTE]))):
            ours = st.sampled_from([None, "note 1", "note 2"]) if place == NOTE else VALUES
            family: st.SearchStrategy[FieldValue] = st.sampled_from(
                [None, "roadmap/now", ("roadmap/next", "roadmap/now")]
            )
            written[ref, place] = draw(family if place.startswith("label") else ours)
    if live and draw(st.booleans()):
        del live[draw(st.sampled_from(sorted(live)))]
    return live, notes, written


def carried_out(live: Live, notes: Notes, edits: tuple[Edit, ...]) -> tuple[Live, Notes]:
    """As a tool does it."""
    after, said = dict(live), dict(notes)
    for edit in edits:
        for change in edit.changes:
            one = after[edit.ref]
            if isinstance(change, SetField):
                after[edit.ref] = replace(one, fields={**one.fields, change.field: change.after})
            elif isinstance(change, Relabel):
                assert not change.add
                after[edit.ref] = replace(one, labels=tuple(x for x in one.labels if x not in change.remove))
            elif isinstance(change, SetNote):
                said[edit.ref] = change.after
    return after, said


def shown(one: SourceIssue, note: str | None, place: str) -> FieldValue:
    if place == NOTE:
        return note
    kind, _, name = place.partition(":")
    if kind == "field":
        return one.fields.get(name)
    return tuple(label for label in one.labels if label.casefold().startswith(name)) or None


def is_ours(one: SourceIssue, note: str | None, place: str, written: Written) -> bool:
    there, value = shown(one, note, place), written.get((one.ref, place))
    if there is None or value is None:
        return False
    if place == NOTE:
        return there == value
    return same_value(there, (value,) if isinstance(there, tuple) and isinstance(value, str) else value)


@given(worlds())
@settings(max_examples=300, deadline=None)
def test_eject_removes_what_is_still_ours_and_nothing_else(world: tuple[Live, Notes, Written]) -> None:
    live, notes, written = world
    plan = eject("paper", written, live, SLOTS, "ejected", notes)
    after, said = carried_out(live, notes, plan.edits)
    places = [*SLOTS, "field:Team", NOTE]
    for ref, one in live.items():
        for place in places:
            before, now = shown(one, notes[ref], place), shown(after[ref], said[ref], place)
            assert now == (None if is_ours(one, notes[ref], place, written) else before)
        assert {x for x in one.labels if not x.casefold().startswith("roadmap/")} == {
            x for x in after[ref].labels if not x.casefold().startswith("roadmap/")
        }
    assert eject("paper", written, after, SLOTS, "ejected", said).empty, "a second time there is nothing left"
    left = {
        (ref, NOTE if place == NOTE else SLOTS.get(place, "")): shown(live[ref], notes[ref], place)
        for (ref, place), value in written.items()
        if value is not None and ref in live and not is_ours(live[ref], notes[ref], place, written)
    }
    unread = {(skip.ref, skip.slot) for skip in plan.skips if "is not read any more" in skip.because}
    assert {(skip.ref, skip.slot): skip.live for skip in plan.skips if (skip.ref, skip.slot) not in unread} == {
        key: there for key, there in left.items() if there is not None and key not in unread
    }, "what stays is told, and nothing else"
    assert unread == {
        (ref, SLOTS.get(place, ""))
        for (ref, place), value in written.items()
        if value is not None and ref in live and place.startswith("field:") and place[6:] not in live[ref].fields
    }


@given(worlds(), st.integers(0, 10))
@settings(max_examples=150, deadline=None)
def test_an_eject_that_broke_off_goes_on_and_ends_the_same(world: tuple[Live, Notes, Written], done: int) -> None:
    live, notes, written = world
    plan = eject("paper", written, live, SLOTS, "ejected", notes)
    whole = carried_out(live, notes, plan.edits)
    half = carried_out(live, notes, plan.edits[:done])
    rest = eject("paper", written, half[0], SLOTS, "ejected", half[1])
    assert carried_out(*half, rest.edits) == whole
