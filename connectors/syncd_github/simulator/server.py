"""The simulated GitHub itself: one HTTP server over one site, whose changes survive a kill.

Every change that a request makes is on disk before its answer leaves; starting again on the same folder loads the files and makes the
changes again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, TextIO

import msgspec

from syncd.testing.emitter import Tell
from syncd.testing.httpsim import HttpSimulator, Reply, Request
from syncd_github.simulator import changes
from syncd_github.simulator.access import Access, Token, refusal
from syncd_github.simulator.connections import Context
from syncd_github.simulator.cost import MOST_NODES
from syncd_github.simulator.deliveries import Deliveries
from syncd_github.simulator.graph import GraphServer
from syncd_github.simulator.hooks import Hooks
from syncd_github.simulator.load import Loader
from syncd_github.simulator.model import Site
from syncd_github.simulator.paging import IssueLists
from syncd_github.simulator.present import Presenter
from syncd_github.simulator.rest import Rest
from syncd_github.simulator.search import Search
from syncd_github.simulator.versions import version_of
from syncd_github.simulator.weather import Weather

LARGEST_NUMBERED = 1000
"""Issue lists longer than this go by cursor. GitHub does not say where its own limit is."""


def _now() -> datetime:
    return datetime.now(UTC)


class GitHubSimulator:
    """Listens on `url`. `http` is the server (its call log and faults), `site` what it holds, `access` who may ask."""

    def __init__(
        self, folder: Path, files: Sequence[Path] = (), *, clock: Callable[[], datetime] = _now, port: int = 0
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.clock = clock
        self.tell: Tell | None = None
        """Told of every change as a webhook would be."""
        self.site = Site(started="2026-01-01T00:00:00Z")
        loader = Loader(self.site)
        loader.load(_files(folder, files))
        settings = loader.settings
        self.site.project_moves = bool(settings.get("project_moves", True))
        self.site.issue_field_moves = bool(settings.get("issue_field_moves", True))
        self.weather = Weather(self._now)
        self.weather.configure(settings.get("weather", {}))
        self.enterprise = str(settings.get("enterprise", ""))
        """The version of GitHub Enterprise Server that this is; empty on github.com."""
        self.access = Access(self._now)
        self.access.configure(settings)
        self._graph = GraphServer(version_of(self.enterprise))
        self._requests = count(1)
        self._journal = _replayed(folder / "journal.jsonl", self.site)
        self.http = HttpSimulator(self._handle, port=port, remember=folder / "port")
        self.url = self.http.url + ("/api/v3" if self.enterprise else "")
        self._present = Presenter(self.url, self.site.issue_fields, version_of(self.enterprise))
        self._deliveries = Deliveries(self.site, self._present)
        self.hooks = Hooks(self.site, self.url)
        lists = IssueLists(int(settings.get("largest_numbered", LARGEST_NUMBERED)))
        self._search = Search(self.site, self._present)
        self._rest = Rest(self.site, self._present, self._change, lists)

    def close(self) -> None:
        self.http.close()
        self._journal.close()

    def _now(self) -> datetime:
        """`clock` may be replaced while the simulator runs."""
        return self.clock() + timedelta(seconds=self.weather.skew)

    def _moment(self) -> str:
        return f"{self._now().astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"

    def _change(self, do: str, **what: Any) -> Any:
        change = {"do": do, "at": self._moment(), **what}
        before = self._deliveries.before(change) if self.tell is not None else {}
        if self.weather.swallows(do):
            return changes.touched(self.site, change)
        self.weather.wrote()
        made = changes.make(self.site, change)
        self._journal.write(json.dumps(change, ensure_ascii=False) + "\n")
        self._journal.flush()
        if self.tell is not None:
            for event, payload in self._deliveries.after(change, made, before):
                self.tell(event, payload)
        return made

    def _handle(self, request: Request) -> Reply:
        reply = self._answer(self._at_home(request))
        always = {
            "Date": format_datetime(self._now().astimezone(UTC), usegmt=True),
            "X-GitHub-Request-Id": f"{next(self._requests):08X}",
            "X-GitHub-Media-Type": "github.v3; format=json",
            "Vary": "Accept, Authorization, Cookie, X-GitHub-OTP",
        }
        version = request.headers.get("x-github-api-version")
        if self.enterprise:
            always["X-GitHub-Enterprise-Version"] = self.enterprise
        if version:
            always["X-GitHub-Api-Version-Selected"] = version
        return Reply(reply.status, reply.body, {**always, **reply.headers})

    def _at_home(self, request: Request) -> Request:
        """An Enterprise Server has its API below /api/v3, and GraphQL at /api/graphql."""
        if not self.enterprise or request.path == "/api/graphql":
            return request
        head, found, path = request.path.partition("/api/v3/")
        return replace(request, path=f"/{path}" if found and not head else "/not-here")

    def _answer(self, request: Request) -> Reply:
        match request.parts:
            case ("app", "installations", number, "access_tokens") if request.method == "POST":
                return self.access.mint(request, number)
        who = self.access.who(request)
        if isinstance(who, Reply):
            return who
        match request.method, request.parts:
            case "DELETE", ("installation", "token"):
                self.access.revoke(request)
                return Reply(204)
            case "GET", ("rate_limit",):
                return self.access.overview(who.login)
            case "POST", ("graphql",) | ("api", "graphql"):
                return self._query(request, who)
        return self._called(request, who)

    def _called(self, request: Request, who: Token) -> Reply:
        # A 304 is free, so what it costs shows only when the answer is known.
        quota = "search" if request.parts[:1] == ("search",) else "core"
        allowed, headers = self.access.spend(who.login, quota, 1)
        if not allowed:
            message = f"API rate limit exceeded for user ID {self.site.account(who.login).id}."
            return _with(refusal(403, message), headers)
        reads = request.method in ("GET", "HEAD")
        burst = self.weather.burst(quota, writes=not reads)
        if burst is not None:
            return _with(burst, headers)
        handle = partial(self._routed, request, who)
        reply = self.weather.read(request, handle) if reads else handle()
        if reply.status != 200 or request.method != "GET":
            return _with(reply, headers)
        body = msgspec.json.encode(reply.body)
        secret = request.headers.get("authorization", "").encode()
        etag = f'W/"{hashlib.blake2b(body + secret, digest_size=16).hexdigest()}"'
        if request.headers.get("if-none-match") == etag:
            headers = self.access.spend(who.login, quota, -1)[1]
            return Reply(304, None, {**headers, "ETag": etag})
        return Reply(200, body, {**headers, **reply.headers, "ETag": etag})

    def _routed(self, request: Request, who: Token) -> Reply:
        if request.method == "GET" and request.parts == ("search", "issues"):
            return self._search.handle(request)
        return self.hooks.handle(request, who) or self._rest.handle(request, who)

    def _query(self, request: Request, who: Token) -> Reply:
        try:
            given = request.json()
            text, variables = str(given["query"]), dict(given.get("variables") or {})
        except (ValueError, TypeError, KeyError, AttributeError):
            return refusal(400, "Problems parsing JSON")
        cost = self._graph.cost(text, variables)
        allowed, headers = self.access.spend(who.login, "graphql", cost.points)
        if not allowed:
            message = f"API rate limit exceeded for user ID {self.site.account(who.login).id}."
            return Reply(200, {"errors": [{"type": "RATE_LIMITED", "message": message}]}, headers)
        if "ssueField" in text and "issue_fields" not in request.headers.get("graphql-features", ""):
            message = "Field 'issueFieldValues' doesn't exist on type 'Issue'"
            problem = {"message": message, "path": ["query"], "extensions": {"code": "undefinedField"}}
            return Reply(200, {"errors": [problem]}, headers)
        if cost.nodes > MOST_NODES:
            message = (
                f"This query requests up to {cost.nodes:,} possible nodes which exceeds the maximum limit of "
                f"{MOST_NODES:,}."
            )
            return Reply(200, {"errors": [{"type": "MAX_NODE_LIMIT_EXCEEDED", "message": message}]}, headers)
        writes = self._graph.mutates(text)
        if 0 < self.weather.most_at_once < int(variables.get("first") or 0):
            said = f"Something went wrong while executing your query on {self._moment()}. Please include `C0FE:1` when reporting."
            return Reply(200, {"data": None, "errors": [{"message": said}]}, headers)
        burst = self.weather.burst("graphql", writes=writes)
        if burst is not None:
            return _with(burst, headers)
        if writes and 0 < self.weather.most_aliases < len(variables):
            return Reply(502, b"<html><body>502 Bad Gateway</body></html>", {"Content-Type": "text/html", **headers})
        context = Context(self.site, who.login, who.writes, headers, self._moment(), self._change, cost, who.may_see)
        if self.weather.late:
            context.known_until = f"{self._now() - timedelta(seconds=self.weather.late):%Y-%m-%dT%H:%M:%SZ}"

        def answer() -> Reply:
            return Reply(200, msgspec.json.encode(self._graph.answer(text, variables, context)))

        return _with(answer() if writes else self.weather.read(request, answer), headers)


def _with(reply: Reply, headers: dict[str, str]) -> Reply:
    return Reply(reply.status, reply.body, {**headers, **reply.headers})


def _files(folder: Path, files: Sequence[Path]) -> Sequence[Path]:
    """The given files, remembered in the folder; without any, those that were given before."""
    note = folder / "files.json"
    if files:
        note.write_text(json.dumps([str(file.resolve()) for file in files]), encoding="utf-8")
        return files
    if note.exists():
        return [Path(name) for name in json.loads(note.read_text(encoding="utf-8"))]
    return ()


def _replayed(path: Path, site: Site) -> TextIO:
    """Makes the journaled changes again; a last line that a kill tore off is dropped."""
    if path.exists():
        raw = path.read_bytes()
        whole = raw[: raw.rfind(b"\n") + 1]
        for line in whole.splitlines():
            changes.make(site, json.loads(line))
        if len(whole) < len(raw):
            with path.open("r+b") as file:
                file.truncate(len(whole))
    return path.open("a", encoding="utf-8")
