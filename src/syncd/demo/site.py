"""The two trackers of the demo as processes of their own, and where a second terminal finds them.

What they hold lives in a state folder and survives a kill: starting again goes on where it was.
"""

from __future__ import annotations

import hashlib
import json
import os
import selectors
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Self

import requests

from syncd.demo import places
from syncd.demo.draft import SYNCD
from syncd.demo.person import Person
from syncd.demo.places import Places, PlacesError
from syncd.demo.world import TODAY, write_world

FOLDER = Path("var/demo")
TOKEN = "demo-token"  # noqa: S105  the simulators' own, good for nothing else
_START_SECONDS = 60.0
_ADDRESSES = "site.json"
_TAKEN_FROM = "config.from"


class SiteError(Exception):
    """The demo's trackers cannot be started or found; one sentence with the next thing to type."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the trackers of a running demo are and what they hold."""

    jira_url: str
    github_url: str
    places: Places
    state: Path
    """The folder of these data: journals, world files, the written configuration."""

    @property
    def environment(self) -> dict[str, str]:
        """What the demo's configuration reads."""
        return {
            "DEMO_JIRA_URL": self.jira_url,
            "DEMO_JIRA_EMAIL": SYNCD.email,
            "DEMO_JIRA_TOKEN": TOKEN,
            "DEMO_GITHUB_URL": self.github_url,
            "DEMO_GITHUB_TOKEN": TOKEN,
        }

    def person(self) -> Person:
        """Somebody who works in these trackers."""
        return Person(
            self.jira_url,
            TOKEN,
            self.github_url,
            TOKEN,
            projects=self.places.projects,
            repositories=self.places.repositories,
        )


class Site:
    """A running demo. Close it, or leave the `with` block; it ends as well when this process dies."""

    def __init__(self, addresses: Addresses, children: Sequence[subprocess.Popen[bytes]], note: Path) -> None:
        self.addresses = addresses
        self._children = tuple(children)
        self._note = note

    @property
    def state(self) -> Path:
        return self.addresses.state

    @property
    def environment(self) -> dict[str, str]:
        return self.addresses.environment

    def overlay(self, config: Path) -> Path:
        """The folder `config` with the lists of projects and repositories that these trackers hold. What somebody changed
        in there since the last start stays, as long as `config` is what it was."""
        into, stamp = self.state / "config", self.state / _TAKEN_FROM
        taken = digest([path for path in config.rglob("*") if path.is_file()])
        if into.is_dir() and stamp.is_file() and stamp.read_text(encoding="ascii") == taken:
            return into
        try:
            written = places.write_config(config, self.addresses.places, into)
        except PlacesError as error:
            raise SiteError(str(error)) from None
        stamp.write_text(taken, encoding="ascii")
        return written

    def person(self) -> Person:
        return self.addresses.person()

    @property
    def running(self) -> bool:
        return all(child.poll() is None for child in self._children)

    def close(self) -> None:
        """Twice is harmless."""
        self._note.unlink(missing_ok=True)
        _end(self._children)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def start(
    folder: Path = FOLDER,
    *,
    jira: Sequence[Path] = (),
    github: Sequence[Path] = (),
    fresh: bool = False,
    seed: int = 7,
    today: date = TODAY,
) -> Site:
    """Start both simulators and wait until they answer. Raises SiteError.

    Without files both hold the world of Lumen, written the first time only, so `seed` and `today` count then. With
    real data for one tool or both, each choice of files has a state folder of its own. `fresh` begins anew.
    """
    for path in (*jira, *github):
        if not path.is_file():
            raise SiteError(f"there is no file {path}; give the issues as JSON lines (.jsonl or .jsonl.gz)")
    if _runs(folder):
        raise SiteError(f"a demo runs in {folder} already; end it with Ctrl-C there, or choose another --folder")
    state = folder if not jira and not github else folder / f"data-{digest([*jira, *github])}"
    if fresh:
        _wipe(state, folder)
    world = state / "world"
    made = write_world(world, seed, today=today) if not (world / "github.jsonl").exists() else None
    files = {
        "jira": tuple(jira) or ((made.jira if made else world / "jira.jsonl"),),
        "github": tuple(github) or ((made.github if made else world / "github.jsonl"),),
    }
    try:
        held = places.find(files["jira"], files["github"])
    except PlacesError as error:
        raise SiteError(str(error)) from None
    children: list[subprocess.Popen[bytes]] = []
    try:
        for kind in files:
            children.append(_spawn(kind, state / kind, files[kind]))
        urls = [_address(child, kind, state / kind) for child, kind in zip(children, files, strict=True)]
    except BaseException:
        _end(children)
        raise
    addresses = Addresses(urls[0], urls[1], held, state)
    note = folder / _ADDRESSES
    _write_note(note, addresses)
    return Site(addresses, children, note)


