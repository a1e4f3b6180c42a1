"""Replacement, added size and re-draw: draw acts after the first, from the frozen directory (后续抽取)."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from activities.draw.contributions import newest_act
from activities.draw.papers import DIRECTORY, load, load_plan
from activities.draw.scope_rows import out_of_force
from models.papers import RequestDraw
from models.registers import Subject
from models.task import ActStep, DrawAct, DrawnSubject, DrawStep, JointTask, Visit
from rules.draw_record import Kind
from rules.quota import ALL_CLASSES, Quota, population
from rules.refusal import Refusal
from rules.stages import VisitStage

ADDED = "追加"
_UNCHECKED = (VisitStage.UNMATCHED, VisitStage.MATCHED)


def base_act(session: Session, task: str, number: int) -> int:
    """The act whose frozen directory act `number` draws from: the last first draw or re-draw up to it."""
    rows = session.exec(
        select(DrawAct)
        .where(col(DrawAct.task) == task, col(DrawAct.number) <= number)
        .order_by(col(DrawAct.number).desc())
    ).all()
    void = set(
        session.exec(
            select(DrawStep.act).where(col(DrawStep.task) == task, col(DrawStep.step) == ActStep.VOID)
        )
    )
    return next(
        row.number for row in rows if row.kind.freezes and (row.number == number or row.number not in void)
    )


def directory_entries(body: bytes) -> Iterator[tuple[str, str]]:
    """The (code, class) lines of a frozen directory."""
    return ((code, name) for code, _, name in (line.partition(",") for line in body.decode().splitlines()))


def frozen_directory(session: Session, task: str, number: int) -> bytes:
    """The directory that an act draws from."""
    return load(session, task, base_act(session, task, number), DIRECTORY)


def frozen_entries(session: Session, task: str, number: int) -> Iterator[tuple[str, str]]:
    """Its (code, class) lines."""
    return directory_entries(frozen_directory(session, task, number))


def drawn_before(session: Session, task: JointTask, number: int) -> set[str]:
    """Codes drawn since the base act."""
    base = base_act(session, task.id, number)
    return set(
        session.exec(
            select(Subject.code)
            .join(DrawnSubject, col(DrawnSubject.subject) == col(Subject.id))
            .where(
                col(DrawnSubject.task) == task.id,
                col(DrawnSubject.act) >= base,
                col(DrawnSubject.act) < number,
            )
        )
    )


def gone_from(session: Session, task: JointTask, number: int, day: date) -> dict[str, str]:
    """Codes of the frozen directory no longer in force on a day, with the register's fact."""
    frozen = {code for code, _ in frozen_entries(session, task.id, number)}
    gone = session.execute(
        core_select(col(Subject.code), col(Subject.status)).where(
            col(Subject.office) == task.office, out_of_force(day)
        )
    )
    return {code: status for code, status in gone if code in frozen}


def ordered_quota(session: Session, task: JointTask, act: DrawAct, day: date) -> Quota:
    """The sizes of a replacement or added size; refuses `StratumExhausted` where too few are left."""
    rest = drawn_before(session, task, act.number) | set(gone_from(session, task, act.number, day))
    counts = population(frozen_entries(session, task.id, act.number), rest)
    sizes = [(name, tuple(classes), size) for name, classes, size in act.content["sizes"]]
    return Quota.ordered(counts, sizes, act.content.get("top_up", 0))


def check_sizes(session: Session, task: JointTask, act: DrawAct, day: date) -> None:
    """Refuse an act that the directory can no longer fill."""
    ordered_quota(session, task, act, day)


