"""The GitHub connector: issues by REST, Projects v2 by GraphQL. `SPEC` is what syncd finds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from syncd.connector.protocol import Connector, Simulator, Spec, Wiring
from syncd_github.beforehand import check, label_ok
from syncd_github.settings import GitHubSettings
from syncd_github.webhook import LARGEST, hint

_REPOSITORY = r"[A-Za-z0-9][A-Za-z0-9_-]*/[A-Za-z0-9._-]+"
_HOST = r"(?!(?:[\w-]+\.)*(?:gitlab|bitbucket|codeberg|gitea)[\w.-]*/)[\w.:-]+"
TEXT_KEYS = (
    rf"(?<![\w/.#-])(?P<scope>{_REPOSITORY})#(?P<number>[1-9]\d{{0,9}})\b",
    # Any host but those of other tools whose addresses look the same: an Enterprise Server may have any name.
    rf"https?://{_HOST}/(?:api/v3/)?(?:repos/)?(?P<scope>{_REPOSITORY})/issues/(?P<number>[1-9]\d{{0,9}})\b",
    r"(?<![\w&/#.-])#(?P<number>[1-9]\d{0,9})\b",
)


def build(settings: GitHubSettings, wiring: Wiring) -> Connector:
    # With it comes PyGithub, whose import takes a fifth of the time of a command that asks no source.
    from syncd_github.connector import GitHubConnector

    return GitHubConnector(settings, wiring)


def simulate(folder: Path, files: Sequence[Path]) -> Simulator:
    from syncd_github.simulator import start  # needs graphql-core, the extra `demo`

    return start(folder, files)


def scope(settings: GitHubSettings) -> dict[str, str]:
    host = urlsplit(settings.url).hostname or ""
    return {"host": host, "repositories": ", ".join(sorted(settings.repositories)), "project": settings.project or ""}


def overlap(one: GitHubSettings, other: GitHubSettings) -> str | None:
    theirs = {name.casefold() for name in other.repositories}
    both = sorted(name for name in one.repositories if name.casefold() in theirs)
    if not both or urlsplit(one.url).netloc.casefold() != urlsplit(other.url).netloc.casefold():
        return None
    return f"the repositor{'ies' if len(both) > 1 else 'y'} {', '.join(both)}"


SPEC = Spec(
    kind="github",
    settings=GitHubSettings,
    build=build,
    check=check,
    label_ok=label_ok,
    text_keys=TEXT_KEYS,
    key_signs=("#", "/issues/"),
    simulate=simulate,
    note=True,
    authors=True,
    scope=scope,
    overlap=overlap,
    site=lambda settings: urlsplit(settings.url).netloc.casefold(),
    seconds_between_writes=lambda settings: settings.writes_apart,
    account=lambda settings: settings.account,
    hint=hint,
    hint_bytes=LARGEST,
)
