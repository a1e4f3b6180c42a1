"""What the commands of a draw list: drawn subjects, ceilings, overlaps, results that may be recognised."""

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from activities.acts.sampling import UNCLASSED, Counting
from activities.clocks.waits import Clocks
from activities.draw.ceilings import running_overlaps
from activities.draw.rising_table import classes_required
from activities.draw.scope_rows import IN_FORCE
from activities.lookup import subjects_by_id
from activities.match.offers import UNCHECKED, open_offers, standing_results
from cli.given import department_names
from models.registers import Subject
from models.task import DrawnSubject, JointTask, TakingPart, Visit
from rules.channel import uses_credit_class
from rules.draw_class import draw_class
from rules.refusal import Refusal
from rules.stages import Claim, VisitStage


def task_of(session: Session, task: str) -> JointTask:
    """The task, refused where there is none."""
    row = session.get(JointTask, task)
    if row is None:
        raise Refusal("CaseUnknown", f"没有任务 {task}；可用 task list 查看任务编号")
    return row


def drawn_lines(session: Session, task: str, *, all_lines: bool) -> list[dict[str, Any]]:
    """The drawn subjects; for outsiders those alone that every department has checked."""
    visits = session.exec(select(Visit).where(col(Visit.task) == task)).all()
    checked: dict[tuple[str, int], bool] = {}
    for visit in visits:
        if visit.stage is VisitStage.WITHDRAWN:
            continue
        key = visit.subject, visit.act
        ended = visit.completed_on is not None or visit.stage is VisitStage.EXEMPT
        checked[key] = checked.get(key, True) and ended
    rows = session.exec(
        select(DrawnSubject, Subject)
        .join(Subject, col(Subject.id) == col(DrawnSubject.subject))
        .where(col(DrawnSubject.task) == task)
        .order_by(col(DrawnSubject.act), col(DrawnSubject.rank))
    )
    lines = [
        {
            "act": drawn.act,
            "rank": drawn.rank,
            "code": subject.code,
            "name": subject.name,
            "stratum": drawn.stratum,
            "class": drawn.credit_class,
            "checked": checked.get((drawn.subject, drawn.act), False),
            "replaced": (drawn.subject, drawn.act) not in checked,
        }
        for drawn, subject in rows
    ]
    # Ranks would show how many are still to come between the checked ones.
    return lines if all_lines else [line | {"rank": ""} for line in lines if line["checked"]]


def ceiling_lines(session: Session, task: str, now: datetime) -> list[dict[str, Any]]:
    """Who of the confirmed scope has reached a ceiling, was visited lately, or lacks the class that it must have."""
    row = task_of(session, task)
    clocks = Clocks(session, row.office, now)
    counting = Counting(clocks, row, {})
    labels = {"ceiling": "已达年度上限", "recent": "近期已检查", UNCLASSED: "市场主体尚无信用风险分类"}
    required = classes_required(clocks, row)
    lines = []
    for subject in counting.rows:
        if subject.status != IN_FORCE:
            continue
        class_ = draw_class(subject.legal_form, subject.credit_class, subject.trade_class, counting.tiers)
        hits = counting.hits(subject.id, class_)
        if required and subject.credit_class is None and uses_credit_class(subject.legal_form):
            hits.append(UNCLASSED)
        if hits:
            bodies = counting.history.year.get(subject.id, {})
            names = department_names(session, list(bodies))
            lines.append(
                {
                    "code": subject.code,
                    "class": class_,
                    "why": [labels[hit] for hit in hits],
                    "year": [f"{names.get(one, one)}{count}" for one, count in sorted(bodies.items())],
                    "last": counting.history.recent.get(subject.id),
                }
            )
    return sorted(lines, key=lambda line: str(line["code"]))


def overlap_lines(session: Session, task: str, own: str) -> list[dict[str, Any]]:
    """Subjects that this and another running task have drawn and nobody has checked yet.

    `own` is the department that asks: the line names its visit, which it would offer.
    """
    rows = running_overlaps(session, task_of(session, task))
    mine = session.exec(
        select(Visit).where(
            col(Visit.task) == task, col(Visit.department) == own, col(Visit.stage).in_(UNCHECKED)
        )
    )
    visits = {visit.subject: visit.id for visit in mine}
    subjects = subjects_by_id(session, [row[0] for row in rows])
    names = department_names(session, sorted({row[2] for row in rows}))
    return [
        {
            "visit": visits.get(subject, ""),
            "code": subjects[subject].code,
            "name": subjects[subject].name,
            "task": other,
            "department": department,
            "department_name": names.get(department, department),
            "first_day": first,
            "last_day": last,
        }
        for subject, other, department, first, last in rows
    ]


def offer_lines(session: Session, task: str, own: str) -> list[dict[str, Any]]:
    """The joint visits that were offered to a department and wait for its answer."""
    offered = [(session.get_one(Visit, row.content["other"]), row) for row in open_offers(session, task, own)]
    subjects = subjects_by_id(session, [visit.subject for visit, _ in offered])
    names = department_names(session, sorted({row.department for _, row in offered}))
    theirs = {row.content["visit"]: session.get_one(Visit, row.content["visit"]) for _, row in offered}
    return [
        {
            "visit": visit.id,
            "code": subjects[visit.subject].code,
            "department_name": names.get(row.department, row.department),
            "task": row.task,
            "first_day": theirs[row.content["visit"]].first_day,
            "last_day": theirs[row.content["visit"]].last_day,
        }
        for visit, row in offered
    ]


def recognised_lines(session: Session, task: str, now: datetime) -> list[dict[str, Any]]:
    """Approved results of other departments on items of the same name, inside their validity."""
    row = task_of(session, task)
    clocks = Clocks(session, row.office, now)
    parts = session.exec(
        select(TakingPart.department).where(
            col(TakingPart.task) == task, col(TakingPart.claim) != Claim.RELEASED
        )
    ).all()
    found = [(own, one) for own in sorted(parts) for one in standing_results(clocks, row, own)]
    visits = session.exec(select(Visit).where(col(Visit.id).in_({one.visit for _, one in found}))).all()
    subjects = subjects_by_id(session, [visit.subject for visit in visits])
    subject_of = {visit.id: subjects[visit.subject] for visit in visits}
    names = department_names(session, sorted({one for own, each in found for one in (own, each.department)}))
    return [
        {
            "visit": one.visit,
            "own": names.get(own, own),
            "code": subject_of[one.visit].code,
            "name": subject_of[one.visit].name,
            "item": one.name,
            "department_name": names.get(one.department, one.department),
            "completed_on": one.completed_on,
            "valid_to": one.valid_to,
            "categories": list(one.categories),
        }
        for own, one in found
    ]
