"""What a terminal of 80 columns shows: keys and numbers whole, titles shortened, no line too long."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from cli.running_demo import Shop
from syncd.cli.render.columns import Column, fitted
from syncd.demo.site import Site

words = st.text("abcé日# ", min_size=1, max_size=60).map(str.strip).filter(bool)


@pytest.fixture(scope="module")
def pulled(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    shop = Shop(site, tmp_path_factory.mktemp("pulled"))
    shop.edit("scoring.yaml", "    jira: Customers affected ", "    expires: 90 days\n    jira: Customers affected ")
    assert shop.syncd("pull").code == 0
    yield shop


@pytest.mark.parametrize("command", ["backlog", "whatif --set score.scale=minmax", "okrs", "stale", "releases"])
def test_eighty_columns_show_every_key_whole_and_no_line_is_longer(pulled: Shop, command: str) -> None:
    wide, narrow = (pulled.syncd(*command.split(), COLUMNS=str(width)).out for width in (200, 80))
    known = {row["key"] for row in pulled.syncd("backlog", "--top", "0", "--json").json}
    shown = {word for word in wide.split() if word in known}
    assert len(shown) >= 5
    assert shown <= set(narrow.split())
    assert max(map(len, narrow.splitlines())) <= 80
    ranks = [[line.split()[0] for line in text.splitlines() if line.strip()[:1].isdigit()] for text in (wide, narrow)]
    assert command not in ("backlog", "stale") or ranks[0] == ranks[1]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(words, words, words, words), min_size=1, max_size=5), st.integers(40, 150))
def test_what_does_not_give_way_is_never_cut(rows: list[tuple[str, str, str, str]], width: int) -> None:
    keys, titles, notes, bars = zip(*rows, strict=True)
    keys = tuple(key[:12].strip() for key in keys)
    columns = [
        Column("#", [str(n) for n in range(len(rows))], right=True),
        Column("issue", keys),
        Column("title", titles, least=4),
        Column("why", notes, least=4, folds=True),
        Column("bar", bars, spare=1),
    ]
    page = io.StringIO()
    console = Console(file=page, width=width, highlight=False)
    console.print(fitted(columns, width))
    lines = page.getvalue().splitlines()
    assert all(any(key in line for line in lines) for key in keys)
    together = page.getvalue().replace("\n", "").replace(" ", "")
    if len(rows) == 1 and "…" not in together:
        assert titles[0].replace(" ", "") in together
