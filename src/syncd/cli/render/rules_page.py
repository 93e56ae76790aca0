"""docs/rules.md: what product managers read, made from the registries so that it never falls behind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from syncd.cli.render import rules
from syncd.cli.render.rules import markdown_table, worked
from syncd.config.authoring.situations import SITUATIONS
from syncd.core.scoring.frameworks import FRAMEWORKS

_INTRO: Final = """\
# Rules

*Made by `syncd rules --markdown` from the registries of the program; `make docs` writes it anew.*

A score begins with **facts** (what is known of an issue, and where each tool keeps it), goes through a **framework** (one number
from the facts), a **scale**, and **adjustments** in the written order; `syncd explain KEY` shows each step. All of it stands in
`scoring.yaml`, beside `okrs.yaml` (what you want to reach) and `syncd.yaml` (which trackers, and what may be written).

## The first ten minutes

Nothing below writes to a tracker. Without one, `syncd demo` in a second terminal gives you a local Jira and GitHub with the backlog of a
shop platform: then write `syncd demo` for `syncd` (`syncd demo backlog`), and edit the files in `var/demo/config`.

1. `syncd init` writes `config/`: the three files with comments on each line, and promises about the rules in `scoring.tests.yaml`. Put your
   trackers into `syncd.yaml` (or ask an engineer to), then `syncd check`, which asks whether they have the fields that you name.
2. `syncd pull`, then `syncd backlog`: the order as it would be today. `syncd explain KEY` says why an issue stands where it does, and
   `syncd explain KEY --above OTHER` why it stands above another.
3. Try a change without editing: `syncd whatif --set score.scale=minmax`, or `--set 'adjust.security first.multiply=3'` (a step of the
   path is a key, or the name of an entry in a list). It shows who enters and leaves the first 20, how much moves and how much would be
   written.
4. Make it: edit `scoring.yaml`. `syncd check --offline` finds mistakes, with line, column and what to write instead; it needs no token.
5. `syncd test` runs the promises in `scoring.tests.yaml`. Add one for what you just changed, so that nobody undoes it by accident:

   ```yaml
   items:
     old finding: {kind: Bug, labels: [security], age_days: 40}
     dark mode: {kind: Story, votes: 3}
   cases:
     - {name: security comes first, ranks: old finding above dark mode}
   ```
6. `syncd backlog` shows the new order, and `syncd plan` each change to each issue, with its reason. A running daemon takes valid
   changes by itself; where one is invalid it keeps the rules that it has and says so in `syncd status`.

On a pull request, `syncd test` ends with 1 when a promise is broken, and `syncd whatif --rules NEW-FOLDER --markdown --max-churn 10%
--max-writes 200` writes the comment and ends with 3 when too much would change.

## Expressions

