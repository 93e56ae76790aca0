"""A connection to PostgreSQL that notices silence: the server, or what stands between, takes a question and never answers.

The system's own means (`tcp_user_timeout`, keepalives) see a peer that is gone. They see nothing where a proxy, or a
server that hangs, still acknowledges every packet; and psycopg waits for an answer for as long as it takes.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any, TypeVar

from psycopg import Connection, OperationalError
from sqlalchemy import Engine, event

T = TypeVar("T")

READY_FOR_NOTHING = 0
"""What psycopg sends to a waiting generator, several times a second, while nothing comes."""


class Attentive(Connection[Any]):
    """Breaks, as if the peer had closed it, when nothing came for `patience` seconds while something was waited for."""

    patience: float | None = None
    """None: waits for as long as it takes."""

    def wait(self, gen: Generator[Any, Any, T], *args: Any, **kwargs: Any) -> T:
        return super().wait(self._impatient(gen), *args, **kwargs)

    def _impatient(self, gen: Generator[Any, Any, T]) -> Generator[Any, Any, T]:
        ready: object = None
        heard = time.monotonic()
        try:
            while True:
                ready = yield gen.send(ready)
                if ready != READY_FOR_NOTHING:
                    heard = time.monotonic()
                elif self.patience is not None and time.monotonic() - heard > self.patience:
                    self.close()
                    raise OperationalError(f"no answer for {self.patience:.0f} seconds")
        except StopIteration as end:
            value: T = end.value
            return value


def make_attentive(engine: Engine, patience: float) -> None:
    """Every connection of this engine is one, with this patience whenever it comes from the pool."""

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: object, _record: object, arguments: Any, options: Any) -> Attentive:
        connection = Attentive.connect(*arguments, **options)
        connection.patience = patience
        return connection

    @event.listens_for(engine, "checkin")
    def rest(connection: Attentive | None, _record: object) -> None:
        if connection is not None:
            connection.patience = patience
