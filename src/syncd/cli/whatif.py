"""`syncd whatif`: what other rules would change, against today. Asks no source and writes nothing, not even to the store.

\b
  syncd whatif --set score.scale=minmax
  syncd whatif --set 'adjust.security first.add=40' --set horizons.hysteresis=5
  syncd whatif --rules ../branch/config --markdown --max-churn 10% --max-writes 200
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import click

from syncd.cli.exits import Exit, Failure
from syncd.cli.help import help_of
from syncd.cli.render import whatif as render
from syncd.cli.render.terminal import harmless
from syncd.cli.render.values import out
from syncd.cli.session import clock, read_configuration, read_store
from syncd.config.authoring.overlay import with_value
from syncd.config.load import Loaded
from syncd.config.reading import files, yaml
from syncd.config.reading.document import Document
from syncd.config.reading.faults import ConfigError, Fault
from syncd.core.reports.whatif import WhatIf, as_json, whatif
from syncd.engine.measuring.known import as_measured
from syncd.engine.memory.foresee import foresee
from syncd.store.errors import StoreError
from syncd.store.open import Store


class Percent(click.ParamType[float]):
    name = "percent"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        text = str(value).strip()
        try:
            share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
        except ValueError:
            share = -1.0
        if not 0 <= share <= 1:
            self.fail(f"{text!r} is no share; write 10%", param, ctx)
        return share


@click.command("whatif", help=help_of(__doc__))
@click.option(
    "--rules", type=click.Path(path_type=Path, file_okay=False, exists=True), metavar="DIR",
    help="A folder with other files; those it lacks are taken from --config.",
)  # fmt: skip
@click.option("--set", "assignments", multiple=True, metavar="PATH=VALUE", help="A value of scoring.yaml; repeatable.")
@click.option("--top", default=20, show_default=True, type=click.IntRange(min=1), help="The first N are compared.")
@click.option("--max-churn", type=Percent(), help="Exit with 3 when more pairs change places, such as 10%.")
@click.option("--max-writes", type=click.IntRange(min=0), help="Exit with 3 when more would be written.")
@click.option("--json", "as_json_", is_flag=True, help="As JSON, for scripts.")
@click.option("--markdown", "as_markdown", is_flag=True, help="For a comment on a pull request.")
@click.pass_obj
def command(
    config: Path, rules: Path | None, assignments: tuple[str, ...], top: int, max_churn: float | None,
    max_writes: int | None, as_json_: bool, as_markdown: bool,
) -> None:  # fmt: skip
    if rules is None and not assignments:
        raise click.UsageError("say what would be different: --rules DIR or --set score.framework=wsjf")
    today = read_configuration(config, offline=True)
    other = read_configuration(config, instead=_instead(config, rules, assignments), offline=True)
    found = _compared(today, other, top)
    for warning in (warnings := _unread(today, other)):
        click.echo(f"warning: {warning}", err=True)
    tripped = _tripped(found, max_churn, max_writes)
    if as_json_:
        told = {**as_json(found), "warnings": warnings, "tripped": tripped}
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    elif as_markdown:
        click.echo(harmless(render.as_markdown(found, tripped)))
    else:
        render.show(out(), found)
    if tripped:
        raise Failure("; ".join(tripped), Exit.WAITS)


def _instead(config: Path, rules: Path | None, assignments: tuple[str, ...]) -> dict[str, Document]:
    faults: list[Fault] = []
    found = files.present(rules, faults) if rules is not None else {}
    instead = {name: replace(document, beside=config) for name, document in found.items() if document is not None}
    if faults:
        raise Failure(str(ConfigError(faults)), Exit.USAGE)
    if rules is not None and not instead:
        raise Failure(f"there is none of {', '.join(files.NAMES)} in {rules}", Exit.USAGE)
    if assignments:
        scoring = instead.get(files.SCORING) or files.present(config, faults, (files.SCORING,)).get(files.SCORING)
        try:
            document = scoring or yaml.read("", str(config / files.SCORING))
            for assignment in assignments:
                document = with_value(document, assignment)
        except ConfigError as error:
            raise Failure(str(error), Exit.USAGE) from None
        instead[files.SCORING] = document
    return instead


def _compared(today: Loaded, other: Loaded, top: int) -> WhatIf:
    store = read_store(today.settings, write=False)
    try:
        _read_before(store, today)
        now = clock()
        before, after = (as_measured(one.rules, store, one.measures, now) for one in (today, other))
        return whatif(foresee(store, before, now.date()), foresee(store, after, now.date()), top)
    except StoreError as error:
        raise Failure(str(error)) from None
    finally:
        store.close()


def _read_before(store: Store, today: Loaded) -> None:
    unread = [name for name in today.rules.sources if store.sources.get(name).last_success is None]
    if unread:
        raise Failure(f"{' and '.join(unread)} was never read completely; type: syncd pull")


def _unread(today: Loaded, other: Loaded) -> list[str]:
    """What the other rules read and the mirror may not have, because nobody asked for it so far."""
    known = {source.name: source.read_fields for source in today.sources}
    told = []
    for source in other.sources:
        if source.name not in known:
            told.append(f"the source {source.name} is new; its issues are not in the mirror")
        elif new := sorted(source.read_fields - known[source.name]):
            told.append(f"the mirror has no {', '.join(new)} of {source.name} yet: counted as empty here")
    return told


def _tripped(found: WhatIf, max_churn: float | None, max_writes: int | None) -> list[str]:
    tripped = []
    if max_churn is not None and found.churn > max_churn:
        tripped.append(f"{found.churn:.1%} of all pairs change places, and --max-churn is {max_churn:.1%}")
    if max_writes is not None and found.writes_after > max_writes:
        tripped.append(f"{found.writes_after:,} writes would follow, and --max-writes is {max_writes:,}")
    return tripped
