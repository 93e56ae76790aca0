"""The forecast is the exact distribution of drawing past weeks at random, and says nothing where nothing is known."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.core.reports.forecast import FAR, Forecast, Pace, pace

TODAY = date(2026, 11, 25)
WEEKS = st.lists(st.integers(0, 5), min_size=4, max_size=5).filter(lambda weeks: sum(weeks) >= 4)


@given(WEEKS, st.integers(1, 12), st.integers(1, 4))
@settings(max_examples=80, deadline=None)
def test_the_odds_are_those_of_counting_every_way_the_weeks_could_go(weeks: list[int], place: int, ahead: int) -> None:
    ways = list(product(weeks, repeat=ahead))
    counted = sum(sum(way) >= place for way in ways) / len(ways)
    found = Forecast(Pace(TODAY, tuple(weeks)), 12).chance(place, TODAY + timedelta(days=7 * ahead))
    assert found == pytest.approx(counted, abs=1e-12)


@given(WEEKS, st.integers(1, 40))
@settings(max_examples=60, deadline=None)
def test_later_days_and_earlier_places_are_never_less_likely(weeks: list[int], place: int) -> None:
    forecast = Forecast(Pace(TODAY, tuple(weeks)), 41)
    odds = [forecast.chance(place, TODAY + timedelta(days=days)) or 0.0 for days in range(0, 200, 5)]
    assert odds == sorted(odds)
    assert (forecast.chance(place + 1, TODAY + timedelta(days=70)) or 0.0) <= (
        forecast.chance(place, TODAY + timedelta(days=70)) or 0.0
    )
    days = [forecast.day(place, share) for share in (0.5, 0.85, 0.95)]
    known = [day for day in days if day is not None]
    assert known == sorted(known)


def test_a_steady_pace_has_one_date() -> None:
    forecast = Forecast(Pace(TODAY, (2, 2, 2, 2)), 9)
    assert {forecast.day(5, share) for share in (0.05, 0.5, 0.95)} == {TODAY + timedelta(days=21)}
    assert forecast.chance(5, TODAY + timedelta(days=20)) == 0.0
    assert forecast.chance(5, TODAY + timedelta(days=21)) == 1.0


def test_thousands_a_week_are_forecast_as_exactly() -> None:
    weeks = (3000, 2000, 2500, 2500)
    forecast = Forecast(Pace(TODAY, weeks), 20_000)
    ways = list(product(weeks, repeat=4))
    counted = sum(sum(way) >= 10_500 for way in ways) / len(ways)
    assert forecast.chance(10_500, TODAY + timedelta(days=28)) == pytest.approx(counted, abs=1e-9)


@pytest.mark.parametrize("weeks", [(), (9, 9, 9), (0, 0, 0, 0, 0), (1, 0, 0, 2)])
def test_with_too_little_history_there_is_no_forecast(weeks: tuple[int, ...]) -> None:
    forecast = Forecast(Pace(TODAY, weeks), 5)
    assert forecast.chance(1, TODAY + timedelta(days=70)) is None and forecast.day(1, 0.5) is None


def test_what_takes_longer_than_two_years_has_no_date() -> None:
    forecast = Forecast(Pace(TODAY, (1, 1, 1, 1)), FAR + 5)
    assert forecast.day(FAR, 0.5) == TODAY + timedelta(days=7 * FAR) and forecast.day(FAR + 1, 0.5) is None


def test_the_pace_counts_whole_weeks_back_from_today_and_not_before_there_was_work() -> None:
    days = [TODAY, TODAY - timedelta(days=6), TODAY - timedelta(days=7), TODAY - timedelta(days=400)]
    assert pace(days, TODAY - timedelta(days=30), TODAY).weeks == (0, 0, 1, 2)
    assert len(pace(days, TODAY - timedelta(days=900), TODAY).weeks) == 12
    assert pace([], TODAY, TODAY).weeks == ()
