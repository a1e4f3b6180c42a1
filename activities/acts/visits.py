"""Stage 5: completion of checks, per subject and department (实施检查)."""

from collections import defaultdict
from datetime import date

from sqlmodel import Session, col, select

from activities.acts.preparation import FARTHEST
from activities.authority import name_of
from activities.clocks import whole_task
from activities.match.experts import review_experts
from activities.match.officer_file import pool
from activities.match.recusals import barred
from activities.papers.docket import Docket, Target, notify, ruling
from activities.results.passage import await_next, move, release_officers
from models.papers import MatchAgain, PostponeVisits, RecordVisits, VisitLine
from models.registers import Officer, Subject
from models.task import Assignment, TakingPart, Visit
from rules.calendar import local_day
from rules.deadline import Unit, due_day
from rules.policy import PolicyKey
from rules.refusal import Refusal
from rules.results import Signature
from rules.roles import Role
from rules.stages import Stage, VisitStage
from rules.waits import WaitKind

_UNCHECKED = (VisitStage.MATCHED, VisitStage.UNMATCHED)


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
        by_day[line.completed_on].append(visit)
    for members in by_day.values():
        move(docket.clocks, part, members, VisitStage.VISITED, by=docket.by)
    whole_task.begin(docket.clocks, task, docket.department, list(visits.values()))
    for day, members in by_day.items():
        await_next(docket.clocks, WaitKind.ENTRY, members, by=docket.by, anchor=day)
    whole_task.complete(docket.clocks, task, "全部检查已完成，期限由此起算")
    review_experts(docket.clocks, task, part, by=docket.by)


@ruling(Target.TASK, PostponeVisits, Role.APPROVER, Role.HEAD)
def postpone(docket: Docket, paper: PostponeVisits) -> None:
    """Give visits another period; an officer whose certificate or leave does not fit it is matched anew."""
    if not docket.clocks.today <= paper.last_day or paper.last_day < paper.first_day:
        raise Refusal("PeriodPast", "新的检查时段须在今日之后，且截止日不早于起始日")
    if paper.last_day > docket.clocks.today + FARTHEST:
        raise Refusal("PeriodTooFar", f"检查时段须在{FARTHEST.days}天之内，请更正")
    if paper.together:
        docket.initiator_only()
    visits = list(visits_of(docket, list(paper.visits), *_UNCHECKED).values())
    others = _of_other_departments(docket, visits)
    moved = [*visits, *others] if paper.together else visits
    unfit = reschedule(docket, moved, paper.first_day, paper.last_day)
    apart = 0 if paper.together else _offer_to_move_along(docket, others, paper)
    docket.data = {"postponed": len(moved), "to_match": unfit, "apart": apart}


def reschedule(docket: Docket, visits: list[Visit], first_day: date, last_day: date) -> int:
    """Give unchecked visits another period; returns how many are matched anew, for their officers cannot."""
    unfit = 0
    for visit in visits:
        visit.first_day, visit.last_day = first_day, last_day
    for department in sorted({visit.department for visit in visits}):
        part = docket.part(department)
        own = [one for one in visits if one.department == department and one.stage is VisitStage.MATCHED]
        cannot = [visit for visit in own if not officers_fit(docket.session, visit)]
        kept = [visit for visit in own if visit not in cannot]
        move(docket.clocks, part, kept, VisitStage.MATCHED, by=docket.by)
        await_next(docket.clocks, WaitKind.VISIT, kept, by=docket.by, anchor=docket.clocks.today)
        unmatch(docket, part, cannot)
        unfit += len(cannot)
    return unfit


def _of_other_departments(docket: Docket, visits: list[Visit]) -> list[Visit]:
    """The unchecked visits of the task's other departments to the same subjects: there is one visit for all."""
    rows = docket.session.exec(
        select(Visit)
        .where(
            col(Visit.task) == docket.living_task.id,
            col(Visit.department) != docket.department,
            col(Visit.subject).in_([one.subject for one in visits]),
            col(Visit.stage).in_(_UNCHECKED),
        )
        .order_by(col(Visit.department), col(Visit.id))
    )
    return list(rows)


