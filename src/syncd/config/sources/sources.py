"""The configured sources: settings checked by their connectors, words and targets checked against the rules."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from pydantic import BaseModel, ValidationError

from syncd.config.reading import sentences
from syncd.config.reading.document import Data, Document, Place
from syncd.config.reading.faults import Fault, words
from syncd.config.reading.references import Resolver, hide
from syncd.config.reading.shape import Shape
from syncd.config.rules.expressions import Expressions
from syncd.config.rules.facts import KEYS as FACT_KEYS
from syncd.config.rules.scoring import fields_read
from syncd.config.sources.normalize import normalize_rules
from syncd.config.sources.targets import targets
from syncd.config.text.syncd import SourceText
from syncd.connector.errors import Locked
from syncd.connector.protocol import Answer, Call, Spec, Wiring
from syncd.core.expressions.guess import did_you_mean
from syncd.core.permission.leave import Mode, WriteKind
from syncd.core.rules import FactRule, OkrRules, OnEdit, Slot, SourceRules

OWN_KEYS: Final = frozenset(SourceText.model_fields)
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
_NO_TIME: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ConfiguredSource:
    """A source that may be built: `spec.build(settings, wiring)`."""

    name: str
    spec: Spec
    settings: BaseModel
    read_fields: frozenset[str]
    write_fields: frozenset[str]
    rules: SourceRules


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a source is checked against."""

    connectors: Mapping[str, Spec]
    facts: Mapping[str, FactRule]
    expressions: Expressions
    """Over what is known of a single issue."""
    shows: Mapping[Slot, Sequence[str]]
    okrs: OkrRules
    resolver: Resolver


class _Silence:
    """A transport for checks: nothing may leave."""

    def before(self, call: Call) -> None:
        raise Locked("the configuration is only being checked, so nothing is asked or written")

    def after(self, call: Call, answer: Answer) -> None:
        return None


def hide_secrets(document: Document, connectors: Mapping[str, Spec]) -> None:
    """For every source and every kind: the kind itself may be what is misspelled."""
    written = document.data_at(("sources",)) if document.has(("sources",)) else None
    shapes = [Shape.of(spec.settings) for spec in connectors.values()]
    for name in written if isinstance(written, dict) else ():
        for shape in shapes:
            hide(Place(document, ("sources", name)), shape)


def configured_source(
    name: str, text: SourceText, place: Place, around: Surroundings, faults: list[Fault]
) -> ConfiguredSource | None:
    """None when its kind or its connector's settings are wrong; all that is wrong is in `faults`."""
    if not _NAME.fullmatch(name) or name in FACT_KEYS:
        reason = "facts use this word themselves" if name in FACT_KEYS else "letters, digits, dots and dashes only"
        faults.append(place.key_fault(f"a source cannot be called '{name}': {reason}", "choose another name"))
    kind = text.kind or name
    spec = around.connectors.get(kind)
    order = text.write.order
    rules = SourceRules(
        name=name,
        kind=kind,
        normalize=normalize_rules(text.normalize, place / "normalize", around.expressions, faults),
        targets=targets(text.write, place / "write", around.shows, spec.label_ok if spec else _any_label, faults),
        order=order is not None,
        order_on_edit=order.on_edit if order is not None else OnEdit.YIELD,
        moves_at_once=spec.moves_at_once if spec else 1,
        most_calls=order.most_calls if order is not None else None,
        note=text.write.note,
        modes={kind: Mode(getattr(text.mode, kind.value)) for kind in WriteKind},
        bots=_bots(text.bots, place / "bots", faults),
    )
    if spec is None:
        faults.append(_unknown_kind(text.kind, name, place, around.connectors))
        return None
    settings = _settings(spec, place, around.resolver, faults)
    if settings is None:
        return None
    read = set(fields_read(around.facts, name, kind))
    read.update(field for field in (rules.normalize.status_field, _okr_field(around.okrs, name, kind)) if field)
    write = frozenset(target.field for target in rules.targets if target.field is not None)
    if text.write.note and not spec.note:
        faults.append((place / "write" / "note").fault(f"a source of kind {kind} has no comments", "take the line off"))
    if rules.bots and not spec.authors:
        message = f"a source of kind {kind} does not tell who changed what, so nobody can be listed here"
        faults.append((place / "bots").fault(message, "take the line off"))
    source = ConfiguredSource(name, spec, settings, frozenset(read), write, rules)
    wiring = Wiring(name, _Silence(), source.read_fields, write, rules.order, lambda: _NO_TIME, rules.note)
    faults.extend(place.key_fault(sentence) for sentence in spec.check(settings, wiring))
    return source


def read_twice(sources: Sequence[ConfiguredSource], places: Mapping[str, Place]) -> list[Fault]:
    """Issues that two sources would both have for their own."""
    return [
        places[later.name].key_fault(
            f"the sources '{first.name}' and '{later.name}' both read {both}: each would take what the other writes for "
            "a person's",
            "let one source read them",
        )
        for index, later in enumerate(sources)
        for first in sources[:index]
        if first.spec.kind == later.spec.kind and (both := first.spec.overlap(first.settings, later.settings))
    ]


def _bots(accounts: Sequence[str], place: Place, faults: list[Fault]) -> frozenset[str]:
    found: set[str] = set()
    for index, account in enumerate(accounts):
        folded = account.strip().casefold()
        if folded in found:
            faults.append((place / index).fault(f"'{account}' stands in the list already", "delete it"))
        found.add(folded)
    return frozenset(found)


def _settings(spec: Spec, place: Place, resolver: Resolver, faults: list[Fault]) -> BaseModel | None:
    written = place.document.data_at(place.path)
    shape = Shape.of(spec.settings)
    assert isinstance(written, dict), "a source is a block of keys"
    data: Data = {
        key: resolver.resolve(value, place / key, shape.child(key))
        for key, value in written.items()
        if key not in OWN_KEYS
    }
    failed = [path[len(place.path) :] for path in resolver.failed if path[: len(place.path)] == place.path]
    try:
        # As JSON, because a strict model takes a list for a tuple and a text for a date only from there.
        settings = spec.settings.model_validate_json(json.dumps(data))
    except ValidationError as error:
        faults.extend(sentences.faults(error, place, shape, also=OWN_KEYS, quiet=failed))
        return None
    return None if failed else settings


def _unknown_kind(kind: str | None, name: str, place: Place, connectors: Mapping[str, Spec]) -> Fault:
    installed = words(sorted(connectors)) or "none"
    if kind is None:
        return place.key_fault(f"the source '{name}' does not say its kind", f"add a line `kind: {installed}`")
    message = f"there is no connector for the kind '{kind}'{did_you_mean(kind, connectors)}"
    return (place / "kind").fault(message, f"installed: {installed}")


def _okr_field(okrs: OkrRules, name: str, kind: str) -> str | None:
    return okrs.fields.get(name) or okrs.fields.get(kind)


def _any_label(label: str) -> str | None:
    return None
