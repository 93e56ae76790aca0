"""What rules may use, from the registries of the core: tables for a terminal, and the whole of docs/rules.md."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from rich.table import Table
from rich.text import Text

from syncd.config.situations import SITUATIONS
from syncd.core.expressions.among import AMONG
from syncd.core.expressions.functions import FUNCTIONS
from syncd.core.expressions.vocabulary import ITEM_NAMES, WORK_NAMES
from syncd.core.scoring.frameworks import FRAMEWORKS

Rows = Sequence[tuple[str, ...]]

_EXAMPLES: Final = {
    "number": "{} > 3",
    "text": "{} == '…'",
    "words": "'…' in {}",
    "flag": "not {}",
    "date": "days_since({}) > 7",
}
_INTRO: Final = """\
# Rules

*Made by `syncd rules --markdown` from the registries of the program; `make docs` writes it anew.*

A score begins with **facts** (what is known of an issue, and where each tool keeps it), goes through a **framework** (one number
from the facts), a **scale**, and **adjustments** in the written order; `syncd explain KEY` shows each step. All of it stands in
`scoring.yaml`. To change a ranking:

1. Change a line of `scoring.yaml`. `syncd check --offline` finds mistakes, with line and column.
2. `syncd whatif --rules OTHER-FOLDER`, or `syncd whatif --set 'adjust.quick win.add=10'` without editing at all, shows who enters
   and leaves the first 20, how much moves and how much would be written. It writes nothing.
3. `syncd test` runs the promises in `scoring.tests.yaml`. Both end with an exit code that a pull request can use.
4. `syncd plan` shows each change to each issue, with its reason.

Expressions are written as in `0.5 * votes if 'bug' in labels else 0`: `and or not in`, `== != < <= > >=`, `+ - * /`, `x if c else y`.
Texts compare without regard to case. What is missing stays missing through arithmetic, and a comparison with it is false.
"""
_FACTS: Final = """
## Facts

A fact has a name of your choice and says where it stands. Places are tried in this order, then the `default:`; `syncd explain KEY` names
the one that it came from.

| where it stands | write |
|---|---|
| a field, by the name or kind of the source | `effort: {jira: Story Points, github: {project_field: Effort}}` |
| a field whose words mean numbers | `impact: {jira: {field: Impact, values: {High: 3, Low: 1}}}` |
| labels, the first that is there | `effort: {labels: {size/S: 1, size/M: 3}}` |
| what every issue has | `loud: {property: comments}`; also votes, reactions, watchers, priority, kind, milestone, components, sprint, sprint_end, due, created, reporter, assignees |
| a CSV file beside `scoring.yaml` | `arr: {table: {file: revenue.csv, key: issue, column: ARR}}` |
| a CSV file, joined by what the issue carries | `arr: {table: {file: customers.csv, column: ARR, by: labels, prefix: customer/, combine: sum}}` |
| a CSV file, joined by another fact | `arr: {table: {file: customers.csv, column: ARR, by: customer}}` |
| a count of linked issues | `tickets: {links: {project: SUP, open: true}}`; also by source, kind and relation |
| nowhere else | `default: 1`, or `required: true`: then work without it has no score, and says so |

A fact is a number unless its values, or `type: text`, `flag`, `date` or `words`, say otherwise. With `expires: 90 days` an answer on an
issue that nobody touched for longer counts as missing, and `syncd stale` lists whom to ask.

A file's first line names its columns; the first one is the key unless `key:` names another. What is wrong in it is told like this, and
the running daemon keeps the rules that it has:

```
config/revenue.csv:3:7: the fact 'arr' is a number, and 'lots' is not
    3 | PAY-12,lots
      |        ^^^^
      → write it plainly, such as 120000.50, or name what it means: `values: {lots: …}`
```
"""
_MEASURES: Final = """
## Measures of key results

In `okrs.yaml` a key result has `current: 29`, which somebody keeps up to date, or a `measure:`, which syncd reads at the beginning of a
cycle, every hour unless `every:` says otherwise:

| read from | write |
|---|---|
| a count of issues, by JQL | `measure: {source: jira, count: "project = PAY AND type = Bug AND statusCategory != Done"}` |
| a count of issues, by GitHub's search | `measure: {source: github, count: "repo:acme/web is:issue is:open label:bug"}` |
| Prometheus, one sample as of now | `measure: {prometheus: https://prom.example.com, query: "sum(rate(errors_total[1h]))", times: 100}` |
| a JSON document | `measure: {json: https://metrics.example.com/kpi, path: data.0.value, token: {env: METRICS_TOKEN}}` |
| a database, one SELECT with one number | `measure: {sql: {env: WAREHOUSE_URL}, query: "SELECT count(*) FROM orders WHERE paid", every: 1 day}` |
| a CSV file, its last row or a named one | `measure: {csv: numbers.csv, column: calls, row: 2026-W47}` |

