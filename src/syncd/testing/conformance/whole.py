"""Platinum, third part: syncd itself on the connector. Its cycle ends quiet, and killed anywhere it converges."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

from structlog.testing import capture_logs

from syncd.config.load import load
from syncd.config.reading.shape import Shape
from syncd.connector.protocol import Answer, Call, Can, Spec, Transport, Wiring
from syncd.core.plan import Change, Plan, Relabel, SetField, SetNote
from syncd.engine.cycle import Cycle
from syncd.engine.report import CycleResult
from syncd.engine.stop import Stop
from syncd.engine.world import World, assemble
from syncd.store.open import open_store
from syncd.testing.conformance.levels import Level
from syncd.testing.conformance.order import people_see
from syncd.testing.conformance.stage import SOURCE, Stage
from syncd.testing.conformance.telling import demand, does_not_apply, named
from syncd.testing.sandbox import Sandbox

SIZES = (3, 1, 5, 2, 4)
MOST_KILLS = 6
"""At how many of the requests of a cycle syncd is killed, spread over all of them."""


class Killed(BaseException):
    """The process is gone: nobody catches this, nothing after it runs."""


@dataclass(slots=True)
class Fuse:
    """Kills at the n-th step; each request is two, one before it leaves and one after its answer came."""

    at: int = 0
    steps: int = 0

    def burn(self) -> None:
        self.steps += 1
        if self.at and self.steps >= self.at:
            raise Killed


class Fused:
    """The engine's transport with a fuse in it."""

    def __init__(self, inner: Transport, fuse: Fuse) -> None:
        self._inner = inner
        self._fuse = fuse

    def before(self, call: Call) -> None:
        self._inner.before(call)
        self._fuse.burn()

    def after(self, call: Call, answer: Answer) -> None:
        self._fuse.burn()
        self._inner.after(call, answer)


class Syncd:
    """A whole syncd over one sandbox: its configuration and its store are in one folder."""

    def __init__(
        self, folder: Path, sandbox: Sandbox, *, field: str, order: bool, labels: bool, whole: bool = False
    ) -> None:
        """`whole`: the field holds whole numbers only, and scores are rounded to them as a person would configure it."""
        self._folder = folder
        self._sandbox = sandbox
        self._runs = itertools.count(1)
        self.fuse = Fuse()
        secrets = Shape.of(sandbox.spec.settings)
        written: dict[str, object] = {}
        self._environ: dict[str, str] = {}
        for key, value in sandbox.settings().items():
            name = f"CONFORMANCE_{key.upper()}"
            if isinstance(value, str) and secrets.child(key).secret:
                self._environ[name] = value
                written[key] = {"env": name}
            else:
                written[key] = value
        write: dict[str, object] = {"score": {"field": field}, "order": order}
        if labels:
            write["horizon"] = {"label": "roadmap-"}
        source = {"kind": sandbox.spec.kind, "mode": "auto", "write": write, **written}
        policy = {"deadband": 0, **({"score_digits": 0} if whole else {})}
        settings = {"store": f"sqlite:///{folder / 'syncd.db'}", "sources": {SOURCE: source}, "policy": policy}
        (folder / "syncd.yaml").write_text(json.dumps(settings))
        sizes = {f"size-{size}": size for size in SIZES}
        facts = {"value": {"default": 10}, "size": {"labels": sizes, "default": 2}}
        score = {"framework": "value_effort", "inputs": {"effort": "size"}}
        horizons = {"now": {"capacity": "2 items"}, "later": {}}
        (folder / "scoring.yaml").write_text(json.dumps({"facts": facts, "score": score, "horizons": horizons}))

    @contextmanager
    def process(self) -> Iterator[World]:
        spec, fuse = self._sandbox.spec, self.fuse

        def build(settings: object, wiring: Wiring) -> object:
            return spec.build(settings, replace(wiring, transport=Fused(wiring.transport, fuse)))

        # How far apart writes leave is the tool's wish for its own sake; a sandbox is in no hurry to be spared.
        hasty = replace(spec, build=build, seconds_between_writes=lambda settings: 0.0)  # type: ignore[arg-type]
        specs: dict[str, Spec] = {spec.kind: hasty}
        loaded = load(self._folder, self._environ, specs)
        store = open_store(loaded.settings.store, write=True, now=self._sandbox.now())
        world = assemble(loaded, store, Stop(), self._sandbox.now, lambda: f"run{next(self._runs)}")
        try:
            with capture_logs():  # what went wrong is in the result; the log would bury what the check says
                yield world
        finally:
            world.close()

    def cycle(self) -> CycleResult:
        """One process that runs one cycle, everything approved."""
        with self.process() as world:
            return Cycle(world).run(write=True, approved=anybody)

    def settle(self) -> CycleResult:
        """Cycles until nothing is left to write; at most five, the last of which is given."""
        for _ in range(5):
            result = self.cycle()
            self._sandbox.later(60)
            if result.quiet:
                break
        return result


def anybody(plan: Plan) -> str:
    return "the conformance kit"


