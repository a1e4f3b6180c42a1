"""The database: SQLite by default, PostgreSQL where many share it; one kind of session on both."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session

from adapters import tracing

FRESH = 1.0
"""For how many seconds a connection counts as alive after it was used."""
BUSY_SECONDS = 60
"""How long a writer waits for another on SQLite before it fails and the engine retries."""


class Database:
    """One engine and its two kinds of transaction."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _engine(url)
        one_moment = {"isolation_level": "REPEATABLE READ"} if self._shared else {}
        self._writing = self.engine.execution_options(write=True)
        self._writing_of_one_moment = self.engine.execution_options(write=True, **one_moment)
        self._reading = self.engine.execution_options(**one_moment)
        # One statement is of one moment by itself: on PostgreSQL it needs no BEGIN and no ROLLBACK. Connections
        # of its own, for to turn one of the others to it and back costs more than a statement.
        self._glancing = _engine(url, isolation_level="AUTOCOMMIT") if self._shared else self.engine

    @contextmanager
    def write(self, *, snapshot: bool = False) -> Iterator[Session]:
        """One transaction that writes: committed at the end, rolled back on any exception.

        With `snapshot` all that it reads is of one moment, as it always is on SQLite.
        """
        engine = self._writing_of_one_moment if snapshot else self._writing
        with Session(engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One transaction that reads: everything in it is of one moment."""
        with Session(self._reading, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def glance(self) -> Iterator[Session]:
        """For one statement that reads."""
        with Session(self._glancing, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def stroke(self) -> Iterator[Session]:
        """For one statement that writes: on PostgreSQL committed by itself, without BEGIN and COMMIT."""
        if not self._shared:
            with self.write() as session:
                yield session
            return
        with self.glance() as session:
            yield session

    @property
    def _shared(self) -> bool:
        return self.engine.dialect.name == "postgresql"

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()
        self._glancing.dispose()


def _engine(url: str, **options: Any) -> Engine:
    """The engine; parameters hold personal data, which must not get into logs by way of an error."""
    parsed = make_url(url)
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() != "sqlite":
        engine = create_engine(parsed, pool_size=20, max_overflow=20, hide_parameters=True, **options)
        event.listen(engine, "checkin", _note_return)
        event.listen(engine, "checkout", partial(_ask_if_alive, engine))
        tracing.watch(engine)
        return engine
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        parsed,
        connect_args={"timeout": BUSY_SECONDS},
        pool_size=20,
        max_overflow=20,
        hide_parameters=True,
    )
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    tracing.watch(engine)
    return engine


def _note_return(_connection: Any, record: ConnectionPoolEntry) -> None:
    record.info["returned"] = time.monotonic()


def _ask_if_alive(engine: Engine, connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
    """Ask a connection that has lain in the pool whether its server still knows it; else another is taken.

    One that was at work a moment ago is not asked: under load that would be one question in five.
    """
    if time.monotonic() - record.info.get("returned", -FRESH) < FRESH:
        return
    try:
        engine.dialect.do_ping(connection)
    except engine.dialect.loaded_dbapi.Error as gone:
        raise DisconnectionError from gone


def _configure_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # The driver's own transaction handling opens none for a SELECT, so reads would not be of one moment.
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin_sqlite(connection: Connection) -> None:
    # IMMEDIATE: a reader that turns writer in mid-transaction fails at once instead of waiting its turn.
    write = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
