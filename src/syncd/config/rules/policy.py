"""The policy as rules."""

from __future__ import annotations

from collections.abc import Collection

from syncd.config.reading.document import Place
from syncd.config.reading.faults import Fault, words
from syncd.config.text.syncd import PolicyText
from syncd.core.expressions.guess import did_you_mean
from syncd.core.permission.leave import Limits
from syncd.core.rules import Policy


def policy_rules(text: PolicyText, place: Place, sources: Collection[str], faults: list[Fault]) -> Policy:
    """`sources` are the configured names and their kinds."""
    for i, name in enumerate(text.prefer):
        if name not in sources:
            message = f"there is no source and no kind '{name}'{did_you_mean(name, sources)}"
            faults.append((place / "prefer" / i).fault(message, f"known here: {words(sorted(sources), 'and')}"))
        elif name in text.prefer[:i]:
            faults.append((place / "prefer" / i).fault(f"'{name}' stands in the list already", "delete it"))
    return Policy(
        prefer=text.prefer,
        twins=text.twins,
        blockers=text.blockers,
        inherit_okr=text.inherit_okr,
        rank_top=text.rank_top,
        deadband=text.deadband,
        score_digits=text.score_digits,
        approvals_expire=text.approvals_expire,
        limits=Limits(**text.limits.model_dump()),
    )
