"""`syncd test`: do the rules still make of the golden cases in scoring.tests.yaml what people expect? Asks no source.

Needs no secrets and no store, so it runs on a pull request. Exit code 1 when an expectation fails.

\b
  syncd test                 each expectation, and what the rules make of it
  syncd -c ../branch/config test
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from syncd.cli.exits import Exit, Failure
from syncd.cli.help import help_of
from syncd.cli.render.columns import Column, show
from syncd.cli.render.values import count, out
from syncd.cli.session import clock, read_configuration
from syncd.config.reading.faults import ConfigError
from syncd.config.rules.golden import golden
from syncd.core.reports.golden import Result, results


@click.command("test", help=help_of(__doc__))
@click.option("--json", "as_json", is_flag=True, help="Every expectation as JSON.")
@click.pass_obj
def command(config: Path, as_json: bool) -> None:
    rules = read_configuration(config, offline=True).rules
    try:
        book = golden(config, rules)
    except ConfigError as error:
        raise Failure(str(error), Exit.USAGE) from None
    found = results(book.cases, book.rules, book.today or clock().date())
    failed = sum(not one.passed for one in found)
    if as_json:
        cases = [
            {"case": one.case, "expected": one.expected, "actual": one.actual, "passed": one.passed} for one in found
        ]
        told = {"passed": len(found) - failed, "failed": failed, "cases": cases}
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        _show(out(), found, failed)
    if failed:
        raise SystemExit(Exit.FAILED)


def _show(console: Console, found: Sequence[Result], failed: int) -> None:
    before = ["", *(one.case for one in found[:-1])]
    columns = [
        Column("", [Text("✓", "green") if one.passed else Text("✗", "bold red") for one in found]),
        Column(
            "case",
            ["" if one.case == last else one.case for one, last in zip(found, before, strict=True)],
            least=16,
            folds=True,
        ),
        Column("expected", [one.expected for one in found], least=16, folds=True),
        Column("actual", [Text(one.actual, "dim" if one.passed else "red") for one in found], least=16, folds=True),
    ]
    show(console, columns)
    style = "bold red" if failed else "green"
    console.print(f"\n[{style}]{count(len(found) - failed, 'expectation')} passed, {failed} failed[/]")
