"""Every activity that a workflow calls: its name, its patience, and the words that the Web UI shows."""

from datetime import timedelta
from typing import TypeVar

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import FailureError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from models.messages import (
        Applied,
        ApplyRequest,
        CaseApplied,
        CaseProgress,
        CaseStep,
        DeskProgress,
        Dispatch,
        Errand,
        ExchangeProgress,
        Message,
        Progress,
        RowProgress,
        TaskStep,
    )

Answer = TypeVar("Answer", bound=Message | int)

PATIENT = RetryPolicy(
    initial_interval=timedelta(seconds=1), backoff_coefficient=2, maximum_interval=timedelta(minutes=1)
)
"""Database or platform away: try for ever, at most a minute apart. A refusal is an answer, never an error."""

SHORT = timedelta(seconds=30)
PROMPT = timedelta(seconds=2)
"""What is told beside an answer is told within this, or on its own."""
LONG = timedelta(minutes=10)
ALIVE = timedelta(seconds=15)
"""How long a worker may give no sign of life before its activity is given to another."""
FEW_TRIES = RetryPolicy(
    initial_interval=timedelta(milliseconds=200), backoff_coefficient=2, maximum_attempts=3
)
"""Applying papers, tried again only while the workflow task is young.

A local activity that fails for longer keeps the workflow task alive by heartbeats, each of which counts as a
success: the engine would then never report the problem, and the worker could not be shut down. What still
fails fails the workflow task, which the engine tries again, further and further apart, and reports.
"""


_STANDS = "流程停在原处，由引擎反复重试，没有丢失；请运维排除原因（starter.py doctor），其后自动继续"
"""What operators read beside a failed workflow task, whose cause stands below it."""


async def apply_task_papers(request: ApplyRequest, summary: str) -> Applied:
    """Rule on the papers that wait for a task."""
    return await _local("apply_task_papers", request, Applied, summary)


async def apply_case_papers(request: ApplyRequest, summary: str) -> CaseApplied:
    """Rule on the papers that wait for a disposal or correction."""
    return await _local("apply_case_papers", request, CaseApplied, summary)


async def read_task(step: TaskStep) -> Progress:
    """Where a task stands."""
    return await _local("read_task", step, Progress, "读取任务进展")


async def read_case(step: CaseStep) -> CaseProgress:
    """Where a disposal or correction stands."""
    return await _local("read_case", step, CaseProgress, "读取案件进展")


async def offer_to_partners(step: TaskStep) -> Progress:
    """Offer a task to its partners."""
    return await _local("offer_to_partners", step, Progress, "通知配合部门领取任务")


async def fix_draw(step: TaskStep) -> Progress:
    """Freeze and hash a draw act."""
    return await _plain("fix_draw", step, Progress, f"第{step.act}次抽取：锁定名录与方案", LONG)


async def execute_draw(step: TaskStep) -> Progress:
    """Draw from the opened links."""
    return await _plain("execute_draw", step, Progress, f"第{step.act}次抽取：计算种子并抽取", LONG)


async def match_officers(step: TaskStep, name: str) -> Progress:
    """Match the officers of the department of that name."""
    return await _plain("match_officers", step, Progress, f"{name}匹配执法人员", LONG)


async def fire_task_rungs(step: TaskStep) -> Progress:
    """Fire a task's rungs."""
    return await _plain("fire_task_rungs", step, Progress, "催办")


async def fire_case_rungs(step: CaseStep) -> CaseProgress:
    """Fire a case's rungs."""
    return await _plain("fire_case_rungs", step, CaseProgress, "催办")


async def deliver_outbox(errand: Errand) -> int:
    """Send the signals that were written: in the workflow task of the step that wrote them, else on their own.

    That spares a round of the engine each time, and holds an answer up for no longer than `PROMPT`.
    """
    words = "向有关流程投递通知"
    try:
        left: int = await workflow.execute_local_activity(
            "deliver_outbox",
            errand,
            result_type=int,
            start_to_close_timeout=PROMPT,
            retry_policy=RetryPolicy(maximum_attempts=1),
            summary=words,
        )
    except FailureError as error:
        if is_cancelled_exception(error):
            raise
        return await _plain("deliver_outbox", errand, int, words)
    return left


async def tend_desk(step: TaskStep) -> DeskProgress:
    """Tend a department's desk."""
    return await _local("tend_desk", step, DeskProgress, "整理部门待办并送达通知")


async def send_digests(step: TaskStep) -> Dispatch:
    """Send a desk's messages through the channels."""
    return await _plain("send_digests", step, Dispatch, "经邮件、即时通讯送达", LONG)


async def tend_row(step: TaskStep) -> RowProgress:
    """Tend a plan row."""
    return await _plain("tend_row", step, RowProgress, "核对本行各轮次并提醒")


async def exchange(step: TaskStep) -> ExchangeProgress:
    """One round of an office's exchange."""
    return await _plain("exchange", step, ExchangeProgress, "与省平台交换：发送批次、读取回执", LONG)


async def _plain(
    name: str, argument: Message, answer: type[Answer], summary: str, patience: timedelta = SHORT
) -> Answer:
    result: Answer = await workflow.execute_activity(
        name,
        argument,
        result_type=answer,
        start_to_close_timeout=patience,
        heartbeat_timeout=ALIVE,
        retry_policy=PATIENT,
        summary=summary,
    )
    return result


async def _local(name: str, argument: Message, answer: type[Answer], summary: str) -> Answer:
    try:
        result: Answer = await workflow.execute_local_activity(
            name,
            argument,
            result_type=answer,
            start_to_close_timeout=SHORT,
            retry_policy=FEW_TRIES,
            summary=summary,
        )
    except FailureError as error:
        if is_cancelled_exception(error):
            raise
        # A refusal is an answer; this is a bug or a database that is away. A failure that left the workflow
        # would end the case: fail the workflow task instead, which the engine reports and tries again.
        raise RuntimeError(f"{name} failed: {_STANDS}") from error
    return result
