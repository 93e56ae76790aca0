"""Each way in which the engine uses a GitHub connector, for tests of what happens when one of its requests fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from connectors.github.github_stage import Mirror, put, relabel
from syncd.core.plan import NOTE_MARK, SetNote
from syncd_github.connector import GitHubConnector


def uses(
    connector: GitHubConnector, mirror: Mirror, repository: str, label: str = "x"
) -> Mapping[str, Callable[[], object]]:
    """By name. The mirror holds the issues 1 and 2 of the repository; 1 is in the project, 2 is not."""
    edits = [mirror.edit(f"{repository}#{n}", put("Score", 1.0), relabel([label])) for n in (1, 2)]
    notes = [mirror.edit(f"{repository}#{n}", SetNote(None, f"{NOTE_MARK}{{}} -->\n{n}")) for n in (1, 2)]
    handles = {id_: issue.handles for id_, issue in mirror.issues.items()}
    return {
        "describe": connector.describe,
        "pull all": lambda: list(connector.pull(None)),
        "pull": lambda: list(connector.pull(mirror.cursor)),
        "census": lambda: list(connector.census()),
        "fetch": lambda: list(connector.fetch(list(mirror.issues), handles)),
        "order": lambda: connector.order("lumen/7"),
        "apply": lambda: list(connector.apply(edits)),
        "apply a note": lambda: list(connector.apply(notes)),
        "notes": lambda: connector.notes(list(mirror.issues), handles),
        "webhooks": connector.webhooks,
        "reorder": lambda: list(connector.reorder("lumen/7", [mirror.move(f"{repository}#1", None)])),
    }
