"""The joint task, its departments, its draw and its visits (联合抽查任务)."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, false, text
from sqlmodel import Field, SQLModel, UniqueConstraint

from models.base import BYTES, DOCUMENT, MOMENT, enum_type, opaque_id
from rules.draw_record import Kind
from rules.stages import Claim, Stage, TaskStatus, VisitStage


class Part(StrEnum):
    """In what capacity a department takes part (发起部门、配合部门)."""

    INITIATOR = "initiator"
    PARTNER = "partner"

    @property
    def label(self) -> str:
        """The capacity in the words of the trade; also the type of its summary table."""
        return {"initiator": "发起", "partner": "配合"}[self.value]


class Aspect(StrEnum):
    """What the initiator turns a row's prose into (发起事项：范围、事项、时段); each is confirmed by a second person."""

    SCOPE = "scope"
    ITEMS = "items"
    PERIODS = "periods"

    @property
    def label(self) -> str:
        """The aspect in the words of the trade."""
        return {"scope": "抽查对象范围", "items": "各部门抽查事项", "periods": "检查时段"}[self.value]


class JointTask(SQLModel, table=True):
    """One launch of one round of one plan row (联合抽查任务). `id` is `<document>/<seq>/<round>[/<launch>]`."""

    __tablename__ = "joint_task"
    __table_args__ = (
        UniqueConstraint("document", "seq", "round", "launch"),
        Index(
            "one_living_launch",
            "document",
            "seq",
            "round",
            unique=True,
            sqlite_where=text("status != 'cancelled'"),
            postgresql_where=text("status != 'cancelled'"),
        ),
    )

    id: str = Field(primary_key=True)
    office: str = Field(foreign_key="office.code", index=True)
    document: str = Field(foreign_key="plan_document.id")
    seq: str
    round: int
    launch: int = 1
    replaces: str | None = Field(default=None, foreign_key="joint_task.id")
    row: int = Field(foreign_key="plan_row.id")
    row_version: int = 1
    name: str
    initiator: str = Field(foreign_key="department.id")
    window_first: date
    window_last: date
    approval: str | None = None
    status: TaskStatus = Field(default=TaskStatus.OPEN, sa_type=enum_type(TaskStatus), index=True)
    stage: Stage = Field(default=Stage.INITIATE, sa_type=enum_type(Stage))
    level: int = 0
    version: int = 0
    opened_at: datetime = Field(sa_type=MOMENT)
    stage_since: datetime = Field(sa_type=MOMENT)
    closed_at: datetime | None = Field(default=None, sa_type=MOMENT)


class LaunchApproval(SQLModel, table=True):
    """The coordinating office's approval of a launch outside the row's window (批准发起); append-only."""

    __tablename__ = "launch_approval"

    document: str = Field(primary_key=True, foreign_key="plan_document.id")
    seq: str = Field(primary_key=True)
    round: int = Field(primary_key=True)
    number: str = Field(primary_key=True)
    reason: str
    submission: str = Field(foreign_key="submission.id")


class ReceivedList(SQLModel, table=True):
    """A list that the level above drew, with its draw record, from which a task starts; append-only.

    `codes` are the subjects' register codes in drawn order (市抽县查: the city draws, the county checks).
    """

    __tablename__ = "received_list"

    task: str = Field(primary_key=True, foreign_key="joint_task.id")
    issuer: str
    number: str
    drawn_on: date
    record_sha256: str
    file_sha256: str
    codes: list[str] = Field(sa_type=DOCUMENT)
    submission: str = Field(foreign_key="submission.id")


