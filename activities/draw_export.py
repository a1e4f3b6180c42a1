"""A task's draws as one document that anybody can check without our database (抽取记录导出)."""

from typing import Any

from sqlmodel import Session, col, select

from activities.draw_papers import DIRECTORY, load, load_plan
from activities.drawing import opened_links
from activities.later_acts import base_act
from models.registers import Subject
from models.task import ActStep, Commitment, DrawAct, DrawnSubject, DrawStep, JointTask, Visit
from rules.draw import Drawn
from rules.draw_record import Act, build_record
from rules.draw_record import Commitment as Chain
from rules.refusal import Refusal
from rules.stages import VisitStage


def export_record(session: Session, task: str) -> dict[str, object]:
    """The record of every act that was drawn; refuses `NotDrawnYet` where there is none."""
    if session.get(JointTask, task) is None:
        raise Refusal("CaseUnknown", f"没有任务 {task}；可用 task list 查看任务编号")
    commitments = session.exec(
        select(Commitment).where(col(Commitment.task) == task).order_by(col(Commitment.department))
    ).all()
    chains = [Chain(department=one.department, commitment=one.commitment) for one in commitments]
    acts = session.exec(select(DrawAct).where(col(DrawAct.task) == task).order_by(col(DrawAct.number))).all()
    drawn = [_act(session, act, chains) for act in acts if _drawn_step(session, act) is not None]
    if not drawn:
        raise Refusal("NotDrawnYet", f"任务 {task} 尚未抽取，没有可导出的抽取记录")
    return build_record(task, drawn)


def export_snapshots(session: Session, task: str) -> dict[int, bytes]:
    """The frozen directories, by the act that froze each."""
    acts = session.exec(select(DrawAct).where(col(DrawAct.task) == task).order_by(col(DrawAct.number))).all()
    return {
        act.number: load(session, task, act.number, DIRECTORY)
        for act in acts
        if act.kind.freezes and _drawn_step(session, act) is not None
    }


def is_public(session: Session, task: str) -> bool:
    """Whether the last check is done: until then snapshot and seed would give the list away."""
    unchecked = (VisitStage.UNMATCHED, VisitStage.MATCHED)
    drawn = session.exec(select(Visit.id).where(col(Visit.task) == task).limit(1)).first()
    open_visit = session.exec(
        select(Visit.id).where(col(Visit.task) == task, col(Visit.stage).in_(unchecked)).limit(1)
    ).first()
    return drawn is not None and open_visit is None


def _drawn_step(session: Session, act: DrawAct) -> DrawStep | None:
    return session.get(DrawStep, (act.task, act.number, ActStep.DRAWN, ""))


def _act(session: Session, act: DrawAct, chains: list[Chain]) -> Act:
    step = session.get_one(DrawStep, (act.task, act.number, ActStep.DRAWN, ""))
    fixed = session.get_one(DrawStep, (act.task, base_act(session, act.task, act.number), ActStep.FIXED, ""))
    plan: dict[str, Any] = load_plan(session, act.task, act.number)
    rows = session.exec(
        select(DrawnSubject, Subject.code)
        .join(Subject, col(Subject.id) == col(DrawnSubject.subject))
        .where(col(DrawnSubject.task) == act.task, col(DrawnSubject.act) == act.number)
        .order_by(col(DrawnSubject.rank))
    ).all()
    return Act(
        act=act.number,
        kind=act.kind,
        snapshot_hash=str(fixed.content["directory"]),
        plan=plan,
        commitments=chains,
        links=opened_links(session, act.task, act.number),
        public_value=str(step.content["public_value"]),
        seed=str(step.content["seed"]),
        drawn=[Drawn(code, row.credit_class, row.stratum, row.rank) for row, code in rows],
        replaces=tuple(act.content.get("replaces", ())),
    )
