"""Papers as rows: each filed once, with its hash and the chain that it is audited in (文书存档)."""

import hashlib
import json
from functools import cache
from typing import Any

from sqlalchemy import CompoundSelect, Select, String, bindparam, func, literal, null, union_all
from sqlalchemy import select as rows_of
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel

from activities import audit
from activities.papers.rulings import Target
from models.organisation import Department
from models.outcomes import Disposal, Result
from models.task import JointTask, Visit
from models.trail import Submission
from rules.refusal import Refusal

_S, _D, _J, _G, _R, _V = (
    SQLModel.metadata.tables[str(model.__tablename__)].c
    for model in (Submission, Department, JointTask, Disposal, Result, Visit)
)
_CASE = bindparam("case", type_=String)
_TASK: dict[str, Select[Any] | CompoundSelect[Any]] = {
    Target.TASK: rows_of(_J.id).where(_J.id == _CASE),
    Target.DISPOSAL: rows_of(_G.task).where(_G.id == _CASE),
    Target.CORRECTION: union_all(
        rows_of(_V.task).join(_R.id.table, _R.visit == _V.id).where(_R.id == _CASE),
        rows_of(_V.task).where(_V.id == _CASE),
    ),
}
"""The task that the case behind a target belongs to; what is corrected is a result, or what lies behind a visit."""
_INSERT: dict[str, Any] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


@cache
def _filing(dialect: str, kind: str) -> Any:
    """The statement that files a paper to such a target: nothing where its id is filed already.

    An unknown case is audited in the chain of the office; of a department that no office knows nothing is filed.
    """
    task = _TASK[kind].scalar_subquery() if kind in _TASK else null()
    chain = func.coalesce(literal(audit.task_chain("")) + task, literal(audit.office_chain("")) + _D.office)
    values = (chain if one is _S.chain else bindparam(f"its_{one.name}", type_=one.type) for one in _S)
    return (
        _INSERT[dialect](_S.id.table)
        .from_select([one.name for one in _S], rows_of(*values).where(_D.id == bindparam("its_department")))
        .on_conflict_do_nothing(index_elements=["id"])
        .returning(_S.chain)
    )


def paper_hash(kind: str, content: dict[str, Any], nonce: str) -> str:
    """SHA-256 over nonce, kind and canonical content: the nonce keeps short contents from being guessed."""
    text = json.dumps([nonce, kind, content], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def file(session: Session, submission: Submission) -> Submission:
    """File a paper once, in one statement, which finds its chain; a repeat of the same id gets the stored row.

    Refuses `MessageIdReused` for another content under the id, `DepartmentUnknown` for one that no office knows.
    """
    kind, case = _parts(submission.target)
    values = {f"its_{name}": value for name, value in submission.model_dump().items()}
    chain = session.scalar(_filing(session.get_bind().dialect.name, kind), {**values, "case": case})
    if chain is not None:
        submission.chain = chain
        return submission
    office_of(session, submission.department)
    stored = session.get_one(Submission, submission.id)
    if _said(stored) != _said(submission):
        raise Refusal("MessageIdReused", f"消息编号 {submission.id} 已用于另一份文书，请换用新编号")
    return stored


def _said(paper: Submission) -> tuple[object, ...]:
    """What a message id stands for: who says what to whom, in what capacity."""
    return (
        paper.kind,
        paper.target,
        paper.content,
        paper.actor,
        paper.role,
        paper.department,
        paper.acting_for,
    )


def _parts(target: str) -> tuple[str, str]:
    """A target's kind, and the id by which its task is found: a correction's is that of its result, or of its visit."""
    kind, _, case = target.partition("/")
    return kind, case.rsplit("/", 1)[0] if kind == Target.CORRECTION else case


def task_behind(session: Session, target: str) -> str | None:
    """The task that the case behind a target belongs to; None for an unknown case and an act of the office."""
    kind, case = _parts(target)
    return session.scalar(_TASK[kind], {"case": case}) if kind in _TASK else None


def chain_of(session: Session, target: str, office: str) -> str:
    """The audit chain that a paper to this target is written to; the office's where the case is unknown."""
    task = task_behind(session, target)
    return audit.office_chain(office) if task is None else audit.task_chain(task)


def office_of(session: Session, department: str) -> str:
    """The office of a department; refused for one that no office knows."""
    row = session.get(Department, department)
    if row is None:
        raise Refusal("DepartmentUnknown", f"没有部门 {department}；可用 person list 查看自己的部门和职务")
    return row.office
