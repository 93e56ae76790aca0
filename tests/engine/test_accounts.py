"""Sources of one account share what the server allows it; others do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.pace_weather import GITHUB, Clock, ClockStop, get, github, put
from syncd.config.load import load
from syncd.connector.errors import Reach, Transient
from syncd.connector.registry import connectors
from syncd.engine.pacing.buckets import Account
from syncd.engine.pacing.pace import IN_FLIGHT, Pace
from syncd.engine.stop import Stop
from syncd.engine.world import connect

SYNCD = """
store: sqlite:///{folder}/syncd.db
sources:
  web: {{kind: github, token: {{env: ONE}}, repositories: [lumen/web]}}
  app: {{kind: github, token: {{env: ONE}}, repositories: [lumen/app]}}
  other: {{kind: github, token: {{env: TWO}}, repositories: [lumen/api]}}
  pay: {{kind: jira, url: "https://lumen.atlassian.net", email: ann@lumen.example, token: {{env: ONE}}, projects: [PAY]}}
  shop: {{kind: jira, url: "https://lumen.atlassian.net", email: Ann@lumen.example, token: {{env: TWO}}, projects: [SHOP]}}
  far: {{kind: jira, url: "https://acme.atlassian.net", email: ann@lumen.example, token: {{env: ONE}}, projects: [PAY]}}
"""
SCORING = "score: {framework: weighted, weights: {age_days: 1}}\n"


@pytest.fixture
def clock() -> Clock:
    return Clock()


def paces(clock: Clock, *, apart: float = 0.0) -> tuple[Pace, Pace, ClockStop]:
    account, stop = Account(IN_FLIGHT), ClockStop(clock)
    one, other = (Pace(name, stop, clock, seconds_between_writes=apart, account=account) for name in ("one", "other"))
    return one, other, stop


def test_a_limit_that_one_source_meets_pauses_the_other(clock: Clock) -> None:
    one, other, _ = paces(clock)
    one.before(get())
    one.after(get(), github(403, remaining=0, reset=7500))
    with pytest.raises(Transient, match="other is paused until 14:05"):
        other.before(get())
    assert other.pause is not None and other.quotas == one.quotas


def test_writes_of_both_keep_their_distance(clock: Clock) -> None:
    one, other, stop = paces(clock, apart=1.0)
    with one.writing(), other.writing():
        for pace in (one, other, one):
            pace.before(put("issue", GITHUB))
            pace.after(put("issue", GITHUB), github(200, remaining=4000, reset=3000))
    assert sum(stop.slept) == pytest.approx(2.0)
    assert (sum(one.requests.values()), sum(other.requests.values())) == (2, 1)


def test_only_sources_with_the_same_server_and_account_share(tmp_path: Path) -> None:
    (tmp_path / "syncd.yaml").write_text(SYNCD.format(folder=tmp_path))
    (tmp_path / "scoring.yaml").write_text(SCORING)
    loaded = load(tmp_path, {"ONE": "one-token", "TWO": "two-token"}, connectors())
    sources = connect(loaded, Stop(), Clock())
    for name, secret in (("web", "one-token"), ("pay", "two-token")):
        account = sources[name].configured.spec.account(sources[name].configured.settings)
        assert account is not None and secret not in account
    sources["web"].pace.before(get())
    sources["web"].pace.after(get(), github(403, remaining=0, reset=7500))
    sources["pay"].pace.heed(Transient("busy", 600, "this Jira site", reach=Reach.ACCOUNT))
    paused = sorted(name for name, source in sources.items() if source.pace.pause is not None)
    assert paused == ["app", "pay", "shop", "web"]
    for source in sources.values():
        source.connector.close()
