"""Who may take a register in or out (一单两库), and its events in the office's chain."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from activities import audit
from activities.authority import Holding, check_person, check_role, holdings_of
from adapters.database import Database
from models.organisation import Office
from rules.calendar import local_day
from rules.refusal import Refusal
from rules.register_columns import Register
from rules.roles import Role

_MAY_PASS = frozenset({Role.KEEPER, Role.OFFICE})


def authorise(database: Database, office: str, register: Register, who: Holding, now: datetime) -> None:
    """Let a keeper, the coordinating office or the bootstrap pass; the refusal of others is an event too."""
    with database.read() as session:
        if session.get(Office, office) is None:
            raise Refusal("OfficeUnknown", f"没有领导小组办公室 {office}，请先登记")
        if who.role is Role.MACHINE:
            return
        try:
            check_role(_MAY_PASS, who.role)
            check_person(session, holdings_of(session, [who.person], local_day(now)), who, office=office)
        except Refusal as found:
            refusal = found
        else:
            return
    with database.write() as session:
        detail = {"register": register.value, "type": refusal.type}
        record_event(session, office, "register.refused", who, now, detail)
    raise refusal


def record_event(
    session: Session, office: str, event: str, who: Holding, now: datetime, detail: dict[str, Any]
) -> None:
    """Write what somebody did to a register into the office's chain."""
    audit.record(
        session,
        audit.office_chain(office),
        event,
        at=now,
        actor=who.person,
        role=who.role.value,
        department=who.department,
        acting_for=who.acting_for,
        detail=detail,
    )
