"""Filing a paper and delivering its number: the one way in which anybody acts (提交与投递)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from typing import Any

import structlog
from sqlmodel import Session, col, select
from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError, RPCStatusCode

from activities.lookup import among
from activities.outbox import OutboxActivities, start_argument
from activities.papers.apply import rule_on
from activities.papers.lanes import Lanes
from activities.papers.rulings import Target
from activities.papers.submissions import file, paper_hash
from adapters.database import Database
from models.messages import TASK_QUEUE, AnswerSlip, Slip
from models.outcomes import Disposal
from models.papers import Paper
from models.task import JointTask
from models.trail import Answer, Outcome, Submission, Wait
from rules.refusal import Refusal
from rules.roles import Role
from rules.stages import TaskStatus

log = structlog.get_logger(__name__)

PAUSE = 0.2
"""Seconds between tries: ten seconds of trying, then the paper lies filed and the sweep delivers it."""
RPC_PATIENCE = timedelta(seconds=20)
_TRY_AGAIN = (
    RPCStatusCode.RESOURCE_EXHAUSTED,
    RPCStatusCode.UNAVAILABLE,
    RPCStatusCode.DEADLINE_EXCEEDED,
    RPCStatusCode.CANCELLED,
    # An engine that dies with the call in hand leaves a broken transport, under one of these names.
    RPCStatusCode.UNKNOWN,
    RPCStatusCode.INTERNAL,
    # The workflow task that carried the update failed (WorkflowNotReady): a run that was just ending is done next time.
    RPCStatusCode.FAILED_PRECONDITION,
)
_ANSWERS = select(Answer).where(among(col(Answer.submission), "submissions"))


@dataclass(frozen=True)
class Actor:
    """Who acts, in what role, for which department, and as whose substitute."""

    person: str
    role: Role
    department: str
    acting_for: str | None = None


@dataclass(frozen=True)
class Trial:
    """What a paper would be answered."""

    outcome: Outcome
    type: str
    words: str
    data: dict[str, Any]


class Filing:
    """Files papers in one database and delivers them to one engine."""

    def __init__(self, database: Database, client: Client | None, task_queue: str = TASK_QUEUE) -> None:
        self.database = database
        self.client = client
        self.task_queue = task_queue
        self._lanes = Lanes(self._deliver, self._answers_of, PAUSE)

    async def send(
        self,
        target: str,
        paper: Paper,
        actor: Actor,
        *,
        message_id: str | None = None,
        now: datetime | None = None,
    ) -> Answer:
        """File a paper, have it ruled on, and return its answer; the same message id gets the same answer.

        Refuses `NotDelivered` where engine or worker are away: the paper is filed and is delivered later.
        """
        moment = now or datetime.now(UTC)
        submission, answered = await asyncio.to_thread(
            self._file_or_find, target, paper, actor, message_id, moment
        )
        if answered is not None:
            return answered
        if target.startswith(f"{Target.OFFICE}/"):
            answer = await asyncio.to_thread(self._rule_now, submission.id, moment)
            await self._courier().deliver(None, moment) if self.client else None
            return answer
        answered = await self._lanes.answer(target, _slip(submission, paper.count), moment)
        if answered is None:
            raise Refusal(
                "NotDelivered", f"文书已存档（编号 {submission.id}），服务恢复后自动处理，无须重复提交"
            )
        return answered

    def answer_of(self, submission: str) -> Answer | None:
        """The stored answer, None while there is none."""
        return self._answers_of([submission]).get(submission)

    def _answers_of(self, submissions: Sequence[str]) -> dict[str, Answer]:
        with self.database.glance() as session:
            rows = session.exec(_ANSWERS, params={"submissions": submissions})
            return {row.submission: row for row in rows}

    def _file(
        self, target: str, paper: Paper, actor: Actor, message_id: str | None, now: datetime
    ) -> Submission:
        return self._file_or_find(target, paper, actor, message_id, now)[0]

    def _file_or_find(
        self, target: str, paper: Paper, actor: Actor, message_id: str | None, now: datetime
    ) -> tuple[Submission, Answer | None]:
        """The filed paper, and for a repeat the answer that it has by now."""
        submission = draft(target, paper, actor, message_id, now)
        with self.database.stroke() as session:
            stored = file(session, submission)
            return stored, None if stored is submission else session.get(Answer, stored.id)

    def _rule_now(self, submission: str, now: datetime) -> Answer:
        """An act of the office waits for no workflow: it is ruled on where it is filed."""
        with self.database.write() as session:
            stored = session.get(Answer, submission)
            return stored or rule_on(session, session.get_one(Submission, submission), now)

    async def _deliver(self, target: str, slip: Slip, now: datetime) -> bool:
        """Bring papers' numbers to a workflow; false where nobody took them this time."""
        if self.client is None:
            return False
        try:
            await self._update(target, slip)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                await asyncio.to_thread(refuse_closed, self.database, target, now)
            elif error.status not in _TRY_AGAIN:
                raise
            return False
        except (TimeoutError, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError):
            # The run ended or was replaced under the message; the answer's row, or the next try, knows.
            return False
        return True

    async def _update(self, target: str, slip: Slip) -> None:
        client = self._courier().client
        if target.startswith(f"{Target.CORRECTION}/"):
            words = await asyncio.to_thread(self._courier().caption, target)
            start = WithStartWorkflowOperation[Any, Any](
                "CorrectionWorkflow",
                start_argument(target),
                id=target,
                task_queue=self.task_queue,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                static_summary=words.summary,
                static_details=words.details,
            )
            # The SDK keeps a failure of the start apart as well, and prints its traceback where nobody looks at it.
            started = asyncio.ensure_future(start.workflow_handle())
            started.add_done_callback(lambda one: one.cancelled() or one.exception())
            try:
                await client.execute_update_with_start_workflow(
                    "act",
                    slip,
                    start_workflow_operation=start,
                    id=slip.submission,
                    result_type=AnswerSlip,
                    rpc_timeout=RPC_PATIENCE,
                )
            finally:
                started.cancel()
            return
        await client.get_workflow_handle(target).execute_update(
            "act", slip, id=slip.submission, result_type=AnswerSlip, rpc_timeout=RPC_PATIENCE
        )

    def _courier(self) -> OutboxActivities:
        if self.client is None:
            raise RuntimeError("no engine")
        return OutboxActivities(self.database, self.client, self.task_queue)


