"""Officers: their frozen file, and the match of a department's officers to its visits (匹配执法人员)."""

from datetime import date
from typing import Any

from sqlmodel import Session, col, func, select

from activities import audit
from activities.acts.preparation import confirmed
from activities.clocks import Clocks
from activities.docket import notify
from activities.draw_papers import load_json, officers_file
from activities.passage import await_next, move
from models.registers import CheckItem, Officer, Subject
from models.task import ActStep, Aspect, Assignment, DrawStep, JointTask, TakingPart, Visit
from rules import match as matching
from rules.draw import canonical_json, sha256_hex
from rules.policy import PolicyKey
from rules.roles import Role
from rules.stages import TaskStatus, VisitStage
from rules.waits import WaitKind


def freeze_officers(session: Session, department: str, today: date) -> list[dict[str, Any]]:
    """A department's officers' file: all that the match will look at, hashed before any link opens."""
    busy = _load(session, department, open_only=True, today=today)
    year = _load(session, department, open_only=False, today=today)
    rows = session.exec(
        select(Officer).where(col(Officer.department) == department).order_by(col(Officer.code))
    )
    return [
        {
            "code": row.code,
            "certificate_to": row.certificate_to.isoformat(),
            "specialties": sorted(row.specialties),
            "areas": sorted(row.areas),
            "leave": sorted(row.leave),
            "recusals": sorted(row.recusals),
            "capacity": max(0, row.capacity - busy.get(row.id, 0)),
            "load": year.get(row.id, 0),
        }
        for row in rows
    ]


def match_department(clocks: Clocks, task: JointTask, department: str) -> None:
    """Match a department's unmatched visits; what cannot be matched is an open wait of its handler.

    The first run uses the frozen file. A later run, asked for with a reason, uses the registers as
    they stand, for only what it touches was not matched before.
    """
    session = clocks.session
    part = session.get_one(TakingPart, (task.id, department), with_for_update=True)
    if part.match_run >= part.match_asked:
        return
    run = part.match_run = part.match_asked
    visits = list(
        session.exec(
            select(Visit).where(
                col(Visit.task) == task.id,
                col(Visit.department) == department,
                col(Visit.stage) == VisitStage.UNMATCHED,
            )
        )
    )
    subjects = _subjects(session, visits)
    file = (
        load_json(session, task.id, 1, officers_file(department))
        if run == 1
        else freeze_officers(session, department, clocks.today)
    )
    found = matching.match(
        _seed(session, task.id),
        department,
        _file_hash(file),
        _needs(clocks, task, department, visits, subjects),
        [_officer(department, one) for one in file],
    )
    by_code = {subjects[visit.subject].code: visit for visit in visits}
    _assign(session, department, run, found.assignments, by_code)
    matched = [by_code[code] for code in sorted(found.assignments)]
    by = f"match run {run}"
    move(clocks, part, matched, VisitStage.MATCHED, by=by)
    await_next(clocks, WaitKind.VISIT, matched, by=by, anchor=clocks.today)
    clocks.settle_key(f"{task.id}/match/{department}/{run - 1}", by=by, count=len(visits))
    if found.unmatched:
        _open_shortage(clocks, task, department, run, found, by_code)
    audit.record(
        session,
        audit.task_chain(task.id),
        "officers.matched",
        at=clocks.now,
        department=department,
        detail={"run": run, "matched": len(matched), "unmatched": len(found.unmatched)},
    )


