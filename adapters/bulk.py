"""Rows into a table by the database's quickest way: COPY on PostgreSQL, one prepared INSERT on SQLite."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from psycopg import sql
from sqlalchemy import JSON, Table, insert
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import make_transient_to_detached
from sqlmodel import Session, SQLModel

from rules.register_batch import Stored

Rows = Sequence[tuple[Stored, ...]]
_BLOCK = 2_000
"""Rows joined into one block of a COPY."""
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def insert_rows(session: Session, table: str, names: Sequence[str], rows: Rows) -> None:
    """Add rows of values as they are stored; a key that stands already is an error."""
    if not rows:
        return
    if session.get_bind().dialect.name == "postgresql":
        _copy(session, table, names, rows)
        return
    marks = ", ".join("?" * len(names))
    connection = session.connection()
    connection.exec_driver_sql(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", list(rows))  # noqa: S608 - names of our own tables


def put_rows(session: Session, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Add rows as a program has them, all with the same names; what is pending is not written first."""
    if len(rows) == 1:
        session.connection().execute(insert(table), rows)
        return
    names, dialect = tuple(rows[0]), session.get_bind().dialect
    stored = [_storing(table.c[name].type, dialect) for name in names]
    insert_rows(
        session,
        table.name,
        names,
        [tuple(store(row[name]) for name, store in zip(names, stored, strict=True)) for row in rows],
    )


def put_now(session: Session, row: SQLModel) -> None:
    """Write one new row, and nothing else that is pending; from here on the session follows it like one it has read."""
    session.connection().execute(insert(type(row).__table__), [row.model_dump()])  # type: ignore[attr-defined]  # SQLModel's own attribute
    make_transient_to_detached(row)
    session.add(row)


def _storing(kind: Any, dialect: Dialect) -> Callable[[Any], Any]:
    """How a column's values are stored."""
    if isinstance(kind, JSON):
        return json.dumps
    processor: Callable[[Any], Any] | None = kind.dialect_impl(dialect).bind_processor(dialect)
    return processor or (lambda value: value)


def _copy(session: Session, table: str, names: Sequence[str], rows: Rows) -> None:
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    driver: Any = session.connection().connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for start in range(0, len(rows), _BLOCK):
            columns = (_texts(column) for column in zip(*rows[start : start + _BLOCK], strict=True))
            copy.write("\n".join(map("\t".join, zip(*columns, strict=True))) + "\n")


def update_rows(session: Session, table: str, key: Sequence[str], names: Sequence[str], rows: Rows) -> None:
    """Set `names` of the rows that stand under `key`; each row is the key's values, then the names'."""
    if not rows:
        return
    if session.get_bind().dialect.name == "postgresql":
        _update_from(session, table, key, names, rows)
        return
    width = len(key)
    sets = ", ".join(f"{name} = ?" for name in names)
    where = " AND ".join(f"{name} = ?" for name in key)
    turned = [(*row[width:], *row[:width]) for row in rows]
    session.connection().exec_driver_sql(f"UPDATE {table} SET {sets} WHERE {where}", turned)  # noqa: S608 - as above


def _update_from(session: Session, table: str, key: Sequence[str], names: Sequence[str], rows: Rows) -> None:
    """One statement for all: the new values come by COPY into a table that goes with the transaction."""
    columns = (*key, *names)
    run = session.connection().exec_driver_sql
    run("DROP TABLE IF EXISTS pg_temp.incoming")
    shape = f"SELECT {', '.join(columns)} FROM {table} WITH NO DATA"  # noqa: S608 - as above
    run(f"CREATE TEMPORARY TABLE incoming ON COMMIT DROP AS {shape}")
    _copy(session, "incoming", columns, rows)
    sets = ", ".join(f"{name} = incoming.{name}" for name in names)
    where = " AND ".join(f"{table}.{name} = incoming.{name}" for name in key)
    run(f"UPDATE {table} SET {sets} FROM incoming WHERE {where}")  # noqa: S608 - as above


def _texts(column: Sequence[Stored]) -> list[str]:
    """A column's values as COPY reads them."""
    texts = ["" if value is None else value if type(value) is str else str(value) for value in column]
    joined = "".join(texts)
    if "\\" in joined or not joined.isprintable():
        texts = [text.translate(_ESCAPES) for text in texts]
    if None not in column:
        return texts
    return ["\\N" if value is None else text for value, text in zip(column, texts, strict=True)]
