"""The configuration folder → settings, rules and sources, or everything that is wrong with it at once."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from syncd.config.daemon import daemon_settings, hide_daemon_secrets, resolved
from syncd.config.reading import files
from syncd.config.reading.checked import Checked, checked
from syncd.config.reading.document import Data, Document, Place
from syncd.config.reading.faults import ConfigError, Fault
from syncd.config.reading.origins import origins_in
from syncd.config.reading.references import Resolver, hide, without_references
from syncd.config.reading.shape import Shape
from syncd.config.rules.measures import Measure
from syncd.config.rules.okrs import okr_rules
from syncd.config.rules.policy import policy_rules
from syncd.config.rules.rulebook import Rulebook, rulebook
from syncd.config.rules.voices import read_voices, weighs_nothing
from syncd.config.settings import Settings
from syncd.config.sources.receivers import Receiver, receivers
from syncd.config.sources.sources import ConfiguredSource, Surroundings, configured_source, hide_secrets, read_twice
from syncd.config.sources.windows import windows_rules
from syncd.config.text.measures import MeasuresText
from syncd.config.text.okrs import OkrsText
from syncd.config.text.syncd import SyncdText
from syncd.connector.protocol import Spec
from syncd.core.rules import Framework, OkrRules, Policy, Rules, Slot, TextKeys

__all__ = ["ConfigError", "ConfiguredSource", "Fault", "Loaded", "load"]

_SYNCD_PIECES: Final = (
    ("policy", "limits", "*"),
    ("policy", "*"),
    ("windows", "allow", "*"),
    ("windows", "deny", "*"),
    ("windows", "*"),
    ("tell", "*", "*"),
    ("tell", "*"),
    ("sources", "*", "write", "*"),
    ("sources", "*", "normalize", "*"),
    ("sources", "*", "*"),
    ("sources", "*"),
)
_OKRS_PIECES: Final = (
    *(("objectives", "*", "key_results", "*", key) for key in ("current", "measure", "unit", "due", "match", "owner")),
    ("objectives", "*", "key_results", "*"),
    *(("objectives", "*", key) for key in ("weight", "match", "owner")),
    ("objectives", "*"),
)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A configuration that can be used as it is."""

    settings: Settings
    rules: Rules
    sources: tuple[ConfiguredSource, ...]
    texts: Mapping[str, str]
    """File name → what stands in it, for the files that are there and for those that they read tables from."""
    files: frozenset[Path]
    """All that was read: the folder's files, and those that references name."""
    text: SyncdText
    """syncd.yaml as it was understood, without the sources' own keys."""
    origins: Mapping[str, str]
    """Setting → where its value came from: `environment SYNCD_POLL`, `config/syncd.yaml:3` or `default`."""
    measures: tuple[Measure, ...] = ()
    """Read `offline`, they say when and what, and must not be asked."""
    measuring: MeasuresText = dataclasses.field(default_factory=MeasuresText)
    receivers: tuple[Receiver, ...] = ()
    """Who gets messages."""


@dataclass(frozen=True, slots=True)
class _Syncd:
    """syncd.yaml, read as far as it can be."""

    found: Checked[SyncdText]
    daemon: Mapping[str, Data]

    @property
    def place(self) -> Place:
        return self.found.place


def load(
    folder: Path,
    environ: Mapping[str, str],
    connectors: Mapping[str, Spec],
    *,
    instead: Mapping[str, Document] | None = None,
    offline: bool = False,
) -> Loaded:
    """Reads, checks and resolves everything, without touching the network. Raises ConfigError with all faults.

    `instead` are files, by name, that take the place of those in the folder. `offline` needs no secrets, and gives
    sources that must not be asked anything.
    """
    faults: list[Fault] = []
    documents = {**files.documents(folder, faults), **(instead or {})}
    resolver = Resolver(environ, folder, faults, offline=offline)
    document = documents[files.SYNCD]
    if document is not None:
        hide_secrets(document, connectors)
        hide_daemon_secrets(document)
    syncd = _syncd(document, resolver) if document is not None else None
    text = syncd.found.model if syncd is not None else None
    speakable = frozenset({*text.sources, *connectors}) if text is not None else None
    book = rulebook(documents.get(files.SCORING), speakable, faults, documents.get(files.OKRS))
    names = frozenset(text.sources) if text is not None else frozenset()
    okrs, measures = _okrs(documents.get(files.OKRS), book, speakable, names, resolver)
    if syncd is None or text is None:
        raise ConfigError(faults)

    settings, origins = daemon_settings(syncd.daemon, syncd.place.document, environ, faults)
    around = Surroundings(connectors, book.facts, book.of_items, _shows(book, okrs), okrs, resolver)
    places = {name: syncd.place / "sources" / name for name in text.sources}
    built = [
        configured_source(name, one, places[name], around, faults)
        for name, one in text.sources.items()
        if ("sources", name, "kind") not in syncd.found.lost
    ]
    unread = files.SCORING in documents and documents[files.SCORING] is None
    if not book.horizon_names and not book.lost_horizons and not unread:
        faults.extend(_nothing_to_show(places[name]) for name, one in text.sources.items() if one.write.horizon)
    known = {*text.sources, *(kind for one in text.sources.values() if (kind := one.kind or "") in connectors)}
    voices = None
    if book.voices is not None and book.voices_place is not None:
        voices = read_voices(book.voices, book.voices_place, faults)
    policy = policy_rules(text.policy, syncd.place / "policy", known, faults)
    windows = windows_rules(text.windows, syncd.place / "windows", tuple(text.sources), faults)
    tell = settings.tell if settings is not None else {}
    told = receivers(tell, syncd.place / "tell", tuple(text.sources), text.windows.zone, faults)
    sources = tuple(source for source in built if source is not None)
    faults.extend(read_twice(sources, places))
    if faults or settings is None or book.framework is None:
        raise ConfigError(faults)
    texts = {name: document.text for name, document in documents.items() if document is not None} | dict(book.files)
    rules = _rules(sources, book, book.framework, okrs, policy, _digest(texts, resolver))
    rules = dataclasses.replace(rules, windows=windows, page=settings.public_url, voices=voices)
    heard = voices.files if voices is not None else ()
    if book.voices_place is not None and (unweighed := weighs_nothing(rules, book.voices_place)) is not None:
        raise ConfigError([unweighed])
    read = frozenset({*(folder / name for name in (*texts, *heard)), *resolver.files})
    origins |= origins_in(syncd.place.document, ("sources", "policy", "windows", "measures", "tell"), environ)
    return Loaded(settings, rules, sources, texts, read, text, origins, measures, text.measures, told)


