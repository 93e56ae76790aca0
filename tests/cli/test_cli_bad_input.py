"""Bad input: one sentence with the place and the next step, an exit code that is not 0, and nothing written."""

from __future__ import annotations

import pytest

from cli.running_demo import Shop

CASES = {
    "an unknown key": (
        "scoring.yaml", "  framework: rice", "  framwork: rice",
        ["scoring.yaml:", "framwork", "framework"],
    ),
    "a wrong type": (
        "syncd.yaml", "  rank_top: 100", "  rank_top: many",
        ["syncd.yaml:", "rank_top"],
    ),
    "an unknown name in an expression": (
        "scoring.yaml", "age_days > 30", "age_dayz > 30",
        ["scoring.yaml:", "age_dayz", "age_days"],
    ),
    "a spelling from another language": (
        "scoring.yaml", "'security' in labels and", "'security' in labels &&",
        ["scoring.yaml:", "&&", "and"],
    ),
    "a label with a space for Jira": (
        "syncd.yaml", "horizon: {label: roadmap/}        # roadmap/now", "horizon: {label: road map/}        # roadmap/now",
        ["syncd.yaml:", "road map/", "space"],
    ),
    "a field that does not exist in Jira": (
        "syncd.yaml", "score: {field: Priority Score}", "score: {field: Priority Scor}",
        ["Priority Scor", "'Priority Score'", "syncd check"],
    ),
    "a field that does not exist in the GitHub project": (
        "syncd.yaml", "score: {project_field: Score}", "score: {project_field: Scores}",
        ["Scores", "Score", "syncd check"],
    ),
    "a project that does not exist": (
        "syncd.yaml", "projects: [PAY", "projects: [PAI",
        ["PAI", "jira"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("command", [("check",), ("apply", "--yes")], ids=["check", "apply"])
def test_bad_text_gets_a_sentence_and_writes_nothing(shop: Shop, case: str, command: tuple[str, ...]) -> None:
    file, old, new, words = CASES[case]
    shop.edit(file, old, new)
    before = shop.changes()
    said = shop.syncd(*command)
    assert said.code in (1, 2), said
    assert "Traceback" not in said.err + said.out
    for word in words:
        assert word in said.err, said.err
    assert shop.changes() == before


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("DEMO_JIRA_TOKEN", "wrong", ["jira", "token"]),
        ("DEMO_GITHUB_TOKEN", "wrong", ["github", "token"]),
        ("DEMO_JIRA_URL", "http://127.0.0.1:9", ["127.0.0.1:9", "jira"]),
        ("DEMO_GITHUB_URL", "http://127.0.0.1:9", ["127.0.0.1:9", "github"]),
    ],
)
def test_a_wrong_token_or_host_gets_a_sentence_and_writes_nothing(
    shop: Shop, variable: str, value: str, words: list[str]
) -> None:
    before = shop.changes()
    said = shop.syncd("apply", "--yes", **{variable: value})
    assert said.code == 1
    assert "Traceback" not in said.err + said.out
    for word in words:
        assert word in said.err, said.err
    assert shop.changes() == before


def test_a_missing_variable_names_the_command_that_sets_it(shop: Shop) -> None:
    del shop.environment["DEMO_JIRA_TOKEN"]
    said = shop.syncd("check")
    assert said.code == 2
    assert "export DEMO_JIRA_TOKEN=" in said.err


def test_an_unreadable_file_and_a_missing_folder_say_what_to_do(shop: Shop) -> None:
    (shop.config / "okrs.yaml").write_bytes(b"\xff\xfe\x00")
    said = shop.syncd("check", "--offline")
    assert said.code == 2 and "okrs.yaml" in said.err
    missing = shop.syncd("--config", "nowhere", "check")
    assert missing.code == 2 and "syncd --config nowhere init" in missing.err


def test_all_mistakes_are_told_at_once(shop: Shop) -> None:
    shop.edit("scoring.yaml", "age_days > 30", "age_dayz > 30")
    shop.edit("syncd.yaml", "rank_top: 100", "rank_top: many")
    shop.edit("okrs.yaml", "weight: 3", "weight: -3")
    said = shop.syncd("check", "--offline")
    assert all(word in said.err for word in ("age_dayz", "rank_top", "weight"))
