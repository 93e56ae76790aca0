"""What an older GitHub Enterprise Server lacks: it answers without it by REST, and refuses a GraphQL text that asks for it.

https://docs.github.com/en/enterprise-server/admin/all-releases
GitHub keeps no list; where these versions are not exact, they are late rather than early.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

LATEST: Final = (999,)
"""github.com."""
_FIELDS: Final = {
    "parent": (3, 17),
    "issueType": (3, 17),
    "blockedBy": (3, 19),
    "blocking": (3, 19),
    "issueDependenciesSummary": (3, 19),
    "issueFieldValues": (3, 21),
}
"""Fields of an issue in GraphQL."""
DUPLICATE: Final = (3, 16)
"""From here on issues may be closed as duplicates."""
_KEYS: Final = {
    "type": (3, 17),
    "sub_issues_summary": (3, 17),
    "parent_issue_url": (3, 17),
    "issue_dependencies_summary": (3, 19),
    "issue_field_values": (3, 21),
}
"""Keys of an issue by REST."""


def version_of(text: str) -> tuple[int, ...]:
    """3.17.2 → (3, 17, 2); an empty text is github.com."""
    return tuple(int(part) for part in text.split(".") if part.isdecimal()) or LATEST


def lacking_fields(version: tuple[int, ...]) -> Iterator[str]:
    return (name for name, since in _FIELDS.items() if version < since)


def lacking_keys(version: tuple[int, ...]) -> Iterator[str]:
    return (name for name, since in _KEYS.items() if version < since)
