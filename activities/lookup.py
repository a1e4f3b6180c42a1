"""Looking up many rows by their keys, in statements that every database takes (成批查询)."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from sqlmodel import Session, col, select

from models.registers import Subject

T = TypeVar("T")
CHUNK = 500
"""Older builds of SQLite take 999 parameters in one statement."""


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
