"""syncd's command line as a user runs it: real processes over the demo's trackers."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from syncd.demo.site import Site

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Shop:
    """The demo's trackers, and a configuration folder and a store of its own for one test."""

    site: Site
    folder: Path

    def __post_init__(self) -> None:
        self.config = self.folder / "config"
        shutil.copytree(self.site.overlay(ROOT / "config"), self.config)
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("SYNCD", "DEMO", "COLUMNS"))},
            **self.site.environment,
            "SYNCD_STORE": f"sqlite:///{self.folder / 'syncd.db'}",
        }

    def syncd(self, *arguments: str, **environment: str) -> Said:
        done = subprocess.run(
            [sys.executable, "-m", "syncd", "--config", str(self.config), *arguments],
            check=False, capture_output=True, text=True, timeout=120, cwd=self.folder, stdin=subprocess.DEVNULL,
            env={**self.environment, **environment},
        )  # fmt: skip
        return Said(done.returncode, done.stdout, done.stderr)

    def edit(self, file: str, old: str, new: str) -> None:
        path = self.config / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def changes(self) -> int:
        """How often anybody changed the trackers."""
        journals = [self.site.state / kind / "journal.jsonl" for kind in ("jira", "github")]
        return sum(path.read_bytes().count(b"\n") for path in journals if path.exists())
