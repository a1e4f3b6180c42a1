"""Stage 4 and after: an officer is recused from subjects, whoever says it first (回避)."""

from sqlmodel import col, select

from activities.acts.rematching import unmatch
from activities.authority import name_of
from activities.desk.notices import notify
from activities.lookup import subjects_by_code
from activities.match.aids import add_aid
from activities.match.officer_file import pool
from activities.papers.docket import Docket
from activities.papers.rulings import Target, ruling
from models.papers import DeclareRecusal
from models.registers import Officer
from models.task import AidKind, Assignment, JointTask, Visit
from rules.refusal import Refusal
from rules.roles import Role
from rules.stages import TaskStatus, VisitStage


@ruling(Target.TASK, DeclareRecusal, Role.OFFICER, Role.APPROVER, Role.HEAD)
def declare(docket: Docket, paper: DeclareRecusal) -> None:
    """The officer's own word, or the approver's on a fact or a subject's application: it binds from now on.

    Visits of this task that it touches are matched anew; other running tasks of the department are told.
    """
    part, session = docket.part(), docket.session
    officer = _officer(docket, paper.officer)
    codes = sorted({code.strip().upper() for code in paper.subjects})
    known = subjects_by_code(session, docket.office, codes)
    if unknown := [code for code in codes if code not in known]:
        raise Refusal("SubjectUnknown", f"检查对象名录库中没有 {'、'.join(unknown[:5])}，请核对代码")
    content = {
        "officer": officer.id,
        "code": officer.code,
        "codes": codes,
        "ground": paper.ground.value,
        "stands": not paper.lift,
        "at": docket.now.isoformat(),
    }
    add_aid(session, part, AidKind.RECUSE, content, docket.by)
    if paper.lift:
        return
    touched = session.exec(
        select(Visit)
        .join(Assignment, col(Assignment.visit) == col(Visit.id))
        .join(JointTask, col(JointTask.id) == col(Visit.task))
        .where(
            col(JointTask.status) == TaskStatus.OPEN,
            col(Visit.stage) == VisitStage.MATCHED,
            col(Visit.subject).in_([row.id for row in known.values()]),
            col(Assignment.officer) == officer.id,
            col(Assignment.current).is_(True),
        )
        .order_by(col(Visit.id))
    ).all()
    here = [one for one in touched if (one.task, one.department) == (part.task, part.department)]
    unmatch(docket, part, here)
    docket.data = {"to_match": len(here)}
    for task, department in sorted({(one.task, one.department) for one in touched if one not in here}):
        notify(
            session,
            department,
            Role.HANDLER,
            key=f"{docket.by}/recused/{task}/{department}",
            event="recused",
            text=f"任务 {task}：{officer.code} 已申请回避其中的检查对象，请重新匹配：task match {task} --reason 回避",
            now=docket.now,
            task=task,
            urgent=True,
        )


def _officer(docket: Docket, code: str) -> Officer:
    """The officer by certificate number: one's own where an officer declares, else one of the department's."""
    found = next(
        (one for one in pool(docket.session, docket.living_task.id, docket.department) if one.code == code),
        None,
    )
    if found is None:
        raise Refusal(
            "OfficerUnknown",
            f"{name_of(docket.session, docket.department)}可派的执法人员中没有证号 {code}，请核对",
        )
    if docket.submission.role is Role.OFFICER and found.person != docket.submission.actor:
        raise Refusal("NotOneself", "执法人员只能申报本人的回避；他人的由本部门审批人或负责人决定")
    return found