class TakingPart(SQLModel, table=True):
    """A department's part in a task (参与部门), with its open counts as counters (count(*) is too slow)."""

    __tablename__ = "taking_part"

    task: str = Field(primary_key=True, foreign_key="joint_task.id")
    department: str = Field(primary_key=True, foreign_key="department.id", index=True)
    part: Part = Field(sa_type=enum_type(Part))
    claim: Claim = Field(default=Claim.NONE, sa_type=enum_type(Claim))
    stage: Stage = Field(default=Stage.INITIATE, sa_type=enum_type(Stage))
    stage_since: datetime = Field(sa_type=MOMENT)
    offers: int = 0
    match_asked: int = 1
    match_run: int = 0
    subjects: int = 0
    matched: int = 0
    visited: int = 0
    submitted: int = 0
    approved: int = 0
    receipted: int = 0
    published: int = 0
    disposals: int = 0
    disposals_open: int = 0
    summaries: int = 0
    summaries_open: int = 0
    untold: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether something has come up since the newest summary that it does not say."""


class Preparation(SQLModel, table=True):
    """One proposal of an aspect and its confirmation by a second person (拟定方案); the newest confirmed counts."""

    __table_args__ = (UniqueConstraint("task", "aspect", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    task: str = Field(foreign_key="joint_task.id")
    aspect: Aspect = Field(sa_type=enum_type(Aspect))
    number: int
    content: dict[str, Any] = Field(sa_type=DOCUMENT)
    sha256: str
    proposed_by: str = Field(foreign_key="person.id")
    confirmed_by: str | None = Field(default=None, foreign_key="person.id")


class Commitment(SQLModel, table=True):
    """A department's commitment for 64 draw acts of a task (承诺值): the end of its hash chain.

    `since` is the act that opens its first link; `kept_by` says who holds the secret, "department" or
    "service".
    """

    task: str = Field(primary_key=True, foreign_key="joint_task.id")
    department: str = Field(primary_key=True, foreign_key="department.id")
    number: int = Field(default=1, primary_key=True)
    commitment: str
    submission: str
    since: int = 1
    kept_by: str = "department"


class SealedSecret(SQLModel, table=True):
    """A secret that the service keeps for a department (代管秘密), encrypted; append-only, opened link by link."""

    __tablename__ = "sealed_secret"

    task: str = Field(primary_key=True, foreign_key="joint_task.id")
    department: str = Field(primary_key=True, foreign_key="department.id")
    number: int = Field(primary_key=True)
    ciphertext: str


class ActStep(StrEnum):
    """A step of a draw act (抽取步骤); the last row tells the act's state."""

    REQUESTED = "requested"
    APPROVED = "approved"
    FIXED = "fixed"
    REVEALED = "revealed"
    MISSED = "missed"
    PUBLIC = "public"
    VOID = "void"
    DRAWN = "drawn"

    @property
    def label(self) -> str:
        """The step in the words of the trade."""
        return {
            "requested": "已申请",
            "approved": "已批准",
            "fixed": "已锁定",
            "revealed": "已揭示",
            "missed": "逾期未提交",
            "public": "已公布公共随机值",
            "void": "作废",
            "drawn": "已抽取",
        }[self.value]


class DrawAct(SQLModel, table=True):
    """One draw act of a task (一次抽取); append-only, its steps are rows of their own."""

    __tablename__ = "draw_act"

    task: str = Field(primary_key=True, foreign_key="joint_task.id")
    number: int = Field(primary_key=True)
    kind: Kind = Field(sa_type=enum_type(Kind))
    reason: str
    content: dict[str, Any] = Field(default_factory=dict, sa_type=DOCUMENT)


class DrawStep(SQLModel, table=True):
    """A step of a draw act (抽取步骤): by which department ('' for the machine), with what; append-only."""

    __tablename__ = "draw_step"

    task: str = Field(primary_key=True)
    act: int = Field(primary_key=True)
    step: ActStep = Field(primary_key=True, sa_type=enum_type(ActStep))
    department: str = Field(default="", primary_key=True)
    content: dict[str, Any] = Field(default_factory=dict, sa_type=DOCUMENT)
    submission: str | None = None


class DrawPaper(SQLModel, table=True):
    """A frozen paper of an act (锁定文件: directory, plan of the draw, officers' file), compressed; append-only."""

    __tablename__ = "draw_paper"

    task: str = Field(primary_key=True)
    act: int = Field(primary_key=True)
    name: str = Field(primary_key=True)
    sha256: str
    body: bytes = Field(sa_type=BYTES)


