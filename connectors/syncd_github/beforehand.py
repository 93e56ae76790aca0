"""What can never work on GitHub, told without a request. It loads nothing but the settings, since every command asks it."""

from __future__ import annotations

from collections.abc import Sequence

from syncd.connector.protocol import Wiring
from syncd_github.settings import PREFIX, GitHubSettings

MOST = 50
"""Characters in a label's name."""


def check(settings: GitHubSettings, wiring: Wiring) -> Sequence[str]:
    """What cannot work, told without a request."""
    sentences = []
    if settings.webhook is not None and settings.webhook.secret is None:
        sentences.append("GitHub signs its deliveries: give `webhook.secret`, the same as in the webhook's settings")
    if settings.project is not None:
        return sentences
    of_projects = sorted(name for name in wiring.write_fields if not name.startswith(PREFIX))
    if of_projects:
        names = ", ".join(of_projects)
        sentences.append(
            f"the fields {names} are to be written, and on GitHub fields belong to a project: "
            f"add `project: OWNER/NUMBER`, or write labels or `issue_field` instead"
        )
    if wiring.order:
        sentences.append("`order` keeps the order of a project's items: add `project: OWNER/NUMBER`")
    return sentences


def label_ok(label: str) -> str | None:
    """https://docs.github.com/en/rest/issues/labels"""
    if not label.strip():
        return "a label needs a name"
    if label != label.strip() or not label.isprintable():
        return f"GitHub trims spaces at the ends of a label and takes no line breaks: {label!r}"
    if len(label) > MOST:
        return f"GitHub labels have at most {MOST} characters, this one has {len(label)}: {label!r}"
    return None
