"""One PostgreSQL database (or one schema in it), shared by any number of processes.

Every transaction that writes is synced by the server before it is acknowledged, so `durable` asks for nothing more. Who
may write what is settled by leases (`engine.leases`), not by a lock on the whole.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import URL, Connection, create_engine, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError

from syncd.store.database import Database
from syncd.store.errors import StoreError, StoreUnreachable

if TYPE_CHECKING:
    from syncd.store.attentive import Attentive

OLDEST: Final = 14
"""The oldest PostgreSQL that its makers still mend."""
CONNECT_SECONDS: Final = 10
PATIENCE: Final = 30.0
"""Seconds without a word in the middle of an answer, after which a connection counts as broken."""
GREETING: Final = 5.0
"""As `PATIENCE`, for the question whether a connection from the pool still lives."""
IDLE_SECONDS: Final = 4
"""A process that stops in the middle of a write, or is cut off there, holds its locks no longer than this."""
_IMPATIENT: Final = f"SET LOCAL idle_in_transaction_session_timeout = '{IDLE_SECONDS}s'"
_KEEPALIVE: Final = {"keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3, "tcp_user_timeout": 10_000}
# The server watches its end in the same way: otherwise a process that is cut off in the middle of a write would hold its
# locks for hours.
_SESSION: Final = (
    "-c timezone=UTC -c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3 "
    "-c tcp_user_timeout=10000"
)
_NOT_YET: Final = (
    "starting up",
    "shutting down",
    "not yet accepting",
    "in recovery mode",
    "too many clients",
    "remaining connection slots",
)
"""What a server says that will answer by and by, in place of a connection."""
_MENDED_BY_OPERATORS: Final = ("42501", "3F000", "3D000")
"""SQLSTATE: not allowed, no such schema, no such database."""


class PostgresDatabase(Database):
    """A store that replicas share."""

    remedy = "check that the server runs, that this machine reaches it, and what this user may do there"
    elsewhere = "a database of syncd's own, or a schema of its own with ?options=-csearch_path%3DSCHEMA"

    def __init__(self, url: str, *, writable: bool, patience: float = PATIENCE) -> None:
        super().__init__()
        address = _address(url)
        self.name = URL.create(
            address.drivername, address.username, None, address.host, address.port, address.database
        ).render_as_string()
        self.writable = writable
        self._patience = patience
        session = " ".join(filter(None, (_option(address), _SESSION)))
        self._engine = create_engine(
            address.difference_update_query(["options"]),
            # A connection that broke while nobody used it is replaced without anybody noticing.
            pool_pre_ping=True,
            pool_size=5,
            max_overflow=-1,
            connect_args={
                "connect_timeout": min(CONNECT_SECONDS, math.ceil(patience)),
                "application_name": "syncd",
                "options": session,
                **_KEEPALIVE,
            },
        )
        from syncd.store.attentive import make_attentive  # psycopg is an extra

        make_attentive(self._engine, min(GREETING, patience))
        self._snapshots = self._engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    def require_supported(self) -> None:
        """Connects. Raises StoreUnreachable when nobody answers, StoreError when the server refuses or is too old."""
        self._connect()
        with self.read() as connection:
            version = connection.execute(text("SHOW server_version_num")).scalar_one()
            told = connection.execute(text("SHOW server_version")).scalar_one()
        self.software = f"PostgreSQL {str(told).split()[0]}"
        if int(version) < OLDEST * 10_000:
            raise StoreError(
                f"The store {self.name} is on PostgreSQL {int(version) // 10_000}, and syncd needs {OLDEST} or later: "
                "point `store:` at a newer server."
            )

    def _connect(self) -> None:
        try:
            self._engine.connect().close()
        except OperationalError as error:
            sentence, said = self._sentence("read", error.orig), str(error.orig)
            # A server that refuses says FATAL; from one that is not there comes no such word.
            later = "FATAL" not in said or any(word in said for word in _NOT_YET)
            raise StoreUnreachable(str(sentence)) if later else sentence from error

    @contextmanager
    def _writing(self, durable: bool) -> Iterator[Connection]:
        self._refuse_when_closed()
        with self._engine.begin() as connection:
            _driver(connection).patience = self._patience
            connection.exec_driver_sql(_IMPATIENT)
            yield connection

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._snapshots.connect() as connection:
            _driver(connection).patience = self._patience
            yield connection

    def take_turn(self, connection: Connection, what: str) -> None:
        _driver(connection).patience = None  # another's turn, and this one's work, may take long
        number = zlib.crc32(f"syncd {what}".encode())
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(current_schema()), :n)"), {"n": number - 2**31})

    def _refused(self, error: DBAPIError) -> bool:
        return getattr(error.orig, "sqlstate", None) in _MENDED_BY_OPERATORS

    def close(self) -> None:
        self._closed = True
        self._engine.dispose()


def _driver(connection: Connection) -> Attentive:
    driver: Any = connection.connection.driver_connection
    found: Attentive = driver
    return found


def _address(url: str) -> URL:
    if find_spec("psycopg") is None:
        raise StoreError(
            "A store in PostgreSQL needs psycopg, which is not installed. Type: pip install 'syncd[postgres]'"
        )
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        # Without the text, which may hold a password.
        raise StoreError("`store:` cannot be read: write postgresql+psycopg://USER@HOST/DATABASE.") from None
    if not address.database:
        raise StoreError("`store:` names no database: write postgresql+psycopg://USER@HOST/DATABASE.")
    return address.set(drivername="postgresql+psycopg")


def _option(address: URL) -> str:
    given = address.query.get("options", "")
    return given if isinstance(given, str) else " ".join(given)