class DrawnSubject(SQLModel, table=True):
    """A subject that an act drew (抽中对象); append-only."""

    __tablename__ = "drawn_subject"
    __table_args__ = (UniqueConstraint("task", "act", "subject"),)

    task: str = Field(primary_key=True)
    act: int = Field(primary_key=True)
    rank: int = Field(primary_key=True)
    subject: str = Field(foreign_key="subject.id")
    stratum: str
    credit_class: str


class Visit(SQLModel, table=True):
    """One subject in one department's part (检查): the row that the whole second half hangs on.

    `due_day` ends the `due_amount` working days after `completed_on`, or after `clock_from` where the
    plan lets them run from the whole task's completion; `clock` is the wait whose suspensions stand in
    them, None where the clock never stood.
    """

    __table_args__ = (
        UniqueConstraint("task", "department", "subject", "act"),
        Index("visit_by_stage", "task", "department", "stage"),
    )

    id: str = Field(default_factory=opaque_id, primary_key=True)
    task: str = Field(foreign_key="joint_task.id")
    department: str = Field(foreign_key="department.id")
    subject: str = Field(foreign_key="subject.id", index=True)
    act: int
    stage: VisitStage = Field(default=VisitStage.UNMATCHED, sa_type=enum_type(VisitStage))
    first_day: date
    last_day: date
    tries: int = 0
    cycle: int = 0
    completed_on: date | None = None
    due_day: date | None = None
    due_amount: int = 0
    clock_from: date | None = None
    clock: str | None = Field(default=None, foreign_key="wait.id")
    method: str = ""
    facts: dict[str, Any] = Field(default_factory=dict, sa_type=DOCUMENT)
    wait: str | None = Field(default=None, foreign_key="wait.id")


class Assignment(SQLModel, table=True):
    """An officer matched to a visit by one run of the match (派员); a later run supersedes, never deletes."""

    __table_args__ = (UniqueConstraint("visit", "officer", "run"),)

    id: int | None = Field(default=None, primary_key=True)
    visit: str = Field(foreign_key="visit.id", index=True)
    officer: str = Field(foreign_key="officer.id", index=True)
    run: int
    leader: bool
    current: bool = True


class AidKind(StrEnum):
    """A way on (解决办法): where officers, or what they know, are too few, or a check need not be made alone or again."""

    ASK = "ask"
    BORROW = "borrow"
    KEEP = "keep"
    WIDEN = "widen"
    ASSIST = "assist"
    OFFER = "offer"
    JOIN = "join"
    APART = "apart"
    RECOGNISE = "recognise"
    REPEAT = "repeat"
    RECUSE = "recuse"

    @property
    def label(self) -> str:
        """The way in the words of the trade."""
        return {
            "ask": "请求借调",
            "borrow": "借调人员",
            "keep": "不同意借调",
            "widen": "扩大负责区域",
            "assist": "专家和辅助人员",
            "offer": "提议合并上门",
            "join": "合并上门",
            "apart": "不合并上门",
            "recognise": "结果互认",
            "repeat": "不互认、照常检查",
            "recuse": "回避",
        }[self.value]


class MatchAid(SQLModel, table=True):
    """A way on for one department in one task (解决办法): who is lent, which areas, which visit is joined; append-only.

    An offer and its answer are rows of their own: ASK and BORROW or KEEP, OFFER and JOIN or APART.
    """

    __tablename__ = "match_aid"

    task: str = Field(primary_key=True, foreign_key="joint_task.id")
    department: str = Field(primary_key=True, foreign_key="department.id")
    number: int = Field(primary_key=True)
    kind: AidKind = Field(sa_type=enum_type(AidKind))
    content: dict[str, Any] = Field(default_factory=dict, sa_type=DOCUMENT)
    submission: str = Field(foreign_key="submission.id")