def find(folder: Path = FOLDER) -> Addresses:
    """The demo that runs in another terminal. Raises SiteError when there is none."""
    try:
        note = json.loads((folder / _ADDRESSES).read_text(encoding="utf-8"))
        held = Places(tuple(note["projects"]), tuple(note["repositories"]), note["project"])
        process = int(note["process"])
        addresses = Addresses(note["jira_url"], note["github_url"], held, Path(note["state"]))
    except (FileNotFoundError, ValueError, KeyError):
        raise SiteError(
            f"no demo runs in {folder}; start one with `syncd demo`, or name the folder of the one that runs: syncd demo --folder DIRECTORY …"
        ) from None
    # A killed demo leaves its note behind, and its ports may belong to somebody else by now.
    if not _lives(process) or not all(map(_answers, (addresses.jira_url, addresses.github_url))):
        raise SiteError(f"the demo in {folder} has ended; start it with: syncd demo")
    return addresses


def _runs(folder: Path) -> bool:
    try:
        find(folder)
    except SiteError:
        return False
    return True


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _answers(url: str) -> bool:
    try:
        requests.get(url, timeout=5)
    except requests.RequestException:
        return False
    return True


def digest(files: Sequence[Path]) -> str:
    """Eight hex digits for these files as they are now: their places, sizes and times of change."""
    lines = []
    for path in sorted(path.resolve() for path in files):
        status = path.stat()
        lines.append(f"{path}\0{status.st_size}\0{status.st_mtime_ns}")
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:8]


def _wipe(state: Path, folder: Path) -> None:
    """What start() makes and nothing else: somebody may have given a folder that holds more."""
    for name in ("world", "jira", "github", "config"):
        shutil.rmtree(state / name, ignore_errors=True)
    for note in (folder / _ADDRESSES, state / _TAKEN_FROM):
        note.unlink(missing_ok=True)


def _spawn(kind: str, folder: Path, files: Sequence[Path]) -> subprocess.Popen[bytes]:
    """The child ends when its standard input closes: with us, however we end."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "syncd.testing.serve", "--folder", str(folder), kind, *map(str, files)]
    with (folder / "stderr.log").open("wb") as errors:
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors)  # noqa: S603


def _address(child: subprocess.Popen[bytes], kind: str, folder: Path) -> str:
    """Wait for the line with the address."""
    assert child.stdout is not None
    with selectors.DefaultSelector() as ready:
        ready.register(child.stdout, selectors.EVENT_READ)
        if not ready.select(timeout=_START_SECONDS):
            raise SiteError(f"the {kind} simulator did not start within {_START_SECONDS:.0f} s; try again with --fresh")
    line = child.stdout.readline()
    if not line:
        child.wait(timeout=5)
        said = (folder / "stderr.log").read_text(encoding="utf-8", errors="replace").strip().splitlines()
        last = said[-1] if said else "it said nothing"
        raise SiteError(f"the {kind} simulator did not start: {last}; try again with --fresh")
    said_address: Mapping[str, str] = json.loads(line)
    return said_address["url"]


def _end(children: Sequence[subprocess.Popen[bytes]]) -> None:
    """Closing their input asks them to end; who does not listen within a few seconds is ended."""
    for child in children:
        if child.stdin is not None:
            child.stdin.close()
    deadline = time.monotonic() + 5
    for child in children:
        try:
            child.wait(timeout=max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        if child.stdout is not None:
            child.stdout.close()


def _write_note(note: Path, addresses: Addresses) -> None:
    held = addresses.places
    content = {
        "jira_url": addresses.jira_url,
        "github_url": addresses.github_url,
        "projects": held.projects,
        "repositories": held.repositories,
        "project": held.github_project,
        "state": str(addresses.state.absolute()),
        "process": os.getpid(),
    }
    half = note.with_suffix(".part")
    half.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    half.replace(note)
