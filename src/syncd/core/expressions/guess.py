"""What somebody probably meant, for the end of an error sentence."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """ " (did you mean 'age_days'?)", or nothing when nothing is close."""
    candidates = {name.casefold(): name for name in sorted(known)}
    close = get_close_matches(word.casefold(), candidates, n=1, cutoff=0.6)
    return f" (did you mean '{candidates[close[0]]}'?)" if close else ""
