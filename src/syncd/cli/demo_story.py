"""What the demo tells a newcomer, and what it measures."""

from __future__ import annotations

import resource
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.text import Text

from syncd.cli.render import backlog as backlog_table
from syncd.cli.render import plan as plan_table
from syncd.cli.render.values import count, err, out
from syncd.config.load import Loaded
from syncd.core.backlog import Ranked
from syncd.core.issue import Ref
from syncd.core.plan import Plan
from syncd.demo.site import Site
from syncd.engine.cycle import Cycle
from syncd.engine.report import CycleResult
from syncd.engine.world import World

PERSON = "the demo itself"


class Story:
    """Talks on stdout; with `quiet` only on stderr, so that stdout holds the JSON and nothing else."""

    def __init__(self, *, quiet: bool) -> None:
        self.console: Console = err() if quiet else out()
        self._settled = False
        self._program = "syncd demo"
        self._faults = ""
        self._waiting: set[str] = set()
        """Digests of plans that wait and were shown already."""
        self._yielded: set[tuple[Ref, str]] = set()
        """What was already told to be a person's."""

    def opening(self, folder: Path) -> None:
        self.console.print("[bold]syncd demo[/]: a local Jira and a local GitHub, with the backlog of a shop platform")
        self.console.print(f"  [dim]their state lives in {escape(str(folder))}; --fresh begins anew[/]")

    def began(self, site: Site, world: World, page: str | None) -> None:
        if page is not None:
            self.console.print(f"  [bold]The page[/]  [bold cyan]{page}[/]   see the backlog, know why, try a change\n")
        held = site.addresses.places
        self.console.print(
            f"  Jira    {site.addresses.jira_url}   projects {escape(', '.join(held.projects))}\n"
            f"  GitHub  {site.addresses.github_url}   repositories {escape(', '.join(held.repositories))}\n"
        )
        rules = world.rules
        self.console.print(
            f"[bold]1. Read[/]  both trackers into one backlog, ranked by {rules.framework.name}: {escape(rules.framework.text)}"
        )

    def approve(self, plan: Plan) -> str | None:
        """The demo is its own reviewer until everything was written once."""
        return None if self._settled else PERSON

    def once(self, world: World) -> tuple[CycleResult, CycleResult]:
        """Pull, decide, apply; then again, which must find nothing to do."""
        cycle = Cycle(world)
        shown = cycle.run(write=False)
        self._first(world, shown)
        first = cycle.run(write=True, approved=self.approve)
        second = cycle.run(write=True)
        self._after(second)
        self._settled = second.quiet
        self._new_pins(second)
        return _with_requests(shown, first), second

    def told(self, result: CycleResult) -> None:
        """One cycle of the long-running demo: silent unless something happened."""
        self._settled = self._settled or result.quiet
        for ranked, pin in self._new_pins(result):
            self.console.print(
                f"  [yellow]yours[/] {escape(ranked.work.primary.key)}: {escape(pin)}; syncd leaves it alone"
            )
        for outcome in result.sources.values():
            if outcome.plan.empty and outcome.error is None:
                continue
            if outcome.waits_for is not None:
                if outcome.plan.digest in self._waiting:
                    continue  # what waits, waits on: once is enough
                self._waiting.add(outcome.plan.digest)
            changes = replace(outcome.plan, skips=())
            plan_table.show(self.console, [plan_table.PlanView(changes, outcome.waits_for)], limit=6)
            if outcome.error:
                self.console.print(f"  [red]{escape(outcome.error)}[/]")
            elif outcome.waits_for is not None:
                self.console.print(f"  say yes to it: [cyan]{escape(self._program)} approve {outcome.plan.digest}[/]")

    def _new_pins(self, result: CycleResult) -> list[tuple[Ranked, str]]:
        """What people decided since the last look."""
        found: list[tuple[Ranked, str]] = []
        for ranked in result.decision.ranked if result.decision else ():
            for pin in ranked.pins:
                if (ranked.work.ref, pin) not in self._yielded:
                    self._yielded.add((ranked.work.ref, pin))
                    found.append((ranked, pin))
        return found

    def ended(self) -> None:
        self.console.print("\nstopped; nothing was left half-done")

    def _first(self, world: World, result: CycleResult) -> None:
        console = self.console
        for name, outcome in result.sources.items():
            left = f", {count(outcome.problems, 'left out', 'left out')} with a reason" if outcome.problems else ""
            console.print(f"  {name}: {count(outcome.issues, 'issue')} → {count(outcome.items, 'item')}{left}")
        if result.decision is None:
            return
        ranked = result.decision.ranked
        console.print(
            f"\n[bold]2. Rank[/]  the top of {count(len(ranked), 'open piece', 'open pieces')} of work, over both tools"
        )
        names = list(world.rules.horizon_names)
        best = max((r.score for r in ranked if r.score is not None), default=0.0)
        console.print(backlog_table.table(ranked[:10], names, console.width, top_score=best))
        console.print("\n[bold]3. Plan[/]  what each tracker should show, with the reason (four issues each)")
        plan_table.show(console, [plan_table.PlanView(o.plan, None) for o in result.sources.values()], limit=4)
        waiting = [o.plan for o in result.sources.values() if not o.plan.empty]
        if waiting:
            digests = ", ".join(f"{plan.source} {plan.digest}" for plan in waiting)
            console.print(
                f"\n[bold]4. Write[/]  a source's first plan always waits for a person: [cyan]syncd apply --plan DIGEST[/]. "
                f"This is a demo, so it approves its own: {digests}"
            )

    def _after(self, result: CycleResult) -> None:
        if result.quiet:
            self.console.print(
                "\n[bold]5. Look again[/]  [green]quiet[/]: every tracker shows what it should, nothing to write"
            )
        for name, outcome in result.sources.items():
            if outcome.error:
                self.console.print(f"  [red]{escape(name)}[/]: {escape(outcome.error)}")
            elif not outcome.plan.empty:
                self.console.print(f"  [yellow]{escape(name)}[/]: still {plan_table.headline(outcome.plan)}")

    def taken(self, loaded: Loaded) -> None:
        """Somebody changed the rules while the demo runs."""
        self._faults = ""
        framework = loaded.rules.framework
        self.console.print(
            f"  [bold]the rules changed[/]: ranked by {framework.name}, {escape(framework.text)}, from now on"
        )

    def refused(self, faults: str) -> None:
        if faults == self._faults:
            return  # an editor may save a file in two steps
        self._faults = faults
        self.console.print("  [red]the rules changed and cannot be used; those before stay in force[/]")
        self.console.print(Padding.indent(Text(faults), 2))

    def invite(self, result: CycleResult, program: str, config: Path) -> None:
        """What a newcomer can try next."""
        self._program = program
        ranked = result.decision.ranked if result.decision else ()
        key = ranked[0].work.primary.key if ranked else "PAY-12"
        tries = {
            "person re-estimate": "see the ranking answer here",
            "person set-horizon": "disagree with syncd: you win, and it says so",
            f"explain {key}": "why an issue stands where it stands",
            "whatif --set score.scale=minmax": "what other rules would change",
            "--help": "everything else",
        }
        self.console.print("\nsyncd keeps looking every few seconds. In a second terminal, be a person:")
        for words, why in tries.items():
            self.console.print(f"  [cyan]{escape(f'{program} {words:<31}')}[/] {why}")
        self.console.print(
            f"Or change {escape(str(config / 'scoring.yaml'))} and watch: what cannot be used is told here."
        )
        self.console.print("Ctrl-C ends it.\n")


def _with_requests(shown: CycleResult, first: CycleResult) -> CycleResult:
    """The writing cycle, unless the reading one failed."""
    return first if first.decision is not None else shown


def measures(world: World, first: CycleResult, second: CycleResult, seconds: float) -> dict[str, object]:
    """The JSON of `--once --json`."""
    sources: dict[str, object] = {}
    for name, source in world.sources.items():
        one, again = first.sources[name], second.sources[name]
        requests: Counter[str] = source.pace.requests
        found: dict[str, object] = {
            "issues": again.issues,
            "items": again.items,
            "problems": again.problems,
            "planned": len(one.plan.edits),
            "applied": one.applied.edits if one.applied else 0,
            "moves": one.applied.moves if one.applied else 0,
            "requests": dict(sorted(requests.items())),
        }
        if error := again.error or one.error:
            found["error"] = error
        sources[name] = found
    return {
        "sources": sources,
        "quiet": second.quiet,
        "seconds": round(seconds, 2),
        "peak_mb": round(_peak_bytes() / 2**20, 1),
    }


def _peak_bytes() -> int:
    """The most memory this process ever held. getrusage would count what its parent held when it forked."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM"))
