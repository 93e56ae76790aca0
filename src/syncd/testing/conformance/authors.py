"""Silver, fourth part: who changed what, for connectors that tell. A name that is wrong gives a person's value away."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import ClassVar

import pytest

from syncd.connector.errors import ConnectorError
from syncd.connector.protocol import Can, TellsAuthors
from syncd.core.issue import FieldValue, Touch
from syncd.core.permission.values import same_value
from syncd.core.plan import Change
from syncd.testing.conformance.levels import Level
from syncd.testing.conformance.stage import Mirror, Stage, put, relabel
from syncd.testing.conformance.telling import demand, does_not_apply, named
from syncd.testing.sandbox import On, Weather

LABELS = "label:roadmap"
NEWEST = "`authors` tells the changes of each place, the newest first, each with who made it, what it found and what it left."
MANY = 20


class SilverAuthors:
    level: ClassVar[Level] = Level.SILVER

    def test_a_persons_change_is_told_by_its_name_and_ours_by_another(self, stage: Stage) -> None:
        teller, person = _teller(stage)
        (id_,) = stage.people_add(1)
        mirror = stage.pulled()
        wanted = _values(stage)
        changes: list[Change] = [
            put(place.partition(":")[2], one) for place, (one, _) in wanted.items() if place != LABELS
        ]
        if LABELS in wanted:
            changes.append(relabel(add=["roadmap-now"]))
        stage.apply(mirror.edit(id_, *changes))
        stage.sandbox.later(60)
        theirs = {place.partition(":")[2]: other for place, (_, other) in wanted.items() if place != LABELS}
        stage.sandbox.edit(id_, title="and a title, too", add=["team-b"], fields=theirs)
        if LABELS in wanted:
            stage.sandbox.edit(id_, add=["roadmap-later"], remove=["roadmap-now"])
        us = stage.connector.describe().account_id
        told = _asked(teller, mirror, [(id_, place) for place in wanted])
        demand(
            bool(told),
            "a place whose changes the tool does not remember is left out; a connector that tells authors tells some.",
            f"nothing was told of {sorted(wanted)}",
            "take `authors` off the Spec where your tool remembers nobody.",
        )
        for (_, place), touches in told.items():
            ours, other = wanted[place]
            first, last = touches[0], _ours(touches, ours)
            demand(
                _is(first, person) and same_value(first.left, other) and last is not None and not _is(last, person),
                NEWEST,
                f"of {place} where we wrote {ours!r} and {person} then {other!r}: {_shown(touches)}",
                "name the account by every name that people know it by, and read values as `fetch` shows them.",
            )
            demand(
                us is None or (last is not None and _is(last, us)),
                "`Description.account_id` is our account by a name that `authors` tells of our own changes.",
                f"we are {us!r}, and our change of {place} was told as {_shown(touches)}",
                "give the immutable id that the tool shows in both places, or None where there is none.",
            )

    def test_each_change_finds_what_the_one_before_it_left(self, stage: Stage) -> None:
        teller, _ = _teller(stage)
        (id_,) = stage.people_add(1)
        mirror = stage.pulled()
        for add, remove in ((["roadmap-now"], []), (["roadmap-next", "roadmap-later"], []), ([], ["roadmap-now"])):
            stage.sandbox.later(60)
            stage.sandbox.edit(id_, add=add, remove=remove)
        told = _asked(teller, mirror, [(id_, LABELS)])
        if not told:
            does_not_apply("the tool does not remember who changed labels")
        touches = told[id_, LABELS]
        chained = all(same_value(new.found, old.left) for new, old in itertools.pairwise(touches))
        demand(
            chained and same_value(touches[0].left, ("roadmap-later", "roadmap-next")),
            "a place's changes follow each other: what one left, the next one found, and the newest left what is there.",
            f"roadmap-later and roadmap-next are there, and told was: {_shown(touches)}",
            "leave out changes of other places, and end the list where the tool's memory has a hole.",
        )

    def test_nothing_is_guessed_and_nothing_is_changed(self, stage: Stage) -> None:
        teller, _ = _teller(stage)
        kept, gone = stage.people_add(2)
        mirror = stage.pulled()
        stage.sandbox.delete(gone)
        before, stage.wire.gate_open = stage.picture([kept]), False
        told = _asked(teller, mirror, [(kept, LABELS), (gone, LABELS)])
        demand(
            not told.get((kept, LABELS)) and (gone, LABELS) not in told and stage.picture([kept]) == before,
            "an issue that is gone is left out, a place that nobody changed has no changes, and asking changes nothing.",
            f"told was {told}",
            "answer with what the tool says about the very place, and with nothing else.",
        )

    def test_many_places_cost_few_requests(self, stage: Stage) -> None:
        teller, _ = _teller(stage)
        ids = stage.people_add(MANY)
        mirror = stage.pulled()
        stage.wire.clear()
        _asked(teller, mirror, [(id_, LABELS) for id_ in ids])
        demand(
            len(stage.wire.calls) <= MANY // 2,
            "`authors` is asked about many places at once, and is cheap: where the tool has a batch, it is used.",
            f"{len(stage.wire.calls)} requests for {MANY} issues",
            "ask for the changes of many issues in one request.",
        )

    @pytest.mark.parametrize("kind", list(Weather))
    def test_asking_in_bad_weather_ends_in_an_error(self, stage: Stage, kind: Weather) -> None:
        teller, _ = _teller(stage)
        if kind in stage.sandbox.cannot:
            does_not_apply(stage.sandbox.cannot[kind])
        (id_,) = stage.people_add(1)
        mirror = stage.pulled()
        stage.sandbox.edit(id_, add=["roadmap-now"])
        outcome: object
        with stage.sandbox.weather(kind, On.READING):
            try:
                outcome = dict(teller.authors([(id_, LABELS)], {id_: mirror.handles(id_)}))
            except Exception as error:
                outcome = error
        demand(
            isinstance(outcome, ConnectorError),
            "only ConnectorErrors escape, and an answer that is none tells of nobody.",
            f"{kind} weather ended in {named(outcome)}",
            "decode the answer strictly.",
        )


def _teller(stage: Stage) -> tuple[TellsAuthors, str]:
    if not stage.sandbox.spec.authors:
        does_not_apply("the connector does not tell who changed what (`Spec.authors`)")
    connector = stage.connector
    if not isinstance(connector, TellsAuthors) or stage.sandbox.person is None:
        pytest.fail(
            "The contract says: a connector whose Spec says `authors` has the method, and is checked for it.\n"
            f"Seen here: {type(connector).__name__} {'has it' if isinstance(connector, TellsAuthors) else 'lacks it'}.\n"
            "What to do: write `authors`, and name the account that plays the people in Sandbox.person.",
            pytrace=False,
        )
    return connector, stage.sandbox.person


def _values(stage: Stage) -> dict[str, tuple[FieldValue, FieldValue]]:
    """By place, what we write and what a person then writes."""
    found: dict[str, tuple[FieldValue, FieldValue]] = {}
    if Can.FIELDS in stage.description.can:
        found |= {f"field:{name}": pair for name, pair in stage.sandbox.fields.items() if pair[0] != pair[1]}
    if Can.LABELS in stage.description.can:
        found[LABELS] = ("roadmap-now", "roadmap-later")
    return found


def _asked(
    teller: TellsAuthors, mirror: Mirror, places: Sequence[tuple[str, str]]
) -> Mapping[tuple[str, str], Sequence[Touch]]:
    return teller.authors(places, {id_: mirror.handles(id_) for id_, _ in places})


def _ours(touches: Sequence[Touch], value: FieldValue) -> Touch | None:
    return next((touch for touch in touches if same_value(touch.left, value)), None)


def _is(touch: Touch, person: str) -> bool:
    return person.casefold() in (name.casefold() for name in touch.by)


def _shown(touches: Sequence[Touch]) -> str:
    return "; ".join(f"{touch.by} found {touch.found!r} and left {touch.left!r}" for touch in touches) or "nothing"
