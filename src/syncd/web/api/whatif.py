"""POST /api/v1/whatif: the live backlog under other rules, and what changes. Writes nothing, not even to the store."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated

import numpy as np
import numpy.typing as npt
from fastapi import APIRouter, Depends, HTTPException, Request
from pydantic import BaseModel, Field

from syncd.config.authoring.rewrite import as_yaml, scoring_data, with_scoring, with_weights
from syncd.config.reading.faults import ConfigError
from syncd.core.collector import collector_waits
from syncd.core.ranking.rank import rank_rows
from syncd.core.ranking.ranking import Ranking
from syncd.core.ranking.stood import Stood
from syncd.core.reports.whatif import kendall
from syncd.core.rules import Rules
from syncd.core.scoring.score import score_table
from syncd.core.scoring.table import Table
from syncd.web import forms
from syncd.web.access import Person
from syncd.web.api.backlog import Issue, issue
from syncd.web.front import Front
from syncd.web.knobs import Board, board, turned, weights_of
from syncd.web.picture import Picture

TOPS = (10, 20, 50)
EXACT = 10_000
"""Up to so much work all pairs are counted; beyond, those of so many pieces, evenly taken."""

Places = npt.NDArray[np.int64]


class Asked(BaseModel):
    """Fields of the page's form, by name: framework, scale, on.0 and value.0 for the first adjustment, and so on."""

    fields: Annotated[dict[str, Annotated[str, Field(max_length=200)]], Field(max_length=400)] = {}
    top: Annotated[int, Field(ge=1, le=200)] = 20
    of: Annotated[str, Field(max_length=200)] = ""
    """The backlog, where there are several; the first one, when left out."""


class Moved(BaseModel):
    issue: Issue
    before: int | None
    """Its rank today."""
    after: int
    score: float | None
    score_before: float | None
    horizon: str | None
    horizon_before: str | None
    objective: str | None
    key_result: str | None


class Covered(BaseModel):
    objective: str
    title: str
    before: int
    """How many of the first N serve it today."""
    after: int


class Tried(BaseModel):
    top: int
    total: int
    works: list[Moved]
    """The new first N."""
    leaving: list[Moved]
    entering: int
    churn: float
    """The share of all pairs that change places."""
    exact: bool
    """False: `churn` is an estimate from many pairs."""
    rehorizoned: int
    """How much work changes its horizon."""
    unscored: int
    unscored_before: int
    coverage: list[Covered]
    changed: bool
    yaml: str
    """What would stand in scoring.yaml instead; empty while nothing differs."""
    okrs: dict[str, float]
    """Weights of objectives that differ: they stand in okrs.yaml."""
    milliseconds: float


