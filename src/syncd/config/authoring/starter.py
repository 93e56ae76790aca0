"""The commented configuration that `syncd init` writes: it loads as soon as its variables are set, and writes to no tool."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from syncd.config.authoring.schema import write_schemas
from syncd.config.reading.faults import ConfigError, Fault, words

KINDS: Final = ("jira", "github")
VARIABLES: Final = {"jira": "JIRA_TOKEN", "github": "GITHUB_TOKEN"}
"""What must be set in the environment before the files load, by kind."""

_SYNCD: Final = """\
# Which trackers belong to the one backlog, and what syncd may write there.
# After every change: `syncd check`. It finds mistakes, asks the trackers whether the fields exist, and writes nothing.

sources:
"""
_JIRA: Final = """\
  jira:                                 # a name of your choice; it shows up in commands and messages
    kind: jira
    url: https://your-company.atlassian.net
    email: you@your-company.example     # leave it out for a personal access token of Jira Data Center
    token: {env: JIRA_TOKEN}            # secrets never stand in a file: {env: NAME} or {file: PATH}
    projects: [ABC]                     # the capital letters before the dash of ABC-12
    mode: observe                       # observe: only show plans. Later: review (write what was approved) or auto
    write:                              # what is not listed here is never touched
      horizon: {label: roadmap/}        # the labels roadmap/now, roadmap/next, roadmap/later
      # score: {field: Priority Score}  # a number field that you create in Jira first
      # rank: {field: Backlog Rank}     # the same
      # order: true                     # also sort Jira's own backlog
      # note: true                      # also keep the reasons in one comment on each of the first issues
    # normalize:                        # only for words of your own; `syncd check` lists those it does not know
    #   statuses: {In Limbo: active}    # todo, active, done or dropped
"""
_GITHUB: Final = """\
  github:
    kind: github
    token: {env: GITHUB_TOKEN}
    repositories: [your-company/your-repository]
    # project: your-company/7           # a project (Projects v2), for fields and order: owner/number from its address
    mode: observe
    write:
      horizon: {label: roadmap/}
      # score: {project_field: Score}   # a number field of the project
      # rank: {project_field: Rank}
      # order: true                     # also sort the rows of the project
    # seconds_between_writes: 1         # how far apart writes leave: GitHub advises a second
    # normalize:
    #   status_field: Status            # the project's column says more than open and closed
"""
_POLICY: Final = """
policy:
  rank_top: 100                         # ranks are shown for the first so many only
  deadband: 0.5                         # a score that moved by less is not written again
  # approvals_expire: 7 days            # what was approved and could not be written until then is asked again
  # limits:                             # what trips one of these waits for a person; what is approved trips none
  #   max_changed_share: 30 %           # of a source's open issues, in one plan
  #   max_changed_min_items: 20         # plans of up to so many issues trip no share
  #   max_changed_items: 2000           # issues in one plan
  #   max_changed_share_new_rules: 10 % # as max_changed_share, in the first plan after the rules changed
  #   max_shrink_share: 50 %            # a source that loses more between two looks is taken for broken
  #   max_rank_churn: 20 %              # of all pairs of issues: how many change places at once (shuffling: 50 %)
  #   rank_churn_top: null              # count the first so many ranks only, such as 100
  #   max_score_shift: 30 %             # how far the scores as a whole move at once
  #   max_writes_per_hour: 5000         # issues written to without anybody's approval
  #   max_notifications_per_hour: 2000  # that such writes are thought to send
  #   max_dragged_share: 10 %           # of an order; more that people move at once pins nothing
  #   max_rewrites_over_bots: 3         # of one place within a day, where a bot under `bots` writes its own; 0: bots win

# windows:                              # when syncd may write; outside of it plans wait, and say until when
#   zone: UTC                           # whose clock the hours are of: Europe/Berlin, America/New_York
#   allow:                              # at these times only; without it, at any time
#     - {days: mon-fri, hours: "06:00-20:00"}
#   deny:                               # never at these; wins over allow
#     - {from: YEAR-12-18, until: YEAR-12-31, because: release freeze}
#     - {days: fri, hours: "14:00-24:00", kinds: order, because: the boards rest before the weekend}

# tell:                                 # who gets a message when something waits for people; try it: syncd tell team --try
#   team:                               # a name of your choice
#     url: {env: SLACK_WEBHOOK}         # the address of a webhook: a secret
#     form: slack                       # slack, teams or json
#     about: [waiting, brake, failed, fight]  # also: horizons, what entered and left them
#     quiet: {hours: "19:00-07:00"}     # nothing is sent then; what still stands comes afterwards
"""
_OKRS: Final = """\
# What you want to reach, so that work can be tied to it. Work is tied by hand with a label such as okr/KR1, or by the first
# `match` that holds; a child is tied to what its parent is tied to.

period: {{starts: {starts}, ends: {ends}}}
label: okr/

objectives:
  - id: O1                              # short and stable: it becomes part of labels
    title: Say here what will be better for whom
    weight: 2                           # counts twice as much as an objective with weight 1
    match: "'your-label' in labels"     # which work serves it; all names: title, kind, labels, components, scope …
    key_results:
      - id: KR1
        title: The number that shows it
        start: 40                       # when the period began
        target: 60                      # when it ends; below start when less is better
        current: 40                     # today: keep it up to date, and work for what falls behind rises
        unit: "%"
