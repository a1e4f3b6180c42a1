"""One list and two registers (一单两库), the calendar and the policies."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, SQLModel, UniqueConstraint

from models.base import DOCUMENT, MOMENT, enum_type, opaque_id
from rules.calendar import DayKind
from rules.channel import LegalForm


class CheckItem(SQLModel, table=True):
    """An entry of the list of check items (随机抽查事项清单)."""

    __tablename__ = "check_item"
    __table_args__ = (UniqueConstraint("office", "code"),)

    id: int | None = Field(default=None, primary_key=True)
    office: str = Field(foreign_key="office.code")
    code: str
    name: str
    department: str = Field(foreign_key="department.id", index=True)
    grade: str = "一般"
    object_class: str = ""
    basis: str = ""
    method: str = "实地核查"
    specialty: str = ""
    """What the officers themselves must know."""
    expert: str = ""
    """What an expert must know who goes along (协助专家专业); empty where none is needed."""
    edition: str = ""
    guide: str = ""
    since: date | None = None


class Subject(SQLModel, table=True):
    """A subject of the directory (检查对象). `code` is public, `id` is opaque and used in messages.

    `code` is the 统一社会信用代码 or an 18-character register key, fixed for ever.
    """

    __table_args__ = (UniqueConstraint("office", "code"),)

    id: str = Field(default_factory=opaque_id, primary_key=True)
    office: str = Field(foreign_key="office.code", index=True)
    code: str
    name: str
    kind: str = Field(index=True)
    legal_form: LegalForm = Field(sa_type=enum_type(LegalForm))
    status: str = "存续"
    status_date: date | None = None
    """From when the status holds; until then the subject was in force."""
    area: str = ""
    address: str = ""
    credit_class: str | None = None
    class_date: date | None = None
    trade_class: str | None = None
    trade_date: date | None = None
    tags: list[str] = Field(default_factory=list, sa_type=DOCUMENT)
    capital: int | None = None
    floor_area: int | None = None
    licence: str = ""
    licence_level: str = ""
    licensed_by: str | None = None
    since: date | None = None
    """From when the register has held the record as it stands here; null: since before its history."""


class RegisterHistory(SQLModel, table=True):
    """A record as its register held it from one day to before another (名录历史); append-only.

    `key` is the record's business key, `record` its cells as a file would hold them.
    """

    __tablename__ = "register_history"
    __table_args__ = (Index("register_history_by_key", "office", "directory", "key", "valid_to"),)

    id: int | None = Field(default=None, primary_key=True)
    office: str = Field(foreign_key="office.code")
    directory: str
    key: str
    valid_from: date | None = None
    valid_to: date
    record: dict[str, Any] = Field(sa_type=DOCUMENT)


class RegisterLoad(SQLModel, table=True):
    """A file on its way into a register (名录导入), part by part; without `ended_at` the register holds half of it.

    A load that broke off is ended by the next one of the same register that comes to its end.
    """

    __tablename__ = "register_load"

    id: str = Field(default_factory=opaque_id, primary_key=True)
    office: str = Field(foreign_key="office.code", index=True)
    directory: str
    sha256: str
    begun_by: str
    begun_at: datetime = Field(sa_type=MOMENT)
    rows: int = 0
    ended_at: datetime | None = Field(default=None, sa_type=MOMENT)


class Expert(SQLModel, table=True):
    """An expert who assists and never counts as an officer (专家库)."""

    __table_args__ = (UniqueConstraint("office", "code"),)

    id: str = Field(default_factory=opaque_id, primary_key=True)
    office: str = Field(foreign_key="office.code", index=True)
    code: str
    name: str
    department: str | None = Field(default=None, foreign_key="department.id")
    organisation: str = ""
    title: str = ""
    specialties: list[str] = Field(default_factory=list, sa_type=DOCUMENT)
    engaged_to: date | None = None
    recusals: list[str] = Field(default_factory=list, sa_type=DOCUMENT)
    phone: str = ""
    since: date | None = None


class Officer(SQLModel, table=True):
    """A certified officer (执法人员). `code` is the certificate's number (证号)."""

    __table_args__ = (UniqueConstraint("office", "code"),)

    id: str = Field(default_factory=opaque_id, primary_key=True)
    office: str = Field(foreign_key="office.code", index=True)
    department: str = Field(foreign_key="department.id", index=True)
    code: str
    person: str | None = Field(default=None, foreign_key="person.id")
    name: str
    certificate_to: date
    specialties: list[str] = Field(default_factory=list, sa_type=DOCUMENT)
    areas: list[str] = Field(default_factory=list, sa_type=DOCUMENT)
    leave: list[list[str]] = Field(default_factory=list, sa_type=DOCUMENT)
    recusals: list[str] = Field(default_factory=list, sa_type=DOCUMENT)
    capacity: int = 200
    since: date | None = None


class RegisterConfirmation(SQLModel, table=True):
    """A keeper's word that a register is up to date (动态管理); append-only."""

    __tablename__ = "register_confirmation"

    id: int | None = Field(default=None, primary_key=True)
    office: str = Field(foreign_key="office.code")
    directory: str
    confirmed_on: date
    confirmed_by: str = Field(foreign_key="person.id")


class CalendarDay(SQLModel, table=True):
    """A day that is not what its weekday says: a holiday or a make-up working day (调休)."""

    __tablename__ = "calendar_day"

    day: date = Field(primary_key=True)
    year: int = Field(index=True)
    kind: DayKind = Field(sa_type=enum_type(DayKind))
    name: str = ""
    document: str = ""


class CalendarYear(SQLModel, table=True):
    """A year whose calendar the State Council has published (年度日历), with the notice's number."""

    __tablename__ = "calendar_year"

    year: int = Field(primary_key=True)
    document: str
    loaded_at: datetime = Field(sa_type=MOMENT)


class Policy(SQLModel, table=True):
    """One version of a policy value (政策参数): the newest that is in force counts; none is ever deleted.

    Of an office, of one of its departments where `department` is set, or of the tasks of one plan where
    `plan` is; versions are counted over all plans.
    """

    __table_args__ = (UniqueConstraint("office", "department", "key", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    office: str = Field(foreign_key="office.code", index=True)
    department: str = ""
    plan: str = Field(default="", sa_column_kwargs={"server_default": ""})
    key: str
    version: int
    value: Any = Field(sa_type=DOCUMENT)
    clause: str
    valid_from: date
    set_by: str = Field(foreign_key="person.id")
    set_at: datetime = Field(sa_type=MOMENT)
