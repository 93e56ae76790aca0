"""Runs the benchmarks, prints a table and writes benchmarks/results.json."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import core, kills, loop, order, page, plan20k, pull, real, service, soak, voices
from benchmarks.result import Benchmark, Result
from syncd.telemetry import silence_logging

ALL: dict[str, Benchmark] = {
    "decide": core.decide_all,
    "order": order.order,
    "kills": kills.kills,
    "plan20k": plan20k.plan20k,
    "rescore": core.rescore,
    "voices": voices.voices,
    "real": real.real,
    "demo": loop.demo,
    "idle": loop.idle,
    "read": pull.read,
    "pull": pull.pull,
    "memory": pull.memory,
    "page": page.page,
    "titanium": loop.titanium,
    "replicas": service.replicas_in_trouble,
    "webhook": service.webhook,
    "soak": soak.soak,
}


def main(wanted: list[str]) -> int:
    silence_logging()
    console = Console(highlight=False)
    chosen = {
        name: run
        for name, run in ALL.items()
        if not wanted or any(name == w or w.startswith(name + ".") for w in wanted)
    }
    if not chosen:
        console.print(f"no benchmark named {', '.join(wanted)}; there are {', '.join(ALL)}")
        return 2
    results: list[Result] = []
    for name, run in chosen.items():
        with console.status(f"measuring {name} …"):
            results += run()
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for heading in ("name", "value", "unit", "goal", "met"):
        table.add_column(heading, justify="right" if heading in ("value", "goal") else "left")
    for r in results:
        goal = "" if r.goal is None else f"{'≥' if r.at_least else '≤'} {r.goal:g}"
        met = {None: "", True: "[green]yes[/]", False: "[red]no[/]"}[r.met]
        table.add_row(r.name, f"{r.value:,.3g}" if r.value < 1000 else f"{r.value:,.0f}", r.unit, goal, met)
    console.print(table)
    written = [{"name": r.name, "value": r.value, "unit": r.unit, "goal": r.goal} for r in results]
    path = Path(__file__).parent / "results.json"
    path.write_text(json.dumps({"results": written}, indent=2) + "\n", encoding="utf-8")
    console.print(f"[dim]written to {path}[/]")
    return 0 if all(r.met is not False for r in results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
