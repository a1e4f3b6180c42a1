"""Results, corrections, publications, disposals, summaries (结果、更正、公示、处置、汇总)."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel, UniqueConstraint

from models.base import DOCUMENT, MOMENT, enum_type, opaque_id
from rules.channel import Channel
from rules.disposal import DisposalKind


class Result(SQLModel, table=True):
    """What one department found on one item at one subject (检查结果), in one cycle of submission; append-only."""

    __table_args__ = (UniqueConstraint("visit", "item", "cycle"),)

    id: str = Field(default_factory=opaque_id, primary_key=True)
    visit: str = Field(foreign_key="visit.id", index=True)
    item: str
    cycle: int
    categories: list[str] = Field(sa_type=DOCUMENT)
    finding: str = ""
    disposal: dict[str, Any] | None = Field(default=None, sa_type=DOCUMENT)
    not_checked: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """Why the item was not checked; '' where it was."""
    method: str = Field(default="", sa_column_kwargs={"server_default": ""})
    evidence: list[str] = Field(
        default_factory=list, sa_type=DOCUMENT, sa_column_kwargs={"server_default": "[]"}
    )
    """The evidence that lay before the submission, by id."""
    submission: str = Field(foreign_key="submission.id")


class Verdict(StrEnum):
    """The unit's decision on a submitted set of results (审批)."""

    APPROVED = "approved"
    RETURNED = "returned"

    @property
    def label(self) -> str:
        """The decision in the words of the trade."""
        return {"approved": "批准", "returned": "退回"}[self.value]


class ResultDecision(SQLModel, table=True):
    """The unit's decision on one cycle of a visit's results (结果审批); append-only."""

    __tablename__ = "result_decision"

    visit: str = Field(primary_key=True, foreign_key="visit.id")
    cycle: int = Field(primary_key=True)
    verdict: Verdict = Field(sa_type=enum_type(Verdict))
    reason: str = ""
    submission: str = Field(foreign_key="submission.id")


class Correction(SQLModel, table=True):
    """A correction of a published result (更正), both sides visible; append-only. `id` is `<result>/<n>`."""

    __table_args__ = (UniqueConstraint("result", "number"),)

    id: str = Field(primary_key=True)
    result: str = Field(foreign_key="result.id")
    number: int
    before: dict[str, Any] = Field(sa_type=DOCUMENT)
    after: dict[str, Any] = Field(sa_type=DOCUMENT)
    reason: str
    disposal: dict[str, Any] | None = Field(default=None, sa_type=DOCUMENT)
    submission: str = Field(foreign_key="submission.id")


class CorrectionDecision(SQLModel, table=True):
    """The head's signature under a correction (更正签字), or its refusal; append-only."""

    __tablename__ = "correction_decision"

    correction: str = Field(primary_key=True, foreign_key="correction.id")
    verdict: Verdict = Field(sa_type=enum_type(Verdict))
    reason: str = ""
    submission: str = Field(foreign_key="submission.id")


class PublicationKind(StrEnum):
    """What is published (公示种类)."""

    RESULT = "result"
    CORRECTION = "correction"
    DISPOSAL = "disposal"
    WITHDRAWAL = "withdrawal"

    @property
    def label(self) -> str:
        """The kind in the words of the trade."""
        return {
            "result": "检查结果",
            "correction": "结果更正",
            "disposal": "处置结果",
            "withdrawal": "撤回公示",
        }[self.value]


NEVER_SENT = "annulled"
"""Stands for a batch: the decision fell before the record was sent, and it is not sent any more."""


class Publication(SQLModel, table=True):
    """One set of results, correction or outcome on its way to the public (公示事项).

    `key` is the business key that the platform knows it by (never a row number): a batch sent
    twice after a restore is recognised there. Receipt, forwarding and publication are three facts.
    """

    __table_args__ = (
        # Asked for at every step of a task, and nearly always empty.
        Index(
            "publication_rejected",
            "task",
            sqlite_where=text("rejected IS NOT NULL"),
            postgresql_where=text("rejected IS NOT NULL"),
        ),
    )

    id: str = Field(default_factory=opaque_id, primary_key=True)
    key: str = Field(unique=True)
    office: str = Field(foreign_key="office.code")
    task: str = Field(foreign_key="joint_task.id", index=True)
    department: str = Field(foreign_key="department.id")
    visit: str = Field(foreign_key="visit.id", index=True)
    cycle: int = 1
    kind: PublicationKind = Field(sa_type=enum_type(PublicationKind))
    reference: str
    channel: Channel = Field(sa_type=enum_type(Channel))
    batch: str | None = Field(default=None, index=True)
    queued_at: datetime = Field(sa_type=MOMENT)
    sent_at: datetime | None = Field(default=None, sa_type=MOMENT)
    receipted_at: datetime | None = Field(default=None, sa_type=MOMENT)
    receipt: str | None = None
    forwarded_at: datetime | None = Field(default=None, sa_type=MOMENT)
    published_at: datetime | None = Field(default=None, sa_type=MOMENT)
    proof: dict[str, Any] | None = Field(default=None, sa_type=DOCUMENT)
    rejected: str | None = None
    revision: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    """Grows when a rejected record is sent again."""
    due_day: date | None = None
    """The last day to be public, where the fact itself sets it (a penalty: 20 working days)."""


