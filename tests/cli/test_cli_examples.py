"""What a help shows as an example works just as it stands there: each one is typed, over the demo's trackers."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import click
import pytest
from click.testing import CliRunner

from cli.every_command import Trackers
from syncd.cli.main import COMMANDS, cli
from syncd.cli.session import opened

EXAMPLE: Final = re.compile(r'^  (?:eval "\$\()?(syncd .*?)(?:\)")?(?: {3}.*| > .*)?$', re.MULTILINE)
"""A command, without what stands behind it for people or for the shell."""
PLAN: Final = re.compile(r"\b[0-9a-f]{12}\b")
LASTING: Final = frozenset({"syncd run", "syncd demo", "syncd demo person vote", "syncd demo --once"})
"""These go on, or need trackers of their own: whether they may be typed so is all that is looked at."""
ENDS: Final[Mapping[str, int]] = {
    "syncd webhooks check": 1,  # nothing listens here, and to say so is what it is for
    "syncd tell team --try": 2,  # the demo tells nobody
}
"""Examples that rightly end with another exit code than 0."""


def examples(name: str) -> list[str]:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None and command.help is not None
    return EXAMPLE.findall(command.help)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_help_shows_an_example(name: str) -> None:
    assert examples(name), (
        f"syncd {name} --help shows none: write one below a line with \\b in the docstring of its module"
    )


def test_every_example_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trackers = Trackers(tmp_path)
    try:
        assert trackers.syncd("apply", "--yes").exit_code == 0
        shutil.copytree(trackers.config, tmp_path / "branch" / "config")
        (tmp_path / "here").mkdir()
        monkeypatch.chdir(tmp_path / "here")
        wrong = []
        for name in COMMANDS:
            for example in examples(name):
                said = typed(trackers, example)
                if said:
                    wrong.append(f"{example}: {said}")
            if name in ("undo", "eject"):  # which leave a hold
                assert trackers.syncd("resume").exit_code == 0
        assert not wrong, "\n".join(wrong)
    finally:
        trackers.close()


def typed(trackers: Trackers, example: str) -> str:
    """What went wrong, nothing when it ended as it should."""
    words = shlex.split(meant(trackers, example))[1:]
    if example in LASTING:
        command: click.Command | None = cli
        while isinstance(command, click.Group) and words and not words[0].startswith("-"):
            command = command.get_command(click.Context(command), words.pop(0))
        assert command is not None
        command.make_context(example, words)
        return ""
    if words[0] == "init":
        shutil.rmtree("config", ignore_errors=True)
    elif words[0] != "-c":
        words = ["-c", str(trackers.config), *words]
    said = CliRunner().invoke(cli, words, env=trackers.environ, input="y\n")
    if said.exit_code == ENDS.get(example, 0):
        return ""
    return f"{said.exit_code} {said.exception!r} {said.output[-300:]}"


def meant(trackers: Trackers, example: str) -> str:
    """With a run, a plan and a folder that there are."""
    if PLAN.search(example):
        trackers.people()
        assert trackers.syncd("plan").exit_code == 0
    with opened(trackers.config, write=False, environ=trackers.environ) as world:
        run = next(run.run for run in world.store.runs.last(200) if run.summary)
        plans = filter(None, map(world.store.plans.latest, world.sources))
        digests = [one.waiting_digest or one.digest for one in plans if not one.plan.empty]
    example = PLAN.sub(lambda _: digests[0], re.sub(r"\d{8}-\d{6}-[0-9a-f]{4}", run, example))
    example = example.replace("$(date +%F)", "today").replace("/backup", str(trackers.folder))
    return example.replace("/srv/syncd", str(trackers.folder / "moved"))
