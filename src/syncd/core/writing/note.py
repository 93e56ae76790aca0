"""The note: the receipt of an issue in one comment, which is edited in place and only when it would say something else.

A note is worth a mail to everybody who watches an issue, so it is made for the first ranks only, and written again only
when score, horizon or outcome changed: not when the issue merely moved a rank.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from syncd.core.backlog import BacklogItem, Ranked, Receipt, ReceiptLine, Work
from syncd.core.issue import Ref
from syncd.core.permission.ownership import Ledger
from syncd.core.plan import NOTE, NOTE_MARK, Edit, SetNote, Skip
from syncd.core.rules import Policy, Rules
from syncd.core.scoring.phrasing import number

LINES: Final = 12
"""So many lines of a receipt at most."""
WIDTH: Final = 100
"""A line is cut at so many characters."""
_SHOWN: Final = re.compile(re.escape(NOTE_MARK) + r"(\{[^{}]*\}) -->")


@dataclass(frozen=True, slots=True)
class Shown:
    """What a note says, as far as a change of it is worth an edit. `score` None: it says that there is none."""

    score: float | None
    horizon: str | None
    outcome: str | None
    """The key result that the work serves, else its objective."""

    def differs(self, other: Shown, deadband: float) -> bool:
        if (self.horizon, self.outcome) != (other.horizon, other.outcome):
            return True
        if self.score is None or other.score is None:
            return self.score is not other.score
        return self.score != other.score and abs(self.score - other.score) >= deadband


def notes(
    source: str,
    ranked: Sequence[Ranked],
    items: Mapping[Ref, BacklogItem],
    ledger: Ledger,
    rules: Rules,
    explain: Callable[[Work], Receipt],
) -> tuple[list[Edit], list[Skip]]:
    """The edits that write the notes of one source, highest rank first, each with one `SetNote`.

    A note that a person changed or deleted is theirs; the ledger then holds False for it. Closed work keeps the note
    that tells how it came to be done. `explain` is only asked for what is written.
    """
    edits: list[Edit] = []
    skips: list[Skip] = []
    for one in ranked:
        now = _shown(one, rules.policy)
        for member in one.work.members:
            item = items[member.ref]
            if item.ref.source != source or not item.status.open:
                continue
            line = ledger.get((item.ref, NOTE))
            before = line.value if line is not None else None
            if before is False:
                because = f"a person changed or deleted it; hand it back with: syncd release {item.key} {NOTE}"
                skips.append(Skip(item.ref, item.key, NOTE, None, _headline(one, now, len(ranked)), because))
                continue
            if not isinstance(before, str):
                if one.rank > rules.policy.rank_top or one.score is None:
                    continue
                said, before = None, None
            else:
                said = shown_in(before)
                if said is not None and not said.differs(now, rules.policy.deadband):
                    continue
            text = write(one, item, now, explain(one.work), len(ranked), rules.page)
            if text != before:
                change = SetNote(before, text, because=_because(said, now))
                edits.append(Edit(item.ref, item.key, item.title, item.revision, (change,), item.handles))
    return edits, skips


def write(one: Ranked, item: BacklogItem, shown: Shown, receipt: Receipt, total: int, page: str | None = None) -> str:
    """The note as Markdown: paragraphs, `**bold**`, code spans, one fenced block, and an address at the end where there is a `page`.

    Words of people stand in code only: there nobody is mentioned, nothing is linked and no markup works.
    """
    facts = {"score": _number(shown.score), "horizon": shown.horizon, "serves": shown.outcome}
    # Two hyphens would end the comment, and other signs begin something.
    packed = json.dumps(facts, ensure_ascii=True, sort_keys=True)
    packed = re.sub(r'[^A-Za-z0-9 .:,"\\_/]', lambda found: f"\\u{ord(found[0]):04x}", packed[1:-1])
    mark = f"{NOTE_MARK}{{{packed}}} -->"
    headline = _headline(one, shown, total)
    rest = f": {_code(receipt.reason)}" if shown.score is None and receipt.reason else ""
    block = "\n".join(_lines(receipt.lines))
    last = (
        "Not what you expect? Set the score or the horizon here by hand: yours wins and stays. "
        f"Every step: {_address(page, item.key) if page else _code(f'syncd explain {item.key}')}"
    )
    fence = f"\n\n```\n{block}\n```" if block else ""
    return f"{mark}\n{headline}{rest}{fence}\n\n{last}"


def shown_in(text: str) -> Shown | None:
    """What a note of ours says; None when it is none."""
    found = _SHOWN.match(text)
    if found is None:
        return None
    try:
        facts = json.loads(found[1])
        score = None if facts["score"] is None else float(facts["score"])
        return Shown(score, facts["horizon"], facts["serves"])
    except (ValueError, KeyError, TypeError):
        return None


def summary(text: str | None) -> str | None:
    """The first line that people see, without its markup."""
    if text is None:
        return None
    visible = text.partition("-->\n")[2] if text.startswith(NOTE_MARK) else text
    return visible.partition("\n")[0].replace("**", "").replace("`", "")


def _shown(one: Ranked, policy: Policy) -> Shown:
    okr = one.work.okr
    score = None if one.score is None else round(one.score, policy.score_digits) + 0.0
    return Shown(score, one.horizon, None if okr is None else okr.key_result or okr.objective)


def headline(one: Ranked, policy: Policy, total: int) -> str:
    """Where a piece of work stands, in one line of Markdown; `total` is how much is ranked in its backlog."""
    return _headline(one, _shown(one, policy), total)


def _headline(one: Ranked, shown: Shown, total: int) -> str:
    score = "**Not scored**" if shown.score is None else f"**Score {_number(shown.score)}**"
    horizon = f", horizon {_code(shown.horizon)}" if shown.horizon is not None else ""
    serves = f", serves {_code(shown.outcome)}" if shown.outcome is not None else ""
    backlog = f" in {_code(one.backlog)}" if one.backlog else ""
    return f"{score}, rank {one.rank} of {total}{backlog}{horizon}{serves}"


def _because(said: Shown | None, now: Shown) -> str:
    if said is None:
        return f"among the first ranks, score {_number(now.score)}"
    parts = [
        f"{name} {_number(was) if name == 'score' else was or 'none'} → {_number(new) if name == 'score' else new or 'none'}"
        for name, was, new in (
            ("score", said.score, now.score),
            ("horizon", said.horizon, now.horizon),
            ("outcome", said.outcome, now.outcome),
        )
        if was != new
    ]
    return ", ".join(parts)


def _lines(lines: Sequence[ReceiptLine]) -> list[str]:
    """As a table: what, what the score is after it, and why. Where there are too many, inputs give way first."""
    steps = [line for line in lines if line.step != "input"][:LINES]
    room = LINES - len(steps)
    inputs = [line for line in lines if line.step == "input"][:room]
    rows = [(_plain(line.text), "" if line.total is None else number(round(line.total, 4)), _plain(line.because))
            for line in (*inputs, *steps)]  # fmt: skip
    first = min(max((len(what) for what, _, _ in rows), default=0), WIDTH // 2)
    second = max((len(total) for _, total, _ in rows), default=0)
    return [f"{what:<{first}}  {total:>{second}}  {why}".rstrip()[:WIDTH].rstrip() for what, total, why in rows]


def _address(page: str, key: str) -> str:
    """Nothing that Markdown or Jira's markup would take for a sign of its own is left in it, and nothing follows it: both tools link
    a bare address."""
    encoded = quote(key, safe="/").replace("~", "%7E").replace("_", "%5F").replace("--", "-%2D")
    return f"{page}/work/{encoded}"


def _plain(text: str) -> str:
    return " ".join(text.replace("`", "'").split())


def _code(text: str) -> str:
    return f"`{_plain(text) or 'none'}`"


def _number(value: float | str | None) -> str | None:
    return number(value) if isinstance(value, float) else value
