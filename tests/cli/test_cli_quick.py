"""A command waits for nothing that it does not need: what it loads is most of what a quick one takes."""

from __future__ import annotations

import subprocess
import sys

from cli.running_demo import Shop

LOADED = """
import sys
from syncd.cli.main import cli
cli(["--config", sys.argv[1], *sys.argv[2:]], standalone_mode=False)
print(sorted({"github", "jira", "requests", "cryptography", "fastapi", "uvicorn"} & sys.modules.keys()))
"""


def test_a_command_that_asks_no_source_waits_for_no_vendors_library(shop: Shop) -> None:
    assert shop.syncd("pull").code == 0
    for command in ("status", "config show"):
        done = subprocess.run(
            [sys.executable, "-c", LOADED, str(shop.config), *command.split()],
            check=False, capture_output=True, text=True, timeout=120, cwd=shop.folder, env=shop.environment,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines()[-1] == "[]", command
