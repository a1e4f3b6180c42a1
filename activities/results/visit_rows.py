"""Changed visits are written in sets: a sheet of two hundred is one statement, not two hundred (成批写入)."""

from collections import defaultdict
from functools import cache
from typing import Any

from sqlalchemy import Update, bindparam, event, inspect, update
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Session, SQLModel

from activities.lookup import among
from models.task import Visit

FEW = 2
"""So many that change alike are written together."""
_TABLE = SQLModel.metadata.tables["visit"]
_IDS = among(_TABLE.c.id, "ids")


@event.listens_for(Session, "before_flush")
def _write_alike(session: Session, _context: object, _objects: object) -> None:
    """Write those that change to the same values together, before the session writes the rest one by one."""
    alike: dict[tuple[tuple[str, Any], ...], list[Visit]] = defaultdict(list)
    # A savepoint that is rolled back forgets what the session has written, and would not know of these.
    if len(session.dirty) < FEW or session.in_nested_transaction():
        return
    for visit in session.dirty:
        if isinstance(visit, Visit) and (changed := _changed(visit)):
            alike[changed].append(visit)
    connection = session.connection()
    for changed, visits in alike.items():
        if len(visits) < FEW:
            continue
        new = {f"new_{name}": value for name, value in changed}
        statement = _setting(tuple(name for name, _ in changed))
        connection.execute(statement, {**new, "ids": [visit.id for visit in visits]})
        for visit in visits:
            for name, value in changed:
                set_committed_value(visit, name, value)


@cache
def _setting(names: tuple[str, ...]) -> Update:
    """The statement that sets these columns, made once."""
    new = {name: bindparam(f"new_{name}", type_=_TABLE.c[name].type) for name in names}
    return update(_TABLE).where(_IDS).values(new)


def _changed(visit: Visit) -> tuple[tuple[str, Any], ...]:
    """The columns that were set, with their new values; () where one of them cannot be compared."""
    state = inspect(visit)
    changed = tuple((name, state.dict[name]) for name in sorted(state.committed_state))
    return () if any(isinstance(value, dict | list) for _, value in changed) else changed
