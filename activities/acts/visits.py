"""Stage 5: completion of checks, per subject and department (实施检查)."""

from collections import defaultdict
from datetime import date

from sqlmodel import Session, col, select

from activities.docket import Docket, Target, ruling
from activities.passage import await_next, move
from models.papers import RecordVisits, VisitLine
from models.registers import Officer
from models.task import Visit
from rules.deadline import Unit, due_day
from rules.policy import PolicyKey
from rules.refusal import Refusal
from rules.roles import Role
from rules.stages import VisitStage
from rules.waits import WaitKind


@ruling(Target.TASK, RecordVisits, Role.OFFICER, Role.HANDLER)
def record_visits(docket: Docket, paper: RecordVisits) -> None:
    """Record completed checks: from the day of each its 20 working days run (阳城 五, 高平 三)."""
    part = docket.part()
    visits = visits_of(docket, [line.visit for line in paper.lines], VisitStage.MATCHED)
    certified = _certified(docket.session, docket.department)
    by_day: dict[date, list[Visit]] = defaultdict(list)
    for line in paper.lines:
        _check(docket, line, certified)
        visit = visits[line.visit]
        visit.completed_on = line.completed_on
        visit.method = line.method.value
        visit.facts = {**line.facts, "officers": list(line.officers)}
        visit.due_day = due_day(
            docket.clocks.calendar,
            line.completed_on,
            int(docket.clocks.policies.value(PolicyKey.ENTRY_DAYS, docket.department)),
            Unit.WORKING_DAY,
        )
        visit.cycle = 1
        by_day[line.completed_on].append(visit)
    for day, members in by_day.items():
        move(docket.clocks, part, members, VisitStage.VISITED, by=docket.by)
        await_next(docket.clocks, WaitKind.ENTRY, members, by=docket.by, anchor=day)


def visits_of(docket: Docket, ids: list[str], *stages: VisitStage) -> dict[str, Visit]:
    """The acting department's visits by id, each once and in one of the stages; else refused by name."""
    if len(set(ids)) != len(ids):
        raise Refusal("LineTwice", "同一检查对象在一份文书中出现两次，请删去重复的行")
    task = docket.living_task
    rows = docket.session.exec(select(Visit).where(col(Visit.id).in_(ids))).all()
    visits = {row.id: row for row in rows if row.task == task.id and row.department == docket.department}
    if unknown := [one for one in ids if one not in visits]:
        raise Refusal("VisitUnknown", f"不是本部门在本任务中的检查对象：{'、'.join(unknown[:5])}")
    wrong = [row for row in visits.values() if row.stage not in stages]
    if wrong:
        wanted = "、".join(stage.label for stage in stages)
        raise Refusal("VisitStage", f"{wrong[0].id} 现为“{wrong[0].stage.label}”，须为“{wanted}”才能这样办理")
    return visits


def _certified(session: Session, department: str) -> dict[str, date]:
    rows = session.exec(select(Officer).where(col(Officer.department) == department))
    return {row.code: row.certificate_to for row in rows}


def _check(docket: Docket, line: VisitLine, certified: dict[str, date]) -> None:
    if line.completed_on > docket.clocks.today:
        raise Refusal("CompletionInFuture", f"检查完成日{line.completed_on}在今日之后，请更正")
    least = int(docket.clocks.policies.value(PolicyKey.OFFICERS_PER_SUBJECT))
    valid = {code for code in line.officers if certified.get(code, date.min) >= line.completed_on}
    if len(valid) < least:
        raise Refusal(
            "TooFewOfficers", f"检查当日在场的本部门持有效证件执法人员不足{least}人，请核对证号与有效期"
        )
