"""Alembic's entry: the same revisions for SQLite and PostgreSQL."""

from typing import Any, Literal

from alembic import context
from sqlmodel import AutoString, SQLModel

import models.delivery
import models.evidence
import models.exchange
import models.operations
import models.organisation
import models.outcomes
import models.plan
import models.registers
import models.retractions
import models.task
import models.trail  # noqa: F401 - each import fills the metadata
from adapters.database import Database
from models.base import EnumNumber, EnumText, UtcDateTime


def render_item(kind: str, item: Any, _: Any) -> str | Literal[False]:
    """Write our own column types as what they are in the database: a revision outlives the model's code."""
    if kind != "type":
        return False
    if isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, EnumText):
        return "sa.String(length=40)"
    if isinstance(item, EnumNumber):
        return "sa.Integer()"
    if isinstance(item, AutoString):
        return "sa.String()"
    return False


database = Database(context.config.get_main_option("sqlalchemy.url") or "")

with database.engine.execution_options(write=True).connect() as connection:
    context.configure(
        connection=connection, target_metadata=SQLModel.metadata, render_item=render_item, compare_type=False
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
# Its pool would keep a connection, and on SQLite the write-ahead log, for as long as the process lives.
database.close()
