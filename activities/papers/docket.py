"""A filed paper with all that is needed to rule on it, and the registry of the rulings."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, TypeVar, cast

from sqlalchemy import Table
from sqlmodel import Session, SQLModel, col, select

from activities import audit
from activities.authority import name_of
from activities.clocks.waits import Clocks
from activities.lookup import among
from adapters.bulk import put_rows
from models.messages import Wake
from models.organisation import Department
from models.papers import Paper
from models.task import JointTask, TakingPart, Visit
from models.trail import AuditEvent, AuditHead, Notification, Outbox, Submission, Wait
from rules.refusal import Refusal
from rules.roles import Role
from rules.stages import TaskStatus


class Target(StrEnum):
    """What a paper is addressed to; its value is the first part of the target's name."""

    OFFICE = "office"
    TASK = "joint-task"
    DISPOSAL = "disposal"
    CORRECTION = "correction"


def ruled_by(wait: Wait) -> str:
    """What a paper about a wait is addressed to: its case, or the office for what a desk or a row's watch holds."""
    own = wait.scope.partition("/")[0] in set(Target)
    return wait.scope if own else f"{Target.OFFICE}/{wait.office}"


P = TypeVar("P", bound=Paper)
T = TypeVar("T")
Ruling = Callable[["Docket", Any], None]


@dataclass(frozen=True)
class Rule:
    """Who may file a kind of paper, and what it does.

    `together`: papers of this kind that wait together may be ruled on together, for none of them asks
    for a stage of the task that another of them could bring about.
    """

    targets: frozenset[Target]
    paper: type[Paper]
    roles: frozenset[Role]
    act: Ruling
    from_above: bool = False
    """Whether people of the parent office may file it too."""
    together: bool = False


RULINGS: dict[str, Rule] = {}


def ruling(
    target: Target | tuple[Target, ...],
    paper: type[P],
    *roles: Role,
    from_above: bool = False,
    together: bool = False,
) -> Callable[[Callable[["Docket", P], None]], Ruling]:
    """Register the function that rules on a kind of paper, filed by one of `roles`."""

    def register(function: Callable[["Docket", P], None]) -> Ruling:
        targets = frozenset(target if isinstance(target, tuple) else (target,))
        RULINGS[paper.kind] = Rule(
            targets, paper, frozenset(roles), cast("Ruling", function), from_above, together
        )
        return cast("Ruling", function)

    return register


_VISITS = select(Visit).where(among(col(Visit.id), "ids"))


@dataclass(frozen=True)
class Case:
    """What a target belongs to, locked for the transaction: its office; its task with all parts and its chain."""

    office: str
    task: JointTask | None = None
    parts: Mapping[str, TakingPart] = field(default_factory=dict)
    """By department, released ones too; a launch makes them, and nothing later."""
    head: AuditHead | None = None


@dataclass
class Sitting:
    """Papers of one kind to one target, ruled on in one savepoint: what they share is read once.

    What a sitting has read is forgotten with it: a savepoint that is rolled back leaves nothing behind.
    """

    session: Session
    now: datetime
    case: Case
    _known: dict[Hashable, Any] = field(default_factory=dict)
    _visits: dict[str, Visit] = field(default_factory=dict)
    _rows: dict[Table, list[dict[str, Any]]] = field(default_factory=dict)

    @cached_property
    def clocks(self) -> Clocks:
        """The office's clocks at this moment."""
        return Clocks(self.session, self.case.office, self.now)

    def once(self, key: Hashable, read: Callable[[], T]) -> T:
        """What `read` returned the first time that it was asked for under this key."""
        if key not in self._known:
            self._known[key] = read()
        return cast("T", self._known[key])

    def insert(self, model: type[SQLModel], rows: Iterable[dict[str, Any]]) -> None:
        """Rows that nothing in this sitting reads again: written together at its end, never made objects."""
        table = SQLModel.metadata.tables[str(model.__tablename__)]
        self._rows.setdefault(table, []).extend(rows)

    def write(self) -> None:
        """Write the rows that were put off, after all that they may hang on."""
        self.session.flush()
        for table, rows in self._rows.items():
            put_rows(self.session, table, rows)

    @property
    def visits_read(self) -> Mapping[str, Visit]:
        """All visits that were looked up, by id: those of the other papers too."""
        return self._visits

    def visits(self, ids: Iterable[str]) -> dict[str, Visit]:
        """Visits by their ids; unknown ones are left out."""
        wanted = list(ids)
        if unread := [one for one in wanted if one not in self._visits]:
            for row in self.session.exec(_VISITS, params={"ids": unread}):
                self._visits[row.id] = row
        return {one: self._visits[one] for one in wanted if one in self._visits}


