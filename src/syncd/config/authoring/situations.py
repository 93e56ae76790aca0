"""Situations that product managers meet, each with the rules for it and the cases that prove them; part of docs/rules.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True)
class Situation:
    title: str
    story: str
    scoring: str
    tests: str
    okrs: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    """Name → what stands in it, for tables."""


_EFFORT: Final = "  effort: {jira: Story Points, github: {labels: {size/S: 1, size/M: 3, size/L: 8}}}\n"
_PLAIN: Final = f"facts:\n  value: {{jira: Value, default: 3}}\n{_EFFORT}score: {{framework: value_effort}}\n"

SITUATIONS: Final = (
    Situation(
        "Quick wins first",
        "Small things of value wait behind large ones. Draw the lines of the four quadrants where your team sees them, and "
        "lift what is worth much and costs little.",
        _PLAIN.replace("{framework: value_effort}", "{framework: value_effort, quadrants: {value: 5, effort: 5}}")
        + "adjust:\n  - name: quick win\n    when: value >= 5 and effort < 5\n    add: 10\n    because: Cheap value first.\n",
        "items:\n  small: {facts: {value: 6, effort: 2}}\n  large: {facts: {value: 40, effort: 8}}\n"
        "cases: [{name: the quick win goes first, item: small, score: 13, ranks: small above large}]\n",
    ),
    Situation(
        "Security debt",
        "A finding may wait a month, and then it breaches what you promised. Age is known of every issue.",
        _PLAIN
        + "adjust:\n  - name: security debt\n    when: \"'security' in labels and age_days > 30\"\n    add: 0.5 * (age_days - 30)\n"
        "    because: We promised to close findings within 30 days.\n",
        "items:\n  fresh: {labels: [security], age_days: 20, facts: {value: 3, effort: 1}}\n"
        "  old: {labels: [security], age_days: 70, facts: {value: 3, effort: 3}}\n"
        "cases: [{name: debt grows with every day, item: old, score: 21, ranks: old above fresh}]\n",
    ),
    Situation(
        "Customers who may leave",
        "Support marks what customers name when they think of leaving. A risk counts as a factor, so that it lifts what is "
        "worth doing and not what is not.",
        "facts:\n  value: {jira: Value, default: 3}\n  churn: {labels: {churn/high: 3, churn/medium: 2}, default: 1}\n"
        f"{_EFFORT}score: {{framework: value_effort}}\n"
        "adjust:\n  - {name: churn risk, when: churn > 1, multiply: churn, because: Customers named it as a reason to leave.}\n",
        "items:\n  named: {labels: [churn/high], facts: {value: 3, effort: 3}}\n  not named: {facts: {value: 5, effort: 3}}\n"
        "cases: [{name: a reason to leave outweighs, item: named, score: 3, ranks: named above not named}]\n",
    ),
    Situation(
        "A large customer waits",
        "Support labels an issue with the customers who wait for it, and finance keeps what each pays a year in a sheet. Export "
        "it as CSV beside `scoring.yaml`. The revenue behind an issue counts, and each doubling counts the same, so that one "
        "giant does not decide alone.",
        "facts:\n  value: {jira: Value, default: 3}\n"
        "  revenue: {table: {file: customers.csv, column: ARR, by: labels, prefix: customer/, combine: sum}, default: 0}\n"
        f"{_EFFORT}score: {{framework: value_effort}}\n"
        "adjust:\n  - {name: customer waits, when: revenue > 0, add: 2 * log(1 + revenue / 10000), because: A customer was promised it.}\n",
        "items:\n  promised: {labels: [customer/acme, customer/globex], facts: {value: 3, effort: 3}}\n"
        "  not promised: {facts: {value: 9, effort: 3}}\n"
        "cases: [{name: a promise counts, item: promised, score: 7, ranks: promised above not promised}]\n",
        files={"customers.csv": "customer,ARR\nacme,150000\nglobex,40000\ninitech,8000\n"},
    ),
    Situation(
        "Support hears it every day",
        "Support links its tickets to the issue behind them, and syncd counts those that are still open, from the ticket's end or "
        "from the issue's. Tickets of a project that syncd does not read count, too, as Jira showed them last.",
        "facts:\n  value: {jira: Value, default: 3}\n  tickets: {links: {project: SUP, open: true}}\n"
        f"{_EFFORT}score: {{framework: value_effort}}\n"
        "adjust:\n  - {name: support load, add: 'min(10, 2 * tickets)', because: Every open ticket costs an answer.}\n",
        "items:\n  heard daily: {linked: [ticket 1, ticket 2, ticket 3], facts: {value: 3, effort: 3}}\n"
        "  not heard: {facts: {value: 6, effort: 3}}\n"
        "  ticket 1: {scope: SUP}\n  ticket 2: {scope: SUP}\n  ticket 3: {scope: SUP, status: done}\n"
        "cases: [{name: open tickets count, item: heard daily, score: 5, ranks: heard daily above not heard}]\n",
    ),
    Situation(
        "What customers say",
        "Interviews, support and a survey fill one file of voices, each row with the issue that it is about. Customers count instead of "
        "an estimate of reach, and a lift goes to what several asked for of late.",
        "voices: voices.csv\nfacts:\n  value: {voices: customers}\n"
        f"{_EFFORT}score: {{framework: value_effort}}\n"
        "adjust:\n  - {name: asked for of late, when: voices.recent >= 3, add: 2, because: Three or more asked within 90 days.}\n",
        "items:\n  asked today: {voices: 3, facts: {effort: 3}}\n"
        "  one asks often: {voices: [{customer: Acme}, {customer: Acme}, {customer: Acme, days_ago: 200}], facts: {effort: 1}}\n"
        "  not asked: {facts: {effort: 1}}\n"
        "cases: [{name: many customers count, item: asked today, score: 3, ranks: [asked today above one asks often, one asks often above not asked]}]\n",
        files={
            "voices.csv": "issue,customer,said,date\nPAY-12,Acme,We copy it by hand every Friday.,2026-11-03\n"
            "acme/web#7,Globex,Where do I export it?,2026-11-10\n"
        },
    ),
    Situation(
        "A date that the law sets",
        "Nobody would rank it high for its value, and it must be done in time. A floor lifts it when the date comes near, "
        "whatever its score was.",
        _PLAIN
        + "adjust:\n  - {name: legal date, when: due_in_days < 45, at_least: 90, because: The date is not ours to move.}\n",
        "items:\n  tax form: {due_in_days: 40, facts: {value: 1, effort: 8}}\n  next year: {due_in_days: 200, facts: {value: 1, effort: 8}}\n"
        "  dear wish: {facts: {value: 80, effort: 1}}\n"
        "cases: [{name: in time, item: tax form, score: 90, ranks: [tax form above dear wish, dear wish above next year]}]\n",
    ),
    Situation(
        "What was agreed for the release",
        "Must, should, could and wont were agreed with everybody. A class always stands above the next one; within a class the "
        "value for the effort decides.",
        "facts:\n  moscow: {type: text, labels: {must: must, should: should, could: could, wont: wont}, default: could}\n"
        f"  value: {{jira: Value, default: 3}}\n{_EFFORT}score: {{framework: moscow, then: value / effort}}\n",
        "items:\n  agreed: {labels: [must], facts: {value: 1, effort: 8}}\n  nice: {labels: [could], facts: {value: 9, effort: 1}}\n"
        "cases: [{name: agreed is agreed, ranks: agreed above nice}]\n",
    ),
    Situation(
        "Basics before delight",
        "Interviews told you of each feature whether its lack annoys or its presence delights (Kano). What people take for "
        "granted goes first.",
        "facts:\n  kano: {type: text, jira: Kano class, default: indifferent}\nscore: {framework: kano, then: votes}\n",
        "items:\n  sign in works: {facts: {kano: must-be}}\n  confetti: {votes: 90, facts: {kano: attractive}}\n  nobody asked: {votes: 2}\n"
        "cases: [{name: basics first, ranks: [sign in works above confetti, confetti above nobody asked]}]\n",
    ),
    Situation(
        "Waiting costs money",
        "You know what a week of delay costs. Dividing by the weeks it takes gives the order that loses least (CD3).",
        "facts:\n  cost_of_delay: {jira: Cost of delay, required: true}\n  duration: {jira: Weeks, required: true}\nscore: {framework: cd3}\n",
        "items:\n  short: {facts: {cost_of_delay: 20000, duration: 2}}\n  dear: {facts: {cost_of_delay: 40000, duration: 8}}\n  unknown: {}\n"
        "cases:\n  - {name: the short one first, item: short, score: 10000, ranks: short above dear}\n"
        "  - {name: nobody said, item: unknown, unscored: cost_of_delay is missing}\n",
    ),
    Situation(
        "Served badly",
        "A survey asked how much each need matters and how well it is served. What matters and is served badly is the chance.",
        "facts:\n  importance: {jira: Importance}\n  satisfaction: {jira: Satisfaction}\nscore: {framework: opportunity}\n",
        "items:\n  gap: {facts: {importance: 8, satisfaction: 2}}\n  served: {facts: {importance: 9, satisfaction: 9}}\n"
        "cases: [{name: the gap counts, item: gap, score: 14, ranks: gap above served}]\n",
    ),
    Situation(
        "Two ways of looking at it",
        "Sales thinks in reach, engineering in risk. Each framework goes on a scale of 0 to 100 over the open backlog, and then "
        "both count with the weight that you agreed on.",
        "facts:\n"
        + "".join(
            f"  {name}: {{jira: {name.title()}}}\n"
            for name in ("reach", "impact", "confidence", "value", "urgency", "risk")
        )
        + f"{_EFFORT}score:\n  formula: 0.6 * scaled(rice) + 0.4 * scaled(wsjf)\n"
        "  parts: {wsjf: {inputs: {time_criticality: urgency, risk_reduction: risk, job_size: effort}}}\n",
        "items:\n  sold: {facts: {reach: 900, impact: 2, confidence: 1, effort: 3, value: 1, urgency: 1, risk: 1}}\n"
        "  risky: {facts: {reach: 0, impact: 1, confidence: 1, effort: 3, value: 8, urgency: 5, risk: 8}}\n"
        "  neither: {facts: {reach: 0, impact: 1, confidence: 1, effort: 3, value: 1, urgency: 1, risk: 1}}\n"
        "cases: [{name: both count, item: sold, score: 60, ranks: [sold above risky, risky above neither]}]\n",
    ),
    Situation(
        "A key result falls behind",
        "Work that serves a key result is lifted while the key result is behind the calendar. `pull:` holds what all adjustments "
        "that read `okr.*` do together, so that an objective never decides alone; the receipt says where it held.",
        _PLAIN + "adjust:\n  - name: behind plan\n    when: okr.behind > 0.1\n    add: 20 * okr.weight * okr.behind\n"
        "    because: Its key result is behind the calendar.\n",
        "today: 2026-11-15\nitems:\n  serves it: {okr: KR1, facts: {value: 3, effort: 3}}\n  serves nothing: {facts: {value: 9, effort: 3}}\n"
        "cases: [{name: the pull is capped, item: serves it, score: 16, ranks: serves it above serves nothing}]\n",
        "period: {starts: 2026-10-01, ends: 2026-12-31}\npull: {at_most: 15}\nobjectives:\n"
        "  - {id: O1, title: Sell, weight: 3, key_results: [{id: KR1, title: Orders, start: 0, target: 100, current: 0}]}\n",
    ),
    Situation(
        "Many quiet voices",
        "Votes are loud where a newsletter named an issue. The most wanted fifth of the backlog gets the same lift, whether it "
        "has fifty votes or five thousand.",
        _PLAIN
        + "adjust:\n  - {name: many ask, when: percentile_of(votes) > 80, add: 5, because: Among the most wanted fifth.}\n",
        "items:\n  wanted: {votes: 50, facts: {value: 3, effort: 3}}\n  less: {votes: 9, facts: {value: 9, effort: 3}}\n"
        "  quiet: {facts: {value: 6, effort: 3}}\n"
        "cases: [{name: the most wanted is lifted, item: wanted, score: 6, ranks: wanted above less}]\n",
    ),
    Situation(
        "Old wishes make room",
        "Nobody touched it for a year and hardly anybody asks. It stays in the backlog, below everything that is alive.",
        _PLAIN
        + "adjust:\n  - {name: asleep, when: idle_days > 365 and votes < 3, at_most: 0.5, because: Nobody asked for a year.}\n",
        "items:\n  asleep: {age_days: 800, idle_days: 400, facts: {value: 9, effort: 1}}\n  alive: {facts: {value: 2, effort: 2}}\n"
        "cases: [{name: room for what is alive, item: asleep, score: 0.5, ranks: alive above asleep}]\n",
    ),
    Situation(
        "Each team has its own room",
        "One order for all, but a team can only finish so much. The capacity of a horizon is divided among the teams, so that a flood of "
        "one team's work takes nobody else's place. A team may be the project or repository, a fact, or any text.",
        _PLAIN + "horizons:\n  team: scope\n  now: {capacity: {PAY: 5 effort, WEB: 1 items}}\n  later: {}\n",
        "items:\n  pay first: {scope: PAY, facts: {value: 90, effort: 3}}\n  pay second: {scope: PAY, facts: {value: 60, effort: 3}}\n"
        "  web first: {scope: WEB, facts: {value: 9, effort: 3}}\n"
        "cases:\n  - {name: the first of each team, item: pay first, horizon: now}\n"
        "  - {name: its team has no room left, item: pay second, horizon: later, ranks: pay second above web first}\n"
        "  - {name: and takes nobody's place, item: web first, horizon: now}\n",
    ),
    Situation(
        "Bugs are not features",
        "Bugs and features answer to different questions, so they stand in two backlogs over the same sources: each with a rule, a scale "
        "and horizons of its own. Work belongs to the first one whose filter holds.",
        f"facts:\n  value: {{jira: Value, default: 3}}\n  severity: {{labels: {{sev/1: 9, sev/2: 3}}, default: 1}}\n{_EFFORT}"
        "score: {framework: value_effort}\nhorizons: {now: {capacity: 1 items}, later: {}}\n"
        "backlogs:\n  - name: bugs\n    filter: kind == 'bug'\n    score: {formula: severity * 10}\n"
        "    horizons: {now: {capacity: 1 items}, later: {}}\n  - name: features\n    filter: kind != 'bug'\n",
        "items:\n  crash: {kind: Bug, labels: [sev/1]}\n  typo: {kind: Bug}\n  wish: {facts: {value: 6, effort: 3}}\n"
        "cases:\n  - {name: the severe bug first, item: crash, score: 90, horizon: now, ranks: crash above typo}\n"
        "  - {name: bugs take no room from features, item: wish, score: 2, horizon: now}\n",
    ),
)
