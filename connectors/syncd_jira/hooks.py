"""Which webhooks an administrator registered on the site, and which our OAuth app did; these end unless they are renewed.

https://developer.atlassian.com/server/jira/platform/webhooks/ (the same address on Cloud)
https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-webhooks/
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

import msgspec
from msgspec import Struct

from syncd.connector.errors import Locked, Refused
from syncd.connector.hint import Registered, Registry
from syncd_jira.site import Site
from syncd_jira.webhook import NEEDED

_FOREVER: Final = 253_370_764_800_000
"""Milliseconds from 1970 to the year 9999."""
ROOT = "{server}/rest/webhooks/1.0/{path}"


class _Hook(Struct):
    url: str = ""
    events: list[str] = []
    enabled: bool = True


class _Dynamic(Struct, rename="camel"):
    id: int
    url: str = ""
    events: list[str] = []
    expiration_date: int | None = None
    """Milliseconds since 1970."""


class _Page(Struct, rename="camel"):
    values: list[_Dynamic] = []
    is_last: bool = True


class _Expiration(Struct, rename="camel"):
    expiration_date: int


_PAGES = msgspec.json.Decoder(_Page)
_EXPIRATION = msgspec.json.Decoder(_Expiration)
_HOOKS = msgspec.json.Decoder(list[_Hook])


def look(site: Site) -> Registry:
    client, place = site.client, site.client.host
    wanted = {place: NEEDED}
    own = list(_of_our_app(site, place)) if site.settings.oauth is not None else []
    doing = "looking at the webhooks"
    try:
        found = client.read(client.send("GET", "webhook", doing, root=ROOT), _HOOKS, doing)
    except (Locked, Refused) as error:
        hidden = (
            f"the webhooks of {place} cannot be seen: only an administrator of Jira may; "
            f"look under System, WebHooks in Jira's settings (it said: {str(error).rstrip('.')})"
        )
        return Registry(own, wanted, {} if own else {place: hidden})
    return Registry([*own, *(Registered(place, hook.url, hook.enabled, tuple(hook.events)) for hook in found)], wanted)


def renew(site: Site, ids: Sequence[str]) -> datetime:
    """Thirty days more for each of these; only those of our own app can be named."""
    doing = "renewing webhooks"
    got = site.client.send("PUT", "webhook/refresh", doing, body={"webhookIds": [int(id_) for id_ in ids]})
    return _moment(site.client.read(got, _EXPIRATION, doing).expiration_date)


def _of_our_app(site: Site, place: str) -> Iterator[Registered]:
    start = 0
    while True:
        doing = "looking at the webhooks of our app"
        page, _ = site.client.get("webhook", doing, _PAGES, startAt=str(start), maxResults="100")
        for hook in page.values:
            ends = _moment(hook.expiration_date) if hook.expiration_date is not None else None
            # Their deliveries carry a token of the app, and no signature.
            yield Registered(place, hook.url, True, tuple(hook.events), id=str(hook.id), expires=ends)
        start += len(page.values)
        if page.is_last or not page.values:
            return


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(min(milliseconds, _FOREVER) / 1000, UTC)
