"""The Jira connector, Cloud and Data Center. `SPEC` is what the entry point names; the rest loads when it is built."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from syncd.connector.protocol import Connector, Simulator, Spec, Wiring
from syncd_jira.beforehand import check, label_ok
from syncd_jira.settings import JiraSettings
from syncd_jira.webhook import hint

RANKED_AT_ONCE = 50
"""What Jira takes in one call: https://developer.atlassian.com/cloud/jira/software/rest/api-group-issue/"""
_KEY = r"[A-Z][A-Z0-9_]{1,9}-[1-9]\d*"


def _build(settings: JiraSettings, wiring: Wiring) -> Connector:
    from syncd_jira.connector import JiraConnector  # the jira package takes a quarter of a second to import

    return JiraConnector(settings, wiring)


def _simulate(folder: Path, files: Sequence[Path]) -> Simulator:
    from syncd_jira.simulator import JiraSimulator

    return JiraSimulator(folder, files)


def _scope(settings: JiraSettings) -> dict[str, str]:
    host = urlsplit(settings.url).hostname or ""
    return {"site": host, "projects": ", ".join(sorted(settings.projects)), "jql": settings.jql or ""}


def _site(url: str) -> str:
    address = urlsplit(url)
    return f"{address.netloc.casefold()}{address.path.rstrip('/')}"


def _overlap(one: JiraSettings, other: JiraSettings) -> str | None:
    both = sorted(set(one.projects) & set(other.projects))
    if not both or _site(one.url) != _site(other.url) or (one.jql and other.jql and one.jql != other.jql):
        return None
    return f"the project{'s' if len(both) > 1 else ''} {', '.join(both)} of {_site(one.url)}"


SPEC = Spec(
    kind="jira",
    settings=JiraSettings,
    build=_build,
    check=check,
    label_ok=label_ok,
    text_keys=(
        rf"https?://[^\s/|\]]+(?:/[^\s/|\]]+)*/browse/(?P<key>{_KEY})\b",
        rf"(?<![\w/-])(?P<key>{_KEY})\b(?![\w-])",
    ),
    key_signs=("-",),
    simulate=_simulate,
    moves_at_once=RANKED_AT_ONCE,
    note=True,
    authors=True,
    account=lambda settings: settings.account,
    scope=_scope,
    overlap=_overlap,
    site=lambda settings: _site(settings.url),
    hint=hint,
)
