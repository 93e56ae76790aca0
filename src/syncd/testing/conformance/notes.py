"""Silver, second part: the one comment that syncd keeps. Written once, edited in place, and never anybody else's."""

from __future__ import annotations

from typing import ClassVar

from syncd.connector.errors import ConnectorError, Refused
from syncd.connector.protocol import Can
from syncd.core.plan import NOTE_MARK, Edit, SetNote
from syncd.testing.conformance.levels import Level
from syncd.testing.conformance.stage import Mirror, Stage
from syncd.testing.conformance.telling import demand, does_not_apply, named
from syncd.testing.sandbox import On, Weather

FIRST = f"{NOTE_MARK}{{}} -->\n**Score 12**, horizon `now`\n\n```\nreach = 3  a [line] of *people*\n```\n\nThe end."
SECOND = FIRST.replace("Score 12", "Score 34")
CONTRACT = "a note is looked for first, made only when there is none, and edited in place; all other comments stay."
KEPT = "a note that a person changed or deleted is theirs: the outcome is Refused(..., theirs=True), and nothing is written."


class SilverNotes:
    level: ClassVar[Level] = Level.SILVER

    def test_a_note_is_written_once_and_edited_in_place(self, stage: Stage) -> None:
        id_, mirror = begun(stage)
        stage.sandbox.say(id_, "a person's words")
        for turn, change in (
            ("made", SetNote(None, FIRST)),
            ("made again, as after a crash", SetNote(None, FIRST)),
            ("edited", SetNote(FIRST, SECOND)),
            ("edited again, as after a crash", SetNote(FIRST, SECOND)),
            ("made by a process that remembers nothing", SetNote(None, SECOND)),
        ):
            outcome = write(stage, mirror, id_, change)
            said = stage.sandbox.said(id_)
            number = "34" if "edited" in turn or "nothing" in turn else "12"
            demand(
                outcome is None and len(said) == 2 and f"Score {number}" in said[1] and said[0] == "a person's words",
                CONTRACT,
                f"after the note was {turn} the outcome is {named(outcome)} and the comments are {said}",
                "find the comment by our account and the mark, and compare before you write.",
            )
            read = notes(stage, mirror, id_)
            wanted = SECOND if number == "34" else FIRST
            demand(
                read == wanted,
                "`notes` gives the text as `SetNote.after` gave it.",
                f"written {wanted!r}, read {read!r}",
                "keep the text where the tool cannot change it: hidden in the comment, or in a property of it.",
            )
        outcome = write(stage, mirror, id_, SetNote(SECOND, None))
        said = stage.sandbox.said(id_)
        demand(
            outcome is None and said == ["a person's words"] and notes(stage, mirror, id_) is None,
            "`after` None deletes our note and nothing else.",
            f"the outcome is {named(outcome)}, the comments are {said}",
            "delete the one comment that is ours.",
        )

    def test_nobody_elses_comment_is_taken_for_the_note(self, stage: Stage) -> None:
        id_, mirror = begun(stage)
        stage.sandbox.say(id_, FIRST)
        demand(
            notes(stage, mirror, id_) is None,
            "a note is a comment of our own account; others may quote it.",
            "a person's comment that begins with the mark was read as the note",
            "compare the author with our account.",
        )
        write(stage, mirror, id_, SetNote(None, SECOND))
        before = stage.sandbox.said(id_)
        write(stage, mirror, id_, SetNote(SECOND, None))
        after = stage.sandbox.said(id_)
        demand(
            len(before) == 2 and after == before[:1],
            CONTRACT,
            f"beside a person's quotation the comments were {before}, and after the deletion {after}",
            "compare the author with our account.",
        )

    def test_a_note_that_a_person_deleted_or_changed_stays_so(self, stage: Stage) -> None:
        id_, mirror = begun(stage)
        write(stage, mirror, id_, SetNote(None, FIRST))
        stage.sandbox.reword(id_, "a correction by a person")
        changed = write(stage, mirror, id_, SetNote(FIRST, SECOND))
        said = stage.sandbox.said(id_)
        demand(
            theirs(changed) and len(said) == 1 and "correction" in said[0],
            KEPT,
            f"a person changed the note; the outcome of the next edit is {named(changed)}, the comments are {said}",
            "call `syncd.connector.note.step` with what stands there.",
        )
        stage.sandbox.unsay(id_)
        deleted = write(stage, mirror, id_, SetNote(FIRST, SECOND))
        demand(
            theirs(deleted) and not stage.sandbox.said(id_),
            KEPT,
            f"a person deleted it; the outcome is {named(deleted)}, the comments are {stage.sandbox.said(id_)}",
            "call `syncd.connector.note.step` with what stands there.",
        )

    def test_an_answer_that_gets_lost_doubles_no_note(self, stage: Stage) -> None:
        id_, mirror = begun(stage)
        if Weather.LOST in stage.sandbox.cannot:
            does_not_apply(stage.sandbox.cannot[Weather.LOST])
        with stage.sandbox.weather(Weather.LOST, On.WRITING):
            first = write(stage, mirror, id_, SetNote(None, FIRST))
        again = write(stage, mirror, id_, SetNote(None, FIRST))
        said = stage.sandbox.said(id_)
        demand(
            first is not None and again is None and len(said) == 1,
            CONTRACT,
            f"the answer got lost ({named(first)}), the edit came again ({named(again)}): {len(said)} comments",
            "look for the note before each attempt to make one.",
        )


def begun(stage: Stage) -> tuple[str, Mirror]:
    if not stage.sandbox.spec.note:
        does_not_apply("the connector keeps no notes (Spec.note is False)")
    stage.needs(Can.NOTE)
    (id_,) = stage.people_add(1)
    return id_, stage.pulled()


def write(stage: Stage, mirror: Mirror, id_: str, change: SetNote) -> ConnectorError | None:
    stage.sandbox.later(3)
    edit: Edit = mirror.edit(id_, change)
    (outcome,) = stage.connector.apply([edit])
    return outcome


def notes(stage: Stage, mirror: Mirror, id_: str) -> str | None:
    ask = getattr(stage.connector, "notes", None)
    demand(ask is not None, "a connector with Spec.note has the method `notes`.", "it has none", "see KeepsNotes.")
    assert ask is not None
    found = ask([id_], {id_: mirror.handles(id_)})
    demand(
        id_ in found, "`notes` tells of every issue that exists.", f"it told of {sorted(found)}", "give None for none."
    )
    text = found[id_]
    assert text is None or isinstance(text, str)
    return text


def theirs(outcome: ConnectorError | None) -> bool:
    return isinstance(outcome, Refused) and outcome.theirs
