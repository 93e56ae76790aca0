"""Which webhooks an administrator registered on the site. Reads only.

https://developer.atlassian.com/server/jira/platform/webhooks/ (the same address on Cloud)
"""

from __future__ import annotations

import msgspec
from msgspec import Struct

from syncd.connector.errors import Locked, Refused
from syncd.connector.hint import Registered, Registry
from syncd_jira.site import Site
from syncd_jira.webhook import NEEDED

ROOT = "{server}/rest/webhooks/1.0/{path}"


class _Hook(Struct):
    url: str = ""
    events: list[str] = []
    enabled: bool = True


_HOOKS = msgspec.json.Decoder(list[_Hook])


def look(site: Site) -> Registry:
    client, place = site.client, site.client.host
    wanted = {place: NEEDED}
    doing = "looking at the webhooks"
    try:
        found = client.read(client.send("GET", "webhook", doing, root=ROOT), _HOOKS, doing)
    except (Locked, Refused) as error:
        hidden = (
            f"the webhooks of {place} cannot be seen: only an administrator of Jira may; "
            f"look under System, WebHooks in Jira's settings (it said: {str(error).rstrip('.')})"
        )
        return Registry((), wanted, {place: hidden})
    return Registry([Registered(place, hook.url, hook.enabled, tuple(hook.events)) for hook in found], wanted)
