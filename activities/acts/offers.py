"""Joint visits of two tasks, and results that stand instead of a check (合并上门、结果互认)."""

from sqlmodel import col, select

from activities.acts.postponing import reschedule
from activities.acts.visits import visits_of
from activities.authority import name_of
from activities.clocks import whole_task
from activities.desk.notices import notify
from activities.lookup import subjects_by_id
from activities.match.aids import add_aid
from activities.match.offers import UNCHECKED, items_of, offers_to, standing_results
from activities.papers.docket import Docket
from activities.papers.rulings import Target, ruling
from activities.results.passage import withdraw
from activities.waking import wake
from models.papers import AnswerJointVisit, OfferJointVisit, RecogniseResults
from models.task import AidKind, JointTask, MatchAid, Visit
from rules.refusal import Refusal
from rules.roles import Role
from rules.stages import TaskStatus, VisitStage
from rules.waits import WaitKind


@ruling(Target.TASK, OfferJointVisit, Role.HANDLER, Role.APPROVER)
def offer(docket: Docket, paper: OfferJointVisit) -> None:
    """Ask a department of another running task to come on the same days; it answers within its own task."""
    session, task = docket.session, docket.living_task
    visit = visits_of(docket, [paper.visit], *UNCHECKED)[paper.visit]
    other = session.exec(
        select(Visit)
        .join(JointTask, col(JointTask.id) == col(Visit.task))
        .where(
            col(JointTask.office) == task.office,
            col(JointTask.status) == TaskStatus.OPEN,
            col(Visit.task) == paper.task,
            col(Visit.task) != task.id,
            col(Visit.department) == paper.department,
            col(Visit.subject) == visit.subject,
            col(Visit.stage).in_(UNCHECKED),
        )
    ).first()
    if other is None:
        raise Refusal("NoOverlap", "对方任务没有抽中该对象或已经检查；可用 draw overlaps 查看重叠的对象")
    part = docket.part()
    if any((one.task, one.department) == (task.id, part.department) for one in offers_to(session, other)):
        raise Refusal("AlreadyOffered", "已提议合并上门，请等对方答复")
    content = {"visit": visit.id, "other": other.id, "subject": visit.subject, "task": other.task}
    row = add_aid(session, part, AidKind.OFFER, content, docket.by)
    docket.clocks.open(
        WaitKind.JOINT_VISIT,
        key=_key(row),
        scope=f"joint-task/{other.task}",
        task=other.task,
        department=other.department,
        opened_by=docket.by,
    )
    subject = subjects_by_id(session, [visit.subject])[visit.subject]
    notify(
        session,
        other.department,
        Role.APPROVER,
        key=f"{_key(row)}/offered",
        event="joint",
        text=f"{name_of(session, part.department)}提议对 {subject.code} 与任务 {task.id} 合并上门，"
        f"时段{visit.first_day}至{visit.last_day}：请答复 task join {other.task} {other.id}",
        now=docket.now,
        task=other.task,
    )
    wake(session, f"joint-task/{other.task}", "joint", source=other.task, now=docket.now)


@ruling(Target.TASK, AnswerJointVisit, Role.APPROVER, Role.HEAD)
def answer(docket: Docket, paper: AnswerJointVisit) -> None:
    """Joined, one's own visit takes the offered period, and officers who cannot come then are matched anew."""
    session, part = docket.session, docket.part()
    stages = UNCHECKED if paper.join else tuple(VisitStage)
    visit = visits_of(docket, [paper.visit], *stages)[paper.visit]
    waiting = offers_to(session, visit)
    if not waiting:
        raise Refusal("NothingOffered", f"没有待答复的合并上门提议；可用 draw overlaps {visit.task} 查看")
    for row in waiting:
        if paper.join:
            theirs = session.get_one(Visit, row.content["visit"])
            if theirs.stage not in UNCHECKED:
                raise Refusal("OfferOver", "提议方已完成该户检查，不能再合并；请以 task join --no 答复")
            again = reschedule(docket, [visit], theirs.first_day, theirs.last_day)
            docket.data = {"to_match": again}
        content = {
            "task": row.task,
            "department": row.department,
            "answers": row.number,
            "subject": visit.subject,
            "visit": visit.id,
        }
        add_aid(session, part, AidKind.JOIN if paper.join else AidKind.APART, content, docket.by)
        docket.clocks.settle_key(_key(row), by=docket.by)
        notify(
            session,
            row.department,
            Role.HANDLER,
            key=f"{_key(row)}/answered",
            event="joint",
            text=f"任务 {row.task}：{name_of(session, part.department)}"
            f"{'同意' if paper.join else '不同意'}合并上门（{paper.reason}）",
            now=docket.now,
            task=row.task,
        )


@ruling(Target.TASK, RecogniseResults, Role.APPROVER, Role.HEAD)
def recognise(docket: Docket, paper: RecogniseResults) -> None:
    """A visit whose items all have an unexpired result is ended with its sources, or made all the same."""
    session, part, task = docket.session, docket.part(), docket.living_task
    visit = visits_of(docket, [paper.visit], *UNCHECKED)[paper.visit]
    found = [one for one in standing_results(docket.clocks, task, part.department) if one.visit == visit.id]
    if not found:
        raise Refusal("NothingToRecognise", "没有其他部门尚在有效期内的结果，请照常检查；见 draw recognised")
    sources = [
        {
            "item": one.item,
            "result": one.result,
            "task": one.task,
            "department": one.department,
            "completed_on": one.completed_on.isoformat(),
            "valid_to": one.valid_to.isoformat(),
        }
        for one in found
    ]
    content = {"visit": visit.id, "subject": visit.subject, "results": sources}
    if not paper.recognise:
        add_aid(session, part, AidKind.REPEAT, content, docket.by)
        return
    missing = items_of(session, task.id, part.department).keys() - {one.item for one in found}
    if missing:
        raise Refusal(
            "ItemsLeft", f"事项 {'、'.join(sorted(missing))} 没有可互认的结果，该户仍须检查；请照常检查"
        )
    add_aid(session, part, AidKind.RECOGNISE, content, docket.by)
    visit.facts = {**visit.facts, "recognised": sources}
    withdraw(docket.clocks, part, [visit], by=docket.by, to=VisitStage.EXEMPT)
    whole_task.complete(docket.clocks, docket.living_task, "其余对象不再检查，期限由最后一次检查起算")


def _key(row: MatchAid) -> str:
    return f"{row.content['task']}/joint/{row.task}/{row.department}/{row.number}"
