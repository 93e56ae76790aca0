"""scoring.yaml as a whole: what it says, checked piece by piece, with the default score where it says nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from syncd.config.reading import yaml
from syncd.config.reading.checked import checked, left_out
from syncd.config.reading.document import Document, Place
from syncd.config.reading.faults import Fault
from syncd.config.rules.backlogs import NONE, backlogs
from syncd.config.rules.expressions import HOW_VOICES, NO_VOICES, Expressions
from syncd.config.rules.facts import fact_rules, unknown_sources
from syncd.config.rules.horizons import horizons, misspelled_horizons
from syncd.config.rules.okrs import outcome_ids
from syncd.config.rules.scoring import (
    DEFAULT_SCORING,
    adjustments,
    scoring_framework,
)
from syncd.config.text.scoring import ScoringText
from syncd.config.text.voices import VoicesText
from syncd.core.backlog import Kind, Status
from syncd.core.expressions.vocabulary import item_names, work_names
from syncd.core.rules import Adjustment, Backlog, FactRule, Framework, Horizons, Scale

PIECES: Final = (
    ("score", "scale"),
    ("score", "quadrants", "*"),
    ("score", "parts", "*"),
    ("facts", "*"),
    ("voices", "*"),
    ("adjust", "*"),
    ("horizons", "*"),
    ("backlogs", "*"),
)


_KINDS: Final = frozenset(kind.value for kind in Kind)
_VALUES: Final[Mapping[str, frozenset[str]]] = {
    "kind": _KINDS,
    "parent.kind": _KINDS,
    "status": frozenset(status.value for status in Status),
}


@dataclass(frozen=True, slots=True)
class Rulebook:
    """How work is scored. Where `lost` names anything, that is a fault already and the rest is incomplete."""

    facts: dict[str, FactRule]
    framework: Framework | None
    scale: Scale
    adjustments: tuple[Adjustment, ...]
    horizons: Horizons
    backlogs: tuple[Backlog, ...]
    rest: str | None
    of_items: Expressions
    """For expressions about a single issue: `ignore:`, `match:`"""
    of_work: Expressions
    lost_horizons: bool = False
    files: Mapping[str, str] = field(default_factory=dict)
    """The tables that facts are read from: name as written → content."""
    voices: VoicesText | None = None
    voices_place: Place | None = None
    """Where it says so; their files are not read yet."""

    @property
    def horizon_names(self) -> tuple[str, ...]:
        """Of all backlogs, each once."""
        every = (self.horizons, *(backlog.horizons for backlog in self.backlogs))
        return tuple(dict.fromkeys(horizon.name for one in every for horizon in one.names))


def rulebook(
    document: Document | None,
    sources: frozenset[str] | None,
    faults: list[Fault],
    okrs: Document | None = None,
    *,
    unread: bool = False,
) -> Rulebook:
    """`sources` are the names and kinds that facts may speak of; None when they are not known. `okrs` says which
    objectives and key results rules may ask for. `unread`: facts are known, and no file that they are looked up in is read."""
    default = yaml.read(DEFAULT_SCORING, "the default score")
    written = document or default
    gone = [
        *(unknown_sources(written, sources, faults) if sources is not None else ()),
        *misspelled_horizons(written, faults),
    ]
    found = checked(ScoringText, written.without(gone), PIECES, faults, lost=gone)
    text, place = found.model or ScoringText(), found.place
    unjudged = left_out(found.lost, "facts") if found.model is not None else frozenset(_names(written))
    read = fact_rules(text.facts, place / "facts", unjudged, faults, unread=unread)
    facts = read.rules
    own = frozenset(facts)
    of_items = Expressions(item_names(facts), faults, unjudged, values=_VALUES, facts=own)
    values = {**_VALUES, **(outcome_ids(okrs) if okrs is not None else {})}
    silent = text.voices is None and not any(path[:1] == ("voices",) for path in found.lost)
    if silent:
        faults.extend(_unheard(text, place))
    of_work = Expressions(work_names(facts), faults, unjudged, backlog=True, values=values, facts=own, silent=silent)
    score, score_place = text.score, place / "score"
    if score is None:
        score = ScoringText.model_validate(default.data()).score
        score_place = Place(default, ("score",))
    assert score is not None, "the default has a score"
    known = frozenset(facts) | unjudged
    above = (
        scoring_framework(score, score_place, facts, of_work, faults),
        score.scale,
        adjustments(text.adjust, place / "adjust", of_work, faults),
        horizons(text.horizons, place / "horizons", known, of_work, faults),
    )
    return Rulebook(
        facts=facts,
        framework=above[0],
        scale=above[1],
        adjustments=above[2],
        horizons=above[3],
        backlogs=backlogs(text, place, facts, known, of_work, above, faults),
        rest=None if text.rest == NONE else text.rest,
        of_items=of_items,
        of_work=of_work,
        lost_horizons=bool(left_out(found.lost, "horizons")) or found.model is None,
        files=read.files,
        voices=text.voices,
        voices_place=place / "voices",
    )


def _unheard(text: ScoringText, place: Place) -> Iterator[Fault]:
    """Facts that ask for voices, where no file has any."""
    for name, fact in text.facts.items():
        if fact.voices is not None:
            yield (place / "facts" / name / "voices").key_fault(NO_VOICES, HOW_VOICES)


def _names(document: Document) -> list[str]:
    facts = document.data_at(("facts",)) if document.has(("facts",)) else None
    return list(facts) if isinstance(facts, dict) else []
