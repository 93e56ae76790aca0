"""Which webhooks are registered in the repositories and in the organization of the project. Reads only.

https://docs.github.com/en/rest/repos/webhooks
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
from msgspec import Struct
from msgspec.json import Decoder

from syncd.connector.hint import Registered, Registry
from syncd_github.client import Client
from syncd_github.faults import not_understood, unexpected
from syncd_github.webhook import NEEDED, NEEDED_OF_PROJECT

_MORE_THAN_ENOUGH = 100
"""GitHub takes at most 20 webhooks for an event, so one page holds them."""


class _Config(Struct):
    url: str = ""
    secret: str = ""
    """Shown as asterisks when there is one."""


class _LastResponse(Struct):
    code: int | None = None
    status: str | None = None
    message: str | None = None


class _Hook(Struct):
    id: int = 0
    active: bool = False
    events: list[str] = []
    config: _Config = msgspec.field(default_factory=_Config)
    last_response: _LastResponse | None = None


class _Delivery(Struct):
    delivered_at: datetime
    status: str = ""
    status_code: int = 0
    event: str = ""


_hooks: Decoder[list[_Hook]] = Decoder(list[_Hook])
_deliveries: Decoder[list[_Delivery]] = Decoder(list[_Delivery])


def look(client: Client, repositories: Sequence[str], organization: str | None) -> Registry:
    """`organization` owns the project, None without one. A hook of an organization serves its repositories too."""
    found: list[Registered] = []
    hidden: dict[str, str] = {}
    wanted = dict.fromkeys(repositories, NEEDED)
    owners = sorted({name.partition("/")[0] for name in repositories} | ({organization} if organization else set()))
    of_owner = {owner: _ask(client, f"/orgs/{owner}/hooks", owner) for owner in owners}
    for name in repositories:
        hooks = _ask(client, f"/repos/{name}/hooks", name)
        wide = of_owner[name.partition("/")[0]] or ()
        if hooks is None and not wide:
            hidden[name] = (
                f"the webhooks of {name} cannot be seen: give the token the repository permission Webhooks (read), "
                f"or look under Settings, Webhooks"
            )
        found += hooks or ()
        found += (Registered(name, h.url, h.active, h.events, h.signed, h.trouble) for h in wide)
    if organization is not None:
        wanted[organization] = NEEDED_OF_PROJECT
        mine = of_owner[organization]
        found += mine or ()
        if mine is None:
            hidden[organization] = (
                f"the webhooks of {organization} cannot be seen: project items are told to organization webhooks only; "
                f"give the token the organization permission Webhooks (read), or look under its Settings, Webhooks"
            )
    return Registry(found, wanted, hidden)


def _ask(client: Client, path: str, place: str) -> list[Registered] | None:
    """None where we may not look."""
    what = f"looking at the webhooks of {place}"
    answer = client.rest(
        "GET",
        path,
        resource="hooks",
        what=what,
        expect=(200, 403, 404),
        parameters={"per_page": _MORE_THAN_ENOUGH},
    )
    if answer.status == 403 and answer.limited:
        raise unexpected(answer, mutates=False, what=what)
    if answer.status != 200:
        return None
    try:
        hooks = _hooks.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise not_understood(answer, error, what=what) from error
    return [
        Registered(
            place, hook.config.url, hook.active, tuple(hook.events), bool(hook.config.secret),
            _audit(client, f"{path}/{hook.id}/deliveries", place, hook),
        )
        for hook in hooks
    ]  # fmt: skip


def _audit(client: Client, path: str, place: str, hook: _Hook) -> str:
    """How its last hundred deliveries went, where they may be seen; else what GitHub says about the last one.

    https://docs.github.com/en/rest/repos/webhooks#list-deliveries-for-a-repository-webhook
    Only hooks that may lead to syncd are asked about: what others send is not our business.
    """
    if not hook.active or "/webhooks/" not in hook.config.url:
        return _trouble(hook)
    what = f"looking at the deliveries of a webhook of {place}"
    answer = client.rest(
        "GET", path, resource="hooks", what=what, expect=(200, 400, 403, 404, 422),
        parameters={"per_page": _MORE_THAN_ENOUGH},
    )  # fmt: skip
    if answer.status == 403 and answer.limited:
        raise unexpected(answer, mutates=False, what=what)
    if answer.status != 200:
        return _trouble(hook)
    try:
        made = _deliveries.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise not_understood(answer, error, what=what) from error
    failed = [one for one in made if not 200 <= one.status_code < 300]
    if not failed:
        return "" if made else _trouble(hook)
    last = max(failed, key=lambda one: one.delivered_at)
    said = f"{last.status_code} {last.status}".strip()
    at = last.delivered_at.astimezone(UTC)
    return (
        f"{len(failed)} of its last {len(made)} deliveries failed, the last one ({last.event}) at {at:%Y-%m-%d %H:%M} UTC "
        f"with {said}"
    )


def _trouble(hook: _Hook) -> str:
    last = hook.last_response
    if last is None or last.code is None or 200 <= last.code < 300:
        return ""
    return f"its last delivery was answered {last.code} {last.message or last.status or ''}".strip()
