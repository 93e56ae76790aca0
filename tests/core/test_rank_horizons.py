"""How ranked work fills the horizons, and what keeps it from crossing borders back and forth."""

from __future__ import annotations

from collections.abc import Mapping

from work_makers import item, ref, rules, scored, work

from syncd.core.backlog import Fact, Work
from syncd.core.issue import Ref
from syncd.core.permission.ownership import Pin, Pins
from syncd.core.ranking.horizons import loads
from syncd.core.ranking.rank import Placed, placed, rank
from syncd.core.rules import Horizon, Rules

TWO = (Horizon("now", 2, "items"), Horizon("later"))


def horizons(
    scores: Mapping[int, float | None],
    by: Rules,
    *,
    effort: Mapping[int, float | None] | None = None,
    stood: Mapping[int, str] | None = None,
    pinned: Mapping[int, str] | None = None,
    works: Mapping[int, Work] | None = None,
) -> dict[int, str | None]:
    works = works or {number: work(number, effort=(effort or {}).get(number)) for number in scores}
    memory = {ref(number): Placed(1, name, None) for number, name in (stood or {}).items()}
    pins = {ref(number): Pins(Pin(name, "set by a person")) for number, name in (pinned or {}).items()}
    ranked = rank(list(works.values()), scored(scores), memory, pins, by)
    return {int(one.work.ref.id): one.horizon for one in sorted(ranked, key=lambda one: one.work.ref)}


def test_work_fills_the_horizons_in_rank_order() -> None:
    found = horizons({1: 90, 2: 80, 3: 70, 4: 60}, rules(), effort={1: 3, 2: 2, 3: 10, 4: 1})
    assert found == {1: "now", 2: "now", 3: "next", 4: "later"}


def test_without_horizons_there_is_none() -> None:
    assert horizons({1: 90}, rules(horizons=())) == {1: None}


def test_nobody_below_overtakes_what_did_not_fit() -> None:
    assert horizons({1: 90, 2: 80, 3: 70}, rules(), effort={1: 4, 2: 3, 3: 1}) == {1: "now", 2: "next", 3: "next"}


def test_an_empty_horizon_takes_one_piece_of_any_size() -> None:
    assert horizons({1: 90, 2: 80}, rules(), effort={1: 50, 2: 1}) == {1: "now", 2: "next"}


def test_a_horizon_may_count_items() -> None:
    assert horizons({1: 90, 2: 80, 3: 70}, rules(horizons=TWO), effort={1: 50, 2: 50}) == {
        1: "now",
        2: "now",
        3: "later",
    }


def test_work_that_nobody_estimated_takes_the_configured_effort() -> None:
    found = horizons({number: 100 - number for number in range(1, 8)}, rules())
    assert [found[number] for number in range(1, 8)] == ["now"] * 5 + ["next"] * 2


def test_the_effort_of_a_twin_counts_where_the_primary_has_none() -> None:
    works = {1: work(1, facts={"effort": Fact(4.0, "label size/M")}), 2: work(2, effort=2)}
    assert horizons({1: 90, 2: 80}, rules(), works=works) == {1: "now", 2: "next"}


def test_unscored_work_goes_to_the_last_horizon() -> None:
    assert horizons({1: None, 2: 10}, rules()) == {1: "later", 2: "now"}


def test_the_last_horizon_takes_what_is_left_whatever_its_capacity() -> None:
    by = rules(horizons=(Horizon("now", 1), Horizon("next", 1)))
    assert horizons({1: 3, 2: 2, 3: 1}, by) == {1: "now", 2: "next", 3: "next"}


def test_pinned_work_takes_its_horizon_and_its_room_first() -> None:
    found = horizons({1: 90, 2: 80, 3: 10}, rules(), effort={1: 3, 2: 2, 3: 2}, pinned={3: "now"})
    assert found == {1: "now", 2: "next", 3: "now"}


def test_pinned_work_keeps_its_horizon_even_beyond_the_capacity_and_unscored() -> None:
    found = horizons({1: None, 2: 80, 3: 70}, rules(), effort={1: 4, 2: 4, 3: 1}, pinned={1: "now", 2: "now"})
    assert found == {1: "now", 2: "now", 3: "next"}


def test_an_epic_with_open_children_takes_no_room() -> None:
    works = {
        1: work(1, effort=40),
        2: work(2, effort=3, parent=ref(1)),
        3: work(3, effort=2, parent=ref(1)),
    }
    assert horizons({1: 90, 2: 80, 3: 70}, rules(), works=works) == {1: "now", 2: "now", 3: "now"}


def test_loads_tell_how_much_of_each_horizon_is_taken() -> None:
    ranked = rank([work(1, effort=3), work(2, effort=4)], scored({1: 2, 2: 1}), {}, {}, rules())
    assert loads(ranked, rules().horizons) == {"now": 3.0, "next": 4.0}


def test_a_small_lead_crosses_no_border() -> None:
    by = rules(horizons=TWO, hysteresis=3)
    stood = {1: "now", 2: "now", 3: "later"}
    assert horizons({1: 90, 2: 80, 3: 82.9}, by, stood=stood) == {1: "now", 2: "now", 3: "later"}
    assert horizons({1: 90, 2: 80, 3: 83}, by, stood=stood) == {1: "now", 2: "later", 3: "now"}


def test_new_work_has_to_win_as_well() -> None:
    by = rules(horizons=TWO, hysteresis=3)
    assert horizons({1: 90, 2: 80, 3: 82}, by, stood={1: "now", 2: "now"})[3] == "later"
    assert horizons({1: 90, 2: 80, 3: 95}, by, stood={1: "now", 2: "now"}) == {1: "now", 2: "later", 3: "now"}


def test_free_room_is_filled_in_rank_order_without_a_lead() -> None:
    by = rules(horizons=TWO, hysteresis=3)
    assert horizons({1: 90, 2: 81, 3: 80}, by, stood={1: "now", 2: "later", 3: "later"})[2] == "now"


def test_hysteresis_never_overfills_a_horizon() -> None:
    by = rules(horizons=TWO, hysteresis=50)
    found = horizons({1: 90, 2: 80, 3: 70, 4: 60}, by, stood=dict.fromkeys((1, 2, 3, 4), "now"))
    assert found == {1: "now", 2: "now", 3: "later", 4: "later"}


def test_a_horizon_that_is_no_longer_configured_is_no_memory() -> None:
    by = rules(horizons=TWO, hysteresis=50)
    assert horizons({1: 90, 2: 80, 3: 85}, by, stood=dict.fromkeys((1, 2, 3), "q1"))[3] == "now"


def test_ranking_again_changes_nothing_where_a_freed_place_went_to_smaller_work() -> None:
    by = rules(horizons=(Horizon("now", 10), Horizon("later")), hysteresis=5)
    works = [work(1, effort=8), work(2, effort=5), work(3, effort=2)]
    scores = scored({1: 90, 2: 80, 3: 82})
    memory: dict[Ref, Placed] = {ref(2): Placed(1, "now", 80)}
    first = rank(works, scores, memory, {}, by)
    again = rank(works, scores, placed(first, memory, by), {}, by)
    assert [(one.work.ref, one.horizon) for one in again] == [(one.work.ref, one.horizon) for one in first]


def test_the_primary_effort_is_read_where_it_is_no_fact() -> None:
    assert horizons({1: 2, 2: 1}, rules(), works={1: work(1, primary=item(1, effort=5.0)), 2: work(2)})[2] == "next"
