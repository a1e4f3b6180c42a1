"""`task show`: what the Web UI tells operators, for people at a terminal."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import typer
from rich.markdown import Markdown
from sqlmodel import Session, col, func, select

from activities.acts.preparation import newest_proposal
from activities.draw.received import moved_in, received_of
from activities.draw.relaunch import replaced_launches
from activities.progress import open_waits, read_progress
from cli.acting import TaskId, reads, task_id
from cli.context import Context, Json, out, show
from cli.given import department_names
from cli.tables import print_table, words
from cli.task.cases import CaseWait, case_waits, print_cases
from cli.task.given import known_task
from cli.task.proposals import proposal_words
from models.messages import BranchProgress, Progress
from models.organisation import Department
from models.papers import CancelTask
from models.task import Aspect, DrawnSubject, JointTask, TakingPart, Visit
from models.trail import Answer, Outcome, Submission
from rules.calendar import local_day
from rules.stages import Claim, Stage, TaskStatus, VisitStage
from workflows.projection import task_details
from workflows.waiting import moment

app = typer.Typer()


@app.command("show")
@reads
def show_task(task: TaskId, as_json: Json = False) -> None:
    """查看任务：在哪一步、等谁、自何时、期限、下一步和命令。"""
    task = task_id(task)
    with Context().database.read() as session:
        row = known_task(session, task)
        cases = case_waits(session, task)
        progress = full_progress(session, task, cases)
        cancelled = _cancellation(session, row)
        proposals = _proposals(session, task)
        drawn = session.exec(select(func.count()).where(col(DrawnSubject.task) == task)).one()
        moved = _moved_in(session, task)
        unanswered = _unanswered(session, task)
        replaced = replaced_launches(session, row)
        standing = session.exec(
            select(func.count(col(Visit.subject).distinct())).where(
                col(Visit.task) == task, col(Visit.stage) != VisitStage.WITHDRAWN
            )
        ).one()

    def text() -> None:
        out.print(f"{row.name}　{task}", style="bold", markup=False)
        _print_details(_details(progress, len(cases)))
        if cases:
            print_cases(cases, title="处置与更正")
        for one in replaced:
            again = f"，该任务已抽取过，本次等同重新抽取（批准文号 {row.approval}）" if one["drawn"] else ""
            out.print(f"取代已撤销的 {one['task']}{again}", markup=False)
        if unanswered:
            out.print(
                f"⚠ 已提交、系统尚未办理的文书{unanswered['count']}份，最早 {moment(unanswered['since'])}：已存档，"
                "工作进程恢复后自动办理，无须重报；几分钟仍在的请运维 starter.py doctor",
                markup=False,
            )
        if moved:
            out.print(_moved_words(moved), markup=False)
        if cancelled:
            out.print(
                f"撤销文号：{cancelled['number']}　理由：{cancelled['reason']}　"
                f"日期：{words(cancelled['on'])}　办理人：{cancelled['by']}",
                markup=False,
            )
        if drawn:
            gone = f"，其中{drawn - standing}户已更换" if standing < drawn else ""
            out.print(
                f"已抽取{drawn}户{gone}；名单在检查前不公开，本部门的见 task visits {task}", markup=False
            )
        for one in proposals:
            state = "已复核" if one["confirmed"] else "待第二人复核"
            out.print(f"{one['label']}（{state}）：{one['words']}", markup=False)
            out.print(f"  哈希 {one['sha256']}", style="dim")

    data = {
        **progress.model_dump(mode="json"),
        "proposals": proposals,
        "drawn": drawn,
        "cancelled": cancelled,
        "moved_in": moved,
        "unanswered": unanswered,
        "replaces": replaced,
        "cases": [one.view() for one in cases],
    }
    show(data, as_json=as_json, text=text)


def full_progress(session: Session, task: str, cases: Sequence[CaseWait]) -> Progress:
    """The task's progress with all its waits, its released departments, and the worst level of its cases."""
    progress = read_progress(session, task)
    waits, _ = open_waits(session, f"joint-task/{task}", limit=max(progress.waits_open, 1))
    level = max([progress.level, *(one.line.level for one in cases)])
    branches = progress.branches + _released(session, task)
    return progress.model_copy(update={"waits": waits, "level": level, "branches": branches})


def _released(session: Session, task: str) -> tuple[BranchProgress, ...]:
    rows = session.exec(
        select(TakingPart, Department.name)
        .join(Department, col(Department.id) == col(TakingPart.department))
        .where(col(TakingPart.task) == task, col(TakingPart.claim) == Claim.RELEASED)
        .order_by(col(TakingPart.department))
    )
    return tuple(
        BranchProgress(
            department=part.department,
            name=name,
            claim=part.claim,
            stage=part.stage,
            since=part.stage_since,
        )
        for part, name in rows
    )


