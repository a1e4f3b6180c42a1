"""What a result rests on: evidence, facts about the subject, commissioned tests, drafts (证据、情况、委托、草稿)."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlmodel import Field, SQLModel

from models.base import DOCUMENT, MOMENT, enum_type, opaque_id
from rules.results import SubjectFact


class EvidenceKind(StrEnum):
    """What a file proves with (证据种类)."""

    RECORD = "record"
    PHOTO = "photo"
    EXPERT = "expert"
    REPORT = "report"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The kind in the words of the trade."""
        return {
            "record": "检查记录",
            "photo": "照片录像",
            "expert": "鉴定结论",
            "report": "检验检测（审计）报告",
            "other": "其他材料",
        }[self.value]


class Evidence(SQLModel, table=True):
    """A file behind a visit's results (证据), by its content's hash; append-only. `item` is '' for all items.

    `source` names who made an existing expert conclusion, and its number.
    """

    id: str = Field(default_factory=opaque_id, primary_key=True)
    visit: str = Field(foreign_key="visit.id", index=True)
    item: str = ""
    kind: EvidenceKind = Field(sa_type=enum_type(EvidenceKind))
    sha256: str
    name: str
    media_type: str
    size: int
    source: str = ""
    submission: str = Field(foreign_key="submission.id")


class SubjectFinding(SQLModel, table=True):
    """A fact about the subject found at a check (对象情况): no result, a record of its own; append-only.

    `letters` are the two registered letters of 无法联系, each with its number and days.
    """

    __tablename__ = "subject_finding"

    id: str = Field(default_factory=opaque_id, primary_key=True)
    visit: str = Field(foreign_key="visit.id", index=True)
    fact: SubjectFact = Field(sa_type=enum_type(SubjectFact))
    found_on: date
    source: str
    letters: list[dict[str, Any]] = Field(default_factory=list, sa_type=DOCUMENT)
    submission: str = Field(foreign_key="submission.id")


class Commission(SQLModel, table=True):
    """A test or audit given to an institution (委托专业机构); append-only, its report is a row of its own."""

    id: str = Field(default_factory=opaque_id, primary_key=True)
    visit: str = Field(foreign_key="visit.id", index=True)
    item: str
    number: int
    institution: str
    qualification: str
    due_on: date
    submission: str = Field(foreign_key="submission.id")


class CommissionReport(SQLModel, table=True):
    """The institution's report (委托报告), or why there will be none; append-only."""

    __tablename__ = "commission_report"

    commission: str = Field(primary_key=True, foreign_key="commission.id")
    reported_on: date
    conclusion: str
    evidence: str | None = Field(default=None, foreign_key="evidence.id")
    submission: str = Field(foreign_key="submission.id")


class ResultDraft(SQLModel, table=True):
    """Results that somebody is still writing (草稿): no paper, nobody else's business, overwritten freely."""

    __tablename__ = "result_draft"

    visit: str = Field(primary_key=True, foreign_key="visit.id")
    item: str = Field(primary_key=True)
    author: str = Field(primary_key=True, foreign_key="person.id")
    content: dict[str, Any] = Field(sa_type=DOCUMENT)
    saved_at: datetime = Field(sa_type=MOMENT)
