"""Every command of syncd with arguments to try it with, and two trackers in this process that note what reaches them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import click
from click.testing import CliRunner, Result

from syncd.cli.main import cli
from syncd.connector.registry import connectors
from syncd.demo import places
from syncd.demo.person import Person
from syncd.demo.site import TOKEN
from syncd.demo.world import write_world
from syncd.testing.exchange import Request
from syncd.testing.httpsim import HttpSimulator

ROOT = Path(__file__).resolve().parent.parent.parent
KINDS: Final = ("jira", "github")

TRIED: Mapping[str, Sequence[str]] = {
    "init": ["jira github"],
    "check": ["", "--offline"],
    "pull": ["", "--census"],
    "plan": ["", "--json", "--markdown", "--limit 0", "--stored", "--exit-code"],
    "apply": ["--yes", "--plan {digest}"],
    "approve": ["{digest}"],
    "run": ["--once"],
    "hold": ["--because freeze"],
    "history": ["", "{key}"],
    "undo": ["--dry-run {run}", "--dry-run {key}"],
    "pins": [""],
    "release": ["{pinned}"],
    "eject": ["--dry-run jira", "--dry-run github"],
    "backlog": ["", "--json"],
    "explain": ["{key}", "--above {other} {key}", "--since {run} {key}"],
    "okrs": [""],
    "measure": ["", "--once", "--dry-run"],
    "releases": [""],
    "stale": [""],
    "voices": ["", "{key}"],
    "rules": ["", "frameworks", "functions", "names"],
    "test": [""],
    "whatif": ["--set score.scale=minmax", "--rules {folder}/config --json"],
    "status": ["", "--json", "--problems"],
    "backup": ["{folder}/backup.db"],
    "store move": ["sqlite:///{folder}/moved.db"],
    "doctor": [""],
    "tell": ["", "--json"],
    "webhooks check": [""],
    "webhooks refresh": [""],
    "config show": [""],
    "completion": ["bash"],
    "schema": ["{folder}/schemas"],
    "resume": [""],
}
"""Arguments for each command, in the order in which they are tried."""

WRITES: Mapping[str, str] = {
    "takeover": "puts our mark where another syncd's stands: that is the word of a person who ran it",
    "store reclaim": "numbers our mark on after a restore: that is the word of a person who ran it",
    "demo": "plays on trackers of its own",
    "demo person": "is a person's hand in the demo's trackers, and nothing of syncd's",
}
"""Commands that write whatever the mode is, and why; undo and eject do so without --dry-run, under a hold of their own."""


def every_command() -> Iterator[tuple[str, click.Command]]:
    """From the parser, so that nobody can forget a new one: `store move` and its like by both words."""
    context = click.Context(cli)
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group) and name != "demo":
            yield from ((f"{name} {inner}", below) for inner, below in command.commands.items())
        else:
            yield name, command
            inner = command.commands if isinstance(command, click.Group) else {}
            yield from ((f"{name} {word}", below) for word, below in inner.items())


def mutates(kind: str, request: Request) -> bool:
    """As the tools see it: Jira's reads by POST, and GraphQL's by what the document says."""
    if request.method == "GET":
        return False
    if kind == "github" and request.path.endswith("/graphql"):
        return b"mutation" in request.body
    return not any(part in ("search", "jql", "bulkfetch", "parse", "approximate-count") for part in request.parts)


@dataclass
class Trackers:
    """The demo's Jira and GitHub in this process, a configuration for them, and syncd's command line."""

    folder: Path
    environ: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        files = write_world(self.folder / "world")
        self.simulators = {}
        for kind, file in (("jira", files.jira), ("github", files.github)):
            simulate = connectors()[kind].simulate
            assert simulate is not None
            (self.folder / kind).mkdir()
            self.simulators[kind] = simulate(self.folder / kind, [file])
            self.http(kind).keep_calls = 1_000_000
            self.environ |= {f"DEMO_{kind.upper()}_URL": self.simulators[kind].url, f"DEMO_{kind.upper()}_TOKEN": TOKEN}
        held = places.find([files.jira], [files.github])
        self.config = places.write_config(ROOT / "config", held, self.folder / "config")
        for line in ("    projects: [PAY, SHOP]", "    project: lumen/1"):
            self.edit("syncd.yaml", line, f"    webhook: {{secret: {{env: HOOK}}}}\n{line}")
        self.environ |= {"HOOK": "what-it-signs-with", "SYNCD_LISTEN": "127.0.0.1:0"}
        self.environ |= {"SYNCD_STORE": f"sqlite:///{self.folder}/syncd.db", "COLUMNS": "100"}

    def http(self, kind: str) -> HttpSimulator:
        found: HttpSimulator = vars(self.simulators[kind])["http"]
        return found

    def close(self) -> None:
        for simulator in self.simulators.values():
            simulator.close()

    def syncd(self, *arguments: str) -> Result:
        return CliRunner().invoke(cli, ["--config", str(self.config), *arguments], env=self.environ)

    def arrived(self) -> list[str]:
        """What reached the trackers since the last look that would change something there."""
        found = []
        for kind in KINDS:
            calls = self.http(kind).calls
            found += [f"{kind} {c.request.method} {c.request.path}" for c in calls if mutates(kind, c.request)]
            calls.clear()
        return found

    def people(self) -> None:
        """Make sure that there is something to write."""
        jira, github = (self.simulators[kind].url for kind in KINDS)
        person = Person(jira, TOKEN, github, TOKEN)
        for deed in ("re-estimate", "raise-priority", "relabel", "set-horizon"):
            person.deed(deed)
        self.arrived()

    def edit(self, file: str, old: str, new: str) -> None:
        path = self.config / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")


def complain(name: str, arguments: str, found: Result) -> str | None:
    """What is wrong with a try, besides that it wrote: it must have got past its arguments."""
    if found.exception is not None and not isinstance(found.exception, SystemExit):
        return f"syncd {name} {arguments}: {found.exception!r}"
    if "Usage:" in found.output:
        return f"syncd {name} {arguments}: {found.output[-300:]}"
    return None
