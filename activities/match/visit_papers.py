"""What stands in the papers of a check: subject, all departments' items and officers, days (检查文书)."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from activities.acts.preparation import confirmed
from activities.lookup import chunks, subjects_by_id
from activities.match.experts import assistants_of
from activities.match.offers import joined_with
from activities.plans.rows import version_of
from models.organisation import Department
from models.plan import PlanDocument
from models.registers import CheckItem, Officer
from models.task import Aspect, Assignment, JointTask, Visit
from rules.calendar import local_day
from rules.plan.printed import print_value
from rules.refusal import Refusal
from rules.stages import TaskStatus, VisitStage

NO_BASIS = "事项清单未载明依据，须补录"
"""What stands where an item has no basis: a check without one is not lawful (国办发〔2024〕54号)."""


def papers_of(session: Session, task_id: str, own: str) -> Iterator[dict[str, Any]]:
    """The content of each matched subject's papers, for a department that takes part; by code.

    A subject's period is the widest of all departments', for there is one visit (进一次门，查多项事).
    Refuses `NothingMatched` where the department has no matched subject.
    """
    task = session.get_one(JointTask, task_id)
    plan = session.get_one(PlanDocument, task.document)
    visits = session.exec(
        select(Visit).where(col(Visit.task) == task_id, col(Visit.stage) == VisitStage.MATCHED)
    ).all()
    mine = {visit.subject for visit in visits if visit.department == own}
    if not mine:
        raise Refusal("NothingMatched", "本部门没有待检查的对象；可用 task visits 查看各对象状态")
    subjects = subjects_by_id(session, mine)
    names = {row.id: row.name for row in session.exec(select(Department))}
    items = _items(session, task, names)
    officers = _officers(session, task_id, names)
    attached = {one: assistants_of(session, task_id, one) for one in {visit.department for visit in visits}}
    joined = joined_with(session, task_id, own)
    row = version_of(session, task.document, task.seq, task.row_version)
    counts = _this_year(session, task, own, mine)
    for subject in sorted(subjects.values(), key=lambda row: row.code):
        joint = sorted(
            (visit for visit in visits if visit.subject == subject.id),
            key=lambda visit: (visit.department != task.initiator, visit.department),
        )
        listed = [line for visit in joint for line in items.get(visit.department, [])]
        yield {
            "number": f"{plan.number}　{task.id}",
            "plan": f"《{plan.title}》（{plan.number}）",
            "task": task.id,
            "task_name": task.name,
            "act": joint[0].act,
            "subject": {"name": subject.name, "code": subject.code, "address": subject.address},
            "departments": "、".join(names[visit.department] for visit in joint),
            "joined": "、".join(names[one] for one in joined.get(subject.id, [])),
            "own_department": names[own],
            "frequency": _frequency(row.fields["frequency"], counts.get(subject.id, 1)),
            "lacking": [line["name"] for line in listed if line["basis"] == NO_BASIS],
            "first_day": min(visit.first_day for visit in joint),
            "last_day": max(visit.last_day for visit in joint),
            "methods": "、".join(dict.fromkeys(line["method"] for line in listed)),
            "items": listed,
            "assistants": [
                {"department": names[visit.department], **line}
                for visit in joint
                for line in _assistants(attached[visit.department], subject.code)
            ],
            "officers": [line for visit in joint for line in officers.get(visit.id, [])],
        }


def _this_year(session: Session, task: JointTask, own: str, subjects: set[str]) -> dict[str, int]:
    """How many tasks of the year bring a department to each of these subjects, this one included."""
    year = local_day(task.opened_at).year
    found: dict[str, set[str]] = defaultdict(set)
    for some in chunks(sorted(subjects)):
        rows = session.exec(
            select(Visit.subject, Visit.task)
            .join(JointTask, col(JointTask.id) == col(Visit.task))
            .where(
                col(Visit.subject).in_(some),
                col(Visit.department) == own,
                col(Visit.first_day) >= date(year, 1, 1),
                col(Visit.stage).not_in((VisitStage.WITHDRAWN, VisitStage.EXEMPT)),
                col(JointTask.status) != TaskStatus.CANCELLED,
            )
        )
        for subject, other in rows:
            found[subject].add(other)
    return {subject: len(tasks) for subject, tasks in found.items()}


def _frequency(field: dict[str, Any], times: int) -> str:
    """How often the plan asks for a check, and the how manieth of the year this one is."""
    words = print_value("frequency", field["value"])
    planned = f"计划频次{words}；" if words else ""
    return f"{planned}本年度本单位对该对象第{times}次检查"


def _assistants(
    by_item: dict[str, list[tuple[dict[str, str], set[str]]]], subject: str
) -> Iterator[dict[str, str]]:
    """For each item the first expert who does not recuse themself, and every helper outside the register."""
    for attached in by_item.values():
        experts = [line for line, barred in attached if line.get("expert") and subject not in barred]
        yield from experts[:1]
        yield from (line for line, _ in attached if not line.get("expert"))


def _items(session: Session, task: JointTask, names: dict[str, str]) -> dict[str, list[dict[str, str]]]:
    """Each department's confirmed items."""
    codes = confirmed(session, task.id)[Aspect.ITEMS].content["items"]
    found: dict[str, list[dict[str, str]]] = {}
    for department, wanted in codes.items():
        rows = session.exec(
            select(CheckItem)
            .where(col(CheckItem.department) == department, col(CheckItem.code).in_(wanted))
            .order_by(col(CheckItem.code))
        )
        found[department] = [
            {
                "department": names[department],
                "name": row.name,
                "basis": row.basis or NO_BASIS,
                "object_class": row.object_class,
                "method": row.method,
            }
            for row in rows
        ]
    return found


def _officers(session: Session, task: str, names: dict[str, str]) -> dict[str, list[dict[str, Any]]]:
    """The officers of each visit, the leader first; a borrowed one is named with the body that lent them."""
    rows = session.exec(
        select(Assignment, Officer)
        .join(Officer, col(Officer.id) == col(Assignment.officer))
        .join(Visit, col(Visit.id) == col(Assignment.visit))
        .where(col(Visit.task) == task, col(Assignment.current).is_(True))
        .order_by(col(Assignment.leader).desc(), col(Officer.code))
    )
    found: dict[str, list[dict[str, Any]]] = {}
    for assignment, officer in rows:
        found.setdefault(assignment.visit, []).append(
            {
                "department": names[officer.department],
                "name": officer.name,
                "code": officer.code,
                "leader": assignment.leader,
            }
        )
    return found
