from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from demo_files import World, is_open, key_of, read, repository_of, text_of, title_of

from syncd.demo import areas_github, areas_jira, phrases
from syncd.demo.world import TODAY, Files, write_world


def moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z").astimezone(UTC)


def digest(files: Files) -> str:
    return hashlib.sha256(files.jira.read_bytes() + files.github.read_bytes()).hexdigest()


def test_the_backlog_is_large_enough_and_spread_over_both_tools(world: World) -> None:
    scopes = Counter(issue["fields"]["project"]["key"] for issue in world.jira)
    scopes.update(repository_of(issue) for issue in world.issues)
    assert set(scopes) == {"PAY", "SHOP", "lumen/web", "lumen/api", "lumen/mobile"}
    assert scopes.total() >= 480
    assert min(scopes.values()) >= 60
    still_open = sum(map(is_open, (*world.jira, *world.issues)))
    assert 0.5 < still_open / scopes.total() < 0.75


def test_a_seed_gives_the_same_bytes_in_another_process_with_another_hash_seed(
    world_files: Files, tmp_path: Path
) -> None:
    code = (
        "import sys; from pathlib import Path; from syncd.demo.world import write_world; write_world(Path(sys.argv[1]))"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "4711", "TZ": "Asia/Tokyo", "LC_ALL": "C"}
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, env=environment)
    assert digest(Files(tmp_path / "jira.jsonl", tmp_path / "github.jsonl")) == digest(world_files)


def test_another_seed_tells_another_story(world_files: Files, tmp_path: Path) -> None:
    assert digest(write_world(tmp_path, seed=8)) != digest(world_files)


def test_another_day_moves_all_dates_and_nothing_else(world: World, tmp_path: Path) -> None:
    later = read(write_world(tmp_path, today=date(2027, 2, 1)))
    assert [key_of(issue) for issue in later.jira] == [key_of(issue) for issue in world.jira]
    assert list(map(title_of, later.github)) == list(map(title_of, world.github))
    assert later.jira[0]["fields"]["created"] != world.jira[0]["fields"]["created"]


def test_a_size_too_small_for_the_hand_written_part_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least 480"):
        write_world(tmp_path, issues=100)


def test_no_open_title_is_written_twice_except_the_duplicate_report(world: World) -> None:
    titles = Counter(title_of(issue).casefold() for issue in (*world.jira, *world.issues) if is_open(issue))
    repeated = {title: count for title, count in titles.items() if count > 1}
    assert repeated == {"pay button stays active after the first tap on slow phones": 2}


def test_every_issue_says_why_it_matters(world: World) -> None:
    every = (*world.jira, *world.issues)
    assert all(len(text_of(issue)) > len(title_of(issue)) + 40 for issue in every)


def test_sentences_are_composed_from_many_hand_written_fragments() -> None:
    fragments: set[str] = set(phrases.CHORES + phrases.CHORE_WHY + phrases.STEPS + phrases.EVIDENCE)
    fragments.update(phrases.WHEN_ON_SCREEN + phrases.WHEN_ON_SERVER + phrases.FOR_WHOM + phrases.COMMENTS)
    for table in (phrases.PROBLEMS, phrases.WISHES):
        for group in table.values():
            fragments.update(group)
    areas = (
        *areas_jira.PAYMENTS,
        *areas_jira.STOREFRONT,
        *areas_github.WEB,
        *areas_github.API,
        *areas_github.MOBILE,
    )
    for area in areas:
        fragments.update((area.epic, *area.why, *(name for name, _ in area.things)))
    assert len(fragments) > 400


def test_titles_start_with_a_capital_and_carry_no_unfilled_place(world: World) -> None:
    for issue in (*world.jira, *world.github):
        title = title_of(issue)
        assert re.search(r"\{(thing|title|count|slug)\}", text_of(issue)) is None, title
        assert title == title.strip()
        assert title[0].upper() == title[0] or title.startswith("iDEAL"), title


def test_everything_happened_in_order_and_before_today(world: World) -> None:
    for issue in world.jira:
        fields = issue["fields"]
        created, updated = moment(fields["created"]), moment(fields["updated"])
        assert created <= updated, issue["key"]
        assert updated.date() < TODAY, issue["key"]
        if fields["resolutiondate"] is not None:
            assert created < moment(fields["resolutiondate"]) <= updated, issue["key"]
        assert all(fields["created"] <= each["created"] <= fields["updated"] for each in fields["comment"]["comments"])
    for issue in world.github:
        assert issue["created_at"] <= issue["updated_at"], key_of(issue)
        assert issue["updated_at"] < TODAY.isoformat(), key_of(issue)
        if issue["closed_at"] is not None:
            assert issue["created_at"] <= issue["closed_at"] <= issue["updated_at"], key_of(issue)


def test_numbers_follow_the_order_of_creation_without_gaps(world: World) -> None:
    for repository in ("lumen/web", "lumen/api", "lumen/mobile"):
        mine = sorted((i for i in world.github if repository_of(i) == repository), key=lambda i: i["number"])
        assert [issue["number"] for issue in mine] == list(range(1, len(mine) + 1))
        assert [issue["created_at"] for issue in mine] == sorted(issue["created_at"] for issue in mine)
    for project in ("PAY", "SHOP"):
        numbers = [int(i["key"].split("-")[1]) for i in world.jira if i["fields"]["project"]["key"] == project]
        assert numbers == list(range(1, len(numbers) + 1))


def test_ids_and_keys_are_unique(world: World) -> None:
    assert len({issue["id"] for issue in world.jira}) == len(world.jira)
    assert len({issue["id"] for issue in world.github}) == len(world.github)
    assert len(world.by_key) == len(world.jira) + len(world.github)
    labels = {(repository_of(i), label["name"], label["id"]) for i in world.github for label in i["labels"]}
    assert len({(where, name) for where, name, _ in labels}) == len({number for *_, number in labels})


def test_about_one_in_seven_entries_of_a_repository_is_a_pull_request(world: World) -> None:
    pulls = len(world.github) - len(world.issues)
    assert 0.13 <= pulls / len(world.github) <= 0.17


def test_words_from_many_scripts_survive(world: World) -> None:
    everything = "\n".join(text_of(issue) for issue in (*world.jira, *world.github))
    for word in ("Müller", "Naïve", "日本語", "🎁", "מחירים בעברית", "١٢٩", "\u200f", "’"):
        assert word in everything, word


@pytest.mark.slow
def test_a_benchmark_world_is_written_quickly_and_keeps_its_promises(tmp_path: Path) -> None:
    started = time.process_time()
    files = write_world(tmp_path, issues=20_000)
    assert time.process_time() - started < 15
    large = read(files)
    assert len(large.jira) + len(large.issues) == 20_000
    titles = Counter(title_of(issue).casefold() for issue in (*large.jira, *large.issues) if is_open(issue))
    assert [title for title, count in titles.items() if count > 1] == [
        "pay button stays active after the first tap on slow phones"
    ]
    assert max(issue["sub_issues_summary"]["total"] for issue in large.issues) <= 100
    numbered = sum(re.search(r" \(\d+\)$", title_of(issue)) is not None for issue in large.jira)
    assert numbered < len(large.jira) / 4