@dataclass
class Docket:
    """One submission inside the sitting that rules on it."""

    sitting: Sitting
    submission: Submission
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def session(self) -> Session:
        """The transaction."""
        return self.sitting.session

    @property
    def now(self) -> datetime:
        """The moment of the ruling."""
        return self.sitting.now

    @property
    def office(self) -> str:
        """The office of the case."""
        return self.sitting.case.office

    @property
    def task(self) -> JointTask | None:
        """The task that the case belongs to; None for an act of the office."""
        return self.sitting.case.task

    @property
    def clocks(self) -> Clocks:
        """The office's clocks at this moment."""
        return self.sitting.clocks

    @property
    def by(self) -> str:
        """What closes or opens a wait: this submission."""
        return self.submission.id

    @property
    def department(self) -> str:
        """The department that acts."""
        return self.submission.department

    @property
    def case(self) -> str:
        """The id behind the target's kind: of the task, disposal, correction or office."""
        return self.submission.target.split("/", 1)[1]

    @property
    def living_task(self) -> JointTask:
        """The task, refused where it has ended."""
        task = self.any_task
        if task.status is not TaskStatus.OPEN:
            remedy = (
                "如需重新抽查，请由发起部门重新发起（task start）"
                if task.status is TaskStatus.CANCELLED
                else "结果有误请用 result correct 更正"
            )
            raise Refusal("TaskClosed", f"任务 {task.id} {task.status.label}，不再受理；{remedy}")
        return task

    @property
    def standing_task(self) -> JointTask:
        """The task, open or closed, refused where it was cancelled: what follows a result outlives the task."""
        return self.living_task if self.any_task.status is TaskStatus.CANCELLED else self.any_task

    @property
    def any_task(self) -> JointTask:
        """The task, open or not."""
        if self.task is None:
            raise Refusal("TaskUnknown", f"没有任务 {self.case}；可用 task list 查看任务编号")
        return self.task

    def part(self, department: str | None = None) -> TakingPart:
        """The part of a department in the task (the acting one's by default); refused for an outsider."""
        name = department or self.department
        part = self.sitting.case.parts.get(name) if self.any_task else None
        if part is None:
            called = name_of(self.session, name)
            raise Refusal(
                "NotTakingPart", f"{called}不是本任务的参与部门；请由参与部门办理，名单见 task show"
            )
        return part

    def initiator_only(self) -> None:
        """Refuse anyone but the initiating department."""
        if self.department != self.any_task.initiator:
            initiator = name_of(self.session, self.any_task.initiator)
            raise Refusal("InitiatorOnly", f"此事由发起部门{initiator}办理，请联系该部门")

    def audit(self, event: str, **detail: Any) -> None:
        """A link of the paper's chain, with the actor's names."""
        paper = self.submission
        link = audit.link(
            self.hold_chain(),
            event,
            at=self.now,
            actor=paper.actor,
            acting_for=paper.acting_for,
            role=paper.role.value,
            department=paper.department,
            detail={"submission": paper.id, "sha256": paper.sha256, **detail},
        )
        self.sitting.insert(AuditEvent, [link])

    def audit_task(self, task: str, event: str, **detail: Any) -> None:
        """The first link of a chain of its own, for the task that the paper brought into being."""
        paper = self.submission
        audit.record(
            self.session,
            audit.task_chain(task),
            event,
            at=self.now,
            actor=paper.actor,
            acting_for=paper.acting_for,
            role=paper.role.value,
            department=paper.department,
            detail={"submission": paper.id, **detail},
        )

    def hold_chain(self) -> AuditHead:
        """The head of the paper's chain, locked for the sitting."""
        chain, head = self.submission.chain, self.sitting.case.head
        if head is not None and head.chain == chain:
            return head
        return self.sitting.once(("chain", chain), lambda: audit.hold(self.session, chain))


def notify(
    session: Session,
    department: str,
    role: Role,
    *,
    key: str,
    event: str,
    text: str,
    now: datetime,
    task: str | None = None,
    urgent: bool = False,
    person: str | None = None,
) -> bool:
    """Write a notice for a role and wake the department's desk, which delivers it; whether it is a new one.

    `person` names the one holder whom it is for, where there is one. `key` is what keeps a repeated fact from being told twice.
    """
    office = session.get_one(Department, department).office
    if session.exec(select(Notification).where(col(Notification.key) == key)).first() is not None:
        return False
    session.add(
        Notification(
            key=key,
            office=office,
            department=department,
            role=role,
            person=person,
            task=task,
            event=event,
            text=text,
            urgent=urgent,
            created_at=now,
        )
    )
    wake(
        session,
        desk_id(department, now.year),
        event,
        source=task or department,
        now=now,
        start="DepartmentWorkflow",
    )
    return True


def desk_id(department: str, year: int) -> str:
    """The workflow id of a department's desk; `department` is `<office>/<code>`."""
    return f"department/{department}/{year}"


def wake(
    session: Session,
    workflow: str,
    event: str,
    *,
    source: str,
    now: datetime,
    start: str = "",
    count: int = 1,
) -> None:
    """Write a signal to be sent after the commit; with `start`, the workflow is started by it."""
    session.add(
        Outbox(
            workflow=workflow,
            start=start,
            argument=Wake(kind=event, count=count).model_dump(),
            source=source,
            created_at=now,
        )
    )
