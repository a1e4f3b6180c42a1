"""A filed paper with all that is needed to rule on it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session

from activities import audit
from activities.authority import name_of
from activities.clocks.waits import Clocks
from activities.papers.sittings import Sitting
from models.task import JointTask, TakingPart
from models.trail import AuditEvent, AuditHead, Submission
from rules.refusal import Refusal
from rules.stages import TaskStatus


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
