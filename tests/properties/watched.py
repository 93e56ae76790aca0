"""A tracker whose every write is watched, and one folder in which all histories of a process play."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.paper_world import Clock, PaperWorld
from syncd.config.load import Loaded, load
from syncd.connector.errors import ConnectorError
from syncd.connector.protocol import Wiring
from syncd.core.plan import Edit
from syncd.store.open import open_store
from syncd.testing.paper import PaperConnector, PaperIssue, PaperTracker, paper_spec


class Watched(PaperConnector):
    """A client that notes every write of ours that changes nothing: a toggle's second half, or the same again."""

    def _apply(self, edit: Edit) -> ConnectorError | None:
        tracker = self._tracker
        issue, made = tracker.issues.get(edit.ref.id), tracker.edits_by_syncd
        before = shown(issue) if issue is not None else None
        try:
            return super()._apply(edit)
        finally:
            if issue is not None and tracker.edits_by_syncd > made and shown(issue) == before:
                assert isinstance(tracker, WatchedTracker)
                tracker.idle_writes.append(f"{edit.key}: {edit.changes}")


class WatchedTracker(PaperTracker):
    def __init__(self) -> None:
        super().__init__()
        self.idle_writes: list[str] = []


def shown(issue: PaperIssue) -> tuple[Any, ...]:
    values = sorted((name, value) for name, value in issue.fields.items() if value is not None)
    return issue.title, issue.state, sorted(issue.labels), values, [(one.author, one.text) for one in issue.comments]


@dataclass
class House:
    """One folder with a store and a configuration that is read once for all histories of this process."""

    folder: Path
    loaded: Loaded
    tracker: WatchedTracker = field(default_factory=WatchedTracker)

    @classmethod
    def build(cls) -> House:
        folder = Path(
            tempfile.mkdtemp(prefix="syncd-histories-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None)
        )
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        PaperWorld(folder, {"paper": WatchedTracker()}, note=True, bots="robot")
        text = (folder / "config" / "syncd.yaml").read_text()
        (folder / "config" / "syncd.yaml").write_text(f"{text}  score_digits: 3\n")
        house: House

        def build(settings: object, wiring: Wiring) -> PaperConnector:
            return Watched(house.tracker, wiring)

        spec = paper_spec("paper", WatchedTracker())
        spec = type(spec)(**{**{name: getattr(spec, name) for name in spec.__slots__}, "build": build})
        house = cls(folder, load(folder / "config", {}, {"paper": spec}))
        open_store(f"sqlite:///{folder}/empty.db", write=True, now=Clock()()).close()
        return house


_house: list[House] = []


def the_house() -> House:
    if not _house:
        _house.append(House.build())
    return _house[0]
