"""A real daemon over the simulators: a plan waits, the channel hears of it within a cycle, and after the approval no more."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

from cli.running_demo import Shop
from end_to_end.test_daemon import eventually
from engine.channel import PATH, Channel, channel

TELL = """
tell:
  team: {url: {env: TEAM_HOOK}, form: json, inside: true, remind: 3 seconds}
"""


def test_a_plan_waits_and_is_told_until_it_is_approved(shop: Shop, tmp_path: Path) -> None:
    with channel() as here:
        config = shop.config / "syncd.yaml"
        config.write_text(config.read_text(encoding="utf-8") + TELL, encoding="utf-8")
        shop.environment |= {"TEAM_HOOK": here.url, "SYNCD_PUBLIC_URL": "https://syncd.lumen.example"}
        _tries(shop, here)
        log = tmp_path / "log"
        with log.open("w") as written:
            process = subprocess.Popen(
                [sys.executable, "-m", "syncd", "--config", str(shop.config), "run"],
                env={**shop.environment, "SYNCD_POLL": "1 second"}, cwd=tmp_path, stderr=written, stdout=written,
            )  # fmt: skip
            try:
                _told_and_approved(shop, here)
                process.send_signal(signal.SIGTERM)
                assert process.wait(20) == 0
            finally:
                process.kill()
                process.wait()
        everything = log.read_text(encoding="utf-8") + os.fsdecode((tmp_path / "syncd.db").read_bytes())
        for said in (shop.syncd("tell"), shop.syncd("config", "show")):
            everything += said.out + said.err
        assert "hunter2" not in everything and PATH not in everything


def _tries(shop: Shop, here: Channel) -> None:
    here.status, here.answer = 403, b"invalid_token"
    said = shop.syncd("tell", "team", "--try")
    assert said.code == 1 and "team answered 403 (invalid_token)" in said.out
    here.status = 200
    said = shop.syncd("tell", "--try")
    assert (said.code, said.out) == (0, "✓ team took a test message (status 200)\n")
    assert here.told == [("test", "test")]


def _told_and_approved(shop: Shop, here: Channel) -> None:
    def told(event: str) -> set[str]:
        return {subject for subject, one in here.told if one == event}

    eventually(lambda: told("new") >= {"plan:jira", "plan:github"})
    first = {one["subject"]: one for delivery in here.arrived for one in delivery.notices if one["event"] == "new"}
    jira = first["plan:jira"]
    assert jira["link"] == "https://syncd.lumen.example/plans/jira" and len(jira["issues"]) == 3
    assert jira["issues"][0]["what"] == "horizon ∅ → now" and jira["numbers"]["issues"] > 100
    assert shop.changes() == 0
    reminded = Counter[str]()
    eventually(lambda: told("reminder") >= {"plan:jira", "plan:github"})
    assert shop.syncd(*jira["command"].split()[1:], "--by", "anna").code == 0

    def approved() -> bool:
        said = shop.syncd("status", "--json")
        return said.code == 0 and said.json["jira"]["waiting"] is None

    eventually(approved)
    reminded.update(subject for subject, _ in here.told)
    eventually(lambda: sum(subject == "plan:github" for subject, _ in here.told) >= reminded["plan:github"] + 3)
    assert sum(subject == "plan:jira" for subject, _ in here.told) <= reminded["plan:jira"], "it was approved meanwhile"