"""
_SCORING: Final = """\
# How work gets its score. `syncd explain ABC-12` shows every step for one issue; `syncd plan` shows what a change here would
# move, before anything moves.

facts:                                  # what the rules may read, and where it stands
  reach:                                # how many people it is for
    property: votes                     # something every issue has; for a field of yours: `jira: Customers affected`
    default: 1                          # where nothing is found
  impact:                               # how much it changes for one of them
    labels: {impact/massive: 3, impact/high: 2, impact/medium: 1, impact/low: 0.5}
    default: 1
  confidence:                           # 0 to 1: how sure you are of the two above
    labels: {confidence/high: 1, confidence/low: 0.5}
    default: 0.8
  effort:                               # in your team's unit
    labels: {size/S: 1, size/M: 3, size/L: 8}       # or, for a field: `jira: Story Points`
    default: 3                          # `required: true` instead: without an estimate there is no score

# voices: voices.csv                    # what users say, a file with issue, customer, said and date: `reach: {voices: customers}`

score:
  framework: rice                       # reach × impact × confidence ÷ effort. Others: ice, wsjf, value_effort, moscow,
                                        # weighted, or a formula of your own
  scale: percentile                     # 0 to 100: the share of the backlog at or below

adjust:                                 # your exceptions, in this order, each with its reason
  - name: security first
    when: "'security' in labels and age_days > 30"
    multiply: 1.5
    because: Open findings are a promise that we break.
  - name: behind plan
    when: okr.behind > 0.2              # its key result is a fifth or more behind the calendar
    add: 10
    because: Its key result is behind the calendar.

horizons:                               # filled from the top of the ranking
  now: {capacity: 12 items}             # or `40 effort`
  next: {capacity: 30 items}
  later: {}                             # everything else
  hysteresis: 3                         # points by which work must win before it crosses a border, so that little flips
"""

_TESTS: Final = """\
# What the rules promise, on a small backlog of your own words. `syncd test` runs it and needs no tracker. Add a case for every
# rule that matters to somebody, so that nobody undoes it by accident.

items:                                  # what is left out is as if nobody had set it
  old finding: {kind: Bug, labels: [security, size/M], age_days: 40}
  dark mode: {kind: Story, labels: [size/M], votes: 3}
  export as CSV: {kind: Story, labels: [size/S], votes: 3}
  help page: {kind: Task, labels: [size/L]}

cases:
  - name: an old security finding goes before what nobody asked for
    ranks: old finding above help page
  - name: of two wishes with the same votes the small one goes first
    item: export as CSV
    horizon: now
    ranks: export as CSV above dark mode
"""


def starting_files(kinds: Sequence[str], today: date) -> dict[str, str]:
    """File name → text, for the asked kinds of tools, each once. Raises ValueError for a kind that has no text."""
    sources = {"jira": _JIRA, "github": _GITHUB}
    unknown = [kind for kind in kinds if kind not in sources]
    if unknown or not kinds:
        raise ValueError(
            f"ask for {words(KINDS)}; for another kind start with one of them and follow its connector's page"
        )
    starts, ends = _quarter(today)
    asked = "\n".join(sources[kind] for kind in dict.fromkeys(kinds))
    return {
        "syncd.yaml": _for_editors("syncd") + _SYNCD + asked + _POLICY.replace("YEAR", str(today.year)),
        "okrs.yaml": _for_editors("okrs") + _OKRS.format(starts=starts, ends=ends),
        "scoring.yaml": _for_editors("scoring") + _SCORING,
        "scoring.tests.yaml": _for_editors("scoring.tests") + _TESTS,
    }


def write_starting_files(folder: Path, kinds: Sequence[str], today: date) -> list[Path]:
    """Writes them all and the schemas for editors, or none: raises ConfigError when one of them is there already or cannot be written."""
    files = {folder / name: text for name, text in starting_files(kinds, today).items()}
    there = [path for path in files if path.exists() or path.is_symlink()]
    if there:
        hint = f"keep it, or choose another folder: syncd --config {folder}-new init"
        raise ConfigError(
            Fault(str(path), 0, 0, "this file is there already and stays as it is", hint) for path in there
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, text in files.items():
            with path.open("x", encoding="utf-8") as file:  # x: whoever was quicker keeps their file
                file.write(text)
    except OSError as error:
        reason = (error.strerror or "input/output error").lower()
        place = error.filename or folder
        raise ConfigError(
            [Fault(str(place), 0, 0, f"this cannot be written: {reason}", f"type: ls -ld {folder}")]
        ) from None
    return [*files, *write_schemas(folder / "schema")]


def _for_editors(name: str) -> str:
    return f"# yaml-language-server: $schema=schema/{name}.schema.json\n#\n"


def _quarter(today: date) -> tuple[date, date]:
    starts = date(today.year, 3 * ((today.month - 1) // 3) + 1, 1)
    after = (starts + timedelta(days=95)).replace(day=1)
    return starts, after - timedelta(days=1)
