"""Who may act: a posting that is valid on the day, of one's own or as a named substitute (代理)."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import NamedTuple

from sqlalchemy import bindparam
from sqlalchemy import select as rows_of
from sqlmodel import Session, SQLModel, col, or_, select

from activities.lookup import among
from models.organisation import Department, DepartmentKind, Person, Posting
from rules.refusal import Refusal
from rules.roles import Role

_P, _D = (SQLModel.metadata.tables[name] for name in ("posting", "department"))
_HELD = (
    rows_of(_P.c.person, _P.c.role, _P.c.department, _P.c.acting_for, _D.c.office, _D.c.kind)
    .join(_D, _P.c.department == _D.c.id)
    .where(
        among(_P.c.person, "persons"),
        _P.c.from_day <= bindparam("day"),
        or_(_P.c.to_day.is_(None), _P.c.to_day >= bindparam("day")),
    )
)


class Holding(NamedTuple):
    """What a person is in a department, in their own name or for another."""

    person: str
    role: Role
    department: str
    acting_for: str | None


Holdings = Mapping[Holding, tuple[str, DepartmentKind]]
"""What some persons are on a day, each with the office and the kind of the department."""


def holdings_of(session: Session, persons: Collection[str], day: date) -> Holdings:
    """All that these persons are on a day: whoever rules on several papers asks once."""
    rows = session.execute(_HELD, {"persons": list(persons), "day": day})
    return {Holding(*row[:4]): (row.office, row.kind) for row in rows}


def postings_of(session: Session, person: str, day: date) -> list[Posting]:
    """The postings that a person holds on a day, own ones first."""
    rows = session.exec(
        select(Posting)
        .where(
            col(Posting.person) == person,
            col(Posting.from_day) <= day,
            or_(col(Posting.to_day).is_(None), col(Posting.to_day) >= day),
        )
        .order_by(col(Posting.acting_for).is_not(None), col(Posting.id))
    )
    return list(rows)


def holders_of(session: Session, department: str, role: Role, day: date) -> list[Posting]:
    """Who holds a role in a department on a day; a substitute goes before the one they stand for."""
    rows = session.exec(
        select(Posting)
        .where(
            col(Posting.department) == department,
            col(Posting.role) == role,
            col(Posting.from_day) <= day,
            or_(col(Posting.to_day).is_(None), col(Posting.to_day) >= day),
        )
        .order_by(col(Posting.acting_for).is_(None), col(Posting.id))
    )
    return list(rows)


def name_of(session: Session, department: str) -> str:
    """What people call a department; the id itself where none is registered under it."""
    body = session.get(Department, department)
    return department if body is None else body.name


def check_person(session: Session, held: Holdings, claimed: Holding, *, office: str) -> None:
    """Refuse a person who does not hold the role that the paper names, in that department, on the day."""
    person, role, department, _ = claimed
    held_in, kind = held.get(claimed, (None, None))
    if held_in == office and (role is not Role.OFFICE or kind is DepartmentKind.OFFICE):
        return
    # Refused: the reason takes a look at each of its grounds.
    if session.get(Person, person) is None:
        raise Refusal("PersonUnknown", f"没有人员 {person}；请由管理员用 person post 登记")
    body = session.get(Department, department)
    if body is None or body.office != office:
        raise Refusal(
            "WrongOffice",
            f"{name_of(session, department)} 不属于本领导小组办公室，请向其所属的领导小组办公室提交",
        )
    if role is Role.OFFICE and body.kind is not DepartmentKind.OFFICE:
        raise Refusal("NotTheOffice", f"此事由领导小组办公室办理，{body.name} 不能以“{role.label}”办理")
    raise Refusal(
        "NotPosted",
        f"{person} 在 {body.name} 没有有效的“{role.label}”职务；请由有此职务者办理，或先登记任职、代理",
    )


def check_role(roles: frozenset[Role], role: Role) -> None:
    """Refuse a role that the paper's kind does not admit."""
    if role not in roles:
        allowed = "、".join(sorted(one.label for one in roles))
        raise Refusal("WrongRole", f"“{role.label}”不能办理此事，须由{allowed}办理")


def office_department(session: Session, office: str) -> str:
    """The body that stands for the coordinating office itself."""
    return session.exec(
        select(Department.id).where(
            col(Department.office) == office, col(Department.kind) == DepartmentKind.OFFICE
        )
    ).one()
