"""Who is told what, on the terminal: what would be told, what does not arrive, and a test message."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cli.running_demo import Shop
from engine.channel import Channel, channel


@pytest.fixture
def here() -> Iterator[Channel]:
    with channel() as it:
        yield it


def hear(shop: Shop, here: Channel) -> None:
    config = shop.config / "syncd.yaml"
    tell = "\ntell:\n  team: {url: {file: hook}, form: json, inside: true}\n"
    config.write_text(config.read_text(encoding="utf-8") + tell, encoding="utf-8")
    (shop.config / "hook").write_text(here.url)
    (shop.config / "hook").chmod(0o644)


def test_without_a_receiver_it_says_how_to_name_one(shop: Shop) -> None:
    said = shop.syncd("tell")
    assert said.code == 0 and "tell: {team: {url: {env: SLACK_WEBHOOK}, form: slack}}" in said.out
    said = shop.syncd("tell", "--try")
    assert said.code == 2 and "nobody is told anything" in said.err


def test_what_would_be_told_what_does_not_arrive_and_what_was_told(shop: Shop, here: Channel) -> None:
    hear(shop, here)
    here.status = 503
    assert shop.syncd("run", "--once").code == 3
    for arguments in (("tell",), ("status",), ("doctor",)):
        said = shop.syncd(*arguments)
        assert "team answered 503" in said.out and "hunter2" not in said.out + said.err, arguments
        if arguments == ("tell",):
            assert said.code == 0 and "team would be told with the next cycle of `syncd run`:" in said.out
            assert "jira: a plan waits for a person: " in said.out and "syncd approve " in said.out
    assert said.code == 1 and "syncd tell team --try" in said.out
    assert "everybody on this machine can read the secret in" in said.out
    here.status = 200
    assert shop.syncd("run", "--once").code == 3
    assert sorted(here.told) == [("plan:github", "new"), ("plan:jira", "new")]
    wrong = shop.syncd("tell", "taem")
    assert wrong.code == 2 and "there is no receiver taem (did you mean 'team'?)" in wrong.err
    (one,) = shop.syncd("tell", "team", "--json").json
    assert (one["problem"], one["would"], len(one["told"])) == (None, [], 2) and one["arrived"] is not None
