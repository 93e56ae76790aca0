"""OAuth 2.0: the access token of the moment, renewed with a refresh token that may change with every use.

https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/#use-a-refresh-token-to-get-another-access-token-and-refresh-token-pair
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import msgspec

from syncd.connector.errors import Locked
from syncd_jira.failures import Place, Received, failure
from syncd_jira.settings import OAuthSettings

_MARGIN = 60
"""Seconds before its end at which an access token is no longer used: a request may take that long."""


class Kept(msgspec.Struct, frozen=True):
    """What the token file holds."""

    given: str
    """Names the configured credentials; a token that came from others is not used."""
    refresh_token: str
    access_token: str = ""
    expires_at: float = 0.0
    """Epoch seconds."""


class _Granted(msgspec.Struct, frozen=True):
    access_token: str
    expires_in: float = 3600.0
    refresh_token: str | None = None


@dataclass(frozen=True, slots=True)
class Access:
    token: str
    fresh: bool
    """Renewed just now; when it is refused all the same, renewing again would not help."""


_kept = msgspec.json.Decoder(Kept)
_granted = msgspec.json.Decoder(_Granted)


class OAuth:
    """Thread-safe: however many requests find the token expired, it is renewed once."""

    def __init__(
        self,
        source: str,
        settings: OAuthSettings,
        clock: Callable[[], datetime],
        ask: Callable[[Place, Mapping[str, str]], Received],
    ) -> None:
        self._source = source
        self._settings = settings
        self._clock = clock
        self._ask = ask
        self._lock = threading.Lock()
        self._file = Path(settings.token_file).expanduser() if settings.token_file else None
        secret = settings.refresh_token.get_secret_value()
        given = hashlib.blake2b(f"{settings.client_id}\0{secret}".encode(), digest_size=16).hexdigest()
        self._start = Kept(given, secret)
        self._now: Kept | None = None

    def access(self) -> Access:
        """A token that can be used; renewed first when its end is near."""
        with self._lock:
            known = self._now or self._read()
            self._now = known
            if self._usable(known):
                return Access(known.access_token, False)
            return self._renew(known)

    def after_refusal(self, refused: str) -> Access:
        """Another token instead of one that was refused before its time."""
        with self._lock:
            known = self._now or self._read()
            if known.access_token != refused and self._usable(known):
                return Access(known.access_token, False)
            return self._renew(known)

    def _usable(self, kept: Kept) -> bool:
        return bool(kept.access_token) and kept.expires_at - _MARGIN > self._clock().timestamp()

    def _renew(self, known: Kept) -> Access:
        with self._alone():
            return self._renew_alone(known)

    def _renew_alone(self, known: Kept) -> Access:
        latest = self._read()  # another process may have renewed it, and made ours worthless
        if latest.access_token != known.access_token and self._usable(latest):
            self._now = latest
            return Access(latest.access_token, False)
        with self._replacing() as file:
            kept = self._granted(latest if latest.access_token else known)
            if file is not None:
                file.write(msgspec.json.encode(kept))
        self._now = kept
        return Access(kept.access_token, True)

    def _granted(self, known: Kept) -> Kept:
        place = Place(self._source, self._settings.token_host, "renewing its access token", setting="oauth.token_url")
        asked = {
            "grant_type": "refresh_token",
            "client_id": self._settings.client_id,
            "client_secret": self._settings.client_secret.get_secret_value(),
            "refresh_token": known.refresh_token,
        }
        begun = self._clock().timestamp()
        got = self._ask(place, asked)
        if got.status in (400, 401, 403) and not got.is_web_page:
            raise Locked(
                f"{place.host} refused to renew the access of source {self._source}: its refresh token is used up, "
                f"revoked, or not of this app. Authorize the app again and set the new `oauth.refresh_token`."
            )
        error = failure(place, got)
        if error is not None:
            raise error
        try:
            granted = _granted.decode(got.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise Locked(
                f"{place.host} gave no access token to source {self._source}: check its `oauth.token_url`."
            ) from None
        refresh = granted.refresh_token or known.refresh_token
        return Kept(self._start.given, refresh, granted.access_token, begun + granted.expires_in)

    # -- the file ---------------------------------------------------------------------------------------------------

    def _read(self) -> Kept:
        if self._file is None:
            return self._start
        try:
            kept = _kept.decode(self._file.read_bytes())
        except FileNotFoundError:
            return self._start
        except OSError as error:
            raise self._useless(error) from error
        except (msgspec.DecodeError, UnicodeDecodeError):
            return self._start
        return kept if kept.given == self._start.given else self._start

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process at a time: of two that renew at once, the slower would keep a token that is worthless by then."""
        if self._file is None:
            yield
            return
        try:
            folder = os.open(self._file.parent, os.O_RDONLY)
        except OSError as error:
            raise self._useless(error) from error
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)  # ends with the descriptor, also when the process is killed
            yield
        finally:
            os.close(folder)

    @contextmanager
    def _replacing(self) -> Iterator[BinaryIO | None]:
        """The file's next content. It is opened before anything is asked: a token that cannot be kept is not spent."""
        if self._file is None:
            yield None
            return
        try:
            number, name = tempfile.mkstemp(dir=self._file.parent, prefix=f".{self._file.name}.")  # mode 600
        except OSError as error:
            raise self._useless(error) from error
        try:
            with os.fdopen(number, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self._file)
        except OSError as error:
            raise self._useless(error) from error
        finally:
            with suppress(FileNotFoundError):
                Path(name).unlink()

    def _useless(self, error: OSError) -> Locked:
        reason = (error.strerror or "unusable").lower()
        return Locked(
            f"The file {self._file} for the tokens of source {self._source} is of no use ({reason}): "
            f"name a place that syncd may write to as its `oauth.token_file`."
        )