def _open_shortage(
    clocks: Clocks,
    task: JointTask,
    department: str,
    run: int,
    found: matching.Match,
    by_code: dict[str, Visit],
) -> None:
    clocks.open(
        WaitKind.MATCH,
        key=f"{task.id}/match/{department}/{run}",
        scope=f"joint-task/{task.id}",
        task=task.id,
        department=department,
        opened_by=f"match run {run}",
        count=len(found.unmatched),
        cycle=run,
    )
    for code, shortage in found.unmatched.items():
        by_code[code].facts = {"shortage": shortage.words}
    notify(
        clocks.session,
        department,
        Role.HANDLER,
        key=f"{task.id}/unmatched/{department}/{run}",
        event="unmatched",
        text=f"任务 {task.id}：{len(found.unmatched)}户无法匹配执法人员，请补充人员后重新匹配（task match {task.id}）",
        now=clocks.now,
        task=task.id,
        urgent=True,
    )


def _load(session: Session, department: str, *, open_only: bool, today: date) -> dict[str, int]:
    """Current assignments per officer: of running tasks, or of this year's visits."""
    statement = (
        select(Assignment.officer, func.count())
        .join(Visit, col(Visit.id) == col(Assignment.visit))
        .join(JointTask, col(JointTask.id) == col(Visit.task))
        .where(col(Visit.department) == department, col(Assignment.current).is_(True))
        .group_by(col(Assignment.officer))
    )
    if open_only:
        statement = statement.where(
            col(JointTask.status) == TaskStatus.OPEN, col(Visit.completed_on).is_(None)
        )
    else:
        statement = statement.where(col(Visit.first_day) >= date(today.year, 1, 1))
    return dict(session.exec(statement).all())


def _subjects(session: Session, visits: list[Visit]) -> dict[str, Subject]:
    ids = {visit.subject for visit in visits}
    rows: dict[str, Subject] = {}
    chunk = 500  # SQLite takes some 32,000 parameters in one statement, older builds 999
    ordered = sorted(ids)
    for start in range(0, len(ordered), chunk):
        for row in session.exec(select(Subject).where(col(Subject.id).in_(ordered[start : start + chunk]))):
            rows[row.id] = row
    return rows


def _needs(
    clocks: Clocks, task: JointTask, department: str, visits: list[Visit], subjects: dict[str, Subject]
) -> list[matching.Need]:
    codes = confirmed(clocks.session, task.id)[Aspect.ITEMS].content["items"][department]
    items = clocks.session.exec(
        select(CheckItem).where(col(CheckItem.office) == task.office, col(CheckItem.code).in_(codes))
    )
    specialties = frozenset(item.specialty for item in items if item.specialty)
    officers = int(clocks.policies.value(PolicyKey.OFFICERS_PER_SUBJECT))
    return [
        matching.Need(
            subject=subjects[visit.subject].code,
            area=subjects[visit.subject].area,
            specialties=specialties,
            first_day=visit.first_day,
            last_day=visit.last_day,
            officers=officers,
        )
        for visit in visits
    ]


def _officer(department: str, row: dict[str, Any]) -> matching.Officer:
    return matching.Officer(
        code=row["code"],
        department=department,
        certificate_to=date.fromisoformat(row["certificate_to"]),
        specialties=frozenset(row["specialties"]),
        areas=frozenset(row["areas"]),
        leave=tuple((date.fromisoformat(a), date.fromisoformat(b)) for a, b in row["leave"]),
        recusals=frozenset(row["recusals"]),
        capacity=row["capacity"],
        load=row["load"],
    )


def _assign(
    session: Session,
    department: str,
    run: int,
    assignments: dict[str, tuple[str, ...]],
    by_code: dict[str, Visit],
) -> None:
    ids = {
        row.code: row.id for row in session.exec(select(Officer).where(col(Officer.department) == department))
    }
    for subject in sorted(assignments):
        for place, code in enumerate(assignments[subject]):
            session.add(Assignment(visit=by_code[subject].id, officer=ids[code], run=run, leader=place == 0))
    session.flush()


def _seed(session: Session, task: str) -> str:
    return str(session.get_one(DrawStep, (task, 1, ActStep.DRAWN, "")).content["seed"])


def _file_hash(file: list[dict[str, Any]]) -> str:
    return sha256_hex(canonical_json(file))
