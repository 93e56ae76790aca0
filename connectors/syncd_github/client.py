"""The one door to GitHub: PyGithub signs and addresses the requests; sending, redirects and errors are ours.

PyGithub's requester retries, follows redirects without their query, takes a 307 for success and sleeps. It is therefore given a
connection of ours that always reports a plain success to it, and the real answer is read here.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime, timedelta
from time import perf_counter
from typing import Any, ClassVar
from urllib.parse import urlsplit

import msgspec
import requests
import urllib3
from github import Auth
from github.GithubException import RateLimitExceededException
from github.Requester import Requester
from requests.adapters import HTTPAdapter

from syncd.connector.errors import Ambiguous, ConnectorError, Locked, Transient
from syncd.connector.protocol import Answer, Call, Transport
from syncd_github import wire
from syncd_github.faults import Response, not_understood, unexpected
from syncd_github.queries import features
from syncd_github.settings import AppSettings, GitHubSettings

API_VERSION = "2022-11-28"
USER_AGENT = "syncd"
RENEW_BEFORE = timedelta(minutes=2)
"""An installation's token is renewed this long before it ends."""
_CLOCKS_APART = timedelta(seconds=30)
"""From here on a difference between two clocks counts, and less is the way of the answer."""


class _Success:
    """What PyGithub gets to see of every answer: nothing to follow, nothing to retry, nothing to parse."""

    status = 200
    headers: ClassVar[dict[str, str]] = {}

    def getheaders(self) -> list[tuple[str, str]]:
        return []

    def read(self) -> str:
        return ""


class _Connection:
    """Stands in for PyGithub's connection: one session, one adapter without retries, no redirects."""

    def __init__(self, settings: GitHubSettings) -> None:
        split = urlsplit(settings.url)
        self._root = f"{split.scheme}://{split.netloc}"
        self._timeout = (settings.connect_timeout.total_seconds(), settings.timeout.total_seconds())
        self._verify = settings.verify
        self._session = requests.Session()
        self._session.auth = lambda prepared: prepared  # or requests would look for a password in ~/.netrc
        adapter = HTTPAdapter(max_retries=0)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)
        self._request: tuple[str, str, str | None, dict[str, str]] | None = None
        self.answer: requests.Response | None = None

    def request(self, verb: str, url: str, input: str | None, headers: dict[str, str], stream: bool = False) -> None:
        self._request = (verb, url, input, headers)
        self.answer = None

    def getresponse(self) -> _Success:
        assert self._request is not None
        verb, url, data, headers = self._request
        self.answer = self._session.request(
            verb,
            self._root + url,
            data=data,
            headers=headers,
            timeout=self._timeout,
            verify=self._verify,
            allow_redirects=False,
        )
        return _Success()

    def close(self) -> None:
        self._session.close()


