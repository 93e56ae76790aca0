"""A plan falls into single writes, and any part of it is a plan that may go on by itself."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from syncd.core.issue import Ref
from syncd.core.permission.leave import WriteKind
from syncd.core.plan import Change, Edit, Move, Plan, Relabel, SetField
from syncd.core.safety.portions import kinds_of, part, runnable
from syncd.core.writing.writes import Write, writes_of

CHANGES: st.SearchStrategy[Change] = st.one_of(
    st.builds(
        SetField,
        st.sampled_from(["Score", "Rank"]),
        st.sampled_from([None, 1.0]),
        st.sampled_from([2.0, 3.0]),
        st.just(""),
    ),
    st.builds(
        Relabel, st.sampled_from([(), ("r/now",)]), st.sampled_from([(), ("r/later",)]), st.just(""), st.just("r/")
    ),
)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    def ref(number: int) -> Ref:
        return Ref("jira", str(number))

    edits = []
    for number in range(draw(st.integers(0, 5))):
        found = draw(st.lists(CHANGES, min_size=1, max_size=3, unique_by=lambda c: getattr(c, "field", "label")))
        edits.append(Edit(ref(number), f"P-{number}", "", "1", tuple(found)))
    order = draw(st.permutations(range(8)))
    moved = draw(st.lists(st.booleans(), min_size=8, max_size=8))
    moves = tuple(
        Move(ref(one), f"P-{one}", ref(order[at - 1]) if at else None) for at, one in enumerate(order) if moved[at]
    )
    return Plan("jira", tuple(edits), {"PAY": moves} if moves else {})


@given(plans(), st.randoms(use_true_random=False))
def test_a_part_and_the_rest_are_the_whole(plan: Plan, dice) -> None:  # type: ignore[no-untyped-def]
    chosen = {write for write in writes_of(plan) if dice.random() < 0.5}
    one = part(plan, lambda _, write: write in chosen)
    other = part(plan, lambda _, write: write not in chosen)
    assert set(writes_of(one)) == chosen
    assert sorted(map(str, [*writes_of(one), *writes_of(other)])) == sorted(map(str, writes_of(plan)))
    assert part(plan, lambda _, __: True).digest == plan.digest


@given(plans(), st.randoms(use_true_random=False))
def test_no_move_goes_below_an_issue_whose_own_move_waits(plan: Plan, dice) -> None:  # type: ignore[no-untyped-def]
    waits = part(plan, lambda _, __: dice.random() < 0.3)
    runs = runnable(plan, waits, {})
    waiting = set(writes_of(waits))
    assert not waiting & set(writes_of(runs))
    stay = {m.ref for m in plan.moves.get("PAY", ())} - {m.ref for m in runs.moves.get("PAY", ())}
    assert not any(move.below in stay for move in runs.moves.get("PAY", ()))
    assert [w for w in writes_of(plan) if w.place != "order:PAY" and w not in waiting] == [
        w for w in writes_of(runs) if w.place != "order:PAY"
    ]


def test_an_issue_that_is_not_on_the_board_moves_only_after_what_brings_it_there() -> None:
    edit = Edit(Ref("gh", "1"), "w#1", "", "1", (SetField("Score", None, 1.0, "score"),))
    plan = Plan("gh", (edit,), {"lumen/1": (Move(Ref("gh", "1"), "w#1", None), Move(Ref("gh", "2"), "w#2", None))})
    fields = part(plan, lambda kind, _: kind is WriteKind.FIELDS)
    runs = runnable(plan, fields, {"lumen/1": frozenset({"1"})})
    assert [move.key for move in runs.moves["lumen/1"]] == ["w#2"]
    assert runnable(plan, Plan("gh"), {"lumen/1": frozenset({"1"})}) == plan


def test_a_write_is_named_by_what_stood_there_and_what_is_to_stand_there() -> None:
    def write(change: Change) -> Write:
        (found,) = writes_of(Plan("jira", (Edit(Ref("jira", "1"), "P-1", "", "1", (change,)),)))
        return found

    one = write(SetField("Score", 1.0, 2.0, "score", "because of this"))
    assert one == write(SetField("Score", 1.0, 2.0, "score", "or of that"))
    assert one != write(SetField("Score", 1.5, 2.0, "score"))
    assert one != write(SetField("Score", 1.0, 2.5, "score"))
    assert write(Relabel(("a",), (), "", "r/")) != write(Relabel((), ("a",), "", "r/"))
    assert kinds_of(Plan("jira", moves={"PAY": ()})) == frozenset()
