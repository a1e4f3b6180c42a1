"""The tables behind the registers: rows by a set of codes, and set-based upserts."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, String, Table, cast, func, or_, true
from sqlalchemy import select as core_select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel


def by_code(
    session: Session, table: Table, office: str, columns: Sequence[ColumnElement[Any]], codes: Sequence[str]
) -> Select[Any]:
    """A statement for columns of an office's rows with these codes."""
    if session.get_bind().dialect.name != "postgresql":
        given = func.json_each(json.dumps(codes)).table_valued("value")
        return core_select(*columns).where(
            table.c.office == office, table.c.code.in_(core_select(given.c.value))
        )
    # Before a table's first ANALYZE the planner takes the index of the office alone for a list of
    # codes and reads the whole register each time; one code at a time it takes the unique index.
    wanted = func.unnest(cast(codes, postgresql.ARRAY(String))).table_valued("code").render_derived()
    row = (
        core_select(*columns)
        .where(table.c.office == office, table.c.code == wanted.c.code)
        .limit(1)
        .lateral("row")
    )
    return core_select(row).select_from(wanted).join(row, true())


def stands(table: Table, day: date | None) -> list[ColumnElement[bool]]:
    """Of rows that stand as they are since a day or before; any where there is no day."""
    return [] if day is None else [or_(table.c.since.is_(None), table.c.since <= day)]


def table_of(model: type[SQLModel]) -> Table:
    """The table behind a model."""
    return SQLModel.metadata.tables[str(model.__tablename__)]


def upsert(session: Session, table: Table, key: tuple[str, ...], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows of one shape, or set everything but key and id where the key stands."""
    if not rows:
        return
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table)
    changing = [name for name in rows[0] if name not in (*key, "id")]
    if changing:
        statement = statement.on_conflict_do_update(
            index_elements=key, set_={name: statement.excluded[name] for name in changing}
        )
    else:
        statement = statement.on_conflict_do_nothing(index_elements=key)
    session.connection().execute(statement, rows)