class Client:
    """Sends one request at a time through the engine's transport. Used by one thread."""

    def __init__(self, settings: GitHubSettings, transport: Transport, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._transport = transport
        self._clock = clock
        self._host = urlsplit(settings.url).hostname or ""
        self._connection = _Connection(settings)
        self._expires: datetime | None = None
        self._ahead = timedelta()
        """By how much GitHub's clock is ahead of ours, as far as it matters to an App."""
        token = settings.token
        self._requester = self._requester_for(Auth.Token(token.get_secret_value())) if token is not None else None
        self._minted: str | None = None
        self.seconds = 0.0
        """How long the last answer took."""

    def twin(self) -> Client:
        """Another one with the same access, for another thread. An App's token is not minted again."""
        made = Client(self._settings, self._transport, self._clock)
        if self._minted is not None:
            made._minted, made._expires, made._ahead = self._minted, self._expires, self._ahead
            made._requester = made._requester_for(Auth.Token(self._minted))
        return made

    def rest(
        self,
        method: str,
        path: str,
        *,
        resource: str,
        what: str,
        expect: Collection[int] = (200,),
        parameters: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        body: object = None,
        mutates: bool = False,
    ) -> Response:
        """One request to a path, or to an address that GitHub gave. Raises unless the status is an expected one."""
        return self._send(
            Call(self._host, method, resource, mutates),
            path,
            what=what,
            expect=expect,
            parameters=dict(parameters or {}),
            headers=dict(headers or {}),
            body=body,
        )

    def graphql(self, text: str, variables: Mapping[str, object], *, what: str, mutates: bool = False) -> Response:
        """One GraphQL request; its errors are in the body, see `graph`."""
        path = urlsplit(self._signed().graphql_url)
        return self._send(
            Call(self._host, "POST", "graphql", mutates),
            f"{path.scheme}://{path.netloc}{path.path}",
            what=what,
            expect=(200,),
            parameters={},
            headers=features(text),
            body={"query": text, "variables": variables},
        )

    def close(self) -> None:
        self._connection.close()

    def _send(
        self,
        call: Call,
        path: str,
        *,
        what: str,
        expect: Collection[int],
        parameters: dict[str, Any],
        headers: dict[str, Any],
        body: object,
    ) -> Response:
        answer = self._exchange(self._signed(), call, path, what, parameters, dict(headers), body)
        if answer.status == 401 and self._settings.app is not None:
            # A revoked token lives on here until its hour is over. A 401 had no effect, so even a write may be sent again.
            self._requester = None
            answer = self._exchange(self._signed(), call, path, what, parameters, dict(headers), body)
        if answer.status not in expect:
            raise unexpected(answer, mutates=call.mutates, what=what, whole=call.resource == "graphql")
        return answer

    def _exchange(
        self,
        requester: Requester,
        call: Call,
        path: str,
        what: str,
        parameters: dict[str, Any],
        headers: dict[str, Any],
        body: object,
    ) -> Response:
        headers["Accept"] = "application/vnd.github+json"
        self._transport.before(call)
        began = perf_counter()
        try:
            # PyGithub adds credentials, version and prefix, and encodes the body.
            requester.requestJson(call.method, path, parameters, headers, body, cnx=self._connection)  # type: ignore[arg-type]
            raw = self._connection.answer
            assert raw is not None
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            self._transport.after(call, Answer(0, perf_counter() - began, {}))
            raise self._no_answer(error, call, what) from error
        seconds = perf_counter() - began
        self.seconds = seconds
        names = {name.lower(): value for name, value in raw.headers.items()}
        self._transport.after(call, Answer(raw.status_code, seconds, names))
        return Response(raw.status_code, names, raw.content, seconds, _limited(raw.status_code, names, raw.content))

    def _no_answer(self, error: Exception, call: Call, what: str) -> ConnectorError:
        """A request without an answer: did it leave?"""
        causes = list(_causes(error))
        for cause in causes:
            if isinstance(cause, ssl.SSLCertVerificationError):
                return Locked(
                    f"the certificate of {self._host} is not trusted while {what}: "
                    f"set `verify` to the path of the authority's certificate"
                )
            if isinstance(cause, socket.gaierror):
                if cause.errno == socket.EAI_AGAIN:
                    return Transient(
                        f"the name {self._host} could not be resolved just now while {what}", scope=self._host
                    )
                return Locked(f"there is no host named {self._host}: correct `url`")
            if isinstance(cause, requests.exceptions.InvalidURL | requests.exceptions.InvalidHeader | UnicodeError):
                return Locked(f"the request cannot be sent while {what}: check `url` and `token`")
            if isinstance(cause, OSError) and "CA certificate" in str(cause):
                return Locked("`verify` names a file of certificates that does not exist")
        not_sent = (
            requests.exceptions.ConnectTimeout,
            requests.exceptions.ProxyError,
            urllib3.exceptions.NewConnectionError,
            ConnectionRefusedError,
        )
        if not call.mutates or any(isinstance(cause, not_sent) for cause in causes):
            place = urlsplit(self._settings.url).netloc
            if any(
                isinstance(cause, requests.exceptions.ReadTimeout | urllib3.exceptions.ReadTimeoutError)
                for cause in causes
            ):
                seconds = self._settings.timeout.total_seconds()
                return Transient(f"{place} did not answer within {seconds:g} seconds while {what}", scope=self._host)
            return Transient(f"{place} cannot be reached while {what}: check the network and `url`", scope=self._host)
        return Ambiguous(f"the connection to {self._host} broke while {what}: it may or may not have happened")

    def _signed(self) -> Requester:
        """The requester with credentials that are good now; an App's token is minted when there is none."""
        due = self._expires is not None and self._clock() + self._ahead >= self._expires - RENEW_BEFORE
        if self._requester is None or due:
            self._requester = self._mint()
        return self._requester

    def _mint(self) -> Requester:
        """https://docs.github.com/en/rest/apps/apps#create-an-installation-access-token-for-an-app"""
        app = self._settings.app
        assert app is not None
        what = f"asking for a token of installation {app.installation}"
        believed = self._ahead
        answer = self._ask_for_token(app, what)
        if answer.status == 401 and abs(self._ahead - believed) > _CLOCKS_APART:
            # GitHub takes what is signed for a time that is not its own for nothing at all, and told us its own now.
            answer = self._ask_for_token(app, what)
        if answer.suspended:
            raise Locked(
                f"the installation {app.installation} of the App is suspended: an owner of the organization has to "
                f"unsuspend it under Settings, GitHub Apps"
            )
        if answer.status in (401, 403, 404) and not answer.limited:
            raise Locked(
                f"GitHub refused {what}: {answer.message} ({answer.status}). Check `app.id`, `app.installation` and `app.key`"
            )
        if answer.status != 201:
            raise unexpected(answer, mutates=False, what=what)
        try:
            token = wire.installation_token.decode(answer.body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise not_understood(answer, what=what) from None  # the message could quote the token
        self._expires, self._minted = token.expires_at, token.token
        return self._requester_for(Auth.Token(token.token))

    def _ask_for_token(self, app: AppSettings, what: str) -> Response:
        now = int((self._clock() + self._ahead).timestamp())
        try:
            sign = Auth.AppAuth.create_jwt_sign(app.key.get_secret_value(), "RS256")
            auth = Auth.AppAuth(app.id, sign_func=lambda claims: sign({**claims, "iat": now - 60, "exp": now + 300}))
            signed = auth.create_jwt()
        except Exception as error:  # the key is people's text, and each library below names a bad one in its own way
            raise Locked("`app.key` is not an RSA private key in PEM form") from error
        answer = self._exchange(
            self._requester_for(Auth.AppAuthToken(signed)),
            Call(self._host, "POST", "app-token", False),
            f"/app/installations/{app.installation}/access_tokens",
            what,
            {},
            {},
            None,
        )
        if answer.date is not None:
            self._ahead = answer.date - self._clock()
        return answer

    def _requester_for(self, auth: Auth.Auth) -> Requester:
        return Requester(
            auth=auth,
            base_url=self._settings.url,
            timeout=int(self._settings.timeout.total_seconds()),
            user_agent=USER_AGENT,
            per_page=100,
            verify=self._settings.verify,
            retry=None,
            pool_size=None,
            seconds_between_requests=0,
            seconds_between_writes=0,
            api_version=API_VERSION,
        )


def _limited(status: int, headers: Mapping[str, str], body: bytes) -> bool:
    """PyGithub knows the sentences by which GitHub tells a limit from a lacking permission."""
    if status not in (403, 429):
        return False
    try:
        data = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    if not isinstance(data, dict) or not isinstance(data.get("message"), str):
        return False
    return isinstance(Requester.createException(403, dict(headers), data), RateLimitExceededException)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and everything that it wraps, however the libraries wrapped it."""
    left: list[object] = [error]
    seen: set[int] = set()
    while left:
        each = left.pop()
        if not isinstance(each, BaseException) or id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        left += [each.__cause__, each.__context__, getattr(each, "reason", None), *each.args]