def _slip(submission: Submission, count: int) -> Slip:
    return Slip(
        submission=submission.id,
        sha256=submission.sha256,
        kind=submission.kind,
        count=count,
        actor=submission.actor,
    )


def draft(target: str, paper: Paper, actor: Actor, message_id: str | None, now: datetime) -> Submission:
    """A paper as it will be filed, with its nonce and hash; its chain is found when it is."""
    content, nonce = paper.model_dump(mode="json"), token_hex(16)
    return Submission(
        id=message_id or token_hex(16),
        target=target,
        chain="",
        kind=paper.kind,
        content=content,
        nonce=nonce,
        sha256=paper_hash(paper.kind, content, nonce),
        actor=actor.person,
        role=actor.role,
        department=actor.department,
        acting_for=actor.acting_for,
        filed_at=now,
    )


def try_out(database: Database, target: str, paper: Paper, actor: Actor, now: datetime) -> Trial:
    """What a paper would be answered now: it is filed, ruled on, and all of it undone (试办)."""
    with database.write() as session:
        undone = session.begin_nested()
        answer = rule_on(session, file(session, draft(target, paper, actor, None, now)), now)
        trial = Trial(answer.outcome, answer.type, answer.words, dict(answer.data))
        undone.rollback()
    return trial


def refuse_closed(database: Database, target: str, now: datetime) -> None:
    """Answer the papers of a target that nobody serves, where its case has ended or was never known.

    An open case without a workflow is left to be rebuilt: its papers wait.
    """
    with database.write() as session:
        if is_open(session, target):
            log.warning("open case without a workflow", target=target)
            return
        papers = session.exec(
            select(Submission)
            .outerjoin(Answer, col(Answer.submission) == col(Submission.id))
            .where(col(Submission.target) == target, col(Answer.submission).is_(None))
            .order_by(col(Submission.filed_at), col(Submission.id))
        ).all()
        for paper in papers:
            # Ruled on like any other: a closed task says so, an unknown one too, each with its remedy.
            answer = rule_on(session, paper, now)
            log.info("ruled on without a workflow", target=target, type=answer.type)


def is_open(session: Session, target: str) -> bool:
    """Whether the case behind a target is open in SQL."""
    kind, _, case = target.partition("/")
    if kind == Target.TASK:
        task = session.get(JointTask, case)
        return task is not None and task.status is TaskStatus.OPEN
    disposal = session.get(Disposal, case) if kind == Target.DISPOSAL else None
    owed = select(Wait.id).where(col(Wait.scope) == target, col(Wait.closed_at).is_(None))
    return disposal is not None and (disposal.closed_at is None or session.exec(owed).first() is not None)
