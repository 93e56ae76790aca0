"""Silver: a connector that writes. What was asked and nothing else, with an outcome for each edit."""

from __future__ import annotations

from typing import ClassVar

from syncd.connector.errors import ConnectorError, Refused, Stale
from syncd.connector.protocol import Can
from syncd.core.plan import Relabel, SetField
from syncd.testing.conformance.levels import Level
from syncd.testing.conformance.stage import Stage, put, relabel
from syncd.testing.conformance.telling import demand, named

CONFIRMED = "`apply` yields None when the tool confirmed an edit."
TWICE = "every write is absolute, so doing it twice is harmless."
FOREIGN = "labels are added and removed singly; all others stay as people left them, also those of a moment ago."


class Silver:
    level: ClassVar[Level] = Level.SILVER

    def test_each_field_is_set_changed_and_cleared(self, stage: Stage) -> None:
        stage.needs(Can.FIELDS)
        (id_,) = stage.people_add(1)
        mirror = stage.pulled()
        for name, (one, other) in stage.sandbox.fields.items():
            for value in (one, other, None):
                stage.sandbox.later(3)  # some tools limit how often one issue is written
                confirmed(stage.apply(mirror.edit(id_, put(name, value))), f"setting {name!r} to {value!r}")
                seen = stage.sandbox.look(id_).fields.get(name)
                read = stage.fresh(mirror, [id_]).fields(id_).get(name)
                demand(
                    seen == value and read == value,
                    "a field that was set reads back as the same value; None clears it.",
                    f"{name!r} was set to {value!r}; people see {seen!r}, `fetch` says {read!r}",
                    "encode and decode values as a pair: numbers are floats, options and dates are text, empty is None.",
                )

    def test_several_fields_and_labels_of_one_edit_all_arrive(self, stage: Stage) -> None:
        stage.needs(Can.FIELDS)
        (id_,) = stage.people_add(1, ["team-a"])
        mirror = stage.pulled()
        wanted = {name: pair[0] for name, pair in stage.sandbox.fields.items()}
        changes: list[SetField | Relabel] = [put(name, value) for name, value in wanted.items()]
        if Can.LABELS in stage.description.can:
            changes.append(relabel(add=["roadmap-now"]))
        confirmed(stage.apply(mirror.edit(id_, *changes)), "setting every field in one edit")
        seen = stage.sandbox.look(id_)
        demand(
            {name: seen.fields.get(name) for name in wanted} == wanted and "team-a" in seen.labels,
            "an edit holds all changes to one issue, and None says that all of them arrived.",
            f"wanted {wanted}, people see {dict(seen.fields)} and the labels {sorted(seen.labels)}",
            "send every change of Edit.changes.",
        )

    def test_what_was_written_is_seen_by_the_next_pull(self, stage: Stage) -> None:
        change = stage.write()
        ids = stage.people_add(2)
        mirror = stage.pulled()
        confirmed(stage.apply(mirror.edit(ids[0], *change(0))), "an edit")
        mirror.take(stage.another().pull(mirror.cursor))
        seen = stage.sandbox.look(ids[0])
        told = mirror[ids[0]]
        fields = {name: mirror.fields(ids[0]).get(name) for name in stage.sandbox.fields}
        demand(
            sorted(told.labels) == sorted(seen.labels)
            and fields == {name: seen.fields.get(name) for name in stage.sandbox.fields},
            "our own writes are changes like any other, and the next pull shows them.",
            f"told: {sorted(told.labels)} {fields}; people see {sorted(seen.labels)} {dict(seen.fields)}",
            "do not filter out what we changed ourselves.",
        )

    def test_labels_are_added_and_removed_singly(self, stage: Stage) -> None:
        stage.needs(Can.LABELS)
        (id_,) = stage.people_add(1, ["team-a", "roadmap-next"])
        mirror = stage.pulled()
        stage.sandbox.edit(id_, add=["urgent"])  # after our last look
        edit = mirror.edit(id_, relabel(add=["roadmap-now"], remove=["roadmap-next"]))
        for turn in ("once", "twice"):
            confirmed(stage.apply(edit), f"relabeling {turn}")
            seen = sorted(stage.sandbox.look(id_).labels)
            demand(
                seen == ["roadmap-now", "team-a", "urgent"],
                FOREIGN,
                f"wanted +roadmap-now −roadmap-next, {turn}; there were team-a and urgent; now there are {seen}",
                "send single additions and removals. A full list of labels would undo what people do meanwhile.",
            )

    def test_removing_a_label_that_is_not_there_is_harmless(self, stage: Stage) -> None:
        stage.needs(Can.LABELS)
        (id_,) = stage.people_add(1, ["team-a"])
        mirror = stage.pulled()
        confirmed(stage.apply(mirror.edit(id_, relabel(remove=["roadmap-later"]))), "removing an absent label")
        seen = sorted(stage.sandbox.look(id_).labels)
        demand(seen == ["team-a"], FOREIGN, f"the labels are now {seen}", "remove only the label that was named.")

    def test_an_edit_made_twice_is_harmless(self, stage: Stage) -> None:
        change = stage.write()
        ids = stage.people_add(2)
        mirror = stage.pulled()
        edits = [mirror.edit(id_, *change(n)) for n, id_ in enumerate(ids)]
        confirmed(stage.apply(*edits), "two edits")
        once = stage.picture(ids)
        confirmed(list(stage.another().apply(edits)), "the same edits by another process")
        demand(
            stage.picture(ids) == once,
            TWICE,
            f"once: {once}; twice: {stage.picture(ids)}",
            "set, never toggle or add up.",
        )

    def test_an_edit_touches_nothing_else(self, stage: Stage) -> None:
        change = stage.write()
        ids = stage.people_add(4, ["team-a"])
        stage.sandbox.finish(ids[3])
        mirror, order = stage.pulled(), stage.sandbox.order()
        before = stage.picture(ids)
        confirmed(stage.apply(mirror.edit(ids[1], *change(0))), "an edit")
        after = stage.picture(ids)
        touched = [id_ for id_ in ids if before[id_] != after[id_]]
        seen, title = stage.sandbox.look(ids[1]), before[ids[1]]
        demand(
            touched == [ids[1]] and isinstance(title, tuple) and seen.title == title[0] and not seen.done,
            "an edit changes what it names, and nothing else of this issue or of another.",
            f"one issue was edited ({ids[1]}), these look different: {touched}; its title is {seen.title!r}",
            "send only the changes of the edit, to the issue in Edit.ref.",
        )
        demand(
            stage.sandbox.order() == order,
            "an edit moves nothing.",
            f"the order was {order}, it is {stage.sandbox.order()}",
            "write in place.",
        )

    def test_each_edit_has_its_outcome_in_order(self, stage: Stage) -> None:
        change = stage.write()
        ids = stage.people_add(5)
        mirror = stage.pulled()
        stage.sandbox.delete(ids[2])
        edits = [mirror.edit(id_, *change(n)) for n, id_ in enumerate(ids)]
        outcomes = stage.apply(*edits)
        kinds = [type(outcome) for outcome in outcomes]
        demand(
            len(outcomes) == len(edits) and isinstance(outcomes[2], Stale) and kinds.count(type(None)) == 4,
            "`apply` yields one outcome per edit, in order; an issue that is gone is Stale, and the others are written.",
            f"five edits, the third one's issue is deleted; the outcomes are {named(outcomes)}",
            "yield the error of one edit and go on with the next; 'not found' for an issue is Stale.",
        )
        left = [id_ for n, id_ in enumerate(ids) if n != 2]
        plain = stage.sandbox.look(stage.sandbox.add("Untouched"))
        unwritten = [
            id_
            for id_ in left
            if (stage.sandbox.look(id_).labels, dict(stage.sandbox.look(id_).fields))
            == (plain.labels, dict(plain.fields))
        ]
        demand(not unwritten, CONFIRMED, f"confirmed, but nothing can be seen on {unwritten}", "send each of them.")

    def test_a_refused_edit_does_not_stop_the_others(self, stage: Stage) -> None:
        change = stage.write()
        ids = stage.people_add(3)
        mirror = stage.pulled()
        before = stage.picture([ids[1]])
        edits = [
            mirror.edit(ids[0], *change(0)),
            mirror.edit(ids[1], put("No Such Field 7b1f", 1.0)),
            mirror.edit(ids[2], *change(0)),
        ]
        outcomes = stage.apply(*edits)
        demand(
            len(outcomes) == 3 and outcomes[0] is None and isinstance(outcomes[1], Refused) and outcomes[2] is None,
            "what the tool will not do is Refused, told to people, and does not stop the other edits.",
            f"the second of three edits names a field that does not exist; the outcomes are {named(outcomes)}",
            "yield Refused(sentence) for it, and go on.",
        )
        demand(
            stage.picture([ids[1]]) == before,
            "a refused edit writes nothing.",
            f"before: {before}; now: {stage.picture([ids[1]])}",
            "check all changes of an edit before sending the first.",
        )

    def test_a_value_that_a_number_field_cannot_hold_is_refused(self, stage: Stage) -> None:
        stage.needs(Can.FIELDS)
        number = stage.number
        if number is None:
            return
        (id_,) = stage.people_add(1)
        mirror = stage.pulled()
        (outcome,) = stage.apply(mirror.edit(id_, put(number[0], "far too high")))
        demand(
            isinstance(outcome, Refused)
            and bool(str(outcome).strip())
            and stage.sandbox.look(id_).fields.get(number[0]) is None,
            "a bad value is Refused, with one sentence for people that says what to do.",
            f"text was written to the number field {number[0]!r}: the outcome is {named(outcome)}",
            "check the value against the field's type, or turn the tool's own refusal into Refused.",
        )

    def test_no_edits_make_no_requests(self, stage: Stage) -> None:
        stage.needs_writing()
        stage.people_add(1)
        stage.pulled()
        stage.wire.clear()
        demand(
            stage.apply() == [] and not stage.wire.mutations,
            "`apply` yields one outcome per edit.",
            f"without any edit it made {stage.wire.mutations} writing requests",
            "return when there is nothing to write.",
        )


def confirmed(outcomes: list[ConnectorError | None], doing: str) -> None:
    demand(
        bool(outcomes) and all(outcome is None for outcome in outcomes),
        CONFIRMED,
        f"{doing}: the outcomes are {named(outcomes)}",
        "see what the tool answered, and yield None once it has confirmed.",
    )
