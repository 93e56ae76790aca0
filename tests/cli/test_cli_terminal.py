"""What people wrote in trackers never steers the terminal of whoever looks at a plan."""

from __future__ import annotations

import io

import pytest

from syncd.cli.exits import Failure
from syncd.cli.render.plan import PlanView, show
from syncd.cli.render.terminal import Terminal, harmless
from syncd.core.issue import Ref
from syncd.core.plan import Edit, Move, Plan, Relabel, SetField, Skip

HOSTILE = "fine\x1b[2K\x1b[1A\x1b]0;owned\x07\x9b2J\r\x00 \u202etxt.exe\u2066\nPAY-9  nothing to see"
REF = Ref("jira", "1")


def plan() -> Plan:
    changes = (
        SetField("Text", HOSTILE, "KR1", "key_result", HOSTILE),
        Relabel(("roadmap/now",), (HOSTILE,), "horizon", "roadmap/", HOSTILE),
    )
    move = Move(REF, "PAY-1", Ref("jira", "2"), "PAY-2", HOSTILE)
    skip = Skip(REF, "PAY-1", "score", HOSTILE, 2.0, HOSTILE)
    return Plan("jira", (Edit(REF, "PAY-1", HOSTILE, "r1", changes),), {"PAY": (move,)}, (skip,))


def page(shown: Plan, *, terminal: bool) -> str:
    out = io.StringIO()
    console = Terminal(file=out, width=120, force_terminal=terminal, highlight=False, color_system=None)
    show(console, [PlanView(shown, None)], limit=10)
    return out.getvalue()


@pytest.mark.parametrize("terminal", [True, False])
def test_a_title_or_a_value_cannot_hide_or_forge_a_line_of_a_plan(terminal: bool) -> None:
    text = page(plan(), terminal=terminal)
    assert text.count("fine") >= 5 and "txt.exe" in text
    assert harmless(text) == text
    assert not any(line.strip().startswith("PAY-9") for line in text.splitlines())


def test_rich_itself_may_still_speak_to_the_terminal() -> None:
    out = io.StringIO()
    console = Terminal(file=out, width=80, force_terminal=True, color_system="standard")
    console.print("[red]red[/]")
    console.show_cursor(False)
    assert "\x1b[31mred\x1b[0m" in out.getvalue() and "\x1b[?25l" in out.getvalue()


def test_an_error_cannot_either(capsys: pytest.CaptureFixture[str]) -> None:
    Failure(f"no issue {HOSTILE}").show()
    assert harmless(said := capsys.readouterr().err) == said and "owned" in said