class Tryout:
    """Tries rules over one picture. The columns stay in memory; one trial at a time, since each takes a processor."""

    def __init__(self, picture: Picture, text: str | None) -> None:
        (part,) = picture.decision.parts.values()
        ranked = part.ranked
        assert isinstance(ranked.rows, Table)
        self.picture = picture
        self._before: Ranking = ranked
        self._table: Table = ranked.rows
        self._data = scoring_data(text, picture.name)
        self._lock = threading.Lock()

    @cached_property
    def board(self) -> Board:
        return board(self._data, self.picture.rules)

    @cached_property
    def _stood(self) -> Stood:
        return Stood.of(self._table, self.picture.decision.placed)

    @cached_property
    def _was(self) -> Places:
        """For each row its place today."""
        return _places(self._before.order)

    def tried(self, fields: Mapping[str, str], top: int) -> Tried:
        """Raises ConfigError where the fields make no rules."""
        with self._lock, collector_waits():
            began = time.perf_counter()
            data, changed = turned(self._data, fields, self.picture.rules)
            rules = with_scoring(self.picture.rules, data) if changed else self.picture.rules
            weights = weights_of(fields, rules)
            after = self._ranked(with_weights(rules, weights), weights) if changed or weights else self._before
            return self._told(after, top, as_yaml({key: data[key] for key in data if key in changed}) if changed else "",
                              weights, began)  # fmt: skip

    def _ranked(self, rules: Rules, weights: Mapping[str, float]) -> Ranking:
        decision = self.picture.decision
        table = self._table.under(rules) if weights else self._table
        pinned = {ref: (p.score.value, p.score.because) for ref, p in decision.pins.items() if p.score is not None}
        return rank_rows(table, score_table(table, rules, pinned), self._stood, decision.pins, rules)

    def _told(self, after: Ranking, top: int, text: str, weights: Mapping[str, float], began: float) -> Tried:
        before, will = self._before, _places(after.order)
        first, then = before.order[:top], after.order[:top]
        gone = first[~np.isin(first, then)]
        ranks = will[before.order]
        sample = ranks if ranks.size <= EXACT else ranks[:: -(-ranks.size // EXACT)]
        churn = (1 - kendall(_dense(sample))) / 2
        same = before.horizons == after.horizons
        return Tried(
            top=top,
            total=len(after),
            works=[self._moved(int(row), after, int(will[row])) for row in then],
            leaving=[self._moved(int(row), after, int(will[row])) for row in gone],
            entering=int((~np.isin(then, first)).sum()),
            churn=churn,
            exact=ranks.size <= EXACT,
            rehorizoned=int((before.levels != after.levels).sum()) if same and before.horizons else 0,
            unscored=int(np.isnan(after.scores.score).sum()),
            unscored_before=int(np.isnan(before.scores.score).sum()),
            coverage=self._coverage(first, then),
            changed=after is not before,
            yaml=text,
            okrs=dict(weights),
            milliseconds=(time.perf_counter() - began) * 1000,
        )

    def _moved(self, row: int, after: Ranking, place: int) -> Moved:
        work, before = self._table.works[row], self._before
        scores = [None if np.isnan(one.scores.score[row]) else float(one.scores.score[row]) for one in (after, before)]
        return Moved(
            issue=issue(work.primary),
            before=int(self._was[row]) + 1,
            after=place + 1,
            score=scores[0],
            score_before=scores[1],
            horizon=after.horizons[after.levels[row]] if after.horizons else None,
            horizon_before=before.horizons[before.levels[row]] if before.horizons else None,
            objective=work.okr.objective if work.okr else None,
            key_result=work.okr.key_result if work.okr else None,
        )

    def _coverage(self, first: Places, then: Places) -> list[Covered]:
        def count(rows: Places, objective: str) -> int:
            okrs = (self._table.works[int(row)].okr for row in rows)
            return sum(okr is not None and okr.objective == objective for okr in okrs)

        return [
            Covered(objective=one.id, title=one.title, before=count(first, one.id), after=count(then, one.id))
            for one in self.picture.rules.okrs.objectives
        ]


def _places(order: Places) -> Places:
    found = np.empty(order.size, dtype=np.int64)
    found[order] = np.arange(order.size)
    return found


def _dense(ranks: Places) -> list[int]:
    """The same order with the numbers 1, 2, 3 …"""
    found = np.empty(ranks.size, dtype=np.int64)
    found[np.argsort(ranks)] = np.arange(1, ranks.size + 1)
    return found.tolist()


class Tryouts:
    """The tryout of each backlog as it is now."""

    def __init__(self, front: Front) -> None:
        self._front = front
        self._lock = threading.Lock()
        self._tryouts: dict[str, Tryout] = {}

    def present(self, backlog: str) -> Tryout:
        picture = self._front.picture(backlog)
        with self._lock:
            kept = self._tryouts.get(picture.name)
            if kept is None or kept.picture is not picture:
                kept = Tryout(picture, self._front.world.loaded.texts.get("scoring.yaml"))
                self._tryouts[picture.name] = kept
            return kept


def first_fault(error: ConfigError) -> str:
    fault = error.faults[0]
    return f"{fault.message}{'; ' + fault.hint if fault.hint else ''}"


def router(front: Front) -> APIRouter:
    routes = APIRouter(tags=["what-if"], dependencies=[Depends(front.access.viewer)])
    tryouts = Tryouts(front)

    @routes.post("/whatif")
    def post_whatif(request: Request, asked: Asked, person: Person = Depends(front.access.viewer)) -> Tried:
        """The backlog under other rules. Nothing is written."""
        forms.check(request, person, "")
        try:
            return tryouts.present(asked.of).tried(asked.fields, asked.top)
        except ConfigError as error:
            raise HTTPException(422, first_fault(error)) from None

    return routes
