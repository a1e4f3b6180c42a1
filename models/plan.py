"""The annual plan: a formal notice with versions and rows (抽查工作计划)."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlmodel import Field, SQLModel, UniqueConstraint

from models.base import DOCUMENT, MOMENT, enum_type


class PlanStatus(StrEnum):
    """Where a plan document stands (计划状态)."""

    IMPORTED = "imported"
    ADOPTED = "adopted"

    @property
    def label(self) -> str:
        """The status in the words of the trade."""
        return {"imported": "已导入待采用", "adopted": "已采用"}[self.value]


class PlanDocument(SQLModel, table=True):
    """A plan notice (计划通知). `id` is the slug given at import, beginning with the office's code."""

    __tablename__ = "plan_document"

    id: str = Field(primary_key=True)
    office: str = Field(foreign_key="office.code", index=True)
    status: PlanStatus = Field(default=PlanStatus.IMPORTED, sa_type=enum_type(PlanStatus))
    version: int = 0
    number: str | None = None
    no_number: str | None = None
    """Why the notice bears no 文号, where somebody recorded that it bears none."""
    title: str | None = None
    year: int | None = None
    issued_on: date | None = None
    reading: dict[str, Any] = Field(default_factory=dict, sa_type=DOCUMENT)


class PlanVersion(SQLModel, table=True):
    """One version of a document (计划版本): from which file, when, by whom; append-only.

    From the second on it rests on a written application (`number`) and its `approval`.
    """

    __tablename__ = "plan_version"

    document: str = Field(primary_key=True, foreign_key="plan_document.id")
    version: int = Field(primary_key=True)
    file_sha256: str
    adopted_on: date
    adopted_by: str = Field(foreign_key="person.id")
    adopted_at: datetime = Field(sa_type=MOMENT)
    number: str | None = None
    approval: str | None = None
    reason: str = ""
    notice: dict[str, Any] = Field(default_factory=dict, sa_type=DOCUMENT)
    """The notice's own fields as this version has them."""


class PlanRow(SQLModel, table=True):
    """One row of a plan (计划行); (document, seq) is its key for ever. This is the copy that is worked on.

    `fields` keeps each field's value, status, raw text and reason; the columns beside it are derived.
    `obstacles` names what keeps it from being adopted. `version` is the version of the plan in which it
    was last adopted, 0 before; `pending` says that what stands here differs from that and waits.
    """

    __tablename__ = "plan_row"
    __table_args__ = (UniqueConstraint("document", "seq"),)

    id: int | None = Field(default=None, primary_key=True)
    document: str = Field(foreign_key="plan_document.id")
    seq: str
    line: int
    region: str = ""
    version: int = 0
    pending: bool = False
    withdrawn: bool = False
    name: str
    fields: dict[str, Any] = Field(sa_type=DOCUMENT)
    flags: list[str] = Field(default_factory=list, sa_type=DOCUMENT)
    initiator: str | None = Field(default=None, foreign_key="department.id")
    partners: list[str] = Field(default_factory=list, sa_type=DOCUMENT)
    from_month: int | None = None
    to_month: int | None = None
    obstacles: list[str] = Field(default_factory=list, sa_type=DOCUMENT)


class PlanRowVersion(SQLModel, table=True):
    """A row as a version of the plan adopted it (计划行版本); append-only. A task keeps the one it was launched from."""

    __tablename__ = "plan_row_version"

    document: str = Field(primary_key=True, foreign_key="plan_document.id")
    seq: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    line: int
    region: str = ""
    withdrawn: bool = False
    adopted_on: date
    name: str
    fields: dict[str, Any] = Field(sa_type=DOCUMENT)
    initiator: str = Field(foreign_key="department.id")
    partners: list[str] = Field(default_factory=list, sa_type=DOCUMENT)
    from_month: int
    to_month: int


class RoundOmission(SQLModel, table=True):
    """A round of a row that was not launched, on record with its reason (未实施); append-only.

    `submission` is the office's paper, null where the year's end recorded it.
    """

    __tablename__ = "round_omission"

    document: str = Field(primary_key=True, foreign_key="plan_document.id")
    seq: str = Field(primary_key=True)
    round: int = Field(primary_key=True)
    reason: str
    recorded_on: date
    submission: str | None = Field(default=None, foreign_key="submission.id")
