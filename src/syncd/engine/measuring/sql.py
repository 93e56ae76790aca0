"""A number from a database: one SELECT in a transaction that may only read and is never committed."""

from __future__ import annotations

import sqlite3
import time
from typing import Any, Final

from sqlalchemy import URL, Connection, create_engine, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from syncd.config.measures import Sql
from syncd.engine.measuring.addresses import Allowed
from syncd.engine.measuring.failed import Failed
from syncd.engine.measuring.fetch import SECONDS

_READ_ONLY: Final = {
    "postgresql": ("SET TRANSACTION READ ONLY", f"SET LOCAL statement_timeout = {int(SECONDS * 1000)}"),
    "mysql": ("SET TRANSACTION READ ONLY", f"SET SESSION MAX_EXECUTION_TIME = {int(SECONDS * 1000)}"),
    "mariadb": ("SET TRANSACTION READ ONLY", f"SET SESSION max_statement_time = {SECONDS:g}"),
}
"""What is said before the statement. Other databases are as safe as the account that the address names."""
_MAY_READ: Final = frozenset(
    {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
)


def ask(what: Sql, allowed: Allowed) -> object:
    """The one value of the one row. Raises Failed, which never holds the address."""
    try:
        url = make_url(what.url.get_secret_value())
    except (ArgumentError, ValueError):
        raise Failed("the address of the database is none that SQLAlchemy knows, such as postgresql://…") from None
    arguments: dict[str, Any] = {}
    if url.get_backend_name() == "sqlite":
        arguments["creator"] = lambda: _sqlite(url)
    elif url.host:
        where = allowed.addresses(url.host, url.port or 0)
        if url.get_backend_name() == "postgresql":
            url = _psycopg(url)
            # The address that was judged is the one that is connected to; the name is still what its certificate says.
            # Prepared at once, the server itself takes one statement only.
            arguments["connect_args"] = {
                "hostaddr": where[0].ip,
                "connect_timeout": int(SECONDS),
                "prepare_threshold": 0,
            }
    try:
        engine = create_engine(url, poolclass=NullPool, **arguments)
    except (NoSuchModuleError, ImportError, SQLAlchemyError):
        raise Failed(f"there is no driver for {url.drivername} here: install it beside syncd") from None
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
        shape = f"{'no' if not rows else 'one' if len(rows) == 1 else 'several'} rows of {len(found.keys())} columns"
        raise Failed(f"the query gives {shape}; let it give one number: a count, a sum, a share")
    value: object = rows[0][0]
    return value


def _psycopg(url: URL) -> URL:
    return url.set(drivername="postgresql+psycopg") if url.drivername == "postgresql" else url


def _sqlite(url: URL) -> sqlite3.Connection:
    """A file, opened for reading, by a connection that does nothing else and not for long."""
    until = time.monotonic() + SECONDS
    connection = sqlite3.connect(f"file:{url.database}?mode=ro", uri=True, timeout=SECONDS)
    connection.set_authorizer(lambda action, *_: sqlite3.SQLITE_OK if action in _MAY_READ else sqlite3.SQLITE_DENY)
    connection.set_progress_handler(lambda: int(time.monotonic() > until), 10_000)
    return connection


def _reason(error: SQLAlchemyError) -> str:
    """The driver's first line, which names tables and columns; connection errors may name more and are only classed."""
    cause = getattr(error, "orig", None)
    if cause is None or type(cause).__name__ in ("OperationalError", "InterfaceError"):
        return type(cause or error).__name__
    return str(cause).splitlines()[0][:200]
