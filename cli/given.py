"""What people type, made exact: departments, choices, days, files (录入值的核对)."""

from datetime import date
from enum import IntEnum, StrEnum
from pathlib import Path
from typing import TypeVar

from sqlmodel import Session, col, or_, select

from cli.faults import file_words
from models.organisation import Department, DepartmentAlias
from rules.refusal import Refusal
from rules.register_fields import FieldFault, day

E = TypeVar("E", bound=StrEnum)
N = TypeVar("N", bound=IntEnum)


def department_named(session: Session, text: str) -> Department:
    """A department by id, name or alias; refuses `DepartmentUnknown` and `DepartmentAmbiguous`."""
    exact = session.get(Department, text)
    if exact is not None:
        return exact
    by_alias = select(DepartmentAlias.department).where(col(DepartmentAlias.alias) == text)
    rows = session.exec(
        select(Department).where(or_(col(Department.name) == text, col(Department.id).in_(by_alias)))
    ).all()
    if not rows:
        raise Refusal("DepartmentUnknown", f"没有部门“{text}”；部门编号和名称见 register show departments")
    if len(rows) > 1:
        ids = "、".join(sorted(row.id for row in rows))
        raise Refusal("DepartmentAmbiguous", f"“{text}”可指多个部门，请写部门编号：{ids}")
    return rows[0]


def department_names(session: Session, ids: list[str]) -> dict[str, str]:
    """Names of departments, for people to read."""
    rows = session.exec(select(Department).where(col(Department.id).in_(set(ids))))
    return {row.id: row.name for row in rows}


def chosen(enum: type[E], text: str) -> E:
    """The member with that value or Chinese label; refuses `ChoiceUnknown`, listing both."""
    labels = {member: str(getattr(member, "label", member.value)) for member in enum}
    for member, label in labels.items():
        if text.strip() in (member.value, label):
            return member
    known = "、".join(f"{member.value}（{label}）" for member, label in labels.items())
    raise Refusal("ChoiceUnknown", f"“{text}”不在可选之列：{known}")


def chosen_all(enum: type[E], texts: list[str] | None) -> list[E]:
    """The members that an option names, none where it was not given."""
    return [chosen(enum, text) for text in texts or []]


def chosen_number(enum: type[N], text: str) -> N:
    """The member with that number or Chinese label; refuses `ChoiceUnknown`."""
    labels = {member: str(getattr(member, "label", member.name)) for member in enum}
    for member, label in labels.items():
        if text.strip() in (str(int(member)), label):
            return member
    known = "、".join(f"{int(member)}（{label}）" for member, label in labels.items())
    raise Refusal("ChoiceUnknown", f"“{text}”不在可选之列：{known}")


def day_of(text: str) -> date:
    """A day written as 2026-03-01, or as spreadsheets turn it (2026/3/1); refuses `DateInvalid`."""
    try:
        return day(text)
    except FieldFault:
        raise Refusal("DateInvalid", f"“{text}”不是日期，请写成 2026-03-01 的形式") from None


def read_bytes(path: Path) -> bytes:
    """A file's bytes; refuses `FileUnreadable` with the path."""
    try:
        return path.read_bytes()
    except OSError as problem:
        raise Refusal("FileUnreadable", file_words(problem)) from None