def _details(progress: Progress, cases: int) -> str:
    """The details as the Web UI shows them, but where cases are open they are what is waited for."""
    details = task_details(progress)
    if not cases or progress.status is not TaskStatus.OPEN:
        return details
    lines = [
        f"{line}（此前须办完下列{cases}项处置与更正）"
        if line.startswith("下一步：") and progress.stage >= Stage.FOLLOW_UP
        else line
        for line in details.splitlines()
    ]
    idle = "当前无人待办，系统正在处理。"
    return "\n".join(
        f"任务其余各项当前无人待办，等下列{cases}项处置与更正。" if one == idle else one for one in lines
    )


def _print_details(details: str) -> None:
    """Markdown for a terminal; its tables are folded, for Markdown's own would cut long names."""
    for table, group in groupby(details.splitlines(), key=lambda line: line.startswith("|")):
        if not table:
            out.print(Markdown("\n".join(group)), soft_wrap=False)
            continue
        heads, _, *rows = [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in group]
        print_table(
            {str(at): head for at, head in enumerate(heads)},
            [{str(at): cell for at, cell in enumerate(row)} for row in rows],
        )


def _unanswered(session: Session, task: str) -> dict[str, Any] | None:
    """The papers that were filed for a task and that no worker has ruled on yet: the Web UI knows nothing of them."""
    count, since = session.exec(
        select(func.count(), func.min(Submission.filed_at))
        .join(Answer, col(Answer.submission) == col(Submission.id), isouter=True)
        .where(col(Submission.target) == f"joint-task/{task}", col(Answer.submission).is_(None))
    ).one()
    return {"count": count, "since": since} if count else None


def _moved_in(session: Session, task: str) -> dict[str, Any] | None:
    """From where a task was moved in, and what its draw rests on; None for one that was begun here."""
    moved, received = moved_in(session, task), received_of(session, task)
    if moved is None:
        return None
    parts = session.get_one(Submission, moved.submission).content["parts"]
    names = department_names(session, [one["department"] for one in parts])
    return {
        "portal": moved.portal,
        "number": moved.number,
        "opened_on": moved.opened_on,
        "claims": {names[one["department"]]: one["claimed_on"] for one in parts if one.get("claimed_on")},
        "list": received.number if received else None,
        "record_sha256": received.record_sha256 if received else None,
        "file_sha256": moved.file_sha256,
    }


def _moved_words(moved: dict[str, Any]) -> str:
    head = f"由{moved['portal']}移入（原任务号 {moved['number']}，{moved['opened_on']} 发起"
    claims = "、".join(f"{name} {day}" for name, day in moved["claims"].items())
    there = f"；在该平台领取：{claims}" if claims else ""
    if moved["list"] is None:
        return f"{head}，尚未抽取{there}）：在本系统抽取，可以复核"
    return (
        f"{head}，名单 {moved['list']}{there}）：抽取在该平台进行，本系统不能复核；"
        f"抽取记录哈希 {moved['record_sha256']}"
    )


def _cancellation(session: Session, task: JointTask) -> dict[str, Any] | None:
    """By which document, why, when and by whom a task was cancelled."""
    if task.status is not TaskStatus.CANCELLED:
        return None
    paper = session.exec(
        select(Submission)
        .join(Answer, col(Answer.submission) == col(Submission.id))
        .where(
            col(Submission.target) == f"joint-task/{task.id}",
            col(Submission.kind) == CancelTask.kind,
            col(Answer.outcome) == Outcome.ACCEPTED,
        )
    ).one()
    return {
        "number": paper.content["approval_number"],
        "reason": paper.content["reason"],
        "on": local_day(task.closed_at or paper.filed_at),
        "by": paper.actor,
    }


def _proposals(session: Session, task: str) -> list[dict[str, Any]]:
    """The newest proposal of each aspect, in words, with what a second person confirms."""
    found = []
    for aspect in Aspect:
        newest = newest_proposal(session, task, aspect)
        if newest is not None:
            found.append(
                {
                    "aspect": aspect.value,
                    "label": aspect.label,
                    "number": newest.number,
                    "sha256": newest.sha256,
                    "confirmed": newest.confirmed_by is not None,
                    "words": proposal_words(session, aspect, newest.content),
                    "content": newest.content,
                }
            )
    return found
