"""A number from a database: one SELECT in a transaction that may only read and is never committed."""

from __future__ import annotations

import sqlite3
import time
from typing import Any, Final

from sqlalchemy import URL, Connection, create_engine, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from syncd.config.rules.measures import Sql
from syncd.engine.measuring.addresses import Allowed
from syncd.engine.measuring.failed import Failed
from syncd.engine.measuring.fetch import SECONDS

_READ_ONLY: Final = {
    "postgresql": ("SET TRANSACTION READ ONLY", f"SET LOCAL statement_timeout = {int(SECONDS * 1000)}"),
    "mysql": ("SET TRANSACTION READ ONLY", f"SET SESSION MAX_EXECUTION_TIME = {int(SECONDS * 1000)}"),
    "mariadb": ("SET TRANSACTION READ ONLY", f"SET SESSION max_statement_time = {SECONDS:g}"),
}
"""What is said before the statement. Other databases are as safe as the account that the address names."""
_MAY: Final = frozenset(
    {
        sqlite3.SQLITE_SELECT,
        sqlite3.SQLITE_READ,
        sqlite3.SQLITE_FUNCTION,
        sqlite3.SQLITE_RECURSIVE,
        sqlite3.SQLITE_TRANSACTION,
    }
)
_ELSEWHERE: Final = frozenset(
    {"host", "hostaddr", "port", "service", "servicefile", "unix_socket", "odbc_connect", "dsn", "server", "addr"}
)
"""What drivers take for the machine in place of what stands before the slash."""


def ask(what: Sql, allowed: Allowed) -> object:
    """The one value of the one row. Raises Failed, which never holds the address."""
    try:
        url = make_url(what.url.get_secret_value())
    except (ArgumentError, ValueError):
        raise Failed("the address of the database is none that SQLAlchemy knows, such as postgresql://…") from None
    backend = url.get_backend_name()
    arguments: dict[str, Any] = {}
    if backend == "sqlite":
        arguments["creator"] = lambda: _sqlite(url)
    else:
        where = allowed.addresses(_host(url), url.port or 0)
        if url.drivername == "postgresql":
            url = url.set(drivername="postgresql+psycopg")
        if url.drivername == "postgresql+psycopg":
            # The server itself takes one statement only where it is prepared, and that is at once.
            arguments["connect_args"] = {"connect_timeout": int(SECONDS), "prepare_threshold": 0}
            if url.host:
                # The judged address is the one that is connected to; the name is still what its certificate says.
                arguments["connect_args"]["hostaddr"] = where[0].ip
    try:
        engine = create_engine(url, poolclass=NullPool, **arguments)
    except (NoSuchModuleError, ImportError, SQLAlchemyError):
        raise Failed(f"there is no driver for {url.drivername} here: install it beside syncd") from None
    if url.drivername == "postgresql+psycopg":
        from syncd.store.attentive import make_attentive  # psycopg is an extra

        make_attentive(engine, SECONDS + 1)  # the server itself is a little sooner
    try:
        with engine.connect() as connection:
            return _value(connection, what.query)
    except SQLAlchemyError as error:
        raise Failed(f"the database refused the query ({_reason(error)})") from None
    except (OSError, sqlite3.Error) as error:
        raise Failed(f"the database cannot be read ({type(error).__name__})") from None
    finally:
        engine.dispose()


def _value(connection: Connection, query: str) -> object:
    for statement in _READ_ONLY.get(connection.dialect.name, ()):
        connection.exec_driver_sql(statement)
    found = connection.execution_options(no_parameters=True).exec_driver_sql(query)  # a % in it is a %
    rows = found.fetchmany(2)
    connection.rollback()
    if len(rows) != 1 or len(rows[0]) != 1:
        shape = f"{'no rows' if not rows else 'one row' if len(rows) == 1 else 'several rows'} of {len(found.keys())}"
        raise Failed(f"the query gives {shape} columns; let it give one number: a count, a sum, a share")
    value: object = rows[0][0]
    return value


def _host(url: URL) -> str:
    """The one machine that the address leads to; this one for a socket in its files. Raises Failed for other ways."""
    said = {name: value for name, value in url.query.items() if name in _ELSEWHERE}
    socket = said.pop("host", None) or said.pop("unix_socket", None)
    if said or (socket is not None and (url.host or not (isinstance(socket, str) and socket.startswith("/")))):
        raise Failed("the address of the database names its machine in another place; write driver://USER@HOST/NAME")
    return url.host or "localhost"


def _sqlite(url: URL) -> sqlite3.Connection:
    """A file, opened for reading, by a connection that does nothing else and not for long."""
    until = time.monotonic() + SECONDS
    connection = sqlite3.connect(f"file:{url.database}?mode=ro", uri=True, timeout=SECONDS)
    connection.set_authorizer(_may)
    connection.set_progress_handler(lambda: int(time.monotonic() > until), 10_000)
    return connection


def _may(action: int, what: str | None, *_: str | None) -> int:
    """SQLAlchemy asks for one pragma when it connects."""
    return sqlite3.SQLITE_OK if action in _MAY or what == "read_uncommitted" else sqlite3.SQLITE_DENY


def _reason(error: SQLAlchemyError) -> str:
    """The driver's first line, which names tables and columns; connection errors may name more and are only classed."""
    cause = getattr(error, "orig", None)
    told = isinstance(cause, sqlite3.Error) or type(cause).__name__ not in ("OperationalError", "InterfaceError")
    if cause is None or not told:
        return type(cause or error).__name__
    return str(cause).splitlines()[0][:200]
