"""Every law is tried on a program with a bug that it must catch: a law that cannot fail says nothing."""

from __future__ import annotations

import re
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import Phase, seed, settings
from teeth import SEEDED, Seeded

from store.store_samples import NOW
from syncd.store import open_store

README = Path(__file__).with_name("README.md")
FIND = (Phase.generate,)
"""A found example is enough; nobody needs it small."""


@pytest.mark.parametrize("seeded", SEEDED, ids=lambda one: f"{one.law}: {one.bug}")
def test_a_law_catches_its_bug(seeded: Seeded, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    law = seeded.test
    with ExitStack() as stack:
        given: dict[str, object] = {}
        if law is _of_pages():
            given["lasting"] = store = open_store(f"sqlite:///{tmp_path}/syncd.db", write=True, now=NOW)
            stack.callback(store.close)
        seeded.seed(monkeypatch)
        own = getattr(law, "_hypothesis_internal_use_settings", None)
        if own is not None:
            many = settings(own, phases=FIND, database=None, max_examples=3_000)
            monkeypatch.setattr(law, "_hypothesis_internal_use_settings", many)
            law = seed(7)(law)
        with pytest.raises(Exception) as caught:
            law(**given)
        assert not isinstance(caught.value, TypeError | NameError | AttributeError), "the bug does not even run"


def _of_pages() -> object:
    return next(one.test for one in SEEDED if one.law.startswith("pages_"))


def test_the_page_lists_every_law_with_its_bugs() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \|", README.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(rows) == sorted((one.law, one.bug) for one in SEEDED)


def test_every_law_is_a_test_of_this_folder() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in README.parent.glob("test_*.py"))
    assert [law for law in sorted({one.law for one in SEEDED}) if f"def test_{law}(" not in text] == []
