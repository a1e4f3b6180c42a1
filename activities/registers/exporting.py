"""The export of registers (一单两库导出): rows as a file holds them, as of today or any day."""

from collections.abc import Iterator
from datetime import date, datetime

from activities.authority import Holding
from activities.registers.access import authorise, record_event
from activities.registers.days import register_on
from activities.registers.stores import store_of
from adapters.database import Database
from rules.register_columns import Register
from rules.register_text import texts
from rules.roles import Role


def export_register(
    database: Database, office: str, register: Register, on: date | None = None
) -> Iterator[dict[str, str]]:
    """A register's rows as a file holds them; imported again they change nothing.

    `on` gives the rows as the register held them at the end of that day. The rows hold personal data:
    mask it before it is shown on a screen.
    """
    with database.read() as session:
        if on is not None:
            yield from register_on(session, office, register, on)
            return
        for record in store_of(session, office, register, set(), date.max).all():
            yield texts(register, record)


def export_by(
    database: Database,
    office: str,
    register: Register,
    *,
    now: datetime,
    actor: str,
    role: Role,
    department: str,
    acting_for: str | None = None,
    on: date | None = None,
) -> Iterator[dict[str, str]]:
    """An export by a keeper or the coordinating office, on the record of who took it; else refused."""
    who = Holding(actor, role, department, acting_for)
    authorise(database, office, register, who, now)
    with database.write() as session:
        detail = {"register": register.value, "on": on.isoformat() if on else None}
        record_event(session, office, "register.exported", who, now, detail)
    return export_register(database, office, register, on)
