"""The one file that imports the `jira` package: its session, addresses and errors, with its retries switched off.

Every request goes through the engine's transport; every failure leaves as one of the five errors.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from http.client import HTTPException
from typing import TypeVar
from urllib.parse import urlsplit

import msgspec
import requests
from jira import JIRA
from jira.exceptions import JIRAError
from requests.auth import AuthBase
from urllib3.exceptions import HTTPError, MaxRetryError, NewConnectionError

from syncd.connector.errors import Ambiguous, ConnectorError, Locked, Refused, Transient
from syncd.connector.protocol import Wiring
from syncd_jira.failures import Place, Received, failure
from syncd_jira.gate import GatedAdapter, call_of
from syncd_jira.oauth import OAuth
from syncd_jira.settings import JiraSettings
from syncd_jira.surrogates import mended

T = TypeVar("T")

_RECENT = 8
"""Of so many answers the fastest tells how far away the server is."""


class _Bearer(AuthBase):
    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def _nobody(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """No credentials of the session, and none from a netrc file."""
    return request


class JiraClient:
    """Sends each request once; again only after an expired access token was renewed. Building it sends nothing.

    It may be used by several threads: each request has a session of its own while it is under way.
    """

    def __init__(self, settings: JiraSettings, wiring: Wiring) -> None:
        self.source = wiring.source
        self.host = urlsplit(settings.api).netloc
        self._settings = settings
        self._transport = wiring.transport
        self._clock = wiring.clock
        self._offset = timedelta()
        self._seconds: deque[float] = deque(maxlen=_RECENT)
        self._idle: deque[JIRA] = deque()
        self._urls = self._connected()
        self._oauth: OAuth | None = None
        self._token_url: str | None = None
        if settings.oauth is not None:
            self._token_url = settings.oauth.token_url
            self._oauth = OAuth(wiring.source, settings.oauth, wiring.clock, self._ask_token)

    def _connected(self) -> JIRA:
        settings = self._settings
        token = settings.token.get_secret_value() if settings.token else None
        verify: bool | str = (settings.ca or True) if settings.verify else False
        jira = JIRA(
            server=settings.api,
            basic_auth=(settings.email, token) if settings.email and token else None,
            token_auth=None if settings.email else token,
            options={"rest_api_version": "2", "verify": verify},
            get_server_info=False,
            max_retries=0,
            timeout=(settings.connect_timeout, settings.read_timeout),
            logging=False,
        )
        adapter = GatedAdapter(self._transport, settings.oauth.token_url if settings.oauth else None)
        jira._session.mount("https://", adapter)
        jira._session.mount("http://", adapter)
        return jira

    def now(self) -> datetime:
        """The server's clock as far as the last answer told it, else ours."""
        return self._clock() + self._offset

    @property
    def round_trip(self) -> float:
        """Seconds that the fastest of the last answers took: the way there and back, and hardly any work."""
        return min(tuple(self._seconds), default=0.0)

    def send(
        self,
        method: str,
        path: str,
        doing: str,
        *,
        params: Mapping[str, str] | None = None,
        body: object = None,
        agile: bool = False,
        single: bool = False,
        root: str | None = None,
    ) -> Received:
        """Send one request and return its answer; raises one of the five errors for an answer that is none.

        `root` is the pattern of addresses that are neither of the platform nor of the agile interface.
        """
        url = self._urls._get_url(path, root or (JIRA.AGILE_BASE_URL if agile else JIRA.JIRA_BASE_URL))
        mutates, email = call_of(method, url).mutates, self._settings.email is not None
        place = Place(self.source, self.host, doing, mutates, single, self._oauth is not None, email)
        got = self._authorized(method, url, place, params, body)
        self._seconds.append(got.seconds)
        date = got.date
        if date is not None:
            self._offset = date - self._clock()
        error = failure(place, got)
        if error is not None:
            raise error
        return got

    def get(
        self, path: str, doing: str, decoder: msgspec.json.Decoder[T], *, single: bool = False, **params: str
    ) -> tuple[T, Received]:
        got = self.send("GET", path, doing, params=params, single=single)
        return self.read(got, decoder, doing), got

    def post(self, path: str, doing: str, decoder: msgspec.json.Decoder[T], body: object) -> tuple[T, Received]:
        """A question too long for an address: nothing is changed by it."""
        got = self.send("POST", path, doing, body=body)
        return self.read(got, decoder, doing), got

    def read(self, got: Received, decoder: msgspec.json.Decoder[T], doing: str) -> T:
        try:
            return decoder.decode(got.body)
        except msgspec.ValidationError as error:
            raise Refused(f"{self.host} answered in a shape that syncd does not know while {doing}: {error}") from error
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            if "surrogate" in str(error) and (whole := mended(got.body)) != got.body:
                return self.read(replace(got, body=whole), decoder, doing)
            raise Transient(
                f"{self.host} sent a broken answer while {doing}: {error}", scope="this Jira site"
            ) from error

    def close(self) -> None:
        while self._idle:
            self._idle.pop()._session.close()

    def _authorized(
        self, method: str, url: str, place: Place, params: Mapping[str, str] | None, body: object
    ) -> Received:
        """A refused access token is renewed once; the refused request did nothing, so sending it again is safe."""
        if self._oauth is None:
            return self._exchange(method, url, place, params, body)
        access = self._oauth.access()
        got = self._exchange(method, url, place, params, body, _Bearer(access.token))
        if got.status != 401 or access.fresh or got.lacks_scope:
            return got
        access = self._oauth.after_refusal(access.token)
        return self._exchange(method, url, place, params, body, _Bearer(access.token))

    def _ask_token(self, place: Place, body: Mapping[str, str]) -> Received:
        return self._exchange("POST", self._token_url or "", place, None, body, _nobody)

    @contextmanager
    def _session(self) -> Iterator[requests.Session]:
        try:
            jira = self._idle.pop()
        except IndexError:
            jira = self._connected()
        try:
            yield jira._session
        finally:
            self._idle.append(jira)

    def _exchange(
        self,
        method: str,
        url: str,
        place: Place,
        params: Mapping[str, str] | None,
        body: object,
        auth: Callable[[requests.PreparedRequest], requests.PreparedRequest] | None = None,
    ) -> Received:
        kept: list[requests.Response] = []

        def keep(response: requests.Response, *_args: object, **_kwargs: object) -> None:
            kept.append(response)

        data = msgspec.json.encode(body) if body is not None else None
        started = time.monotonic()
        try:
            # A redirect would turn a PUT into a GET and pass a log-in page off as success.
            with self._session() as session:
                response = session.request(
                    method, url, params=params, data=data, auth=auth, allow_redirects=False, hooks={"response": keep}
                )
        except ConnectorError:
            raise
        except JIRAError as error:
            if error.response is None:
                raise _lost(place, error) from error
            response = error.response
        except (requests.RequestException, HTTPError, HTTPException, OSError) as error:
            raise _lost(place, error) from error
        except (TypeError, ValueError, AttributeError, KeyError, IndexError, RecursionError) as error:
            if not kept:  # not about an answer: a bug of ours
                raise
            response = kept[-1]  # the library stumbled over the shape of an error body
            del error
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Received(response.status_code, headers, response.content, time.monotonic() - started)


def _lost(place: Place, error: Exception) -> ConnectorError:
    """No answer came back. Whether the request arrived decides between Transient and Ambiguous."""
    if isinstance(error, requests.exceptions.SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(error):
        return Locked(
            f"The certificate of {place.host} is not trusted: set `ca` of source {place.source} to the file of your "
            f"authority's certificates."
        )
    if isinstance(error, OSError) and not isinstance(error, requests.RequestException):
        return Locked(f"The connection of source {place.source} could not be set up: {error}. Check its `ca`.")
    if _never_left(error):
        return Transient(
            f"{place.host} cannot be reached while {place.doing}: check the network and the `{place.setting}` of source "
            f"{place.source}.",
            scope="this Jira site",
        )
    why = "did not answer in time" if isinstance(error, requests.Timeout) else "broke the connection"
    if place.writes:
        return Ambiguous(f"{place.host} {why} while {place.doing}: it may or may not have happened.")
    return Transient(f"{place.host} {why} while {place.doing}.", scope="this Jira site")


def _never_left(error: Exception) -> bool:
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.ProxyError):
        return True
    cause = error.args[0] if error.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)
