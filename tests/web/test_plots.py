"""The pictures over a whole page: what they draw is what there is."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.web import plots
from syncd.web.desk import Desk
from syncd.web.picture import Picture, Row
from web.page_house import HOSTILE, Visitor, house

TODAY = date(2026, 11, 25)
DAYS = st.none() | st.integers(-60, 900).map(lambda n: TODAY + timedelta(days=n))


def picture(folder: Path, **given: object) -> Picture:
    with house(folder, **given) as stage:  # type: ignore[arg-type]
        found = Desk(stage.world).picture()
        assert found is not None
        assert found.rows
        return found


def test_the_spread_of_scores_has_every_scored_piece_of_work_in_a_column(tmp_path: Path) -> None:
    found = picture(tmp_path, size=40)
    assert found.spread is not None
    drawn = plots.scores(found.spread, height=100)
    scored = [row for row in found.rows if row.ranked.score is not None]
    assert f'aria-label="{len(scored)} scores from' in drawn
    tall: dict[str, float] = {}
    for x, height in re.findall(r' x="([\d.]+)%".* height="([\d.]+)"/>', str(drawn).replace("/><", "/>\n<")):
        tall[x] = tall.get(x, 0.0) + float(height)
    assert max(tall.values()) == pytest.approx(100, abs=1), "the fullest column fills the height"
    low, high = min(scores := [row.ranked.score or 0.0 for row in scored]), max(scores)
    bins = Counter(min(plots.BINS - 1, int((score - low) / (high - low) * plots.BINS)) for score in scores)
    assert len(tall) == len(bins)
    assert sum(tall.values()) == pytest.approx(100 * len(scored) / max(bins.values()), abs=2)
    levels = {found.level(row.ranked.horizon) for row in scored}
    assert {int(one) for one in re.findall(r"level-(\d)", drawn)} == levels


def test_without_different_scores_or_moves_there_is_no_picture(tmp_path: Path) -> None:
    found = picture(tmp_path)
    one = dataclasses.replace(found.decision, ranked=found.decision.ranked[:1])
    assert Picture(one, found.rules, "", [""], {}, None).spread is None
    stayed = [Row(row.ranked, row.ranked.rank) for row in found.rows]
    assert plots.movement(stayed, TODAY) == ""


def test_movement_tells_who_rose_who_fell_and_who_is_new(tmp_path: Path) -> None:
    found = picture(tmp_path, hostile=True)
    ranks = [row.ranked.rank for row in found.rows]
    was = [ranks[1], ranks[0], None, 700, *ranks[4:]]
    drawn = plots.movement([Row(row.ranked, old) for row, old in zip(found.rows, was, strict=True)], TODAY)
    assert f'aria-label="the first {plots.MOVERS} since 2026-11-25: 2 up, 1 down, 1 new"' in drawn
    assert [len(re.findall(rf'<g class="{kind}">', drawn)) for kind in ("up", "down", "new")] == [2, 1, 1]
    assert drawn.count("<line") == plots.MOVERS - 1, "what is new comes from nowhere"


@given(st.lists(DAYS, min_size=1, max_size=5), st.lists(DAYS, min_size=3, max_size=12), st.data())
def test_no_forecast_leaves_its_calendar(dues: list[date | None], days: list[date | None], data: st.DataObject) -> None:
    weeks = plots.weeks_of(TODAY, dues, days)
    assert weeks.start < TODAY < weeks.end and all(weeks.start < due < weeks.end for due in dues if due is not None)
    three = tuple(sorted((day for day in days if day is not None), reverse=False)[:3])
    due = data.draw(st.sampled_from(dues))
    drawn = plots.months(weeks) + plots.forecast(weeks, TODAY, due, three)
    places = [float(one) for one in re.findall(r' x[12]?="([\d.-]+)%"', drawn)]
    assert all(0 <= one <= 100 for one in places)
    kind = "late" if due and len(three) > 1 and three[0] > due else None
    assert kind is None or 'class="late' in drawn


def test_a_page_with_hostile_titles_has_its_pictures(tmp_path: Path) -> None:
    with house(tmp_path, hostile=True) as stage:
        page = Visitor(stage.world).get("/backlog").text
    assert 'class="plot"' in page and HOSTILE not in page


@pytest.mark.parametrize(("due", "word"), [(20, "late"), (30, "close"), (60, "fine")])
def test_the_color_says_how_late_it_is(due: int, word: str) -> None:
    days = [TODAY + timedelta(days=n) for n in (25, 40, 50)]
    weeks = plots.weeks_of(TODAY, [TODAY + timedelta(days=due)], days)
    assert f'class="{word} sure-0"' in plots.forecast(weeks, TODAY, TODAY + timedelta(days=due), days)
