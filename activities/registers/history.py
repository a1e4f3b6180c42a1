"""What the registers held on former days (名录沿革): one history for all of them, draws depend on it."""

import json
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlmodel import Session, col, or_, select

from adapters.bulk import insert_rows
from models.registers import RegisterHistory
from rules.register_columns import Register
from rules.register_rows import Record
from rules.register_text import texts

_SLICE = 1000
_COLUMNS = ("office", "directory", "key", "valid_from", "valid_to", "record")


class Former(NamedTuple):
    """A record about to be overwritten: its key, and since when it has stood so."""

    key: str
    since: date | None
    record: Record


def key_text(key: Sequence[Any]) -> str:
    """A business key as the history names it."""
    return " ".join(str(part) for part in key)


def keep(session: Session, office: str, register: Register, former: Sequence[Former], today: date) -> None:
    """Write records into the history with the days on which they held."""
    rows = [
        (
            office,
            register.value,
            one.key,
            one.since.isoformat() if one.since else None,
            today.isoformat(),
            json.dumps(texts(register, one.record)),
        )
        for one in former
    ]
    insert_rows(session, "register_history", _COLUMNS, rows)


def former_on(session: Session, office: str, register: Register, day: date) -> Iterator[dict[str, str]]:
    """The records that held at the end of a day and no longer do, by their keys, as a file would."""
    statement = (
        select(RegisterHistory)
        .where(
            col(RegisterHistory.office) == office,
            col(RegisterHistory.directory) == register.value,
            or_(col(RegisterHistory.valid_from).is_(None), col(RegisterHistory.valid_from) <= day),
            col(RegisterHistory.valid_to) > day,
        )
        .order_by(col(RegisterHistory.key))
    )
    for row in session.exec(statement.execution_options(yield_per=_SLICE)):
        yield dict(row.record)
