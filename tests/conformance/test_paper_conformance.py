"""The paper tracker reaches Platinum."""

from __future__ import annotations

from paper_sandbox import PaperSandbox

from syncd.testing.conformance import Conformance


class TestPaper(Conformance):
    sandbox = PaperSandbox
