"""What can never work on any Jira site, told without a request. It loads nothing but the settings, since every command asks it."""

from __future__ import annotations

from collections.abc import Sequence

from syncd.connector.protocol import Wiring
from syncd_jira.settings import JiraSettings

_NEVER_WRITTEN = {
    "status", "resolution", "created", "updated", "creator", "reporter", "votes", "watchers", "project", "key",
    "issue type", "type", "sprint", "rank", "comment", "parent", "epic link", "linked issues",
}  # fmt: skip


def check(settings: JiraSettings, wiring: Wiring) -> Sequence[str]:
    """Sentences about what cannot work on any Jira site."""
    problems = []
    if settings.oauth is not None and settings.oauth.token_file is None:
        problems.append(
            "Atlassian gives a new refresh token with each use of the old one: name a file for it as `oauth.token_file`."
        )
    for name in sorted(wiring.write_fields):
        if name.casefold() in _NEVER_WRITTEN:
            problems.append(f"Jira's field {name} cannot be written: choose a custom field for it.")
        elif name.casefold() == "labels":
            problems.append("Jira's field Labels is written label by label: use `label:` with a prefix instead.")
    return problems


def label_ok(label: str) -> str | None:
    if not label:
        return "A label of Jira needs at least one character."
    if any(character.isspace() for character in label):
        return f"Jira's labels hold no spaces: write {'-'.join(label.split())!r} instead of {label!r}."
    if len(label) > 255:
        return f"Jira's labels hold at most 255 characters; {label[:20]}… has {len(label)}."
    return None
