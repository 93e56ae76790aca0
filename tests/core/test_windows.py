"""When syncd may write: deny wins, nights cross midnight, and clocks are put forward and back."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.core.permission.leave import WriteKind
from syncd.core.permission.windows import Window, Windows, closed

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = Window(start=time(20), end=time(6))
WEEKDAYS = frozenset(range(5))
FIELDS, ORDER = WriteKind.FIELDS, WriteKind.ORDER


def at(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def until(windows: Windows, text: str, source: str = "jira", kind: WriteKind = FIELDS) -> str:
    found = closed(windows, source, kind, at(text))
    if found is None:
        return "open"
    return f"{found.until.astimezone(windows.zone):%a %d %b %H:%M %Z}" if found.until else "never"


def test_without_windows_it_is_always_open() -> None:
    assert until(Windows(), "2026-11-23T12:00") == "open"


def test_an_allowed_night_crosses_midnight() -> None:
    windows = Windows(BERLIN, allow=(NIGHT,))
    assert until(windows, "2026-11-23T12:00") == "Mon 23 Nov 20:00 CET"
    assert until(windows, "2026-11-23T20:00") == "open"
    assert until(windows, "2026-11-24T05:59") == "open"
    assert until(windows, "2026-11-24T06:00") == "Tue 24 Nov 20:00 CET"


def test_the_days_are_those_on_which_the_hours_begin() -> None:
    windows = Windows(BERLIN, allow=(Window(frozenset({4}), time(20), time(6)),))
    assert until(windows, "2026-11-28T03:00") == "open", "Friday's night lasts into Saturday"
    assert until(windows, "2026-11-27T03:00") == "Fri 27 Nov 20:00 CET"


def test_deny_wins_and_says_why() -> None:
    freeze = Window(first=date(2026, 12, 18), last=date(2027, 1, 6), because="release freeze")
    windows = Windows(BERLIN, allow=(NIGHT,), deny=(freeze,))
    found = closed(windows, "jira", FIELDS, at("2026-12-20T21:00"))
    assert found is not None and found.because == "release freeze"
    assert until(windows, "2026-12-20T21:00") == "Thu 07 Jan 00:00 CET"
    assert until(windows, "2026-12-17T21:00") == "open"
    assert until(windows, "2026-12-18T00:30") == "Thu 07 Jan 00:00 CET"


def test_windows_may_be_about_a_source_or_a_kind_of_write() -> None:
    windows = Windows(
        BERLIN,
        allow=(Window(start=time(20), end=time(22), sources=frozenset({"jira"}), kinds=frozenset({ORDER})),),
        deny=(Window(WEEKDAYS, time(9), time(10), sources=frozenset({"github"})),),
    )
    assert until(windows, "2026-11-23T09:30") == "open"
    assert until(windows, "2026-11-23T09:30", kind=ORDER) == "Mon 23 Nov 20:00 CET"
    assert until(windows, "2026-11-23T09:30", "github") == "Mon 23 Nov 10:00 CET"
    assert until(windows, "2026-11-28T09:30", "github") == "open"


def test_the_clock_is_put_forward() -> None:
    """On 29 March 2026, 02:00 in Berlin is 03:00."""
    denied = Windows(BERLIN, deny=(Window(start=time(1), end=time(3)),))
    assert until(denied, "2026-03-29T01:30") == "Sun 29 Mar 03:00 CEST"
    early = Windows(BERLIN, allow=(Window(start=time(2, 30), end=time(5)),))
    assert until(early, "2026-03-28T12:00") == "Sun 29 Mar 03:30 CEST", "02:30 does not come; the later reading holds"
    found = closed(Windows(BERLIN, allow=(NIGHT,)), "jira", FIELDS, at("2026-03-29T12:00"))
    assert found is not None and found.until == datetime(2026, 3, 29, 18, 0, tzinfo=UTC), "20:00 is two hours east now"


def test_the_clock_is_put_back() -> None:
    """On 25 October 2026, 02:30 in Berlin comes twice."""
    first, second = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    night = Window(start=time(22), end=time(2, 30))
    assert closed(Windows(BERLIN, allow=(night,)), "jira", FIELDS, first - timedelta(minutes=1)) is None
    assert closed(Windows(BERLIN, allow=(night,)), "jira", FIELDS, first) is not None, "what is allowed ends early"
    assert closed(Windows(BERLIN, deny=(night,)), "jira", FIELDS, second - timedelta(minutes=1)) is not None
    assert closed(Windows(BERLIN, deny=(night,)), "jira", FIELDS, second) is None, "what is denied ends late"


def test_what_never_opens_again_says_so() -> None:
    past = Windows(BERLIN, allow=(Window(last=date(2026, 1, 1)),))
    assert until(past, "2026-11-23T12:00") == "never"


TIMES = st.times().map(lambda one: one.replace(second=0, microsecond=0))
WINDOW = st.builds(
    Window,
    days=st.frozensets(st.integers(0, 6), min_size=1),
    start=TIMES,
    end=TIMES,
    first=st.none() | st.dates(date(2026, 1, 1), date(2026, 6, 1)),
    last=st.none() | st.dates(date(2026, 6, 1), date(2026, 12, 31)),
    sources=st.sampled_from([frozenset(), frozenset({"jira"}), frozenset({"other"})]),
)
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"])
SETS = st.builds(
    lambda zone, allow, deny: Windows(ZoneInfo(zone), zone, tuple(allow), tuple(deny)),
    ZONES,
    st.lists(WINDOW, max_size=2),
    st.lists(WINDOW, max_size=2),
)
MOMENTS = st.integers(0, 24 * 60 * 275).map(
    lambda minutes: datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@given(SETS, MOMENTS, st.integers(1, 60))
@settings(max_examples=200, deadline=None)
def test_until_is_the_first_moment_at_which_it_is_open_again(windows: Windows, moment: datetime, steps: int) -> None:
    found = closed(windows, "jira", FIELDS, moment)
    if found is None or found.until is None:
        return
    assert found.until > moment
    assert closed(windows, "jira", FIELDS, found.until) is None
    between = moment + (found.until - moment) * steps / 61
    assert closed(windows, "jira", FIELDS, between) is not None


@given(SETS, MOMENTS)
@settings(max_examples=100, deadline=None)
def test_deny_wins_and_more_of_it_opens_nothing(windows: Windows, moment: datetime) -> None:
    only_allow = Windows(windows.zone, windows.zone_name, windows.allow)
    if closed(only_allow, "jira", FIELDS, moment) is not None:
        assert closed(windows, "jira", FIELDS, moment) is not None
