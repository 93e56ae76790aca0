from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from config_folder import CONNECTORS, FACTS, PAPER, SCORE, Folder

from syncd.config.load import ConfigError, load
from syncd.core.backlog import Kind, Status
from syncd.core.rules import OnEdit, Scale, Slot, Target, TextKeys


def test_a_configuration_of_ten_lines_is_enough(folder: Folder) -> None:
    text = """\
    sources:
      paper:
        url: https://paper.example
        token: {env: ACME_TOKEN}
        projects: [PAY]
      board:
        pat: {env: BOARD_PAT}
    """
    loaded = folder.write(syncd=text).load()
    assert [source.name for source in loaded.sources] == ["paper", "board"]
    assert loaded.settings.poll == timedelta(seconds=60)
    assert loaded.rules.framework.name == "expression"
    assert loaded.rules.framework.formula.names == {"priority", "votes", "age_days"}
    assert loaded.rules.text_keys == (
        TextKeys("board", CONNECTORS["board"].text_keys),
        TextKeys("paper", CONNECTORS["paper"].text_keys),
    )
    assert loaded.rules.sources["paper"].modes_text == "review"
    assert loaded.rules.sources["paper"].targets == ()


def test_what_is_written_in_all_three_files_becomes_rules(folder: Folder) -> None:
    syncd = (
        PAPER
        + """\
    mode: auto
    write:
      score: {field: Score, adopt: true}
      rank: {project_field: Rank, on_edit: reassert}
      horizon: [{label: roadmap/}, {field: Roadmap}]
      order: true
    normalize:
      statuses: {"In Limbo": active, Won’t fix: dropped}
      kinds: {Chore: task}
      priority_labels: {P0: 1}
      status_field: Stage
      ignore: "'wontfix' in labels or matches(body, 'spam')"
policy:
  prefer: [acme]
  limits: {max_changed_share: 12.5 %}
"""
    )
    scoring = (
        FACTS
        + """\
score: {framework: value_effort, scale: percentile}
adjust: [{name: old, when: age_days > 3, multiply: 1.5, at_most: 90, because: age}]
horizons: {now: {capacity: 40 effort}, next: {capacity: 12 items}, later: , hysteresis: 3}
"""
    )
    okrs = """\
    fields: {acme: Goal}
    objectives:
      - {id: O1, title: Sell, weight: 3, key_results: [{id: KR1, title: More, start: 1, target: 2}]}
    """
    loaded = folder.write(syncd=syncd, scoring=scoring, okrs=okrs).load()
    source, rules = loaded.sources[0], loaded.rules
    assert source.rules is rules.sources["acme"]
    assert source.rules.targets == (
        Target(Slot.SCORE, field="Score", adopt=True),
        Target(Slot.RANK, field="Rank", on_edit=OnEdit.REASSERT),
        Target(Slot.HORIZON, label="roadmap/"),
        Target(Slot.HORIZON, field="Roadmap"),
    )
    assert source.write_fields == {"Score", "Rank", "Roadmap"}
    assert source.read_fields == {"Value", "Points", "Stage", "Goal"}
    words = source.rules.normalize
    assert words.statuses == {"in limbo": Status.ACTIVE, "won't fix": Status.DROPPED}
    assert words.kinds == {"chore": Kind.TASK}
    assert words.priority_labels == {"p0": 1}
    assert rules.reads_body
    assert rules.policy.limits.max_changed_share == 0.125
    assert rules.scale is Scale.PERCENTILE
    assert [(h.name, h.capacity, h.unit) for h in rules.horizons.names] == [
        ("now", 40.0, "effort"),
        ("next", 12.0, "items"),
        ("later", None, "effort"),
    ]
    (adjustment,) = rules.adjustments
    assert adjustment.multiply is not None
    assert adjustment.multiply.text == "1.5"
    assert set(loaded.texts) == {"syncd.yaml", "okrs.yaml", "scoring.yaml"}


def test_the_digest_names_the_texts_and_what_they_point_to_but_no_secret(folder: Folder) -> None:
    text = PAPER.replace("https://paper.example", "{env: URL, default: 'https://paper.example'}")
    first = folder.write(syncd=text).load().rules.digest
    assert len(first) == 12
    folder.environ = {"ACME_TOKEN": "other"}
    assert folder.load().rules.digest == first
    folder.environ = {"ACME_TOKEN": "sesame", "URL": "https://elsewhere.example"}
    assert folder.load().rules.digest != first
    folder.environ = {"ACME_TOKEN": "sesame", "STORE": "sqlite:///a.db"}
    stored = folder.write(syncd="store: {env: STORE}\n" + text).load().rules.digest
    folder.environ = {"ACME_TOKEN": "sesame", "STORE": "sqlite:///b.db"}
    assert folder.load().rules.digest == stored
    assert folder.write(scoring=FACTS + SCORE).load().rules.digest != stored