`syncd measure KR1 --dry-run` tries one and keeps nothing; `syncd okrs` shows the line of values, where the last one is from and how old it
is. A measure that fails keeps the last value, tells so once (log, `syncd status`, `syncd okrs`), and after `stale_after:` (a day, or three
times `every:`) the value counts as unknown: the key result then pulls at nothing. Secrets stand in `{env: NAME}` or `{file: PATH}`.

Only the open internet is asked. What is inside of your network is refused until an operator lists it in `syncd.yaml`:
`measures: {allow: [prometheus.internal, 10.20.0.0/16], ca: our-ca.pem}`. In `scoring.tests.yaml` nothing is asked: `measured: {KR1: 2.1}`
gives the values.
"""
_ADJUSTMENTS: Final = """
## Adjustments

They apply to the scaled score in the written order, each where its `when:` holds (everywhere without one): first `multiply:`, then
`add:`, then `at_least:` and `at_most:`. `because:` is shown with every score that it changed. `multiply:` and `add:` are numbers or
expressions; where one is missing for an issue, it changes nothing there.

What all adjustments that read `okr.*` do together moves a score by 20 points at most where scores run from 0 to 100, and by what
`pull: {at_most: 20}` in `okrs.yaml` says on any scale. The receipt has a line where it held.

The scale stands under `score: {scale: …}`: `raw` leaves the number as it is, `minmax` spreads the open backlog over 0 … 100 by size,
`percentile` by place. Work that others wait for scores at least as much as they do, across tools.

## Horizons

Ranked work fills the horizons from near to far, by `capacity: 40 effort` or `capacity: 12 items`; the last one takes the rest.
With `hysteresis: 3` work must win by three points before it crosses a border that it did not cross last time. A roadmap label
or a score that a person set wins, and counts against the capacity first.

## Situations

Each of these runs as a test of syncd: the first block goes to `scoring.yaml`, the second one to `scoring.tests.yaml`.
"""


def frameworks() -> Rows:
    return [
        (
            recipe.name,
            recipe.help,
            ", ".join(recipe.inputs) or ", ".join(recipe.options),
            recipe.example.replace("\n", "; "),
        )
        for recipe in FRAMEWORKS.values()
    ]


def functions() -> Rows:
    own = [(function.name, function.help, function.example) for function in FUNCTIONS.values()]
    return own + [(among.name, among.help, among.example) for among in AMONG.values()]


def names() -> Rows:
    return [
        (
            name,
            known.type.value,
            known.help,
            _EXAMPLES[known.type.value].format(name),
            "" if name in ITEM_NAMES else "work",
        )
        for name, known in WORK_NAMES.items()
    ]


HEADERS: Final = {
    "frameworks": ("framework", "what it is", "reads", "under score:"),
    "functions": ("function", "what it gives", "example"),
    "names": ("name", "type", "what it is", "example", "only of"),
}
ROWS: Final = {"frameworks": frameworks, "functions": functions, "names": names}


def table(kind: str) -> Table:
    shown = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for header in HEADERS[kind]:
        shown.add_column(header, overflow="fold")
    for first, *others in ROWS[kind]():
        shown.add_row(Text(first, "bold"), *map(Text, others))
    return shown


def as_markdown(kind: str) -> str:
    """One table."""
    return "\n".join(_table(HEADERS[kind], [(f"`{row[0]}`", *row[1:-1], _last(kind, row)) for row in ROWS[kind]()]))


def page() -> str:
    """docs/rules.md"""
    parts = [_INTRO, _FACTS, "\n## Frameworks\n\n", as_markdown("frameworks"), "\n"]
    for recipe in FRAMEWORKS.values():
        parts.append(
            f"\n### {recipe.title}\n\n{recipe.help[:1].upper()}{recipe.help[1:]}. Source: {recipe.source}.\n\n"
        )
        if recipe.scales:
            rows = [(f"`{name}`", scale) for name, scale in recipe.scales.items()]
            parts.append("\n".join(_table(("input", "scale"), rows)) + "\n\n")
        body = "\n".join(f"  {line}" for line in recipe.example.splitlines())
        parts.append(f"```yaml\nscore:\n{body}\n```\n")
    parts += ["\n## Functions\n\n", as_markdown("functions"), "\n"]
    parts += [
        "\n## Names\n\nFacts of your own go by the names that you give them. `ignore:` and `match:` know all but those marked *work*.\n\n"
    ]
    parts += [as_markdown("names"), "\n", _MEASURES, _ADJUSTMENTS, *_situations()]
    return "".join(parts)


def _situations() -> Iterator[str]:
    for one in SITUATIONS:
        yield f"\n### {one.title}\n\n{one.story}\n\n```yaml\n{one.scoring}```\n\n"
        if one.okrs:
            yield f"with `okrs.yaml`:\n\n```yaml\n{one.okrs}```\n\n"
        for name, text in one.files.items():
            yield f"with `{name}`:\n\n```\n{text}```\n\n"
        yield f"```yaml\n{one.tests}```\n"


def _table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [f"| {' | '.join(headers)} |", f"|{'---|' * len(headers)}"]
    return lines + [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows]


def _last(kind: str, row: Sequence[str]) -> str:
    return row[-1] if kind == "names" else f"`{row[-1]}`"
