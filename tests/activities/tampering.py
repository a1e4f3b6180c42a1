"""Changing what the database refuses to change: what somebody with the owner's rights could do."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text
from sqlmodel import Session

from adapters.database import Database


@contextmanager
def unguarded(database: Database, table: str) -> Iterator[Session]:
    """A transaction in which a table's guards are off."""
    postgres = database.engine.dialect.name == "postgresql"
    with database.write() as session:
        off = (
            [f"ALTER TABLE {table} DISABLE TRIGGER ALL"]
            if postgres
            else [f"DROP TRIGGER {table}_no_{event}" for event in ("update", "delete")]
        )
        for statement in off:
            session.execute(text(statement))
        yield session
