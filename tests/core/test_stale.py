"""Which work needs people's answers again, and who is asked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from issue_makers import TODAY, UPDATED, fact, item, jira, rules

from syncd.core.backlog import Expired, Fact, Ranked, Status, Work
from syncd.core.expressions.language import Type
from syncd.core.reports.stale import Stale, stale
from syncd.core.rules import ReadField

BY = rules(facts=fact(Type.NUMBER, ReadField("Reach"), default=1.0, expires_days=30))
OLD = UPDATED - timedelta(days=60)


def found(updated: datetime = OLD, given: Fact | None = None, **changes: Any) -> tuple[Stale, ...]:
    one = item(jira(fields={"Reach": 5.0}, updated=updated, **changes), BY)
    facts = {**one.facts, "reach": given} if given is not None else one.facts
    return stale([Ranked(Work(one, facts=facts), 5.0, 7, None)], TODAY)


def test_an_answer_that_expired_is_listed_with_its_value_and_who_could_give_it_again() -> None:
    (one,) = found(assignees=("Ada", "Grace"), reporter="Ada")
    assert one.expired == (Expired("reach", "“5”", "Jira field Reach"),)
    assert (one.idle_days, one.since, one.ask) == (61, OLD, ("Ada", "Grace"))
    assert found(reporter="Linus")[0].ask == ("Linus",)


def test_a_fresh_answer_and_one_that_another_place_gives_are_not_asked_for() -> None:
    assert found(updated=UPDATED) == ()
    assert found(given=Fact(8.0, "GitHub field Reach")) == ()
    assert len(found(given=Fact(1.0, "default"))) == 1


def test_the_list_follows_the_rank_and_leaves_out_a_closed_twin() -> None:
    first, second = (item(jira(number, fields={"Reach": 5.0}, updated=OLD), BY) for number in (1, 2))
    closed = item(jira(3, fields={"Reach": 5.0}, updated=OLD, state="Done"), BY)
    assert closed.status is Status.DONE
    rows = [Ranked(Work(second, (closed,), facts=second.facts), 1.0, 2, None), Ranked(Work(first), 2.0, 1, None)]
    assert [one.item.key for one in stale(rows, TODAY)] == ["PAY-1", "PAY-2"]
