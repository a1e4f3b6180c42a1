"""Stage 5: another period for checks, for one department or for all who visit the subject (改期)."""

from collections import defaultdict
from datetime import date

from sqlmodel import col, select

from activities.acts.preparation import FARTHEST
from activities.acts.rematching import officers_fit, unmatch
from activities.acts.visits import UNCHECKED, visits_of
from activities.authority import name_of
from activities.desk.notices import notify
from activities.papers.docket import Docket
from activities.papers.rulings import Target, ruling
from activities.results.passage import await_next, move
from models.papers import PostponeVisits
from models.task import Visit
from rules.refusal import Refusal
from rules.roles import Role
from rules.stages import VisitStage
from rules.waits import WaitKind


@ruling(Target.TASK, PostponeVisits, Role.APPROVER, Role.HEAD)
def postpone(docket: Docket, paper: PostponeVisits) -> None:
    """Give visits another period; an officer whose certificate or leave does not fit it is matched anew."""
    if not docket.clocks.today <= paper.last_day or paper.last_day < paper.first_day:
        raise Refusal("PeriodPast", "新的检查时段须在今日之后，且截止日不早于起始日")
    if paper.last_day > docket.clocks.today + FARTHEST:
        raise Refusal("PeriodTooFar", f"检查时段须在{FARTHEST.days}天之内，请更正")
    if paper.together:
        docket.initiator_only()
    visits = list(visits_of(docket, list(paper.visits), *UNCHECKED).values())
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
            col(Visit.stage).in_(UNCHECKED),
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
