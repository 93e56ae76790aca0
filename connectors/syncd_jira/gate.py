"""The door through which every request leaves: names it, asks the engine's transport, and tells it what came back."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from syncd.connector.protocol import Answer, Call, Transport

_READS = {"search", "bulkfetch", "jql-parse", "count", "changelog"}
_RESOURCES = {
    "serverInfo": "serverInfo",
    "myself": "myself",
    "field": "field",
    "mypermissions": "mypermissions",
    "project": "project",
    "webhook": "webhooks",
    "changelog": "changelog",
}


def call_of(method: str, url: str, token_url: str | None = None) -> Call:
    """Name a request for limits and counters, without ids. Renewing an access token changes nothing in Jira."""
    split = urlsplit(url)
    host = split.netloc.rpartition("@")[2]
    if url == token_url:
        return Call(host, method, "token", mutates=False)
    parts = [p for p in split.path.partition("/rest/")[2].split("/") if p]
    rest = parts[2:]  # after api/2 or agile/1.0
    if not rest:
        resource = "other"
    elif rest[0] == "search":
        resource = "count" if rest[1:] == ["approximate-count"] else "search"
    elif rest[:2] == ["jql", "parse"]:
        resource = "jql-parse"
    elif rest[0] == "issue":
        resource = {"bulkfetch": "bulkfetch", "rank": "rank"}.get(rest[1] if len(rest) > 1 else "", "issue")
        resource = "comment" if rest[2:3] == ["comment"] else resource
    else:
        resource = _RESOURCES.get(rest[0], "other")
    return Call(host, method, resource, mutates=method not in ("GET", "HEAD") and resource not in _READS)


class GatedAdapter(HTTPAdapter):
    """Asks the transport before a request leaves and tells it what came back, body included. Never tries again."""

    def __init__(self, transport: Transport, token_url: str | None = None) -> None:
        super().__init__(max_retries=0, pool_connections=2, pool_maxsize=1, pool_block=True)
        self._transport = transport
        self._token_url = token_url

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        call = call_of(request.method or "GET", request.url or "", self._token_url)
        self._transport.before(call)
        started = time.monotonic()
        answer = Answer(0, 0.0, {})
        try:
            response = super().send(request, *args, **kwargs)
            _ = response.content  # an answer whose body is cut short is no answer
            headers = {name.lower(): value for name, value in response.headers.items()}
            answer = Answer(response.status_code, time.monotonic() - started, headers)
        finally:
            if answer.status == 0:
                answer = Answer(0, time.monotonic() - started, {})
            self._transport.after(call, answer)
        return response
