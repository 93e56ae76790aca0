"""What rules may use, from the registries of the core: all of it as tables, or a single one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from syncd.cli.render.columns import Column, fitted, show
from syncd.core.expressions.among import AMONG
from syncd.core.expressions.functions import FUNCTIONS
from syncd.core.expressions.vocabulary import ITEM_NAMES, WORK_NAMES
from syncd.core.scoring.frameworks import FRAMEWORKS, Recipe
from syncd.core.scoring.phrasing import spoken

Rows = Sequence[tuple[str, ...]]

_EXAMPLES: Final = {
    "title": "matches(title, 'login', 'sign in')",
    "body": "matches(body, 'GDPR')",
    "key": "key == 'PAY-12'",
    "kind": "kind == 'bug'",
    "status": "status == 'active'",
    "state": "state == 'In Review'",
    "priority": "priority <= 2",
    "priority_name": "priority_name == 'Blocker'",
    "labels": "'security' in labels",
    "assignees": "'anna' in assignees",
    "assigned": "not assigned",
    "reporter": "reporter == 'support-desk'",
    "source": "source == 'acme-jira'",
    "tool": "tool == 'github'",
    "scope": "scope in ('PAY', 'acme/web')",
    "milestone": "milestone == 'v2.0'",
    "milestone.due": "days_since(milestone.due) > -30",
    "sprint": "sprint == 'Sprint 42'",
    "sprint.state": "sprint.state == 'active'",
    "sprint.ends": "days_since(sprint.ends) > 0",
    "components": "'checkout' in components",
    "votes": "votes > 10",
    "reactions": "reactions > 10",
    "watchers": "watchers > 5",
    "comments": "comments > 20",
    "age_days": "age_days > 30",
    "idle_days": "idle_days > 365",
    "due": "due < '2026-12-31'",
    "due_in_days": "due_in_days < 14",
    "effort": "effort <= 3",
    "today": "today >= '2026-11-01'",
    "blocks": "blocks > 0",
    "blocked": "not blocked",
    "twins": "twins > 0",
    "okr.linked": "not okr.linked",
    "okr.objective": "okr.objective == 'O1'",
    "okr.key_result": "okr.key_result == 'KR1'",
    "okr.weight": "okr.weight >= 2",
    "okr.progress": "okr.progress < 0.5",
    "okr.expected": "okr.expected > 0.5",
    "okr.behind": "okr.behind > 0.2",
    "voices": "voices > 10",
    "voices.people": "voices.people >= 5",
    "voices.customers": "voices.customers >= 3",
    "voices.weight": "voices.weight > 50000",
    "voices.recent": "voices.recent > 3",
    "voices.latest": "days_since(voices.latest) < 30",
    "parent.kind": "parent.kind == 'epic'",
    "parent.title": "starts(parent.title, 'Checkout')",
    "parent.key": "parent.key == 'PAY-1'",
}


def frameworks() -> Rows:
    return [
        (recipe.name, recipe.help, ", ".join(recipe.inputs) or ", ".join(recipe.options), flow(recipe))
        for recipe in FRAMEWORKS.values()
    ]


def flow(recipe: Recipe) -> str:
    """What to write, in one line."""
    return f"score: {{{', '.join(recipe.example.splitlines())}}}"


def worked(recipe: Recipe) -> str:
    """`reach 500, impact 2: 500 × 2 = 1000`"""
    facts, calculated, result = recipe.worked
    given = ", ".join(f"{name} {spoken(value)}" for name, value in facts.items())
    return f"{given}: {calculated} {'→' if ',' in calculated else '='} {spoken(result)}"


def functions() -> Rows:
    own = [(function.name, function.help, function.example) for function in FUNCTIONS.values()]
    return own + [(among.name, among.help, among.example) for among in AMONG.values()]


def names() -> Rows:
    return [
        (name, known.type.value, known.help, _EXAMPLES[name], "" if name in ITEM_NAMES else "work")
        for name, known in WORK_NAMES.items()
    ]


HEADERS: Final = {
    "frameworks": ("framework", "what it is", "reads", "write"),
    "functions": ("function", "what it gives", "example"),
    "names": ("name", "type", "what it is", "example", "only of"),
}
ROWS: Final = {"frameworks": frameworks, "functions": functions, "names": names}
_LEAST: Final = {"what it is": 24, "what it gives": 24, "reads": 17, "write": 24, "example": 16}


def table(kind: str, width: int) -> Table:
    headers, rows = HEADERS[kind], ROWS[kind]()
    return fitted(
        [
            Column(
                header, [row[n] for row in rows], style="" if n else "bold", least=_LEAST.get(header, 0), folds=n > 0
            )
            for n, header in enumerate(headers)
        ],
        width,
    )


@dataclass(frozen=True, slots=True)
class One:
    """A framework, function or name by itself."""

    title: str
    help: str
    scales: tuple[tuple[str, str], ...]
    """Of a framework, each input with its scale."""
    example: str
    """What to write; of a framework several lines."""
    also: str = ""

    def show(self, console: Console) -> None:
        console.print(f"[bold]{escape(self.title)}[/]  {escape(self.help)}")
        if self.also:
            console.print(f"[dim]{escape(self.also)}[/]")
        if self.scales:
            console.print()
            inputs, scales = zip(*self.scales, strict=True)
            show(
                console,
                [Column("reads", inputs, style="bold"), Column("scale", scales, least=24, folds=True)],
                indent=2,
            )
        console.print()
        for line in self.example.splitlines():
            console.print(f"  [cyan]{escape(line)}[/]")

    def as_markdown(self) -> str:
        rows = (
            ["", *markdown_table(("input", "scale"), [(f"`{name}`", scale) for name, scale in self.scales])]
            if self.scales
            else []
        )
        also = [f"{self.also}."] if self.also else []
        return "\n".join([f"**{self.title}** {self.help}", *also, *rows, "", "```yaml", self.example, "```"])


def everything() -> dict[str, One]:
    """By the name that people type."""
    found = {name: One(name, help_, (), example) for name, help_, example in functions()}
    for name, type_, help_, example, only in names():
        where = "known of work in the backlog, not under `ignore:` and `match:`" if only else ""
        found[name] = One(f"{name} ({type_})", help_, (), example, where)
    for recipe in FRAMEWORKS.values():
        written = "score:\n" + "\n".join(f"  {line}" for line in recipe.example.splitlines())
        found[recipe.name] = One(
            recipe.title,
            recipe.help,
            tuple(recipe.scales.items()),
            written,
            f"Source: {recipe.source}. For example {worked(recipe)}",
        )
    return found


def as_markdown(kind: str) -> str:
    """One table."""
    return "\n".join(
        markdown_table(HEADERS[kind], [(f"`{row[0]}`", *row[1:-1], _last(kind, row)) for row in ROWS[kind]()])
    )


def markdown_table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [f"| {' | '.join(headers)} |", f"|{'---|' * len(headers)}"]
    return lines + [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows]


def _last(kind: str, row: Sequence[str]) -> str:
    return row[-1] if kind == "names" else f"`{row[-1]}`"
