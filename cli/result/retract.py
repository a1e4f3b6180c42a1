"""`result fact withdraw`, `result evidence withdraw|erase`: taking back what was recorded wrongly (撤回)."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from sqlmodel import Session, col, func, select

from activities.acts.retractions import erasable
from adapters.database import Database
from adapters.evidence_store import EvidenceStore
from cli.acting import TaskId, Who, acts, asks, task_id
from cli.given import day_of
from cli.tables import done, hint
from cli.task.given import known_task
from models.evidence import Evidence, SubjectFinding
from models.papers import Paper, RetractEvidence, RetractFacts
from models.retractions import Retraction
from models.task import Visit
from models.trail import Submission
from rules.refusal import Refusal

fact = typer.Typer()
evidence = typer.Typer()

Reason = Annotated[str, typer.Option("--reason", metavar="理由", help="错在哪里，入档留痕")]


@fact.command("withdraw")
@acts
def fact_withdraw(
    task: TaskId,
    facts: Annotated[list[str], typer.Argument(metavar="情况编号...", help="见 result fact list")],
    reason: Reason,
    who: Who,
    first: Annotated[
        str | None, typer.Option("--from", metavar="日期", help="尚未检查而原时段已过的，新的检查时段起始日")
    ] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="日期", help="新的检查时段截止日")] = None,
) -> None:
    """申请撤回登记有误的对象情况；主要负责人签字后，据此终止的检查恢复办理，原登记留痕。"""
    papers: dict[str, Paper] = {}
    with who.database.read() as session:
        for visit, ids in _by_visit(session, task_id(task), SubjectFinding, facts).items():
            number = _number(session, visit, who.message_id)
            papers[f"{visit}/{number}"] = RetractFacts(
                visit=visit,
                number=number,
                facts=tuple(ids),
                first_day=day_of(first) if first else None,
                last_day=day_of(last) if last else None,
                reason=reason,
            )
    _ask(who, papers)


@evidence.command("withdraw")
@acts
def evidence_withdraw(
    task: TaskId,
    files: Annotated[list[str], typer.Argument(metavar="证据编号...", help="见 result evidence list")],
    reason: Reason,
    who: Who,
    erase: Annotated[
        bool, typer.Option("--erase", help="内容依法不得留存的：签字后从证据库清除，只留哈希和留痕")
    ] = False,
) -> None:
    """申请撤回登记错的证据；主要负责人签字后不再作为证据，哈希和留痕保留。"""
    papers: dict[str, Paper] = {}
    with who.database.read() as session:
        for visit, ids in _by_visit(session, task_id(task), Evidence, files).items():
            number = _number(session, visit, who.message_id)
            papers[f"{visit}/{number}"] = RetractEvidence(
                visit=visit, number=number, evidence=tuple(ids), erase=erase, reason=reason
            )
    _ask(who, papers)


@evidence.command("erase")
@asks
def evidence_erase(task: TaskId, who: Who) -> None:
    """清除已签字撤回、依法不得留存的证据内容；签字时已自动清除，未清尽的用此命令再清。"""
    own = who.own_department()
    with who.database.read() as session:
        known_task(session, task_id(task))
        visits = session.exec(
            select(Visit.id).where(col(Visit.task) == task_id(task), col(Visit.department) == own)
        ).all()
    count = erase(who.database, EvidenceStore(who.context.settings.evidence), visits)
    done(f"已从证据库清除{count}件" if count else "没有须清除的证据内容")


def erase(database: Database, store: EvidenceStore, visits: Sequence[str]) -> int:
    """Delete what must not be kept of these visits; returns how many files were there to be deleted."""
    with database.read() as session:
        return sum(store.discard(one) for one in erasable(session, visits))


def _by_visit(session: Session, task: str, model: type[Any], ids: Sequence[str]) -> dict[str, list[str]]:
    """The named rows of a task by visit: each visit's are one request."""
    known_task(session, task)
    rows = session.exec(
        select(model)
        .join(Visit, col(Visit.id) == col(model.visit))
        .where(col(Visit.task) == task, col(model.id).in_(ids))
    ).all()
    found: dict[str, list[str]] = defaultdict(list)
    for row in sorted(rows, key=lambda one: (one.visit, one.id)):
        found[row.visit].append(row.id)
    if unknown := sorted(set(ids) - {row.id for row in rows}):
        raise Refusal(
            "GroundUnknown",
            f"任务 {task} 没有登记 {'、'.join(unknown[:5])}，请核对编号（result fact list、result evidence list）",
        )
    return found


def _number(session: Session, visit: str, message_id: str | None) -> int:
    """The next number; a repeated message keeps the one that it was filed with."""
    filed = session.get(Submission, message_id) if message_id else None
    if filed is not None and filed.content.get("visit") == visit:
        return int(filed.content["number"])
    return session.exec(select(func.count()).where(col(Retraction.visit) == visit)).one() + 1


def _ask(who: Who, papers: dict[str, Paper]) -> None:
    for place, (case, paper) in enumerate(papers.items()):
        several = f"{who.message_id}-{place}" if who.message_id and place else who.message_id
        who.send(f"correction/{case}", paper, message_id=several)
        done(f"已申请撤回 {case}")
        hint(f"由单位主要负责人签字：starter.py result sign {case}")