def test_all_files_are_checked_in_one_run(folder: Folder) -> None:
    faults = folder.write(
        syncd=PAPER + "    mode: revew\npoll: 60\n",
        okrs="objectives: [{id: O1, title: x, match: votez > 1}]\n",
        scoring="score: {framework: ricee}\nadjust: [{name: a, add: 1, wen: votes > 1}]\n",
    ).places()
    assert faults == [
        "okrs.yaml:1:40 unknown name 'votez' (did you mean 'votes'?)",
        "scoring.yaml:1:20 there is no framework 'ricee' (did you mean 'rice'?)",
        "scoring.yaml:2:28 unknown key 'wen' (did you mean 'when'?)",
        "syncd.yaml:7:11 'mode' must be observe, review or auto, not 'revew' (did you mean 'review'?)",
        "syncd.yaml:8:7 'poll' must be a duration, and 60 has no unit",
    ]


def test_one_unreadable_file_does_not_hide_the_mistakes_of_the_others(folder: Folder) -> None:
    faults = folder.write(syncd="a: [\n", scoring="score: {framework: ricee}\n", okrs="objectives: 3\n").places()
    assert [fault.split()[0] for fault in faults] == ["okrs.yaml:1:13", "scoring.yaml:1:20", "syncd.yaml:2:1"]


def test_a_mistake_is_not_followed_by_others_that_it_causes(folder: Folder) -> None:
    scoring = """\
    facts:
      reach: {acme: Reach, type: nmber}
      effort: {akme: Points}
      impact: {default: 1}
      confidence: {default: 1}
    score: {framework: rice}
    adjust: [{name: wide, when: reach > 3, add: effort}]
    horizons: {now: {capacity: 40 effort}, later: {}}
    """
    assert folder.write(scoring=scoring).places() == [
        "scoring.yaml:2:30 'type' must be number, text, flag, date or words, not 'nmber' (did you mean 'number'?)",
        "scoring.yaml:3:12 unknown key 'akme' (did you mean 'acme'?)",
    ]


def test_a_fault_shows_the_line_the_place_and_the_next_step(folder: Folder) -> None:
    folder.write(scoring="score: {frameworks: rice, formula: votes}\n")
    assert str(folder.error()) == "\n".join(
        [
            f"{folder.path}/scoring.yaml:1:9: unknown key 'frameworks' (did you mean 'framework'?)",
            "    1 | score: {frameworks: rice, formula: votes}",
            "      |         ^^^^^^^^^^",
            "      → known here: formula, framework, inputs, parts, quadrants, scale, then and weights",
        ]
    )


@pytest.mark.parametrize("text", ["", "- a\n", "just words\n", "sources:\n", "sources: {}\n", "sources: []\n"])
def test_a_configuration_without_sources_is_refused(folder: Folder, text: str) -> None:
    (fault,) = folder.write(syncd=text).faults()
    assert fault.hint or "must be a block of keys" in fault.message


def test_a_missing_folder_or_file_leads_to_init(folder: Folder) -> None:
    (fault,) = folder.faults()
    assert fault.message == "this file is missing"
    assert fault.hint == f"type: syncd --config {folder.path} init"
    with pytest.raises(ConfigError, match="there is no such folder"):
        load(folder.path / "none", {}, CONNECTORS)


def test_a_file_with_the_wrong_ending_is_not_passed_over_in_silence(folder: Folder) -> None:
    folder.write()
    (folder.path / "scoring.yml").write_text("score: {framework: rice}\n")
    (fault,) = folder.faults()
    assert fault.hint == f"type: mv {folder.path}/scoring.yml {folder.path}/scoring.yaml"


def test_a_file_that_is_none_is_refused(folder: Folder) -> None:
    folder.write()
    (folder.path / "okrs.yaml").mkdir()
    (folder.path / "scoring.yaml").symlink_to(Path("nowhere"))
    assert folder.places() == [
        "okrs.yaml this is not a file",
        "scoring.yaml this file cannot be read: no such file or directory",
    ]


def test_no_message_speaks_the_language_of_the_libraries(folder: Folder) -> None:
    said = str(
        folder.write(
            syncd="""\
            sources:
              acme: {kind: paper, url: 3, projects: PAY, pages: many, token: {env: ACME_TOKEN}, mode: 1, write: 4,
                     normalize: {statuses: [], priorities: {a: high}, kinds: {b: 7}}}
            poll: []
            log_level: {}
            policy: {twins: yes, prefer: acme, rank_top: 1.5, deadband: x, score_digits: 9, limits: 3}
            """,
            okrs="period: now\nlabel: 3\nobjectives: [{id: 7, title: []}, 4]\n",
            scoring="facts: {a: 3, b: {acme: 4}, c: {labels: []}, d: {default: []}}\nscore: rice\nadjust: {}\nhorizons: 3\n",
        ).error()
    )
    for jargon in ("pydantic", "http", "Input", "input_", "valid ", "dictionary", "tuple", "instance", "type="):
        assert jargon not in said
    assert said.count("→") >= 5
