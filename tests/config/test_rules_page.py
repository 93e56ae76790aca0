"""docs/rules.md says what the program does: it is made from the registries, and its situations run."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from syncd.cli.main import cli
from syncd.cli.render.rules import everything, names
from syncd.cli.render.rules_page import page
from syncd.config.authoring.situations import SITUATIONS, Situation
from syncd.config.load import load
from syncd.config.rules.golden import golden
from syncd.connector.registry import connectors
from syncd.core.expressions.among import AMONG
from syncd.core.expressions.functions import FUNCTIONS
from syncd.core.expressions.language import Type, parse
from syncd.core.expressions.vocabulary import WORK_NAMES
from syncd.core.reports.golden import Result, results
from syncd.core.scoring.frameworks import FRAMEWORKS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "rules.md"
SYNCD = """\
sources:
  jira: {url: https://acme.atlassian.net, email: a@acme.example, token: {env: JIRA_TOKEN}, projects: [PAY]}
  github: {token: {env: GITHUB_TOKEN}, repositories: [acme/web]}
"""


def test_the_page_is_current_and_names_everything() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text == page(), "run `make docs`"
    assert all(f"| `{name}` |" in text for name in (*FRAMEWORKS, *FUNCTIONS, *AMONG, *WORK_NAMES))
    assert all(name in text and scale in text for r in FRAMEWORKS.values() for name, scale in r.scales.items())
    assert len(SITUATIONS) >= 12


def test_the_example_of_a_name_is_a_condition_that_reads_it() -> None:
    types = {name: known.type for name, known in WORK_NAMES.items()}
    for name, _, _, example, _ in names():
        assert name in parse(example, types, Type.FLAG).names | {"today"}, name


def test_each_framework_function_and_name_is_shown_by_itself() -> None:
    known = everything()
    assert set(known) == {*FRAMEWORKS, *FUNCTIONS, *AMONG, *WORK_NAMES}
    said = CliRunner().invoke(cli, ["rules", "WSJF"]).output
    assert (
        "Reinertsen" in said and "  framework: wsjf" in said and all(name in said for name in FRAMEWORKS["wsjf"].scales)
    )
    assert "days_since(due) > 0" in CliRunner().invoke(cli, ["rules", "days_since"]).output
    assert "| `reach` |" in CliRunner().invoke(cli, ["rules", "rice", "--markdown"]).output
    wrong = CliRunner().invoke(cli, ["rules", "wsfj"])
    assert wrong.exit_code == 2 and "did you mean 'wsjf'?" in wrong.output


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda one: one.title.replace(" ", "-"))
def test_every_situation_on_the_page_holds(situation: Situation, tmp_path: Path) -> None:
    found = ran(situation, situation.scoring, tmp_path)
    assert found and all(one.passed for one in found), [one for one in found if not one.passed]


@pytest.mark.parametrize(
    "situation", [one for one in SITUATIONS if "adjust:" in one.scoring], ids=lambda one: one.title
)
def test_without_its_adjustment_a_situation_does_not_hold(situation: Situation, tmp_path: Path) -> None:
    assert not all(one.passed for one in ran(situation, situation.scoring.partition("adjust:")[0], tmp_path))


def ran(situation: Situation, scoring: str, folder: Path) -> tuple[Result, ...]:
    files = {"syncd": SYNCD, "scoring": scoring, "scoring.tests": situation.tests, "okrs": situation.okrs}
    for name, text in files.items():
        if text:
            (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    for name, text in situation.files.items():
        (folder / name).write_text(text, encoding="utf-8")
    rules = load(folder, {}, connectors(), offline=True).rules
    book = golden(folder, rules)

    return results(book.cases, book.rules, book.today or date(2026, 11, 16))


@pytest.mark.parametrize("kind", ["frameworks", "functions", "names"])
def test_the_tables_are_printed_and_as_markdown(kind: str) -> None:
    runner = CliRunner()
    plain = runner.invoke(cli, ["rules", kind])
    marked = runner.invoke(cli, ["rules", kind, "--markdown"])
    assert plain.exit_code == marked.exit_code == 0
    known = {"frameworks": FRAMEWORKS, "functions": {**FUNCTIONS, **AMONG}, "names": WORK_NAMES}[kind]
    assert all(name in plain.output for name in known)
    assert marked.output.count("\n") == len(known) + 2
    assert marked.output in page()


def test_the_whole_page_is_what_the_command_prints() -> None:
    assert CliRunner().invoke(cli, ["rules", "--markdown"]).output == page()
