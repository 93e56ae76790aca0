"""The schema's version: what a store was written with, and bringing it forward to what this program knows.

Revisions are zero-padded numbers, so that older and newer can be told apart without knowing the newer ones.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from syncd.store.database import Database
from syncd.store.errors import StoreError, StoreMissing, StoreOutdated, StoreTooNew

HEAD = "0012"
MIGRATIONS = Path(__file__).parent / "migrations"


def bring_forward(database: Database) -> None:
    """Migrate to HEAD in one transaction, one process at a time; a crash leaves the store as it was."""
    with database.write() as connection:
        database.take_turn(connection, "schema")
        version = _checked_version(connection, database)
        if version != HEAD:
            _upgrade(connection)


def require_store(database: Database) -> None:
    """Refuse what no syncd wrote; any version may have."""
    with suppress(StoreOutdated, StoreTooNew):
        require_head(database)


def require_head(database: Database) -> None:
    """Refuse what a reader cannot read."""
    with database.read() as connection:
        version = _checked_version(connection, database)
    if version is None:
        raise StoreMissing(f"There is no store in {database.name} yet: the first command that may write makes it.")
    if version != HEAD:
        raise StoreOutdated(
            f"The store {database.name} is of an older syncd (schema {version}, needed {HEAD}): "
            "the next command that may write brings it forward."
        )


def _checked_version(connection: Connection, database: Database) -> str | None:
    """None for a new, empty file."""
    tables = inspect(connection).get_table_names()
    if not tables:
        return None
    if "alembic_version" not in tables:
        raise StoreError(
            f"{database.name} is a database of another program: point `store:` in syncd.yaml at {database.elsewhere}."
        )
    version: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if version is not None and version > HEAD:
        raise StoreTooNew(
            f"The store {database.name} was written by a newer syncd (schema {version}, this one knows {HEAD}): "
            "install that version again, or point `store:` in syncd.yaml elsewhere."
        )
    return version


def _upgrade(connection: Connection) -> None:
    # Imported only here: it costs more than opening a store that is up to date.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
