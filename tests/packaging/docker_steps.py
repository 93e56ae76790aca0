"""Reads a Dockerfile's instructions, and runs those of one stage in a folder that stands for its root."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

UV = Path(sys.executable).parent / "uv"


@dataclass
class Stage:
    name: str
    steps: list[tuple[str, str]] = field(default_factory=list)
    """(instruction, arguments)"""

    def all(self, instruction: str) -> list[str]:
        return [arguments for word, arguments in self.steps if word == instruction]


def stages(text: str) -> list[Stage]:
    joined = re.sub(r"\\\n", " ", "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#")))
    found: list[Stage] = []
    for line in filter(None, map(str.strip, joined.splitlines())):
        word, _, arguments = line.partition(" ")
        if word == "FROM":
            found.append(Stage(arguments.rpartition(" AS ")[2] if " AS " in arguments else ""))
        elif found:
            found[-1].steps.append((word, " ".join(arguments.split())))
    return found


def run(stage: Stage, context: Path, root: Path, environ: Mapping[str, str]) -> None:
    """COPY and RUN, with every absolute path that the stage makes moved below `root`. Raises CalledProcessError.

    `environ` wins over the stage's own ENV.
    """
    environment, here = dict(environ), root
    for word, arguments in stage.steps:
        if word == "WORKDIR":
            here = root / arguments.lstrip("/")
            here.mkdir(parents=True, exist_ok=True)
        elif word == "ENV":
            environment = dict(pair.split("=", 1) for pair in arguments.split()) | environment
        elif word == "COPY":
            *sources, target = arguments.split()
            for source in sources:
                to = here / target
                if (context / source).is_dir():
                    shutil.copytree(context / source, to, ignore=shutil.ignore_patterns("__pycache__"))
                else:
                    to = to / Path(source).name if target.endswith(("/", ".")) else to
                    to.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy(context / source, to)
        elif word == "RUN":
            moved = re.sub(r"(?<![\w.])/(?=opt/|src\b)", f"{root}/", arguments)
            if UV.exists():  # the same locks with the same hashes, from its cache instead of the network
                moved = re.sub(
                    r"(\S+/python) -m pip install --no-compile (?=.*-r )", rf"{UV} pip install -q --python \1 ", moved
                )
            subprocess.run(
                ["bash", "-euo", "pipefail", "-c", moved], cwd=here, env=environment, check=True, timeout=300,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            )  # fmt: skip


def surroundings() -> dict[str, str]:
    """What pip needs of the machine's environment, and nothing of this project's."""
    kept = ("PATH", "HOME", "LANG", "TMPDIR", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
    return {
        name: value
        for name, value in os.environ.items()
        if name in kept or name.upper().startswith("PIP_") or name.upper().endswith("_PROXY")
    }
