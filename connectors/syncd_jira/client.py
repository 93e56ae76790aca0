"""The one file that imports the `jira` package: its session, addresses and errors, with its retries switched off.

Every request goes through the engine's transport; every failure leaves as one of the five errors.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from http.client import HTTPException
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec
import requests
from jira import JIRA
from jira.exceptions import JIRAError
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError, MaxRetryError, NewConnectionError

from syncd.connector.errors import Ambiguous, ConnectorError, Locked, Refused, Transient
from syncd.connector.protocol import Answer, Call, Transport, Wiring
from syncd_jira.failures import Place, Received, failure
from syncd_jira.settings import JiraSettings
from syncd_jira.surrogates import mended

T = TypeVar("T")

_READS = {"search", "bulkfetch", "jql-parse", "count"}
_RESOURCES = {
    "serverInfo": "serverInfo",
    "myself": "myself",
    "field": "field",
    "mypermissions": "mypermissions",
    "project": "project",
}


def call_of(method: str, url: str) -> Call:
    """Name a request for limits and counters, without ids."""
    split = urlsplit(url)
    host = split.netloc.rpartition("@")[2]
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
    else:
        resource = _RESOURCES.get(rest[0], "other")
    return Call(host, method, resource, mutates=method not in ("GET", "HEAD") and resource not in _READS)


class _GatedAdapter(HTTPAdapter):
    """Asks the transport before a request leaves and tells it what came back, body included."""

    def __init__(self, transport: Transport) -> None:
        super().__init__(max_retries=0, pool_connections=1, pool_maxsize=8, pool_block=True)
        self._transport = transport

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        call = call_of(request.method or "GET", request.url or "")
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


class JiraClient:
    """Sends one request at a time and never twice. Building it sends nothing."""

    def __init__(self, settings: JiraSettings, wiring: Wiring) -> None:
        self.source = wiring.source
        self.host = urlsplit(settings.url).netloc
        self._clock = wiring.clock
        self._offset = timedelta()
        token = settings.token.get_secret_value()
        verify: bool | str = (settings.ca or True) if settings.verify else False
        self._jira = JIRA(
            server=settings.url,
            basic_auth=(settings.email, token) if settings.email else None,
            token_auth=None if settings.email else token,
            options={"rest_api_version": "2", "verify": verify},
            get_server_info=False,
            max_retries=0,
            timeout=(settings.connect_timeout, settings.read_timeout),
            logging=False,
        )
        self._session = self._jira._session
        adapter = _GatedAdapter(wiring.transport)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def now(self) -> datetime:
        """The server's clock as far as the last answer told it, else ours."""
        return self._clock() + self._offset

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
    ) -> Received:
        """Send one request and return its answer; raises one of the five errors for an answer that is none."""
        url = self._jira._get_url(path, JIRA.AGILE_BASE_URL if agile else JIRA.JIRA_BASE_URL)
        place = Place(self.source, self.host, doing, call_of(method, url).mutates, single)
        got = self._exchange(method, url, place, params, body)
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
        self._session.close()

    def _exchange(
        self, method: str, url: str, place: Place, params: Mapping[str, str] | None, body: object
    ) -> Received:
        kept: list[requests.Response] = []

        def keep(response: requests.Response, *_args: object, **_kwargs: object) -> None:
            kept.append(response)

        data = msgspec.json.encode(body) if body is not None else None
        started = time.monotonic()
        try:
            # A redirect would turn a PUT into a GET and pass a log-in page off as success.
            response = self._session.request(
                method, url, params=params, data=data, allow_redirects=False, hooks={"response": keep}
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
            f"{place.host} cannot be reached while {place.doing}: check the network and the `url` of source "
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
