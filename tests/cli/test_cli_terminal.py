"""On a terminal: what a command says in the end stands there when it has ended, and is not wiped away with the progress bars."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest

from cli.running_demo import Shop

BARS_ARE_GONE = "\x1b[?25h"
"""The cursor is shown again."""


def seen(shop: Shop, *arguments: str) -> str:
    """Everything that is sent to a terminal by a command that runs in one."""
    ours, its = pty.openpty()
    running = subprocess.Popen(
        [sys.executable, "-m", "syncd", "--config", str(shop.config), *arguments],
        stdin=its, stdout=its, stderr=its, cwd=shop.folder, close_fds=True,
        env={**shop.environment, "TERM": "xterm-256color", "COLUMNS": "100"},
    )  # fmt: skip
    os.close(its)
    said = b""
    try:
        while piece := os.read(ours, 65_536):
            said += piece
    except OSError:  # it has ended
        pass
    finally:
        os.close(ours)
        running.wait(timeout=60)
    return said.decode()


@pytest.mark.parametrize(
    ("arguments", "last"), [(("pull",), "github: 251 issues in the mirror"), (("apply", "--yes"), "nothing to write")]
)
def test_the_last_words_of_a_command_are_not_wiped_away(shop: Shop, arguments: tuple[str, ...], last: str) -> None:
    if last == "nothing to write":
        assert shop.syncd("apply", "--yes").code == 0
    said = seen(shop, *arguments)
    assert last in said
    assert said.rindex(BARS_ARE_GONE) < said.rindex(last), "bars that end later take the last lines with them"