class Disposal(SQLModel, table=True):
    """One follow-up of a finding (后续处置); a finding may have several.

    `id` is the result's id for the first, `<result>/<n>` for the n-th.
    """

    id: str = Field(primary_key=True)
    office: str = Field(foreign_key="office.code")
    task: str = Field(foreign_key="joint_task.id", index=True)
    department: str = Field(foreign_key="department.id")
    visit: str = Field(foreign_key="visit.id")
    kind: DisposalKind = Field(sa_type=enum_type(DisposalKind))
    state: str
    owner: str = Field(foreign_key="department.id")
    receiver: str | None = Field(default=None, foreign_key="department.id")
    outside: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """The receiver by name, where it takes no part in the system: the owner records its answer."""
    period_days: int | None = None
    opened_on: date
    opened_at: datetime = Field(sa_type=MOMENT)
    closed_at: datetime | None = Field(default=None, sa_type=MOMENT)
    outcome: str | None = None
    result: str = Field(default="", index=True, sa_column_kwargs={"server_default": ""})
    reason: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """Why this owner: the rule that proposed it, or the checker's own word."""


class DisposalEntry(SQLModel, table=True):
    """A step that was taken in a disposal (处置步骤); append-only."""

    __tablename__ = "disposal_entry"

    disposal: str = Field(primary_key=True, foreign_key="disposal.id")
    number: int = Field(primary_key=True)
    step: str
    content: dict[str, Any] = Field(default_factory=dict, sa_type=DOCUMENT)
    submission: str = Field(foreign_key="submission.id")


class Annulment(SQLModel, table=True):
    """A decision that fell (决定被撤销、变更): withdrawn, or not made public any more; append-only."""

    disposal: str = Field(primary_key=True, foreign_key="disposal.id")
    authority: str
    document: str
    decided_on: date
    reason: str
    submission: str = Field(foreign_key="submission.id")


class Referral(SQLModel, table=True):
    """A dishonest act handed on to 联合惩戒 (失信行为移交联合惩戒): recorded, with to whom; append-only."""

    __table_args__ = (UniqueConstraint("visit", "number"),)

    id: str = Field(default_factory=opaque_id, primary_key=True)
    task: str = Field(foreign_key="joint_task.id", index=True)
    department: str = Field(foreign_key="department.id")
    visit: str = Field(foreign_key="visit.id")
    number: int
    result: str = Field(foreign_key="result.id")
    act: str
    basis: str
    authority: str
    referred_on: date
    submission: str = Field(foreign_key="submission.id")


class Reply(StrEnum):
    """What the receiver of a referral answered (移交答复)."""

    ACCEPTED = "accepted"
    RETURNED = "returned"
    OUTCOME = "outcome"

    @property
    def label(self) -> str:
        """The answer in the words of the trade."""
        return {"accepted": "已接收", "returned": "退回", "outcome": "处理结果"}[self.value]


class ReferralReply(SQLModel, table=True):
    """What the receiver answered to a referral (联合惩戒的接收、退回、处理结果); append-only."""

    __tablename__ = "referral_reply"

    referral: str = Field(primary_key=True, foreign_key="referral.id")
    number: int = Field(primary_key=True)
    reply: Reply = Field(sa_type=enum_type(Reply))
    replied_on: date
    document: str
    note: str
    submission: str = Field(foreign_key="submission.id")


class YearlyReport(SQLModel, table=True):
    """A yearly report as it was sent (年度报告): the system's data and the file that a person completed.

    Number 2 and later are supplements; append-only.
    """

    __tablename__ = "yearly_report"

    department: str = Field(primary_key=True, foreign_key="department.id")
    document: str = Field(primary_key=True, foreign_key="plan_document.id")
    number: int = Field(primary_key=True)
    content: dict[str, Any] = Field(sa_type=DOCUMENT)
    internal: dict[str, Any] = Field(default_factory=dict, sa_type=DOCUMENT)
    file_sha256: str
    reference: str
    sent_on: date
    submission: str = Field(foreign_key="submission.id")


class Summary(SQLModel, table=True):
    """A department's summary table of a task (抽查结果汇总表); number 2 and later are supplements."""

    task: str = Field(primary_key=True, foreign_key="joint_task.id")
    department: str = Field(primary_key=True, foreign_key="department.id")
    number: int = Field(primary_key=True)
    content: dict[str, Any] | None = Field(default=None, sa_type=DOCUMENT)
    disposals_open: int = 0
    submitted: str | None = Field(default=None, foreign_key="submission.id")
    receipted: str | None = Field(default=None, foreign_key="submission.id")
