"""Change windows as people write them."""

from __future__ import annotations

from datetime import date, time

import pytest
from config_folder import PAPER, Folder

from syncd.core.permission.leave import WriteKind

WINDOWS = """\
windows:
  zone: Europe/Berlin
  allow:
    - {days: mon-fri, hours: 20:00-06:00}
    - days: [sat, sun]
  deny:
    - {from: 2026-12-18, until: 2027-01-06, because: release freeze}
    - {days: fri-mon, hours: "12:00-24:00", sources: acme, kinds: [order, note]}
"""


def test_windows_are_read_as_they_are_said(folder: Folder) -> None:
    windows = folder.write(syncd=PAPER + WINDOWS).load().rules.windows
    assert windows.zone_name == "Europe/Berlin"
    night, weekend = windows.allow
    assert (sorted(night.days), night.start, night.end) == ([0, 1, 2, 3, 4], time(20), time(6))
    assert (sorted(weekend.days), weekend.start, weekend.end) == ([5, 6], time(0), time(0))
    freeze, board = windows.deny
    assert (freeze.first, freeze.last, freeze.because) == (date(2026, 12, 18), date(2027, 1, 6), "release freeze")
    assert (sorted(board.days), board.start, board.end) == ([0, 4, 5, 6], time(12), time(0))
    assert (board.sources, board.kinds) == ({"acme"}, {WriteKind.ORDER, WriteKind.NOTE})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("zone: Europe/Berlln", "there is no time zone 'Europe/Berlln' (did you mean 'Europe/Berlin'?)"),
        ("deny: [{because: never}]", "must say a time"),
        ("deny: [{hours: 8-12}]", "'hours' must be hours of the day, not '8-12'"),
        ("deny: [{days: workdays}]", "'days' must be days of the week, not 'workdays'"),
        ("deny: [{days: mon, sources: acne}]", "there is no source 'acne' (did you mean 'acme'?)"),
        ("deny: [{from: 2026-12-18, until: 2026-12-01}]", "must not end (2026-12-01) before it begins (2026-12-18)"),
        ("deny: [{days: mon, kinds: [fields, lables]}]", "(did you mean 'labels'?)"),
        ("alow: []", "unknown key 'alow' (did you mean 'allow'?)"),
    ],
)
def test_what_cannot_be_a_window_is_refused_in_a_sentence(folder: Folder, text: str, said: str) -> None:
    faults = folder.write(syncd=PAPER + f"windows: {{{text}}}\n").faults()
    assert len(faults) == 1 and said in faults[0].message
    assert faults[0].file.endswith("syncd.yaml") and faults[0].line > 1
