"""Looking up many rows by their keys, in statements that every database takes (成批查询)."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import Boolean, ColumnElement, String, bindparam
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Mapped
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import Session, col, select

from models.registers import Subject

T = TypeVar("T")
CHUNK = 500
"""Older builds of SQLite take 999 parameters in one statement."""


class _Keys(TypeDecorator[Sequence[str]]):
    """A list as one parameter: an array, or a JSON text where there are none."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The database's own type."""
        return dialect.type_descriptor(postgresql.ARRAY(String) if _arrays(dialect) else String())

    def process_bind_param(self, value: Sequence[str] | None, dialect: Dialect) -> Any:
        """The list as the driver takes it."""
        return list(value or ()) if _arrays(dialect) else json.dumps(list(value or ()))


def _arrays(dialect: Dialect) -> bool:
    return dialect.name == "postgresql"


class among(FunctionElement[bool]):  # noqa: N801 - written like a function of SQL
    """Whether a column's value is in the list that is given under a name when the statement runs.

    One parameter whatever the list's length: the statement is written, parsed and planned once.
    """

    type = Boolean()
    inherit_cache = True

    def __init__(self, column: ColumnElement[Any] | Mapped[Any], name: str) -> None:
        super().__init__(column, bindparam(name, type_=_Keys()))


@compiles(among, "postgresql")
def _among_array(element: among, compiler: SQLCompiler, **options: Any) -> str:
    column, keys = (compiler.process(one, **options) for one in element.clauses)
    return f"{column} = ANY ({keys})"


@compiles(among)
def _among_json(element: among, compiler: SQLCompiler, **options: Any) -> str:
    column, keys = (compiler.process(one, **options) for one in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({keys}))"  # noqa: S608 - a column and a placeholder


def chunks(keys: Iterable[T]) -> Iterator[Sequence[T]]:
    """The keys in slices that fit one statement."""
    ordered = list(keys)
    for start in range(0, len(ordered), CHUNK):
        yield ordered[start : start + CHUNK]


def subjects_by_id(session: Session, ids: Iterable[str]) -> dict[str, Subject]:
    """Subjects by their opaque ids."""
    return {
        row.id: row
        for some in chunks(sorted(set(ids)))
        for row in session.exec(select(Subject).where(col(Subject.id).in_(some)))
    }


def subjects_by_code(session: Session, office: str, codes: Iterable[str]) -> dict[str, Subject]:
    """Subjects of an office by their codes."""
    return {
        row.code: row
        for some in chunks(codes)
        for row in session.exec(
            select(Subject).where(col(Subject.office) == office, col(Subject.code).in_(some))
        )
    }