def _offer_to_move_along(docket: Docket, others: list[Visit], paper: PostponeVisits) -> int:
    """Tell the departments whose visits stay behind what was moved, and what moves theirs along; how many."""
    task = docket.living_task.id
    by_department: dict[str, list[str]] = defaultdict(list)
    for visit in others:
        if (visit.first_day, visit.last_day) != (paper.first_day, paper.last_day):
            by_department[visit.department].append(visit.id)
    for department, ids in by_department.items():
        notify(
            docket.session,
            department,
            Role.APPROVER,
            key=f"{docket.by}/postponed/{department}",
            event="postponed",
            text=f"任务 {task}：{name_of(docket.session, docket.department)}将{len(ids)}户的检查改为"
            f"{paper.first_day}至{paper.last_day}（{paper.reason}）；为一次上门，请一并改期："
            f"task postpone {task} {' '.join(ids)} --from {paper.first_day} --to {paper.last_day} --reason 一次上门",
            now=docket.now,
            task=task,
            urgent=True,
        )
    return sum(map(len, by_department.values()))


@ruling(Target.TASK, MatchAgain, Role.HANDLER)
def match_again(docket: Docket, paper: MatchAgain) -> None:
    """Match again, with a reason: what is unmatched, and the visits named (recused on the day …).

    Where none is named, all are tested again, and those whose officers are no longer fit (sick, certificate
    expired, recused since) are matched anew; the others keep theirs.
    """
    part = docket.part()
    if docket.living_task.stage < Stage.MATCH:
        raise Refusal("NothingToMatch", "尚未抽取检查对象，请待抽取后再匹配")
    named = visits_of(docket, list(paper.visits), *_UNCHECKED)
    _leave_at_home(docket, part, list(named.values()), paper.without)
    again = [one for one in named.values() if one.stage is VisitStage.MATCHED]
    if not paper.visits:
        again = _unfit(docket.session, part)
        docket.data = {"unfit": len(again)}
    unmatch(docket, part, again)
    if part.matched == part.subjects:
        raise Refusal("NothingToMatch", "没有待匹配的检查对象；需要换人的请写明检查编号（--visit）")
    part.match_asked = part.match_run + 1


def _leave_at_home(docket: Docket, part: TakingPart, visits: list[Visit], without: tuple[str, ...]) -> None:
    """Note whom the next match must not send to these visits; it stays with them."""
    if not without:
        return
    if not visits:
        raise Refusal("VisitsMissing", "用 --without 换下执法人员的，须用 --visit 写明是哪几户检查")
    known = {row.code for row in pool(docket.session, part.task, part.department)}
    if unknown := sorted(set(without) - known):
        raise Refusal("OfficerUnknown", f"本部门可派的执法人员中没有证号 {'、'.join(unknown)}，请核对")
    for visit in visits:
        visit.facts = {**visit.facts, "without": sorted({*visit.facts.get("without", ()), *without})}


def unmatch(docket: Docket, part: TakingPart, visits: list[Visit]) -> None:
    """Free the officers of visits and have them matched anew; who they were stays on record."""
    if visits:
        move(docket.clocks, part, visits, VisitStage.UNMATCHED, by=docket.by)
        release_officers(docket.clocks, visits)
        part.match_asked = part.match_run + 1


def officers_fit(session: Session, visit: Visit) -> bool:
    """Whether a visit's officers are certified and not on leave on every day of its period."""
    officers = session.exec(
        select(Officer)
        .join(Assignment, col(Assignment.officer) == col(Officer.id))
        .where(col(Assignment.visit) == visit.id, col(Assignment.current).is_(True))
    )
    return all(_fits(officer, visit) for officer in officers)


def _unfit(session: Session, part: TakingPart) -> list[Visit]:
    """A department's visits that an officer can no longer make by the registers as they stand."""
    rows = session.exec(
        select(Visit, Officer, Subject.code)
        .join(Assignment, col(Assignment.visit) == col(Visit.id))
        .join(Officer, col(Officer.id) == col(Assignment.officer))
        .join(Subject, col(Subject.id) == col(Visit.subject))
        .where(
            col(Visit.task) == part.task,
            col(Visit.department) == part.department,
            col(Visit.stage) == VisitStage.MATCHED,
            col(Assignment.current).is_(True),
        )
        .order_by(col(Subject.code), col(Visit.id))
    )
    found = rows.all()
    recused = barred(session, {officer.id: officer for _, officer, _ in found}.values())
    unfit = {
        visit.id: visit
        for visit, officer, code in found
        if code in recused[officer.id] or not _fits(officer, visit)
    }
    return list(unfit.values())


def _fits(officer: Officer, visit: Visit) -> bool:
    return officer.certificate_to >= visit.last_day and not any(
        date.fromisoformat(start) <= visit.last_day and visit.first_day <= date.fromisoformat(end)
        for start, end in officer.leave
    )


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