def load_at_least(folder: Path, environ: Mapping[str, str]) -> tuple[Settings, tuple[str, ...]] | None:
    """The settings and the names of the sources, whatever is wrong with rules, sources and the other files: enough to stop
    writing. None when even these cannot be read."""
    faults: list[Fault] = []
    document = files.documents(folder, faults)[files.SYNCD]
    data = document.data() if document is not None else None
    sources = data.get("sources") if isinstance(data, dict) else None
    if document is None or not isinstance(sources, dict):
        return None
    resolver = Resolver(environ, folder, faults)
    daemon = resolved(document, resolver)
    settings, _ = daemon_settings(daemon, document, environ, faults)
    if settings is None or ("store",) in resolver.failed:  # or it would be another store that is told
        return None
    return settings, tuple(sources)


def _syncd(document: Document, resolver: Resolver) -> _Syncd:
    resolved(document, resolver)
    usable = document.without(resolver.failed)
    daemon = resolved(usable, resolver)

    def replaced(data: Data) -> Data:
        assert isinstance(data, dict), "a file that is no block of keys has no settings to replace"
        return {**data, **{key: value for key, value in daemon.items() if key in data}}

    lost = tuple(resolver.failed)
    prepare = replaced if daemon else None
    found = checked(SyncdText, usable, _SYNCD_PIECES, resolver.faults, prepare=prepare, lost=lost)
    left = {key: value for key, value in daemon.items() if found.document.has((key,))}
    return _Syncd(found, left)


def _okrs(
    document: Document | None,
    book: Rulebook,
    speakable: frozenset[str] | None,
    names: frozenset[str],
    resolver: Resolver,
) -> tuple[OkrRules, tuple[Measure, ...]]:
    if document is None:
        return OkrRules(), ()
    shape, faults = Shape.of(OkrsText), resolver.faults
    hide(Place(document), shape)
    if resolver.offline:
        # Nothing will be measured, so that neither secrets nor addresses need to be there.
        found = checked(OkrsText, document, _OKRS_PIECES, faults, prepare=without_references)
        made = okr_rules(found.model or OkrsText(), found.place, book.of_items, speakable, names, faults)
        return made.rules, made.measures
    before = len(resolver.failed)
    resolver.resolve(document.data(), Place(document), shape)
    lost = tuple(resolver.failed[before:])
    usable = document.without(lost)

    def prepare(data: Data) -> Data:
        return quiet.resolve(data, Place(usable), shape)

    # What is wrong with a reference was told above, once.
    quiet = dataclasses.replace(resolver, faults=[], failed=[])
    found = checked(OkrsText, usable, _OKRS_PIECES, faults, prepare=prepare, lost=lost)
    made = okr_rules(found.model or OkrsText(), found.place, book.of_items, speakable, names, faults)
    return made.rules, made.measures


def _shows(book: Rulebook, okrs: OkrRules) -> dict[Slot, Sequence[str]]:
    return {
        Slot.HORIZON: list(book.horizon_names),
        Slot.OBJECTIVE: [objective.id for objective in okrs.objectives],
        Slot.KEY_RESULT: [result.id for objective in okrs.objectives for result in objective.key_results],
    }


def _nothing_to_show(place: Place) -> Fault:
    hint = "add to scoring.yaml: `horizons: {now: {capacity: 12 items}, later: {}}`"
    return (place / "write" / "horizon").key_fault("there are no horizons that could be shown", hint)


def _rules(
    sources: Sequence[ConfiguredSource],
    book: Rulebook,
    framework: Framework,
    okrs: OkrRules,
    policy: Policy,
    digest: str,
) -> Rules:
    specs = {source.spec.kind: source.spec for source in sources}
    expressions = (framework.formula, *book.of_items.parsed, *book.of_work.parsed)
    return Rules(
        sources={source.name: source.rules for source in sources},
        facts=book.facts,
        framework=framework,
        scale=book.scale,
        adjustments=book.adjustments,
        horizons=book.horizons,
        okrs=okrs,
        policy=policy,
        text_keys=tuple(TextKeys(kind, specs[kind].text_keys, specs[kind].key_signs) for kind in sorted(specs)),
        reads_body=any("body" in expression.names for expression in expressions),
        digest=digest,
        backlogs=book.backlogs,
        rest=book.rest,
    )


def _digest(texts: Mapping[str, str], resolver: Resolver) -> str:
    # How the daemon runs changes no rule, and where it stores may hold a password.
    resolved_values = sorted((at, value) for at, value in resolver.open_values.items() if at.startswith("sources/"))
    said = json.dumps([sorted(texts.items()), resolved_values], separators=(",", ":"))
    return hashlib.sha256(said.encode()).hexdigest()[:12]
