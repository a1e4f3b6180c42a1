"""Stage 5: completion of checks, per subject and department (实施检查)."""

from collections import defaultdict
from datetime import date

from activities.clocks import whole_task
from activities.match.experts import review_experts
from activities.match.officer_file import pool
from activities.papers.docket import Docket
from activities.papers.rulings import Target, ruling
from activities.results.found_at_check import found_at_check
from activities.results.passage import await_next, move
from models.papers import RecordVisits, VisitLine
from models.task import Visit
from rules.calendar import local_day
from rules.deadline import Unit, due_day
from rules.policy import PolicyKey
from rules.refusal import Refusal
from rules.results import Signature
from rules.roles import Role
from rules.stages import VisitStage
from rules.waits import WaitKind

UNCHECKED = (VisitStage.MATCHED, VisitStage.UNMATCHED)
"""Where a check still waits to be made."""


@ruling(Target.TASK, RecordVisits, Role.OFFICER, Role.HANDLER, together=True)
def record_visits(docket: Docket, paper: RecordVisits) -> None:
    """Record completed checks: from the day of each its 20 working days run (阳城 五, 高平 三)."""
    part, task = docket.part(), docket.living_task
    visits = visits_of(docket, [line.visit for line in paper.lines], VisitStage.MATCHED)
    certified = docket.sitting.once(("pool", docket.department), lambda: _certified(docket))
    by_day: dict[date, list[Visit]] = defaultdict(list)
    for line in paper.lines:
        visit = visits[line.visit]
        _check(docket, line, visit, certified)
        visit.completed_on = line.completed_on
        visit.method = line.method.value
        visit.facts = {
            **line.facts,
            "officers": list(line.officers),
            "opinion": line.opinion,
            "signature": line.signature.value if line.signature else "",
            "witness": line.witness,
        }
        visit.due_amount = int(
            docket.clocks.policies.value(PolicyKey.ENTRY_DAYS, docket.department, docket.living_task.document)
        )
        visit.due_day = due_day(docket.clocks.calendar, line.completed_on, visit.due_amount, Unit.WORKING_DAY)
        visit.cycle = 1
        docket.session.add_all(found_at_check(line, by=docket.by))
        by_day[line.completed_on].append(visit)
    for members in by_day.values():
        move(docket.clocks, part, members, VisitStage.VISITED, by=docket.by)
    whole_task.begin(docket.clocks, task, docket.department, list(visits.values()))
    for day, members in by_day.items():
        await_next(docket.clocks, WaitKind.ENTRY, members, by=docket.by, anchor=day)
    whole_task.complete(docket.clocks, task, "全部检查已完成，期限由此起算")
    review_experts(docket.clocks, task, part, by=docket.by)


def visits_of(docket: Docket, ids: list[str], *stages: VisitStage) -> dict[str, Visit]:
    """The acting department's visits by id, each once and in one of the stages; else refused by name."""
    if len(set(ids)) != len(ids):
        raise Refusal("LineTwice", "同一检查对象在一份文书中出现两次，请删去重复的行")
    task = docket.living_task
    visits = {
        row.id: row
        for row in docket.sitting.visits(ids).values()
        if row.task == task.id and row.department == docket.department
    }
    if unknown := [one for one in ids if one not in visits]:
        raise Refusal("VisitUnknown", f"不是本部门在本任务中的检查对象，请删去：{'、'.join(unknown[:5])}")
    wrong = [row for row in visits.values() if row.stage not in stages]
    if wrong:
        wanted = "、".join(stage.label for stage in stages)
        raise Refusal(
            "VisitStage",
            f"{wrong[0].id} 现为“{wrong[0].stage.label}”，须为“{wanted}”才能这样办理；请用 task show {task.id} 查看进展",
        )
    return visits


def _certified(docket: Docket) -> dict[str, date]:
    """Until when each officer of the department's pool is certified, by certificate number."""
    rows = pool(docket.session, docket.living_task.id, docket.department)
    return {row.code: row.certificate_to for row in rows}


def _check(docket: Docket, line: VisitLine, visit: Visit, certified: dict[str, date]) -> None:
    if line.completed_on > docket.clocks.today:
        raise Refusal("CompletionInFuture", f"检查完成日{line.completed_on}在今日之后，请更正")
    if line.completed_on < local_day(docket.any_task.opened_at):
        raise Refusal("CompletionBeforeLaunch", f"检查完成日{line.completed_on}早于任务发起日，请更正")
    if line.completed_on < visit.first_day:
        raise Refusal(
            "CompletionBeforePeriod",
            f"检查完成日{line.completed_on}早于检查时段起始日{visit.first_day}；请更正日期，"
            "或由审批人、负责人先改检查时段（task postpone 也可提前）",
        )
    if line.signature in (Signature.REFUSED, Signature.ABSENT) and not line.witness.strip():
        raise Refusal(
            "WitnessMissing", f"当事人{line.signature.label}的，须写明在场见证人或记录方式（--witness）"
        )
    least = int(docket.clocks.policies.value(PolicyKey.OFFICERS_PER_SUBJECT))
    valid = {code for code in line.officers if certified.get(code, date.min) >= line.completed_on}
    if len(valid) < least:
        unfit = "、".join(sorted(set(line.officers) - valid))
        raise Refusal(
            "TooFewOfficers",
            f"检查当日在场的本部门持有效证件执法人员不足{least}人，请核对证号与有效期"
            + (f"；不能计入的：{unfit}" if unfit else ""),
        )
