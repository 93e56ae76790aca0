"""When something is told, when again, and when not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from telling_makers import NOON, brake, edit, waits

from syncd.core.backlog import Problem
from syncd.core.permission.windows import Window, Windows
from syncd.core.plan import Edit, Plan, Relabel, SetField
from syncd.core.telling.notices import About, Event, Notice
from syncd.core.telling.subjects import Stands, subjects
from syncd.core.telling.told import Subject, Terms, Told, due

TERMS = Terms(frozenset(About))
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass
class Listener:
    """Keeps what a store would keep; what it is told has arrived, unless it is `deaf`."""

    terms: Terms = TERMS
    rows: dict[str, Told] = field(default_factory=dict)
    deaf: bool = False

    def hears(self, found: Stands | Iterable[Subject], now: datetime) -> list[Notice]:
        if isinstance(found, Stands):
            found = subjects(found, titles=True, now=now)
        said = due(found, self.rows, self.terms, now)
        self._keep(said.keep)
        if self.deaf:
            return []
        self._keep(said.sent)
        return list(said.notices)

    def _keep(self, changes: object) -> None:
        assert isinstance(changes, dict)
        for name, row in changes.items():
            if row is None:
                self.rows.pop(name, None)
            else:
                self.rows[name] = row

    def events(self, found: Stands, now: datetime) -> list[tuple[str, Event]]:
        return [(notice.subject, notice.event) for notice in self.hears(found, now)]


def test_a_waiting_plan_is_told_once_and_reminded_of_after_a_day() -> None:
    team = Listener()
    assert team.events(waits(range(5)), NOON) == [("plan:jira", Event.NEW)]
    for hours in range(1, 24):
        assert team.hears(waits(range(5)), NOON + hours * HOUR) == []
    assert team.events(waits(range(5)), NOON + DAY) == [("plan:jira", Event.REMINDER)]
    assert team.hears(waits(range(5)), NOON + DAY + HOUR) == []
    never = Listener(replace(TERMS, remind=None))
    assert len(never.hears(waits(range(5)), NOON)) == 1 and never.hears(waits(range(5)), NOON + 30 * DAY) == []


def test_other_values_for_the_same_issues_are_no_news_and_much_more_is() -> None:
    team = Listener()
    team.hears(waits(range(20)), NOON)
    other = replace(waits([]), waiting=Plan("jira", tuple(edit(number, score=7) for number in range(20))))
    assert team.hears(other, NOON + HOUR) == []
    assert team.hears(waits(range(35)), NOON + HOUR) == [], "fewer came than were there"
    assert team.hears(waits(range(5)), NOON + HOUR) == [], "less is no news"
    assert team.events(waits(range(41)), NOON + HOUR) == [("plan:jira", Event.CHANGED)]


def test_approved_meanwhile_there_is_nothing_to_tell_and_the_next_plan_is_new() -> None:
    team = Listener()
    team.hears(waits(range(5)), NOON)
    assert team.hears(waits([]), NOON + MINUTE) == []
    assert team.hears(waits(range(5)), NOON + 2 * MINUTE) == [], "never twice within ten minutes"
    assert team.events(waits(range(5)), NOON + 11 * MINUTE) == [("plan:jira", Event.NEW)]
    deaf = Listener(deaf=True)
    deaf.hears(waits(range(5)), NOON)
    deaf.deaf = False
    assert deaf.hears(waits([]), NOON + HOUR) == [] and not deaf.rows


def test_what_is_not_known_now_is_left_as_it_is() -> None:
    team = Listener()
    team.hears(waits(range(5)), NOON)
    unknown = Stands("jira", None)
    assert team.hears(unknown, NOON + HOUR) == []
    assert team.hears(waits(range(5)), NOON + 2 * HOUR) == []


def test_a_brake_is_told_at_once_also_where_the_plan_was_told() -> None:
    team = Listener()
    team.hears(waits(range(5)), NOON)
    (notice,) = team.hears(waits(range(5), tripped=(brake(),)), NOON + MINUTE)
    assert (notice.about, notice.event) == (About.BRAKE, Event.CHANGED)
    assert "30%" in notice.reasons[0] and notice.command is not None and notice.command.startswith("syncd approve ")
    assert team.hears(waits(range(5), tripped=(brake(),)), NOON + 2 * MINUTE) == []
    another = waits(range(5), tripped=(brake(), brake("max_rank_churn")))
    assert len(team.hears(another, NOON + 3 * MINUTE)) == 1


def test_a_brake_that_lets_go_by_itself_is_told_once_a_day() -> None:
    team = Listener()
    hourly = waits(range(5), tripped=(brake("max_writes_per_hour"),))
    assert len(team.hears(hourly, NOON)) == 1
    for hours in range(1, 24):
        assert team.hears(waits([]), NOON + hours * HOUR) == []
        assert (
            team.hears(replace(hourly, waiting=Plan("jira", (edit(hours),))), NOON + hours * HOUR + 30 * MINUTE) == []
        )
    assert len(team.hears(hourly, NOON + 25 * HOUR)) == 1


def test_who_wants_to_hear_of_waiting_plans_hears_of_those_at_a_brake_and_not_the_other_way_round() -> None:
    waiting, brakes = (Listener(replace(TERMS, about=frozenset({one}))) for one in (About.WAITING, About.BRAKE))
    assert brakes.hears(waits(range(5)), NOON) == [] and len(waiting.hears(waits(range(5)), NOON)) == 1
    stopped = waits(range(5), tripped=(brake(),))
    assert len(brakes.hears(stopped, NOON + HOUR)) == 1 and len(waiting.hears(stopped, NOON + HOUR)) == 1


BROKEN = Stands("jira", None, problem="jira answered 503", last_success=NOON - MINUTE)
WORKS = Stands("jira", None, last_success=NOON)


def test_a_failure_is_told_when_it_lasts_and_its_end_with_how_long_it_was() -> None:
    team = Listener()
    assert team.hears(BROKEN, NOON) == [] and team.hears(BROKEN, NOON + 4 * MINUTE) == []
    (notice,) = team.hears(BROKEN, NOON + 5 * MINUTE)
    assert "jira answered 503" in notice.reasons and notice.command == "syncd doctor --source jira"
    assert team.hears(BROKEN, NOON + 3 * DAY) == [], "once"
    (over,) = team.hears(WORKS, NOON + 3 * DAY + 2 * HOUR)
    assert over.event is Event.OVER and over.headline == "jira: it works again (3 d 2 h)"
    assert team.hears(WORKS, NOON + 4 * DAY) == [] and team.rows["failed:jira"].headline == over.headline
    assert team.hears(BROKEN, NOON + 5 * DAY) == [] and len(team.hears(BROKEN, NOON + 5 * DAY + HOUR)) == 1
    assert len(team.hears(WORKS, NOON + 6 * DAY)) == 1
    assert team.hears(WORKS, NOON + 14 * DAY) == [] and not team.rows, "nobody asks any more"


def test_a_blip_is_told_to_nobody() -> None:
    team = Listener()
    team.hears(BROKEN, NOON)
    assert team.hears(WORKS, NOON + 2 * MINUTE) == [] and not team.rows


def test_a_failure_that_nobody_could_be_told_of_is_told_afterwards() -> None:
    team = Listener(deaf=True)
    team.hears(BROKEN, NOON)
    team.hears(BROKEN, NOON + 10 * MINUTE)
    team.hears(WORKS, NOON + 2 * HOUR)
    team.deaf = False
    (over,) = team.hears(WORKS, NOON + 8 * HOUR)
    assert over.headline == "jira: it works again, after it could not be used from 25 Nov, 12:00 UTC on (2 h)"
    assert team.hears(WORKS, NOON + 9 * HOUR) == []


def test_in_quiet_hours_nothing_is_told_and_what_happened_meanwhile_comes_at_once_afterwards() -> None:
    night = Window(start=time(18), end=time(8))
    team = Listener(replace(TERMS, quiet=Windows(ZoneInfo("Europe/Berlin"), "Europe/Berlin", deny=(night,))))
    evening = NOON.replace(hour=17)  # 18:00 in Berlin
    both = replace(BROKEN, waiting=waits(range(5)).waiting)
    assert team.hears(both, evening) == [] and team.hears(both, evening + HOUR) == []
    fixed = replace(WORKS, waiting=both.waiting)
    assert team.hears(fixed, evening + 3 * HOUR) == []
    morning = team.hears(fixed, evening + 14 * HOUR)
    assert [(one.subject, one.event) for one in morning] == [("plan:jira", Event.NEW), ("failed:jira", Event.OVER)]


def test_a_fight_is_told_place_by_place_and_once_a_day() -> None:
    team, stands = Listener(), Stands("jira", None, problems=())
    fight = Problem("jira", "PAY-1", "bot-fights", "Robo and syncd write over each other in PAY-1", "keep it away")
    other = replace(fight, key="PAY-2", message="Robo and syncd write over each other in PAY-2")
    unrelated = replace(fight, code="no-status")
    assert team.hears(replace(stands, problems=(unrelated,)), NOON) == []
    (notice,) = team.hears(replace(stands, problems=(fight, unrelated)), NOON)
    assert notice.headline == "jira: 1 place fought over by bots" and notice.command == "syncd release PAY-1"
    assert team.hears(replace(stands, problems=(fight,)), NOON + 3 * DAY) == [], "no reminder: syncd yields"
    assert len(team.hears(replace(stands, problems=(fight, other)), NOON + 3 * DAY)) == 1
    team.hears(stands, NOON + 3 * DAY + HOUR)
    assert team.hears(replace(stands, problems=(fight,)), NOON + 3 * DAY + 2 * HOUR) == [], "it comes and goes"
    (rival,) = team.hears(replace(stands, problems=(), rival="other"), NOON + 3 * DAY + 3 * HOUR)
    assert rival.command == "syncd takeover jira" and "another syncd" in rival.headline


def test_only_what_a_receiver_asked_for_is_told() -> None:
    elsewhere = Listener(replace(TERMS, sources=frozenset({"github"})))
    assert elsewhere.hears(waits(range(5)), NOON) == []
    fights = Listener(replace(TERMS, about=frozenset({About.FIGHT})))
    assert fights.hears(replace(BROKEN, waiting=waits(range(5)).waiting), NOON + HOUR) == [] and not fights.rows


def test_a_clock_that_went_wrong_silences_nothing_for_long() -> None:
    team = Listener()
    team.hears(waits(range(5)), NOON + 400 * DAY)
    assert len(team.hears(waits(range(5)), NOON)) == 1, "it was told in a year that has not come"


def test_a_notice_has_the_same_name_until_it_arrives() -> None:
    team = Listener()
    first = due(subjects(waits(range(5)), titles=True, now=NOON), {}, TERMS, NOON)
    team._keep(first.keep)
    again = team.hears(waits(range(5)), NOON + HOUR)
    assert [one.id for one in first.notices] == [one.id for one in again] != [""]
    assert team.hears(waits(range(5)), NOON + 2 * DAY)[0].id != again[0].id


def test_a_plan_is_told_by_what_tells_most() -> None:
    edits = (
        edit(1, score=90.0),
        edit(2, horizon=("next", "now"), title="Charged twice"),
        edit(3, score=30.0),
        edit(4, horizon=("now", "later"), title="Dark mode"),
    )
    plan = Plan("jira", edits)
    (notice,) = Listener().hears(replace(waits([]), waiting=plan, notifications=12), NOON)
    assert [(line.key, line.what) for line in notice.lines[:2]] == [
        ("PAY-2", "horizon next → now"),
        ("PAY-4", "horizon now → later"),
    ]
    assert notice.lines[0].title == "Charged twice" and notice.lines[0].because == "it is in now"
    assert notice.more == 1 and notice.digest == plan.digest and notice.command == f"syncd approve {plan.digest}"
    assert notice.headline == "jira: a plan waits for a person: 4 issues (score 4, horizon 2)"
    assert notice.numbers == {"issues": 4, "edits": 4, "moves": 0, "notifications": 12}


def test_of_a_first_plan_the_highest_ranks_are_told() -> None:
    def ranked(number: int, rank: float) -> Edit:
        one = edit(number)
        label = Relabel(("roadmap/later" if rank > 3 else "roadmap/now",), (), "horizon", "roadmap/")
        return replace(one, changes=(*one.changes, SetField("Rank", None, rank, "rank"), label))

    plan = Plan("jira", tuple(ranked(number, 10.0 - number) for number in range(10)))
    (notice,) = Listener().hears(replace(waits([1]), waiting=plan), NOON)
    assert [(line.key, line.what) for line in notice.lines] == [
        ("PAY-9", "horizon ∅ → now"), ("PAY-8", "horizon ∅ → now"), ("PAY-7", "horizon ∅ → now"),
    ]  # fmt: skip
    assert notice.reasons == ("the first plan of a source is always reviewed",), "the command of the notice is enough"


def test_without_titles_there_are_none() -> None:
    found = subjects(replace(waits([]), waiting=Plan("jira", (edit(1, title="Secret"),))), titles=False, now=NOON)
    (notice,) = Listener().hears(found, NOON)
    assert "Secret" not in repr(notice)
