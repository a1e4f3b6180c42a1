"""Papers, answers, waits, clocks, notices and the audit trail (文书、待办、时限、通知、留痕)."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, SQLModel, UniqueConstraint

from models.base import DOCUMENT, MOMENT, enum_type, opaque_id
from rules.deadline import Unit
from rules.roles import Role


class Submission(SQLModel, table=True):
    """A filed paper (已提交文书): what a person sent, before anything came of it; append-only."""

    __table_args__ = (Index("submission_by_target", "target", "filed_at"),)

    id: str = Field(primary_key=True)
    target: str
    chain: str
    kind: str
    content: dict[str, Any] = Field(sa_type=DOCUMENT)
    nonce: str
    sha256: str
    actor: str
    role: Role = Field(sa_type=enum_type(Role))
    department: str
    acting_for: str | None = None
    filed_at: datetime = Field(sa_type=MOMENT)


class Outcome(StrEnum):
    """What became of a submission (办理结果)."""

    ACCEPTED = "accepted"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        """The outcome in the words of the trade."""
        return {"accepted": "已受理", "refused": "不予受理"}[self.value]


class Answer(SQLModel, table=True):
    """The one answer to a submission (答复); append-only. A repeat gets this very row."""

    submission: str = Field(primary_key=True, foreign_key="submission.id")
    outcome: Outcome = Field(sa_type=enum_type(Outcome))
    type: str
    words: str = ""
    data: dict[str, Any] = Field(default_factory=dict, sa_type=DOCUMENT)
    answered_at: datetime = Field(sa_type=MOMENT)


class Wait(SQLModel, table=True):
    """What a department and role owe (待办): `open` of `total` like things with one clock.

    `key` is the business key: a fact that happens again opens nothing twice.
    """

    __table_args__ = (Index("wait_open", "scope", "closed_at"), Index("wait_owed", "department", "closed_at"))

    id: str = Field(default_factory=opaque_id, primary_key=True)
    key: str = Field(unique=True)
    scope: str
    task: str | None = Field(default=None, foreign_key="joint_task.id", index=True)
    office: str = Field(foreign_key="office.code")
    department: str = Field(foreign_key="department.id")
    role: Role = Field(sa_type=enum_type(Role))
    kind: str
    stage: int
    cycle: int = 1
    total: int = 1
    open: int = 1
    opened_by: str
    opened_at: datetime = Field(sa_type=MOMENT)
    closed_at: datetime | None = Field(default=None, sa_type=MOMENT)
    closed_by: str | None = None
    level: int = 0
    assignee: str | None = Field(default=None, foreign_key="person.id")
    asked: str | None = None
    """The wait of whoever decides on an act that was asked for on this one's clock; None without."""


class Cause(StrEnum):
    """What made a deadline as it is (期限缘由)."""

    OPENED = "opened"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    EXTENDED = "extended"
    CALENDAR = "calendar"
    CORRECTED = "corrected"
    REISSUED = "reissued"

    @property
    def label(self) -> str:
        """The cause in the words of the trade."""
        return {
            "opened": "起算",
            "suspended": "中止",
            "resumed": "恢复计算",
            "extended": "延期",
            "calendar": "工作日历公布或更正",
            "corrected": "起算事实更正",
            "reissued": "计划重新印发",
        }[self.value]


class Deadline(SQLModel, table=True):
    """The clock of a wait (时限): derived from an anchor fact, never typed in.

    `due` is exclusive: 24:00 of the last day. `next_rung` is the moment of the next rung of the
    ladder, null when none is left. A moved due moment is a new row; `current` marks the living one.
    `no_later` is the last day of the clock that this one lies inside. While `suspended` without an
    end, `due_day` is the earliest that it can become. Rungs before `rungs_from` are passed over.
    """

    __table_args__ = (Index("deadline_next", "current", "next_rung"),)

    id: str = Field(default_factory=opaque_id, primary_key=True)
    wait: str = Field(foreign_key="wait.id", index=True)
    anchor: date
    amount: int
    unit: Unit = Field(sa_type=enum_type(Unit))
    calendar: str
    due_day: date
    due: datetime = Field(sa_type=MOMENT)
    provisional: bool = False
    clause: str = ""
    made_at: datetime = Field(sa_type=MOMENT)
    cause: Cause = Field(default=Cause.OPENED, sa_type=enum_type(Cause))
    no_later: date | None = None
    suspended: bool = False
    rungs_from: datetime = Field(sa_type=MOMENT)
    current: bool = True
    next_rung: datetime | None = Field(default=None, sa_type=MOMENT)


