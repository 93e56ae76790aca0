"""Ctrl-C in the middle of writing: it ends within one request, says so, and the same command goes on where it was."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

from cli.running_demo import Shop


def test_ctrl_c_ends_a_writing_with_a_sentence_and_the_next_one_goes_on(shop: Shop) -> None:
    shop.edit("syncd.yaml", "    # seconds_between_writes: 1", "    seconds_between_writes: 1")
    before = shop.changes()
    writing = subprocess.Popen(
        [sys.executable, "-m", "syncd", "--config", str(shop.config), "apply", "--yes"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=shop.folder, env=shop.environment,
    )  # fmt: skip
    end = time.monotonic() + 60
    while shop.changes() == before and time.monotonic() < end:
        time.sleep(0.02)
    writing.send_signal(signal.SIGINT)
    out, err = writing.communicate(timeout=60)
    assert writing.returncode == 1, out + err
    assert "Traceback" not in err and "error: stopped before it was done" in err and "run it again" in err, err
    there = shop.changes()
    shop.edit("syncd.yaml", "    seconds_between_writes: 1", "    # seconds_between_writes: 1")
    again = shop.syncd("apply", "--yes")
    assert again.code == 0, again
    assert shop.changes() > there
    assert shop.syncd("plan", "--exit-code").code == 0, "nothing is left to write, and nothing is taken for a person's"
    theirs = {one["key"] for one in shop.syncd("pins", "--json").json}
    assert theirs == {"SHOP-74", "lumen/web#64", "lumen/web#104"}, "what people of the demo decided, and nothing else"
