from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest
import yaml

from syncd.demo.places import Places, PlacesError, find, write_config
from syncd.demo.site import digest
from syncd.demo.world import Files

DATA = Path(os.environ.get("SYNCD_SHARED", Path(__file__).parents[3] / "shared")) / "data"
REAL = Places(("TIMOB",), ("bitcoin-core/gui", "bitcoin-core/secp256k1"), "bitcoin-core/1")


def written(path: Path, *lines: object) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def test_the_demo_world_holds_the_places_of_lumen(world_files: Files) -> None:
    found = find([world_files.jira], [world_files.github])
    assert set(found.projects) == {"PAY", "SHOP"}
    assert set(found.repositories) == {"lumen/web", "lumen/api", "lumen/mobile"}
    assert found.github_project == "lumen/1"


def test_real_data_are_read_whatever_their_text_holds() -> None:
    names = ("jira_issues_titanium", "github_issues_bitcoin-core-gui", "github_issues_bitcoin-core-secp256k1")
    jira, *github = (DATA / f"{name}.jsonl.gz" for name in names)
    for path in (jira, *github):
        if not path.exists():
            pytest.skip(f"{path.name} is not in {DATA}: set SYNCD_SHARED to the folder with the shared data")
    assert find([jira], github) == REAL


def test_a_repository_is_known_by_any_of_its_addresses(tmp_path: Path) -> None:
    jira = written(tmp_path / "jira.jsonl", {"key": "A_1-3"}, {"_simulator": {}})
    github = tmp_path / "github.jsonl.gz"
    lines = (
        {"repository_url": "https://api.github.com/repos/o/one"},
        {"url": "https://api.github.com/repos/o/two/pulls/4"},
        {"html_url": "https://github.com/o/three/issues/9"},
    )
    github.write_bytes(gzip.compress("".join(json.dumps(line) + "\n" for line in lines).encode()))
    assert find([jira], [github]) == Places(("A_1",), ("o/one", "o/two", "o/three"), "o/1")


def test_a_half_surrogate_pair_is_no_reason_to_stop(tmp_path: Path, world_files: Files) -> None:
    jira = tmp_path / "jira.jsonl"
    jira.write_text('{"key": "OLD-1", "fields": {"summary": "\\ud83d"}}\n', encoding="utf-8")
    assert find([jira], [world_files.github]).projects == ("OLD",)


def test_a_file_that_is_no_backlog_is_refused_with_its_place(tmp_path: Path, world_files: Files) -> None:
    broken = tmp_path / "broken.jsonl"
    broken.write_text('{"key": "PAY-1"}\nkey: PAY-2\n', encoding="utf-8")
    with pytest.raises(PlacesError, match=r"broken\.jsonl, line 2, is not an issue"):
        find([broken], [world_files.github])
    with pytest.raises(PlacesError, match="holds no Jira issue"):
        find([world_files.github], [world_files.github])
    with pytest.raises(PlacesError, match="holds no GitHub issue"):
        find([world_files.jira], [world_files.jira])


def test_a_configuration_for_real_data_differs_in_the_places_only(small_config: Path, tmp_path: Path) -> None:
    into = write_config(small_config, REAL, tmp_path / "state" / "config")
    text = (into / "syncd.yaml").read_text(encoding="utf-8")
    before = yaml.safe_load((small_config / "syncd.yaml").read_text(encoding="utf-8"))
    before["sources"]["ours"]["projects"] = ["TIMOB"]
    before["sources"]["theirs"].update(repositories=list(REAL.repositories), project="bitcoin-core/1")
    assert yaml.safe_load(text) == before
    assert "# what we sync" in text
    assert "# careful with this one" in text
    assert "# all of them" in text
    assert (into / "okrs.yaml").read_text(encoding="utf-8") == "objectives: []\n"


def test_the_shipped_configuration_can_be_turned_to_other_places(tmp_path: Path) -> None:
    shipped = Path(__file__).parents[2] / "config"
    into = write_config(shipped, REAL, tmp_path / "config")
    sources = yaml.safe_load((into / "syncd.yaml").read_text(encoding="utf-8"))["sources"].values()
    assert {source["kind"]: source.get("projects", source.get("repositories")) for source in sources} == {
        "jira": ["TIMOB"],
        "github": list(REAL.repositories),
    }


def test_writing_the_configuration_again_leaves_nothing_of_the_last_one(small_config: Path, tmp_path: Path) -> None:
    into = write_config(small_config, REAL, tmp_path / "state")
    (small_config / "okrs.yaml").unlink()
    write_config(small_config, REAL, into)
    assert not (into / "okrs.yaml").exists()


def test_a_folder_without_a_configuration_is_named_and_nothing_is_removed(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    with pytest.raises(PlacesError, match=r"holds no syncd\.yaml"):
        write_config(tmp_path / "nowhere", REAL, tmp_path / "kept")
    assert (tmp_path / "kept").is_dir()


def test_changed_files_get_another_state_folder(tmp_path: Path) -> None:
    one, two = written(tmp_path / "one.jsonl", {}), written(tmp_path / "two.jsonl", {})
    first = digest([one, two])
    assert digest([two, one]) == first
    written(one, {}, {})
    assert digest([one, two]) != first
    assert digest([one]) != digest([two])
