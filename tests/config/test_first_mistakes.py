"""What a product manager gets wrong in the first ten minutes: each mistake is told in one sentence, where it stands, with
what to write or type instead."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from syncd.config.authoring.overlay import with_value
from syncd.config.authoring.starter import write_starting_files
from syncd.config.load import load
from syncd.config.reading.faults import ConfigError, Fault
from syncd.config.reading.yaml import read
from syncd.connector.registry import connectors

WHEN = "\"'security' in labels and age_days > 30\""
MISTAKES: dict[str, tuple[str, str, str, str, str]] = {
    "a key with a typo": ("scoring", "framework: rice", "framwork: rice", "unknown key 'framwork'", "framework"),
    "a property with a typo": ("scoring", "property: votes", "property: vote", "did you mean 'votes'?", ""),
    "the and of a programmer": ("scoring", WHEN, '"assigned && blocked"', "'&&' is not part", ""),
    "the equals of a spreadsheet": ("scoring", WHEN, "\"kind = 'bug'\"", "write == to compare", ""),
    "a word without its quotes": ("scoring", WHEN, "security in labels", "a text stands in quotes", "syncd rules names"),
    "a kind that there is not": ("scoring", WHEN, "\"kind == 'defect'\"", "kind is never 'defect'", "it can be bug, epic"),
    "a status of the tracker": ("scoring", WHEN, "\"status in ('open', 'todo')\"", "status is never 'open'", "todo"),
    "a number in quotes": ("scoring", "default: 0.8", 'default: "0.8"', "and '0.8' is not", "write it without quotes: 0.8"),
    "a comma for a dot": ("scoring", "default: 0.8", "default: 0,8", "and '0,8' is not", "write it with a dot: 0.8"),
    "a percentage": ("okrs", "target: 60 ", "target: 60% ", "must be a number, not '60%'", "without the percent sign: 60"),
    "a tab": ("scoring", "  framework: rice", "\tframework: rice", "a tab is used to indent", "indent with spaces"),
    "a line too far to the right": ("scoring", "    when: okr", "      when: okr", "further to the right", "column 5"),
    "no space after a colon": ("scoring", "  scale: per", "  scale:per", "a space is missing after this colon", "`scale: per"),
    "a framework with a typo": ("scoring", "framework: rice", "framework: riec", "(did you mean 'rice'?)", "syncd rules"),
    "a framework by its name": ("scoring", "framework: rice", "framework: RICE", "(did you mean 'rice'?)", "syncd rules"),
    "a framework as it is spoken": ("scoring", "framework: rice", "framework: value/effort", "'value_effort'", "syncd rules"),
    "a framework without its facts": ("scoring", "framework: rice", "framework: wsjf", "'job_size'", "inputs: {value: …"),
    "a key result that there is not": (
        "scoring", "okr.behind > 0.2", "okr.key_result == 'KR9'", "okr.key_result is never 'KR9'", "it can be KR1",
    ),
    "two keys alike": ("scoring", "  scale: percentile", "  framework: ice\n  scale: percentile", "stands twice", "delete"),
    "words for a number": ("scoring", "okr.behind > 0.2", "labels > 3", "labels is a set of words", ""),
    "a text for a number": ("scoring", "add: 10", "add: title", "this must be a number, and it is a text", "syncd rules names"),
    "a name with a typo": ("scoring", "okr.behind > 0.2", "okr.behnid > 0.2", "did you mean 'okr.behind'?", "syncd rules"),
    "a fact that nobody wrote": ("scoring", "okr.behind > 0.2", "story_points > 3", "unknown name", "your facts are confid"),
    "a capacity without a unit": ("scoring", "{capacity: 12 items}", "{capacity: 12}", "of what there are 12", "12 effort"),
    "a date as people say it": ("okrs", "starts: 2026-10-01", "starts: 1.10.2026", "must be a date", "2026-10-01"),
}  # fmt: skip


@pytest.fixture
def wrong(tmp_path: Path) -> Callable[[str, str, str], Fault]:
    """The one fault that a change of the starting files makes."""

    def faulty(file: str, old: str, new: str) -> Fault:
        write_starting_files(tmp_path, ["jira"], date(2026, 11, 23))
        path = tmp_path / f"{file}.yaml"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(ConfigError) as caught:
            load(tmp_path, {}, connectors(), offline=True)
        (fault,) = caught.value.faults
        return fault

    return faulty


@pytest.mark.parametrize("name", MISTAKES)
def test_a_first_mistake_is_told_where_it_stands_with_what_to_write(
    name: str, wrong: Callable[[str, str, str], Fault]
) -> None:
    file, old, new, sentence, next_step = MISTAKES[name]
    fault = wrong(file, old, new)
    assert sentence in fault.message and "\n" not in fault.message
    assert next_step in fault.hint
    assert fault.hint or "did you mean" in fault.message or "write " in fault.message
    assert fault.file.endswith(f"{file}.yaml") and fault.line > 5 and fault.column > 0 and fault.excerpt


def test_what_was_set_on_the_command_line_is_pointed_at_there(tmp_path: Path) -> None:
    write_starting_files(tmp_path, ["jira"], date(2026, 11, 23))
    path = tmp_path / "scoring.yaml"
    document = with_value(read(path.read_text(encoding="utf-8"), str(path)), "score.framework=wsjf")
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, {}, connectors(), instead={"scoring.yaml": document}, offline=True)
    said = str(caught.value)
    assert said.startswith("--set score.framework=wsjf: wsjf needs the facts 'value'") and "scoring.yaml" not in said
    assert "      | score.framework: wsjf\n" in said
