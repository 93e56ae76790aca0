"""Objectives and roadmap: the numbers of the decision, exports that cannot be abused, a link that shows one page only."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from pydantic import SecretStr

from syncd.config.text.service import AccessText
from syncd.core.standing import Standing
from syncd.web.api.okrs import factory
from web.page_house import HOSTILE, Visitor, house

WORD = "a-word-that-nobody-guesses"


def test_objectives_stand_as_the_decision_says(tmp_path: Path) -> None:
    with house(tmp_path) as stage:
        visitor = Visitor(stage.world)
        found = json.loads(visitor.get("/api/v1/okrs").text)
        (objective,) = found["objectives"]
        first, second = objective["key_results"]
        assert (first["progress"], first["behind"]) == (0.2, pytest.approx(53 / 91 - 0.2))
        assert second["progress"] is None
        assert (objective["work"]["works"], first["work"]["works"], objective["loose"]["works"]) == (6, 1, 5)
        assert (found["orphans"], found["coverage"]) == (6, 0.5)
        page = visitor.get("/okrs").text
        assert "not measured" in page and "nothing open serves it" in page


def test_more_output_without_outcome_is_called_what_it_is() -> None:
    behind, fine, unknown = Standing(1, 0.1, 0.6), Standing(1, 0.6, 0.6), Standing(1, None, 0.6)
    rising, falling = [0] * 4 + [1, 1, 0, 0] + [2, 2, 1, 1], [0] * 4 + [3, 3, 3, 3] + [2, 2, 1, 1]
    said = factory(rising, behind)
    assert (
        said is not None
        and "6 pieces" in said
        and "2 in the four before" in said
        and "50\N{NO-BREAK SPACE}% of the way" in said
    )
    assert factory(falling, behind) is factory(rising, fine) is factory(rising, unknown) is None
    assert factory([0] * 11 + [4], behind) is None, "a handful is no trend"


@pytest.mark.parametrize("by", ["objective", "team"])
def test_the_board_holds_all_open_work_once(tmp_path: Path, by: str) -> None:
    with house(tmp_path) as stage:
        found = json.loads(Visitor(stage.world).get(f"/api/v1/roadmap?by={by}&cards=100").text)
        keys = [card["issue"]["key"] for column in found["columns"] for g in column["groups"] for card in g["cards"]]
        assert len(keys) == len(set(keys)) == 12
        now, later = found["columns"]
        assert (now["horizon"], now["works"], now["taken"], now["capacity"]) == ("now", 3, 3.0, 3.0)
        assert later["capacity"] is None


def test_exports_hold_the_work_and_nothing_that_acts(tmp_path: Path) -> None:
    with house(tmp_path, hostile=True) as stage:
        formula = stage.tracker.add("=HYPERLINK(1)", priority="High", fields={"Size": 1.0})
        stage.turn()
        visitor = Visitor(stage.world)
        rows = list(csv.DictReader(io.StringIO(visitor.get("/roadmap.csv").text)))
        assert len(rows) == 14
        assert {row["key"]: row["title"] for row in rows}[formula.key] == "'=HYPERLINK(1)"
        drawing = visitor.get("/roadmap.svg")
        tree = ElementTree.fromstring(drawing.text)
        assert not [one for one in tree.iter() if one.tag.endswith(("script", "image", "foreignObject"))]
        assert any(HOSTILE[:20] in (one.text or "") for one in tree.iter())
        text = visitor.get("/roadmap.md").text
        assert "<script>" not in text and "\\<script\\>" in text
        for path in ("/roadmap.csv", "/roadmap.svg", "/roadmap.md"):
            assert "attachment" in visitor.get(path).headers["content-disposition"]


def test_the_shared_link_shows_the_roadmap_to_anybody_and_nothing_else(tmp_path: Path) -> None:
    with house(tmp_path) as stage:
        object.__setattr__(stage.world.loaded.settings, "access", AccessText(roadmap=SecretStr(WORD)))
        visitor = Visitor(stage.world, open_to_all=False)
        shared = visitor.get(f"/shared/{WORD}/roadmap")
        assert shared.status_code == 200 and "work 0" in shared.text
        assert "/work/" not in shared.text and "/backlog?" not in shared.text and WORD not in shared.text
        assert "data-live" not in shared.text, "whoever has no login has no events"
        assert visitor.get("/shared/another-word/roadmap").status_code == 404
        assert visitor.get("/roadmap").status_code == visitor.get("/roadmap.csv").status_code == 303


def test_without_opting_in_there_is_no_shared_link(tmp_path: Path) -> None:
    with house(tmp_path) as stage:
        assert Visitor(stage.world).get("/shared//roadmap").status_code == 404
        assert Visitor(stage.world).get("/shared/x/roadmap").status_code == 404


BACKLOGS = """
backlogs:
  - {name: alpha, filter: "'team/a' in labels"}
  - {name: beta, filter: "'team/b' in labels", adjust: [{name: old first, add: 50 - priority, because: it was promised}]}
"""


def test_several_backlogs_are_shown_one_at_a_time_each_with_its_own_ranks(tmp_path: Path) -> None:
    with house(tmp_path, backlogs=BACKLOGS) as stage:
        visitor = Visitor(stage.world)
        for name, team in (("alpha", "team/a"), ("beta", "team/b"), ("", "team/a"), ("nonsense", "team/a")):
            found = json.loads(visitor.get(f"/api/v1/backlog?of={name}").text)
            assert [work["rank"] for work in found["works"]] == [1, 2, 3, 4, 5, 6]
            assert {label for work in found["works"] for label in work["labels"]} == {team}
        for page in ("/backlog", "/roadmap", "/okrs", "/whatif", "/releases"):
            shown = visitor.get(f"{page}?of=beta").text
            assert "of=alpha" in shown and 'of=beta" aria-current="true"' in shown, page
            for link in re.findall(r'href="(/(?:backlog|roadmap|okrs|whatif|releases)[^"]*)"', shown):
                assert link == "/backlog" or "of=beta" in link or "of=alpha" in link or "of=rest" in link, (page, link)
        last = json.loads(visitor.get("/api/v1/backlog?of=beta").text)["works"][-1]
        assert f"<b>{last['rank']}</b>" in visitor.get(f"/work/{last['issue']['key']}").text
        assert "old first" in visitor.get("/whatif?of=beta").text
        assert "old first" not in visitor.get("/whatif?of=alpha").text
        assert "old first" in visitor.get(f"/work/{last['issue']['key']}").text


def test_a_release_says_what_is_in_it(tmp_path: Path) -> None:
    with house(tmp_path) as stage:
        found = json.loads(Visitor(stage.world).get("/api/v1/releases").text)
        assert found["releases"] == [] and len(found["loose"]) == 3
        assert "No releases" in Visitor(stage.world).get("/releases").text