class Suspension(SQLModel, table=True):
    """A period in which a clock stands still (中止): a reasoned, approved act; append-only.

    The newest row of a first day counts: the act that resumes the clock writes the last day.
    """

    id: int | None = Field(default=None, primary_key=True)
    wait: str = Field(foreign_key="wait.id", index=True)
    from_day: date
    to_day: date | None = None
    reason: str
    submission: str = Field(foreign_key="submission.id")


class RungFire(SQLModel, table=True):
    """A rung of a ladder that fired (催办), or was merged into a higher one after an outage; append-only."""

    __tablename__ = "rung_fire"

    deadline: str = Field(primary_key=True, foreign_key="deadline.id")
    due: datetime = Field(primary_key=True, sa_type=MOMENT)
    rung: str = Field(primary_key=True)
    repetition: int = Field(primary_key=True)
    merged: bool = False
    fired_at: datetime = Field(sa_type=MOMENT)


class Notification(SQLModel, table=True):
    """A notice to a role of a department (通知); `key` keeps it from being sent twice."""

    __table_args__ = (Index("notification_waiting", "department", "delivered_at"),)

    id: str = Field(default_factory=opaque_id, primary_key=True)
    key: str = Field(unique=True)
    office: str = Field(foreign_key="office.code")
    department: str = Field(foreign_key="department.id")
    role: Role = Field(sa_type=enum_type(Role))
    person: str | None = Field(default=None, foreign_key="person.id")
    task: str | None = None
    event: str
    text: str
    urgent: bool = False
    created_at: datetime = Field(sa_type=MOMENT)
    delivered_at: datetime | None = Field(default=None, sa_type=MOMENT)
    delivered_to: str | None = None


class Outbox(SQLModel, table=True):
    """A signal to a workflow (待发通知), written with the fact it tells of and sent after the commit.

    `start` is the type of the workflow that the signal starts where none runs; '' starts none.
    """

    id: int | None = Field(default=None, primary_key=True)
    workflow: str = Field(index=True)
    start: str = ""
    signal: str = "wake"
    argument: dict[str, Any] = Field(default_factory=dict, sa_type=DOCUMENT)
    source: str = Field(index=True)
    created_at: datetime = Field(sa_type=MOMENT)
    taken_until: datetime | None = Field(default=None, sa_type=MOMENT)
    sent_at: datetime | None = Field(default=None, sa_type=MOMENT, index=True)


class AuditEvent(SQLModel, table=True):
    """One link of an audit chain (留痕): who, when, why, what; append-only."""

    __tablename__ = "audit_event"
    __table_args__ = (UniqueConstraint("chain", "hash"),)

    chain: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    at: datetime = Field(sa_type=MOMENT)
    actor: str
    acting_for: str | None = None
    role: str
    department: str
    event: str
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=DOCUMENT)
    previous: str
    hash: str


class AuditHead(SQLModel, table=True):
    """The last link of each chain (留痕链首), held under a lock while the next is written."""

    __tablename__ = "audit_head"

    chain: str = Field(primary_key=True)
    number: int
    hash: str


class AuditAnchor(SQLModel, table=True):
    """The daily anchor over all heads (留痕锚点): shows a chain whose tail was cut; append-only."""

    __tablename__ = "audit_anchor"

    day: date = Field(primary_key=True)
    heads: dict[str, Any] = Field(sa_type=DOCUMENT)
    hash: str


class InterventionKind(StrEnum):
    """What somebody did to a workflow's run with the engine's own tools (人为干预)."""

    TERMINATED = "terminated"
    RESET = "reset"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """The kind in the words of operators."""
        return {"terminated": "强制终止", "reset": "重置", "cancelled": "取消"}[self.value]


class Intervention(SQLModel, table=True):
    """What happened to a run in the engine behind the service's back (人为干预); append-only, once per run."""

    run: str = Field(primary_key=True)
    kind: InterventionKind = Field(primary_key=True, sa_type=enum_type(InterventionKind))
    workflow: str = Field(index=True)
    identity: str
    reason: str = ""
    at: datetime = Field(sa_type=MOMENT)


class ArchivedRun(SQLModel, table=True):
    """A closed run's history in the task's archive (运行记录归档), kept before the engine forgets it; append-only.

    `sha256` is that of the compressed file; the archive's folder has it under this name. `task` is null
    for what belongs to no single task: desks, exchanges, plan rows.
    """

    __tablename__ = "archived_run"

    workflow: str = Field(primary_key=True)
    run: str = Field(primary_key=True)
    type: str
    task: str | None = Field(default=None, foreign_key="joint_task.id", index=True)
    status: str
    started_at: datetime = Field(sa_type=MOMENT)
    closed_at: datetime = Field(sa_type=MOMENT)
    events: int
    sha256: str
    size: int
    archived_at: datetime = Field(sa_type=MOMENT)
