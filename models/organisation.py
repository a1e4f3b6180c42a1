"""Offices, departments, persons and what they may do (机构与人员)."""

from datetime import date, datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel, UniqueConstraint

from models.base import MOMENT, enum_type, opaque_id
from rules.roles import Role


class DepartmentKind(StrEnum):
    """The kind of a body (单位种类): a coordinating office inspects nothing, a department does."""

    DEPARTMENT = "department"
    OFFICE = "office"

    @property
    def label(self) -> str:
        """The kind in the words of the trade."""
        return {"department": "成员单位", "office": "领导小组办公室"}[self.value]


class Office(SQLModel, table=True):
    """A coordinating office (领导小组办公室): a world of its own with its documents and registers."""

    code: str = Field(primary_key=True)
    name: str
    territory: str
    parent: str | None = Field(default=None, foreign_key="office.code")
    level: str = Field(default="county", sa_column_kwargs={"server_default": "county"})
    """county, city or province: what 市抽市查 asks of an office depends on its own level."""


class Department(SQLModel, table=True):
    """A member body of one office (部门). `id` is `<office>/<code>`; the office itself has one too."""

    id: str = Field(primary_key=True)
    office: str = Field(foreign_key="office.code", index=True)
    name: str
    kind: DepartmentKind = Field(default=DepartmentKind.DEPARTMENT, sa_type=enum_type(DepartmentKind))
    since: date | None = None
    """From when the register has held the body and its aliases as they stand; null: before its history."""


class DepartmentAlias(SQLModel, table=True):
    """A name under which notices call a department (别名): one bureau has many."""

    __tablename__ = "department_alias"
    __table_args__ = (UniqueConstraint("office", "alias"),)

    id: int | None = Field(default=None, primary_key=True)
    office: str = Field(foreign_key="office.code")
    alias: str
    department: str = Field(foreign_key="department.id")


class Person(SQLModel, table=True):
    """Somebody who acts (人员). The id is opaque; the name never leaves the database in a message."""

    id: str = Field(default_factory=opaque_id, primary_key=True)
    office: str = Field(foreign_key="office.code", index=True)
    name: str
    email: str = ""
    phone: str = ""


class Posting(SQLModel, table=True):
    """A role held in a department for a period, both days included; open-ended without `to_day`.

    `acting_for` names the person whose substitute (代理) the holder is: both stand in the trail.
    """

    __table_args__ = (UniqueConstraint("person", "department", "role", "from_day"),)

    id: int | None = Field(default=None, primary_key=True)
    person: str = Field(foreign_key="person.id", index=True)
    department: str = Field(foreign_key="department.id", index=True)
    role: Role = Field(sa_type=enum_type(Role))
    from_day: date
    to_day: date | None = None
    acting_for: str | None = Field(default=None, foreign_key="person.id")
    since: date | None = None


class Token(SQLModel, table=True):
    """A personal token (个人令牌): only its SHA-256 is kept."""

    sha256: str = Field(primary_key=True)
    person: str = Field(foreign_key="person.id", index=True)
    issued_at: datetime = Field(sa_type=MOMENT)
    expires_at: datetime = Field(sa_type=MOMENT)
    revoked_at: datetime | None = Field(default=None, sa_type=MOMENT)
