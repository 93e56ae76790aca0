"""A model of the trackers for the laws: issues that people and syncd change, a ledger, a memory and native orders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from syncd.core.backlog import BacklogItem, Kind, Status
from syncd.core.decide import Decision, Snapshot, decide
from syncd.core.expressions.language import Type, parse
from syncd.core.issue import FieldValue, Link, LinkKind, Pointer, Ref, Sprint
from syncd.core.permission.ownership import Written, left_by
from syncd.core.plan import Change, Plan, SetField
from syncd.core.ranking.rank import Placed
from syncd.core.rules import (
    Adjustment,
    Backlog,
    Framework,
    Horizon,
    Horizons,
    KeyResult,
    NormalizeRules,
    Objective,
    OkrRules,
    OnEdit,
    Policy,
    Rules,
    Scale,
    Slot,
    SourceRules,
    Target,
    TeamCapacity,
)

TODAY = date(2026, 10, 1)
START = datetime(2026, 1, 5, tzinfo=UTC)
NAMES = {"priority": Type.NUMBER, "labels": Type.WORDS, "effort": Type.NUMBER}
LABELS = ("bug", "checkout", "roadmap/now", "roadmap/later", "roadmap/someday", "okr/KR1", "okr/O2", "score/9")
TEAMS = (TeamCapacity("A", 2.0, "items"), TeamCapacity("b", 4.0), TeamCapacity("others", 1.0, "items"))
VALUES: tuple[FieldValue, ...] = (None, 3.0, 77.5, "now", "Later", "O1: Checkout", "KR2", "whatever")


@dataclass
class World:
    items: dict[Ref, BacklogItem]
    orders: dict[str, dict[str, tuple[str, ...]]]
    ledger: dict[tuple[Ref, str], Written] = field(default_factory=dict)
    memory: Mapping[Ref, Placed] = field(default_factory=dict)

    def decide(self, rules: Rules) -> Decision:
        return decide(Snapshot(self.items, (), self.ledger, self.memory, self.orders), rules, TODAY)

    def cycle(self, rules: Rules) -> Decision:
        """Decide, remember and write everything, as an engine in mode auto."""
        decision = self.decide(rules)
        self.memory = decision.placed
        for plan in decision.plans.values():
            self.write(plan)
        return decision

    def write(self, plan: Plan) -> None:
        for edit in plan.edits:
            assert edit.expect == self.items[edit.ref].revision
            for change in edit.changes:
                self._make(edit.ref, change)
        for scope, moves in plan.moves.items():
            order = list(self.orders[plan.source][scope])
            for move in moves:
                order.remove(move.ref.id)
                order.insert(order.index(move.below.id) + 1 if move.below else 0, move.ref.id)
            self.orders[plan.source][scope] = tuple(order)

    def _make(self, ref: Ref, change: Change) -> None:
        labels = self.items[ref].labels
        if isinstance(change, SetField):
            assert self.items[ref].fields[change.field] == change.before
            self.set_field(ref, change.field, change.after)
            key = f"field:{change.field}"
        else:
            assert set(change.remove) <= set(labels)
            kept = tuple(label for label in labels if label not in change.remove and label not in change.add)
            self.change(ref, labels=kept + change.add)
            key = f"label:{change.prefix}"
        self.ledger[ref, key] = Written(left_by(change), START, "run")

    def set_field(self, ref: Ref, name: str, value: FieldValue) -> None:
        self.change(ref, fields={**self.items[ref].fields, name: value})

    def toggle(self, ref: Ref, label: str) -> None:
        labels = self.items[ref].labels
        self.change(ref, labels=tuple(x for x in labels if x != label) if label in labels else (*labels, label))

    def change(self, ref: Ref, **changes: object) -> None:
        item = self.items[ref]
        revision = str(int(item.revision) + 1)
        self.items[ref] = replace(item, **{"revision": revision, **changes})  # type: ignore[arg-type]

    def live(self, ref: Ref, target: Target) -> tuple[FieldValue, ...]:
        if target.field is not None:
            value = self.items[ref].fields.get(target.field)
            return () if value is None else (value,)
        return tuple(sorted(x for x in self.items[ref].labels if x.startswith(target.label or "")))

    def belongs_to_a_person(self, ref: Ref, target: Target) -> bool:
        """By the words of the promise: changed after us, or there before us."""
        written = self.ledger.get((ref, target.key))
        if written is None:
            return self.live(ref, target) != ()
        return self.live(ref, target) != (() if written.value is None else (written.value,))


Act = tuple[str, int, int]
ACTS = st.lists(
    st.tuples(
        st.sampled_from(["field", "label", "status", "priority", "drag"]), st.integers(0, 99), st.integers(0, 99)
    ),
    max_size=6,
)


def act(world: World, rules: Rules, acts: list[Act]) -> None:
    """People at work."""
    refs = sorted(world.items)
    for kind, which, what in acts:
        if not refs:
            return
        ref = refs[which % len(refs)]
        if kind == "field":
            names = sorted(world.items[ref].fields)
            if names:
                world.set_field(ref, names[what % len(names)], VALUES[(what // 7) % len(VALUES)])
        elif kind == "label":
            world.toggle(ref, LABELS[what % len(LABELS)])
        elif kind == "status":
            world.change(ref, status=list(Status)[what % len(Status)])
        elif kind == "priority":
            world.change(ref, priority=1 + what % 5)
        else:
            order = world.orders[ref.source]["all"]
            world.orders[ref.source]["all"] = (*order[what % len(order) :], *order[: what % len(order)])


@st.composite
def worlds(draw: st.DrawFn) -> World:
    count = draw(st.integers(0, 7))
    items: dict[Ref, BacklogItem] = {}
    others = st.sampled_from([f"K-{number}" for number in range(count)] or ["K-0"])
    for number in range(count):
        source = draw(st.sampled_from(["jira", "github"]))
        fields: dict[str, FieldValue] = dict.fromkeys(("Score", "Rank", "Roadmap", "Objective"))
        if draw(st.integers(0, 4)) == 0:
            fields.pop(draw(st.sampled_from(sorted(fields))))
        for name in sorted(fields):
            if draw(st.integers(0, 4)) == 0:
                fields[name] = draw(st.sampled_from(VALUES))
        link = Link(draw(st.sampled_from([LinkKind.BLOCKS, LinkKind.BLOCKED_BY])), Pointer(key=draw(others)))
        ref = Ref(source, f"{number:02}")
        items[ref] = BacklogItem(
            ref=ref,
            key=f"K-{number}",
            url="",
            scope="all",
            revision="1",
            title=f"Work {number}",
            kind=Kind.STORY,
            status=draw(st.sampled_from([Status.TODO, Status.TODO, Status.ACTIVE, Status.DONE])),
            state="",
            priority=draw(st.integers(1, 5)),
            created=START + timedelta(days=draw(st.integers(0, 3))),
            updated=START,
            labels=tuple(sorted(draw(st.sets(st.sampled_from(LABELS), max_size=2)))),
            effort=draw(st.sampled_from([None, 1.0, 2.0, 5.0])),
            parent=Pointer(key=draw(others)) if draw(st.integers(0, 3)) == 0 else None,
            links=(link,) if draw(st.integers(0, 2)) == 0 else (),
            same_as=(Pointer(key=draw(others)),) if draw(st.integers(0, 2)) == 0 else (),
            sprint=Sprint("S", "active") if draw(st.integers(0, 5)) == 0 else None,
            fields=fields,
        )
    ids = {name: [ref.id for ref in items if ref.source == name] for name in ("jira", "github")}
    orders = {name: {"all": tuple(draw(st.permutations([*held, "stranger"])))} for name, held in ids.items()}
    return World(items, orders)


@st.composite
def rule_sets(draw: st.DrawFn, *, yielding: bool = False, several: bool = True) -> Rules:
    """`yielding`: every place yields to people and nothing is adopted. `several`: sometimes several backlogs."""

    def target(slot: Slot, **place: str) -> Target:
        if yielding:
            return Target(slot, **place)
        on_edit = draw(st.sampled_from([OnEdit.YIELD, OnEdit.YIELD, OnEdit.REASSERT]))
        return Target(slot, **place, on_edit=on_edit, adopt=draw(st.integers(0, 3)) == 0)

    jira = (
        target(Slot.SCORE, field="Score"),
        target(Slot.RANK, field="Rank"),
        target(Slot.HORIZON, label="roadmap/"),
        target(Slot.OBJECTIVE, field="Objective"),
        target(Slot.KEY_RESULT, label="okr/"),
    )
    github = (
        target(Slot.HORIZON, field="Roadmap"),
        target(Slot.HORIZON, label="roadmap/"),
        target(Slot.SCORE, label="score/"),
        target(Slot.KEY_RESULT, field="Objective"),
    )
    formula = draw(
        st.sampled_from(["6 - priority", "10 * effort - priority", "50 if 'roadmap/later' in labels else 40"])
    )
    match = parse("'checkout' in labels or 'okr/kr1' in labels", NAMES)
    boost = Adjustment("boost", parse("'bug' in labels", NAMES), "bugs first", add=parse("1.7", NAMES))
    capacity = st.sampled_from([None, 1.0, 4.0])
    units = st.sampled_from(["effort", "items"])
    horizons = Horizons(
        (
            *(
                Horizon(name, draw(capacity), draw(units), draw(st.sampled_from([(), TEAMS])))
                for name in ("now", "next")
            ),
            Horizon("later"),
        ),
        draw(st.sampled_from([0.0, 2.0, 30.0])),
        team=parse("'a' if priority > 3 else 'b' if priority > 1 else 'c'", NAMES),
    )
    framework = Framework("rice", parse(formula, NAMES), formula)
    scale = draw(st.sampled_from(list(Scale)))
    backlogs: tuple[Backlog, ...] = ()
    if several and draw(st.integers(0, 2)) == 0:
        own = Horizons((Horizon("now", 1.0, "items"), Horizon("someday")))
        backlogs = (
            Backlog("shop", match, framework, Scale.RAW, (), own),
            Backlog("big", parse("effort > 1", NAMES), framework, scale, (boost,), horizons),
        )
    return Rules(
        sources={
            "jira": SourceRules("jira", "jira", NormalizeRules(), jira, order=draw(st.booleans())),
            "github": SourceRules("github", "github", NormalizeRules(), github, order=draw(st.booleans())),
        },
        facts={},
        framework=framework,
        scale=scale,
        adjustments=(boost,),
        horizons=horizons,
        backlogs=backlogs,
        rest=draw(st.sampled_from(["rest", None])),
        okrs=OkrRules(
            (
                Objective("O1", "Checkout", key_results=(KeyResult("KR1", "Payments"),)),
                Objective("O2", "Support", match=match, key_results=(KeyResult("KR2", "Replies"),)),
            )
        ),
        policy=Policy(
            rank_top=draw(st.sampled_from([2, 100])),
            deadband=draw(st.sampled_from([0.0, 0.5, 5.0])),
            blockers=draw(st.booleans()),
            score_digits=draw(st.sampled_from([0, 1])),
        ),
    )


def example() -> Decision:
    """One decision with twins, blockers, people's values and moves; always the same."""

    def issue(number: int, source: str, **changes: object) -> BacklogItem:
        made = BacklogItem(
            ref=Ref(source, f"{number:02}"),
            key=f"K-{number}",
            url="",
            scope="all",
            revision="1",
            title=f"Work {number}",
            kind=Kind.STORY,
            status=Status.TODO,
            state="",
            priority=1 + number % 5,
            created=START,
            updated=START,
            labels=("checkout",) if number % 3 else ("roadmap/later",),
            fields=dict.fromkeys(("Score", "Rank", "Roadmap", "Objective")),
            links=(Link(LinkKind.BLOCKED_BY, Pointer(key=f"K-{number * 7 % 40}")),),
        )
        return replace(made, **changes)  # type: ignore[arg-type]

    items = [issue(number, "jira" if number % 2 else "github") for number in range(40)]
    items.append(issue(40, "github", same_as=(Pointer(key="K-3"),)))
    targets = (
        Target(Slot.SCORE, field="Score"),
        Target(Slot.HORIZON, label="roadmap/"),
        Target(Slot.OBJECTIVE, field="Objective"),
    )
    sources = {name: SourceRules(name, name, NormalizeRules(), targets, order=True) for name in ("jira", "github")}
    rules = Rules(
        sources=sources,
        facts={},
        framework=Framework("rice", parse("(6 - priority) / 7", NAMES), ""),
        scale=Scale.PERCENTILE,
        horizons=Horizons((Horizon("now", 9.0), Horizon("later"))),
        okrs=OkrRules((Objective("O1", "Checkout", match=parse("'checkout' in labels", NAMES)),)),
    )
    orders = {name: {"all": tuple(item.ref.id for item in items if item.ref.source == name)} for name in sources}
    return World({item.ref: item for item in items}, orders).decide(rules)