def check_replacement(session: Session, task: JointTask, paper: RequestDraw) -> dict[str, Any]:
    """What is replaced, by stratum: subjects of this task that nobody has checked yet."""
    if not paper.replaces or not paper.evidence.strip():
        raise Refusal(
            "ReplacementIncomplete", "更换对象须写明被更换对象的代码和依据（如注销、迁出的登记事实）"
        )
    rows = session.exec(
        select(DrawnSubject, Subject)
        .join(Subject, col(Subject.id) == col(DrawnSubject.subject))
        .where(col(DrawnSubject.task) == task.id, col(Subject.code).in_(paper.replaces))
        .order_by(col(DrawnSubject.act))
    ).all()
    drawn = {subject.code: row for row, subject in rows}
    if unknown := sorted(set(paper.replaces) - set(drawn)):
        raise Refusal("NotDrawn", f"不在本任务的抽取名单中：{'、'.join(unknown)}")
    for code, row in drawn.items():
        if not _unchecked(session, task.id, row.subject):
            raise Refusal("AlreadyChecked", f"{code} 已有部门完成检查或已被更换，不能更换")
    strata = Counter(row.stratum for row in drawn.values())
    classes = _classes(session, task.id, newest_act(session, task.id) + 1)
    sizes = [[name, classes[name], size] for name, size in sorted(strata.items()) if name in classes]
    top_up = sum(size for name, size in strata.items() if name not in classes)
    return {"replaces": sorted(drawn), "evidence": paper.evidence, "sizes": sizes, "top_up": top_up}


def check_added(_: Session, __: JointTask, paper: RequestDraw) -> dict[str, Any]:
    """An added size is drawn from all classes alike."""
    if paper.size is None:
        raise Refusal("SizeMissing", "追加抽取须写明追加户数")
    _check_evidence(paper)
    return {"sizes": [[ADDED, list(ALL_CLASSES), paper.size]], "evidence": paper.evidence}


def check_redraw(session: Session, task: JointTask, paper: RequestDraw) -> dict[str, Any]:
    """A re-draw names the acts that it replaces; once a check is done it would discard a result."""
    _check_evidence(paper)
    done = session.exec(
        select(Visit.id).where(col(Visit.task) == task.id, col(Visit.completed_on).is_not(None)).limit(1)
    ).first()
    if done is not None:
        raise Refusal("AlreadyChecked", "已有检查完成，不能重新抽取；可申请更换对象或追加抽取")
    acts = session.exec(select(DrawAct.number).where(col(DrawAct.task) == task.id)).all()
    return {"replaces": [str(number) for number in sorted(acts)], "evidence": paper.evidence}


def _check_evidence(paper: RequestDraw) -> None:
    if not paper.evidence.strip():
        words = f"{paper.act.label}须用 --evidence 写明依据（如举报件、会议纪要的文号），申请人的理由不能代替"
        raise Refusal("EvidenceMissing", words)


def replaced_visits(session: Session, task: JointTask, act: DrawAct) -> Sequence[Visit]:
    """The visits that an act takes back: of replaced subjects, or all of earlier acts at a re-draw."""
    statement = select(Visit).where(
        col(Visit.task) == task.id, col(Visit.act) < act.number, col(Visit.stage).in_(_UNCHECKED)
    )
    if act.kind is Kind.REDRAW:
        return session.exec(statement).all()
    if act.kind is not Kind.REPLACEMENT:
        return []
    return session.exec(
        statement.join(Subject, col(Subject.id) == col(Visit.subject)).where(
            col(Subject.code).in_(act.content["replaces"])
        )
    ).all()


def seed_of(session: Session, task: str, act: int) -> str:
    """The seed that an act was drawn with."""
    return str(session.get_one(DrawStep, (task, act, ActStep.DRAWN, "")).content["seed"])


def _unchecked(session: Session, task: str, subject: str) -> bool:
    stages = session.exec(
        select(Visit.stage).where(col(Visit.task) == task, col(Visit.subject) == subject)
    ).all()
    living = [stage for stage in stages if stage is not VisitStage.WITHDRAWN]
    return bool(living) and all(stage in _UNCHECKED for stage in living)


def _classes(session: Session, task: str, number: int) -> dict[str, list[str]]:
    """The classes of each stratum of the draw that act `number` goes on from.

    Who was topped up or added is of none: such a subject is replaced from all classes, after the strata.
    """
    plan = load_plan(session, task, base_act(session, task, number))
    return {one["name"]: list(one["classes"]) for one in plan["quota"]["strata"]}
