"""Keeps a sample of everything that simulators were asked and answered, to be checked against the vendors' descriptions.

With the environment variable SYNCD_RECORD_WIRE naming a folder, every simulator in this process and in its children
appends JSON lines there: two of each kind of exchange, where a kind is the method, the path without its ids, the names in
the query, the names in the body and the status. Answers that a fault replaced are not the simulator's and are left out.
"""

from __future__ import annotations

import json
import os
import re
import threading
import uuid
from collections import Counter
from pathlib import Path

from syncd.testing.exchange import Exchange, Reply, Request

VARIABLE = "SYNCD_RECORD_WIRE"
SAMPLES = 2
_ID = re.compile(r"(?<=/)(?:\d+|[A-Z][A-Z0-9_]+-\d+)(?=/|$)")


class Recorder:
    """Appends to one file of its own in the folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / f"{os.getpid()}-{uuid.uuid4().hex[:8]}.jsonl"
        self._seen: Counter[tuple[object, ...]] = Counter()
        self._lock = threading.Lock()

    def __call__(self, exchange: Exchange) -> None:
        request, reply = exchange.request, exchange.reply
        if reply is None or (reply.body is not None and _decoded(reply) is None):
            return
        kind = kind_of(request, reply)
        with self._lock:
            self._seen[kind] += 1
            if self._seen[kind] > SAMPLES:
                return
            with self._file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(_as_json(request, reply), ensure_ascii=False) + "\n")


def recorder() -> Recorder | None:
    """The one that the environment asks for."""
    folder = os.environ.get(VARIABLE)
    return Recorder(Path(folder)) if folder else None


def read(file: Path) -> list[Exchange]:
    """The exchanges of one file; a line torn by a kill is left out."""
    found: list[Exchange] = []
    for line in file.read_text(encoding="utf-8").splitlines():
        try:
            row = json.loads(line)
        except ValueError:
            continue
        query = {name: tuple(values) for name, values in row["query"].items()}
        request = Request(row["method"], row["path"], query, row["headers"], row["sent"].encode())
        found.append(Exchange(request, Reply(row["status"], row["body"])))
    return found


def kind_of(request: Request, reply: Reply) -> tuple[object, ...]:
    """Equal for exchanges that differ in their values only."""
    return (request.method, _ID.sub("{}", request.path), *sorted(request.query), reply.status, _shape(request))


def _as_json(request: Request, reply: Reply) -> dict[str, object]:
    return {
        "method": request.method,
        "path": request.path,
        "query": {name: list(values) for name, values in request.query.items()},
        "headers": {k: v for k, v in request.headers.items() if k in ("accept", "content-type", "user-agent")},
        "sent": request.body.decode("utf-8", "replace"),
        "status": reply.status,
        "body": _decoded(reply),
    }


def _decoded(reply: Reply) -> object:
    """The body as JSON; None where there is none, or where it is something else (a page, a torn answer)."""
    if not isinstance(reply.body, bytes):
        return reply.body
    try:
        body: object = json.loads(reply.body)
    except ValueError:
        return None
    return body


def _shape(request: Request) -> str:
    """The names in the body, or the text of a GraphQL request."""
    try:
        body = request.json()
    except ValueError:
        return "no JSON"
    if not isinstance(body, dict):
        return type(body).__name__
    return str(body.get("query")) if "query" in body else " ".join(sorted(body))
