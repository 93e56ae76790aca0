"""Voices of users find their work, count once, and whoever is not heard is told why."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from issue_makers import TODAY, github, items, jira, rules

from syncd.core.backlog import Fact, Problem, Work
from syncd.core.decide import Snapshot, decide, explain
from syncd.core.expressions.language import Type, parse
from syncd.core.expressions.vocabulary import View, read_work, work_names
from syncd.core.issue import Pointer, SourceIssue, StateGroup
from syncd.core.linking.link import Linked, link
from syncd.core.rules import FactRule, Framework, Rules
from syncd.core.voices import Ask, Heard, Voice, Voices

DONE = {"state": "Done", "state_group": StateGroup.DONE, "closed": datetime(2026, 9, 1, tzinfo=UTC)}


def said(about: str, customer: str = "Acme", days_ago: int = 1, **more: object) -> Voice:
    base = Voice(tuple(about.split()), customer, "", "please", TODAY - timedelta(days=days_ago), file="voices.csv")
    return dataclasses.replace(base, **more)  # type: ignore[arg-type]


def by(*voices: Voice, children: bool = True, **more: object) -> Rules:
    numbered = tuple(dataclasses.replace(voice, line=line) for line, voice in enumerate(voices, 2))
    return dataclasses.replace(rules(), voices=Voices("d", numbered, children=children), **more)  # type: ignore[arg-type]


def listened(rules: Rules, *issues: SourceIssue, left_out: dict[str, str] | None = None) -> Linked:
    return link(items(*issues), rules, TODAY, left_out=left_out or {})


def work(found: Linked, key: str) -> Work:
    return next(one for one in found.works if one.primary.key == key)


def heard(found: Linked, key: str) -> Heard:
    one = work(found, key).heard
    assert one is not None
    return one


def why(found: Linked) -> list[tuple[str, int, str]]:
    assert found.hearing is not None
    return [(one.about, len(one.numbers), one.why) for one in found.hearing.unheard]


def test_a_voice_finds_its_issue_by_key_in_any_case_and_by_address() -> None:
    found = listened(
        by(said("pay-1"), said("https://acme.atlassian.net/browse/PAY-1?x=1", "Globex"), said("Acme/Web#7")),
        jira(1),
        github(7),
    )
    assert (heard(found, "PAY-1").count, heard(found, "acme/web#7").count) == (2, 1)
    assert why(found) == []


def test_twins_hear_together_and_a_voice_about_both_counts_once() -> None:
    found = listened(
        by(said("PAY-12 acme/web#7"), said("acme/web#7", "Globex"), said("PAY-12", "Globex")),
        jira(12),
        github(7, title="[PAY-12] Refunds"),
    )
    assert heard(found, "PAY-12") == Heard(3, 2, 2, 0.0, 3, TODAY - timedelta(days=1))


def test_a_customer_weighs_once_by_what_was_said_last() -> None:
    found = listened(
        by(
            said("PAY-1", "Acme", 30, weight=10.0),
            said("PAY-1", "ACME", 2, weight=70.0),
            said("PAY-1", "acme", 1),
            said("PAY-1", "Globex", 5, weight=5.0),
        ),
        jira(1),
    )
    assert heard(found, "PAY-1").weight == 75.0


def test_people_and_customers_are_told_apart_and_stand_in_for_each_other() -> None:
    found = listened(
        by(
            said("PAY-1", "Acme", person="Anna"),
            said("PAY-1", "Acme", person="Ben"),
            said("PAY-1", "Globex", person="Anna"),
            said("PAY-1", "", person="Chris"),
            said("PAY-1", "Initech"),
            said("PAY-1", "", weight=3.0),
            said("PAY-1", "", weight=3.0),
        ),
        jira(1),
    )
    one = heard(found, "PAY-1")
    assert (one.count, one.people, one.customers, one.weight) == (7, 5, 4, 6.0)


def test_a_name_is_the_same_however_it_is_written() -> None:
    names = ("Ateljé  Ström", "atelje\u0301 stro\u0308m", "ATELJÉ STRÖM ", "Atelje Strom")
    assert heard(listened(by(*(said("PAY-1", name) for name in names)), jira(1)), "PAY-1").customers == 2


def test_recent_is_as_of_the_day_of_the_decision_and_what_lies_ahead_waits() -> None:
    found = listened(by(said("PAY-1", days_ago=90), said("PAY-1", days_ago=91), said("PAY-1", days_ago=-1)), jira(1))
    assert (heard(found, "PAY-1").count, heard(found, "PAY-1").recent) == (2, 1)
    ((about, count, reason),) = why(found)
    assert (about, count) == ("", 1) and "it was said later" in reason


def test_a_parent_hears_its_open_children_once_each_however_deep_and_none_that_are_done() -> None:
    parent = {"parent": Pointer(key="PAY-1")}
    issues = (
        jira(1),
        jira(2, **parent),
        jira(3, parent=Pointer(key="PAY-2")),
        jira(4, **parent, **DONE),
    )
    voices = (said("PAY-1 PAY-2"), said("PAY-3", "Globex"), said("PAY-4", "Initech"))
    found = listened(by(*voices), *issues)
    assert (heard(found, "PAY-1").count, heard(found, "PAY-1").below) == (2, 1)
    assert (heard(found, "PAY-2").count, heard(found, "PAY-2").below) == (2, 1)
    assert (heard(found, "PAY-3").count, heard(found, "PAY-3").below) == (1, 0)
    alone = listened(by(*voices, children=False), *issues)
    assert (heard(alone, "PAY-1").count, heard(alone, "PAY-2").count) == (1, 1)


def test_a_closed_parent_hears_nothing_and_stands_in_nobodys_way() -> None:
    issues = (jira(1), jira(2, parent=Pointer(key="PAY-1"), **DONE), jira(3, parent=Pointer(key="PAY-2")))
    found = listened(by(said("PAY-3")), *issues)
    assert heard(found, "PAY-1").below == 1 and work(found, "PAY-2").heard is None
    assert found.hearing is not None and jira(2).ref not in found.hearing.by_work


def test_whoever_is_not_heard_is_told_why() -> None:
    found = listened(
        by(said("PAY-2"), said("PAY-3"), said("PAY-9"), said("PAY-9", "Globex"), said(""), said("https://x.example/1")),
        jira(1),
        jira(2, **DONE),
        left_out={"pay-3": "it is ignored"},
    )
    assert found.hearing is not None and found.hearing.heard == 0
    assert why(found) == [
        ("PAY-9", 2, "no issue in the backlog has this key"),
        ("", 1, "nobody said which issue it is about"),
        ("PAY-2", 1, "PAY-2 is done since 2026-09-01"),
        ("PAY-3", 1, "the issue is left out: it is ignored"),
        ("https://x.example/1", 1, "no issue in the backlog has this address"),
    ]


def test_a_decision_knows_why_an_issue_is_left_out() -> None:
    problem = Problem("acme-jira", "PAY-3", "ignored", "PAY-3 is ignored.", "Nothing.", excludes=True)
    decision = decide(Snapshot(items(jira(1)), (problem,), {}, {}, {}), by(said("PAY-3")), TODAY)
    assert decision.hearing is not None
    assert [one.why for one in decision.hearing.unheard] == ["the issue is left out: PAY-3 is ignored."]


def test_where_nobody_speaks_numbers_are_zero_and_no_day_is_known() -> None:
    quiet = work(listened(rules(), jira(1)), "PAY-1")
    view = View.of(rules(), TODAY)
    assert [read_work(quiet, None, ask.name_in_rules, view) for ask in Ask] == [0.0, 0.0, 0.0, 0.0, 0.0, None]


def test_a_receipt_names_the_voices_and_none_of_their_words() -> None:
    facts = {"reach": FactRule("reach", Type.NUMBER, {}, voices=Ask.CUSTOMERS)}
    formula = Framework("mine", parse("reach * 2 + voices.recent", work_names(facts)), "reach × 2 + voices.recent")
    ruled = by(said("PAY-1", person="Anna"), said("PAY-1", "Globex"), facts=facts, framework=formula)
    decision = decide(Snapshot(items(jira(1), jira(2), by=ruled), (), {}, {}, {}), ruled, TODAY)
    told = explain(decision, ruled, jira(1).ref)
    assert [(line.text, line.because) for line in told.lines[:2]] == [
        ("reach = 2", "2 voices of 2 customers, latest 2026-09-30"),
        ("voices.recent = 2", "2 voices of 2 customers, latest 2026-09-30"),
    ]
    assert told.score == 6.0
    assert "please" not in repr(told) and "please" not in repr(ruled) and "Anna" not in repr(ruled)
    silent = explain(decision, ruled, jira(2).ref)
    assert silent.lines[0].text == "reach = 0" and silent.lines[0].because == "nobody said anything"
    assert decision.works[jira(2).ref].facts["reach"] == Fact(0.0, "nobody said anything")


voices = st.lists(
    st.builds(
        said,
        st.lists(st.sampled_from(["PAY-1", "PAY-2", "PAY-3", "acme/web#7", "PAY-9", "pay-1"]), max_size=3).map(
            " ".join
        ),
        st.sampled_from(["Acme", "acme", "Globex", ""]),
        st.integers(-2, 200),
        weight=st.none() | st.sampled_from([0.0, 1.0, 0.1, 1e6]),
        person=st.sampled_from(["", "Anna", "Ben"]),
    ),
    max_size=12,
)


@given(voices, st.randoms(use_true_random=False))
def test_every_voice_is_heard_or_listed_and_their_order_changes_nothing(spoken: list[Voice], random: object) -> None:
    issues = (jira(1), jira(2, parent=Pointer(key="PAY-1")), jira(3, **DONE), github(7, title="[PAY-2] twin"))
    numbered = [dataclasses.replace(voice, line=line) for line, voice in enumerate(spoken, 2)]
    found = link(items(*issues), dataclasses.replace(rules(), voices=Voices("d", tuple(numbered))), TODAY)
    assert found.hearing is not None
    told = {number for one in found.hearing.unheard for number in one.numbers}
    told |= {number for numbers in found.hearing.by_work.values() for number in numbers}
    assert told == set(range(len(spoken)))
    random.shuffle(numbered)  # type: ignore[attr-defined]
    again = link(items(*issues), dataclasses.replace(rules(), voices=Voices("d", tuple(numbered))), TODAY)
    assert [one.heard for one in again.works] == [one.heard for one in found.works]
    for one in found.works:
        if one.heard is not None:
            assert one.heard.customers <= one.heard.people <= one.heard.count
            assert one.heard.recent <= one.heard.count


def test_a_number_of_the_past_is_as_of_its_day() -> None:
    voices = Voices("d", (said("PAY-1", days_ago=10), said("PAY-1", "Globex", days_ago=3)))
    assert [voices.until(date(2026, 9, day)) for day in (20, 21, 28, 30)] == [0, 1, 2, 2]