Written as in `0.5 * votes if 'bug' in labels else 0`: `and or not in`, `== != < <= > >=`, `+ - * /`, `x if c else y`. Text stands in
quotes, so in YAML put double quotes around what begins with one: `when: "'security' in labels"`. Texts compare without regard to case.
What is missing stays missing through arithmetic, and a comparison with it is false. [Functions](#functions) and [names](#names) stand
below; `syncd rules days_since` and `syncd rules wsjf` show a single one.
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
| what every issue has | `loud: {property: comments}`; also votes, reactions, watchers, priority, kind, milestone, components, sprint, sprint_end, due, created, scope, reporter, assignees |
| a CSV file beside `scoring.yaml` | `arr: {table: {file: revenue.csv, key: issue, column: ARR}}` |
| a CSV file, joined by what the issue carries | `arr: {table: {file: customers.csv, column: ARR, by: labels, prefix: customer/, combine: sum}}` |
| a CSV file, joined by another fact | `arr: {table: {file: customers.csv, column: ARR, by: customer}}` |
| a count of linked issues | `tickets: {links: {project: SUP, open: true}}`; also by source, kind and relation |
| a count of what users say | `reach: {voices: customers}`; also count, people, weight, recent and latest, see [voices](#voices-of-users) |
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
_VOICES: Final = """
## Voices of users

What users say stands in a file beside `scoring.yaml`, CSV or JSON lines, one row for each thing that somebody said: an export of a support
tool or a survey, or the sheet of your interviews.

```yaml
voices: voices.csv
```

```
issue,customer,person,said,date,revenue,channel,sentiment
PAY-128,Acme,Ada,"Charged twice, again.",2026-11-19,41200,support,negative
"PAY-7, acme/web#12",Globex,,Wann kommt das?,2026-10-02,9600,interview,
```

`issue` and `date` have to be there, and a customer, a person or words. A row is about the issues whose keys or web addresses it names, of
whatever tool; a twin is the same work. Columns are known by their usual names (issue key, company, requester, feedback, created at, ARR …)
in any order. Where yours are called otherwise, or there are several files:

```yaml
voices:
  files:
    - voices.csv
    - {file: survey.csv, columns: {about: Wish, when: Filled in, said: Why}, dates: day first, channel: survey}
    - interviews.jsonl
  recent: 30 days                     # for voices.recent; 90 days, when left out
  children: false                     # an epic hears only what is said about itself
```

Rules read `voices`, `voices.people`, `voices.customers`, `voices.weight`, `voices.recent` and `voices.latest` (see [names](#names)), and facts
may come from them: `reach: {voices: customers}`.

- **Everybody counts once.** A customer is one customer however often they write, and weighs what their latest row says. Who names no
  customer stands for themself, and a customer without a person for one person.
- **An epic hears its open children**, each voice once, however many of them it names; `children: false` ends that. What was said about
  closed work is answered and counts nowhere.
- **Everything is as of the day of the decision**: what is dated later waits for its day.
- **Nothing gets lost.** `syncd voices` shows the most heard work, what is loud and ranks low, each voice about no open work with the reason, and
  each row that cannot be used with its place. A file of which most rows cannot be used is refused, and the rules that were in force stay.
- **Words of users are private.** `syncd voices KEY`, `syncd explain KEY` and the page show the latest ones to whoever may see the backlog there. Trackers
  (also notes), logs, the store, metrics and Markdown get numbers at most. Who may read the file, or your page, reads all of it: leave out
  names that not everybody there should see.

A file may have 100 MB, and all of them 500,000 rows; a daemon takes a changed file between two cycles. New voices are no change of the rules:
no brake for changed rules trips, and `syncd explain KEY --since 7d` tells them as inputs of the work.
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


def page() -> str:
    """docs/rules.md"""
    parts = [_INTRO, _FACTS, "\n## Frameworks\n\n", rules.as_markdown("frameworks"), "\n"]
    for recipe in FRAMEWORKS.values():
        parts.append(
            f"\n### {recipe.title}\n\n{recipe.help[:1].upper()}{recipe.help[1:]}. Source: {recipe.source}.\n\n"
        )
        if recipe.scales:
            rows = [(f"`{name}`", scale) for name, scale in recipe.scales.items()]
            parts.append("\n".join(markdown_table(("input", "scale"), rows)) + "\n\n")
        body = "\n".join(f"  {line}" for line in recipe.example.splitlines())
        parts.append(f"For example {worked(recipe)}.\n\n")
        parts.append(f"```yaml\nscore:\n{body}\n```\n")
    parts += ["\n## Functions\n\n", rules.as_markdown("functions"), "\n"]
    parts += [
        "\n## Names\n\nFacts of your own go by the names that you give them. `ignore:` and `match:` know all but those marked *work*.\n\n"
    ]
    parts += [rules.as_markdown("names"), "\n", _VOICES, _MEASURES, _ADJUSTMENTS, *_situations()]
    return "".join(parts)


def _situations() -> Iterator[str]:
    for one in SITUATIONS:
        yield f"\n### {one.title}\n\n{one.story}\n\n```yaml\n{one.scoring}```\n\n"
        if one.okrs:
            yield f"with `okrs.yaml`:\n\n```yaml\n{one.okrs}```\n\n"
        for name, text in one.files.items():
            yield f"with `{name}`:\n\n```\n{text}```\n\n"
        yield f"```yaml\n{one.tests}```\n"
