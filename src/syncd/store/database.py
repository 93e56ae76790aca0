"""What all themes of the store need of a database, whichever it is: transactions that write, snapshots to read, sentences.

`sqlite` and `postgres` are the two that there are; everything above them is one code path.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from syncd.store.errors import StoreError

Guard = Callable[[Connection, str], None]


class Database(ABC):
    """Connections to one store. `write` and `read` may be used by any thread until `close`."""

    name: str
    """For people: a path, or an address without its password."""
    software: str
    """What keeps it, with its version."""
    remedy: str
    """What to look at when the database refuses; ends a sentence."""
    writable: bool
    elsewhere: str
    """Where else `store:` could point; ends a sentence."""

    guard: Guard | None = None
    """Asked in every transaction that does a source's work; None: nobody else can do it."""

    def __init__(self) -> None:
        self._closed = False

    @contextmanager
    def write(self, *, durable: bool = False, source: str | None = None) -> Iterator[Connection]:
        """One transaction: all of it is kept, or, when the block raises or the process dies, nothing.

        With `durable` it also survives a power cut, at the price of one sync of the disk. `source` names the source
        whose work this is: raises LeaseLost when another process has it. What people decide is nobody's work.
        """
        if not self.writable:
            raise StoreError(f"The store {self.name} was opened for reading only: nothing can be written through it.")
        with self._explained("written"), self._writing(durable) as connection:
            if source is not None:
                self.check(connection, source)
            yield connection

    def check(self, connection: Connection, source: str) -> None:
        """Raises LeaseLost when another process does this source's work, and keeps it out until the transaction ends."""
        if self.guard is not None:
            self.guard(connection, source)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One snapshot for all statements of the block."""
        self._refuse_when_closed()
        with self._explained("read"), self._reading() as connection:
            yield connection

    @abstractmethod
    def _writing(self, durable: bool) -> AbstractContextManager[Connection]: ...

    @abstractmethod
    def _reading(self) -> AbstractContextManager[Connection]: ...

    @abstractmethod
    def take_turn(self, connection: Connection, what: str) -> None:
        """Waits until no other transaction of any process is at this work, and keeps it out until this one ends."""

    @abstractmethod
    def close(self) -> None: ...

    def _refuse_when_closed(self) -> None:
        if self._closed:
            raise StoreError(f"The store {self.name} was closed already.")

    @contextmanager
    def _explained(self, verb: str) -> Iterator[None]:
        try:
            yield
        except (IntegrityError, ProgrammingError) as error:
            if not self._refused(error):
                raise
            raise self._sentence(verb, error.orig) from error
        except DBAPIError as error:
            raise self._sentence(verb, error.orig) from error

    def _refused(self, error: DBAPIError) -> bool:
        """Whether the operator can mend it, although it looks like a bug of ours."""
        return False

    def _sentence(self, verb: str, cause: object) -> StoreError:
        because = " ".join(str(cause).split())
        return StoreError(f"The store {self.name} could not be {verb} ({because}): {self._remedy(cause)}.")

    def _remedy(self, cause: object) -> str:
        return self.remedy
