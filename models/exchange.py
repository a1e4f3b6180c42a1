"""What the provincial platform is told of tasks and claims, the batches, and what it rejected (平台交换)."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlmodel import Field, SQLModel

from models.base import DOCUMENT, MOMENT, enum_type, opaque_id


class DeclarationKind(StrEnum):
    """What a declaration tells (申报种类)."""

    TASK = "task"
    CLAIM = "claim"

    @property
    def label(self) -> str:
        """The kind in the words of the trade."""
        return {"task": "抽查任务", "claim": "任务领取"}[self.value]


class Declaration(SQLModel, table=True):
    """A task, or a department's answer to it, on its way to the platform (任务和领取的报送).

    `content` is what was true when it was queued; each further truth is a row of its own, with its key.
    """

    id: str = Field(default_factory=opaque_id, primary_key=True)
    key: str = Field(unique=True)
    office: str = Field(foreign_key="office.code", index=True)
    task: str = Field(foreign_key="joint_task.id", index=True)
    department: str = Field(foreign_key="department.id")
    kind: DeclarationKind = Field(sa_type=enum_type(DeclarationKind))
    content: dict[str, Any] = Field(sa_type=DOCUMENT)
    revision: int = 1
    batch: str | None = Field(default=None, index=True)
    queued_at: datetime = Field(sa_type=MOMENT)
    sent_at: datetime | None = Field(default=None, sa_type=MOMENT)
    receipted_at: datetime | None = Field(default=None, sa_type=MOMENT)
    receipt: str | None = None
    rejected: str | None = None


class RecordAmendment(SQLModel, table=True):
    """A field of a record that is sent otherwise than the registers say (更正报送字段), signed; append-only."""

    __tablename__ = "record_amendment"

    key: str = Field(primary_key=True)
    field: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    former: str
    value: str
    basis: str
    reason: str
    submission: str = Field(foreign_key="submission.id")


class ExchangeBatch(SQLModel, table=True):
    """A batch as it was sent (报送批次), to the letter: sent again after a lost answer it is the very same."""

    __tablename__ = "exchange_batch"

    id: str = Field(primary_key=True)
    office: str = Field(foreign_key="office.code", index=True)
    content: dict[str, Any] = Field(sa_type=DOCUMENT)
    sha256: str
    made_at: datetime = Field(sa_type=MOMENT)
    sent_at: datetime | None = Field(default=None, sa_type=MOMENT)
    tries: int = 0


class ExchangeRejection(SQLModel, table=True):
    """A revision of a record that the platform rejected (平台退回), field by field; append-only."""

    __tablename__ = "exchange_rejection"

    key: str = Field(primary_key=True)
    revision: int = Field(primary_key=True)
    office: str = Field(foreign_key="office.code")
    reason: str
    fields: dict[str, str] = Field(sa_type=DOCUMENT)
    at: datetime = Field(sa_type=MOMENT)
