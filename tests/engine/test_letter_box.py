"""Letters beside a file: what is left there is followed once, and the later word counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncd.engine.permits import letters
from syncd.engine.permits.letters import Folder, Kind
from syncd.store.errors import StoreError
from syncd.store.letters import Body

HOLD: Body = {"source": "paper", "by": "anna"}
RESUME: Body = {"source": "paper", "by": None}


@pytest.fixture
def box(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "approvals")


def test_a_letter_is_followed_once_and_an_approval_lies_there_by_its_digest(box: Folder) -> None:
    box.drop(Kind.APPROVAL, "0123456789ab", {"digest": "0123456789ab", "by": "anna"})
    box.drop(Kind.WRITING, "paper", HOLD)
    assert sorted(path.name for path in box.path.iterdir()) == ["0123456789ab.json", "writing.paper.json"]
    assert list(box.opened(Kind.WRITING)) == [HOLD] and box.waiting()
    assert [said["by"] for said in box.opened(Kind.APPROVAL)] == ["anna"] and not box.waiting()


def test_a_newer_letter_under_the_same_name_is_followed_too(box: Folder) -> None:
    box.drop(Kind.WRITING, "paper", HOLD)
    for said in box.opened(Kind.WRITING):
        assert said == HOLD
        box.drop(Kind.WRITING, "paper", RESUME)
    assert list(box.opened(Kind.WRITING)) == [RESUME]


def test_a_letter_that_comes_just_when_the_one_before_was_read_is_not_lost(
    box: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = letters._read

    def meanwhile(path: Path) -> Body | None:
        said = read(path)
        if said == HOLD:
            box.drop(Kind.WRITING, "paper", RESUME)
        return said

    monkeypatch.setattr(letters, "_read", meanwhile)
    box.drop(Kind.WRITING, "paper", HOLD)
    assert [*box.opened(Kind.WRITING), *box.opened(Kind.WRITING)] == [HOLD, RESUME]


def test_where_no_letter_can_be_left_a_sentence_says_what_to_do(tmp_path: Path) -> None:
    box = Folder(tmp_path / "approvals")
    box.path.write_text("somebody's file stands in the way")
    with pytest.raises(StoreError, match=r"Nothing can be left for the running syncd in .*make room there"):
        box.drop(Kind.WRITING, "paper", HOLD)
    assert not box.waiting() and box.peek(Kind.WRITING, "paper") is None
