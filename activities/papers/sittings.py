"""What the papers that are ruled on together share: their case, its clocks, and what was read."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar, cast

from sqlalchemy import Table
from sqlmodel import Session, SQLModel, col, select

from activities.clocks.waits import Clocks
from activities.lookup import among
from adapters.bulk import put_rows
from models.task import JointTask, TakingPart, Visit
from models.trail import AuditHead

T = TypeVar("T")
_VISITS = select(Visit).where(among(col(Visit.id), "ids"))


@dataclass(frozen=True)
class Case:
    """What a target belongs to, locked for the transaction: its office; its task with all parts and its chain."""

    office: str
    task: JointTask | None = None
    parts: Mapping[str, TakingPart] = field(default_factory=dict)
    """By department, released ones too; a launch makes them, and nothing later."""
    head: AuditHead | None = None


@dataclass
class Sitting:
    """Papers of one kind to one target, ruled on in one savepoint: what they share is read once.

    What a sitting has read is forgotten with it: a savepoint that is rolled back leaves nothing behind.
    """

    session: Session
    now: datetime
    case: Case
    _known: dict[Hashable, Any] = field(default_factory=dict)
    _visits: dict[str, Visit] = field(default_factory=dict)
    _rows: dict[Table, list[dict[str, Any]]] = field(default_factory=dict)

    @cached_property
    def clocks(self) -> Clocks:
        """The office's clocks at this moment."""
        return Clocks(self.session, self.case.office, self.now)

    def once(self, key: Hashable, read: Callable[[], T]) -> T:
        """What `read` returned the first time that it was asked for under this key."""
        if key not in self._known:
            self._known[key] = read()
        return cast("T", self._known[key])

    def insert(self, model: type[SQLModel], rows: Iterable[dict[str, Any]]) -> None:
        """Rows that nothing in this sitting reads again: written together at its end, never made objects."""
        table = SQLModel.metadata.tables[str(model.__tablename__)]
        self._rows.setdefault(table, []).extend(rows)

    def write(self) -> None:
        """Write the rows that were put off, after all that they may hang on."""
        self.session.flush()
        for table, rows in self._rows.items():
            put_rows(self.session, table, rows)

    @property
    def visits_read(self) -> Mapping[str, Visit]:
        """All visits that were looked up, by id: those of the other papers too."""
        return self._visits

    def visits(self, ids: Iterable[str]) -> dict[str, Visit]:
        """Visits by their ids; unknown ones are left out."""
        wanted = list(ids)
        if unread := [one for one in wanted if one not in self._visits]:
            for row in self.session.exec(_VISITS, params={"ids": unread}):
                self._visits[row.id] = row
        return {one: self._visits[one] for one in wanted if one in self._visits}
