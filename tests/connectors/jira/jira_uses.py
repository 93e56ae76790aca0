"""Each way in which the engine uses a Jira connector, for tests of what happens when one of its requests fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from connectors.jira.jira_world import edit, move
from syncd.core.plan import NOTE_MARK, SetNote
from syncd_jira.connector import JiraConnector


def uses(connector: JiraConnector, cursor: str | None, noted: int = 1) -> Mapping[str, Callable[[], object]]:
    """By name. `cursor` is where an earlier pull ended; the issue `noted` has no note yet."""
    note = replace(edit(noted), changes=(SetNote(None, f"{NOTE_MARK}{{}} -->\nnote"),))
    return {
        "describe": connector.describe,
        "pull all": lambda: list(connector.pull(None)),
        "pull": lambda: list(connector.pull(cursor)),
        "census": lambda: list(connector.census()),
        "fetch": lambda: list(connector.fetch(["1001"], {})),
        "order": lambda: connector.order("PAY"),
        "apply": lambda: list(connector.apply([edit(1, {"Priority Score": 1.0})])),
        "apply a note": lambda: list(connector.apply([note])),
        "notes": lambda: connector.notes(["1001"], {}),
        "webhooks": connector.webhooks,
        "renew webhooks": lambda: connector.renew_webhooks(["1"]),
        "reorder": lambda: list(connector.reorder("PAY", [move(3, None), move(2, 1)])),
    }