def _ends_quiet(result: CycleResult, when: str) -> None:
    outcome = result.sources[SOURCE]
    edits, moves = outcome.plan.edits, sum(map(len, outcome.plan.moves.values()))
    left = "; ".join(f"{edit.key}: {', '.join(map(_told, edit.changes))}" for edit in edits[:2])
    failed = outcome.applied.failed if outcome.applied is not None else []
    demand(
        result.quiet,
        "once the tool shows what syncd wants, nothing is left to write: what was written reads back the same.",
        f"{when}, {len(edits)} edits and {moves} moves are still to be made{f' ({left})' if left else ''}; "
        f"the last cycle ended with {named(failed[:2]) if failed else outcome.error or 'no error'}",
        "find out why the connector refused it: is the field what Description.fields says, and are both its values in "
        "Sandbox.fields whole where it holds no fractions?"
        if failed
        else "compare what `apply` wrote with what `fetch` and `pull` give for the same field or label.",
    )


def _told(change: Change) -> str:
    match change:
        case SetField():
            return f"{change.field} {change.before!r} → {change.after!r}"
        case Relabel():
            return f"labels + {list(change.add)} - {list(change.remove)}"
        case SetNote():
            return "its note"


def _differing(one: Mapping[str, object], other: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in one.items() if other.get(key) != value}


class PlatinumWhole:
    level: ClassVar[Level] = Level.PLATINUM

    sandbox: ClassVar[type[Sandbox]]

    def test_a_cycle_of_syncd_ends_quiet(self, stage: Stage, tmp_path: Path) -> None:
        syncd, ids = self._begun(stage, tmp_path)
        before = {id_: stage.sandbox.look(id_) for id_ in ids}
        _ends_quiet(syncd.settle(), "after five cycles")
        number = stage.number
        assert number is not None
        scores = [stage.sandbox.look(id_).fields.get(number[0]) for id_ in ids]
        demand(
            all(isinstance(score, float) for score in scores) and len(set(scores)) > 1,
            "syncd shows a score on every open issue.",
            f"the field {number[0]!r} of the issues shows {scores}",
            "see what `apply` does with the edits of a whole plan.",
        )
        changed = [id_ for id_ in ids if not before[id_].labels <= stage.sandbox.look(id_).labels]
        demand(
            not changed and all(before[id_].title == stage.sandbox.look(id_).title for id_ in ids),
            "syncd never touches what it does not own.",
            f"labels of people are gone from {changed}",
            "remove only the labels that an edit names.",
        )
        if Can.MOVE in stage.description.can:
            by_score = dict(zip(ids, scores, strict=True))
            shown = [by_score[id_] for id_ in people_see(stage) if id_ in by_score]
            demand(
                shown == sorted(shown, key=lambda score: -float(str(score))),
                "the native order follows the ranking.",
                f"from the top, people see the scores {shown}",
                "see what `order` tells and what `reorder` does.",
            )

    def test_killed_at_any_request_syncd_converges(self, stage: Stage, tmp_path: Path) -> None:
        undisturbed, ids = self._begun(stage, tmp_path)
        undisturbed.cycle()
        steps = undisturbed.fuse.steps
        _ends_quiet(undisturbed.settle(), "after five cycles in which nobody killed it")
        wanted = self._numbered(stage, ids)
        share = max(1, -(-steps // MOST_KILLS))
        for at in range(1, steps + 1, share):
            folder = tmp_path / f"killed{at}"
            folder.mkdir()
            other = Stage(type(stage.sandbox)(folder))
            try:
                syncd, there = self._begun(other, folder)
                syncd.fuse.at = at
                with suppress(Killed):
                    syncd.cycle()
                syncd.fuse.at = 0
                _ends_quiet(syncd.settle(), f"killed at step {at} of {steps}, and after five more cycles")
                shown = self._numbered(other, there)
                demand(
                    shown == wanted,
                    "killed at any request, before it left or after its answer came, syncd ends in the same tracker.",
                    f"killed at step {at} of {steps}, people see {_differing(shown, wanted)} instead of {_differing(wanted, shown)}",
                    "write nothing that a repetition would double, and let `pull` and `fetch` show all that was written.",
                )
            finally:
                other.close()

    def _begun(self, stage: Stage, tmp_path: Path) -> tuple[Syncd, list[str]]:
        """A small backlog with distinct sizes, and a syncd that has not looked at it yet."""
        number = stage.number
        if number is None:
            does_not_apply("no number field is in Sandbox.fields, so syncd has nowhere to show a score")
        can = stage.description.can
        labels = Can.LABELS in can and stage.sandbox.spec.label_ok("roadmap-now") is None
        ids = [stage.sandbox.add(f"Work {n}", [f"size-{size}"]) for n, size in enumerate(SIZES, 1)]
        folder = tmp_path / "syncd"
        folder.mkdir()
        order = Can.MOVE in can and bool(stage.description.order_scopes)
        name, *values = number
        whole = all(value == int(value) for value in values)
        return Syncd(folder, stage.sandbox, field=name, order=order, labels=labels, whole=whole), ids

    def _numbered(self, stage: Stage, ids: list[str]) -> dict[str, object]:
        """What people see, by the number of the issue; ids differ between sandboxes."""
        picture = stage.picture(ids)
        numbers = {id_: f"{n}" for n, id_ in enumerate(ids, 1)}
        order = [numbers.get(id_, id_) for id_ in stage.sandbox.order() or ()]
        return {"order": order, **{numbers[id_]: picture[id_] for id_ in ids}}


__all__ = ["PlatinumWhole", "Syncd"]
