"""Stage 4, where officers are too few: borrow and lend, widen the areas (借调、扩大区域)."""

from sqlmodel import Session, col, select

from activities.authority import name_of
from activities.desk.notices import notify
from activities.match.aids import add_aid, unanswered
from activities.match.officer_file import pool
from activities.papers.docket import Docket
from activities.papers.rulings import Target, ruling
from models.organisation import Department, Office
from models.papers import BorrowOfficer, LendOfficer, WidenAreas
from models.registers import Officer
from models.task import AidKind, MatchAid, TakingPart
from rules.refusal import Refusal
from rules.roles import Role
from rules.stages import Stage
from rules.waits import WaitKind


@ruling(Target.TASK, BorrowOfficer, Role.APPROVER, Role.HEAD)
def borrow(docket: Docket, paper: BorrowOfficer) -> None:
    """Ask a body of the office for an officer; one of the level above joins the match by its written consent.

    Each office is a world of its own: the persons of the level above do not act here, so there the number
    of their consent is what exists.
    """
    part = _matching(docket)
    session = docket.session
    found, lender = _known(docket, paper.officer)
    if found.id in {one.id for one in pool(session, part.task, part.department)}:
        raise Refusal("AlreadyInPool", f"{paper.officer} 已在本部门可派人员之内，无须借调")
    content = {"officer": found.id, "code": found.code, "lender": lender.id, "number": paper.number}
    if lender.office == docket.office:
        if any(one.content["officer"] == found.id for one in _asked(session, part.task, part.department)):
            raise Refusal("AlreadyAsked", f"已向{lender.name}请求借调 {paper.officer}，请等其答复")
        asked = add_aid(session, part, AidKind.ASK, content, docket.by)
        docket.clocks.open(
            WaitKind.LEND,
            key=_key(asked),
            scope=f"joint-task/{part.task}",
            task=part.task,
            department=lender.id,
            opened_by=docket.by,
        )
        notify(
            session,
            lender.id,
            Role.APPROVER,
            key=f"{_key(asked)}/asked",
            event="lend",
            text=f"任务 {part.task}：{name_of(session, part.department)}请求借调你单位 {found.code}（{paper.reason}），"
            f"请答复：task lend {part.task} {found.code} --reason 理由，不同意加 --no",
            now=docket.now,
            task=part.task,
        )
        docket.data = {"asked": lender.name}
        return
    if not paper.number.strip():
        raise Refusal("NumberMissing", "借调上级执法人员须写明上级同意借调的文号（--number）")
    add_aid(session, part, AidKind.BORROW, content, docket.by)
    part.match_asked = part.match_run + 1


@ruling(Target.TASK, LendOfficer, Role.APPROVER, Role.HEAD)
def lend(docket: Docket, paper: LendOfficer) -> None:
    """The lending body answers: its officer joins the match of who asked, or stays."""
    session, task = docket.session, docket.living_task
    departments = session.exec(select(TakingPart.department).where(col(TakingPart.task) == task.id)).all()
    wanted = [
        one
        for department in departments
        for one in _asked(session, task.id, department)
        if (one.content["lender"], one.content["code"]) == (docket.department, paper.officer)
    ]
    if not wanted:
        raise Refusal("NothingAsked", f"本任务没有向本单位请求借调 {paper.officer}，请核对证号")
    kind = AidKind.BORROW if paper.lend else AidKind.KEEP
    for asked in wanted:
        part = docket.part(asked.department)
        add_aid(session, part, kind, {**asked.content, "answers": asked.number}, docket.by)
        if paper.lend and part.matched < part.subjects:
            part.match_asked = part.match_run + 1
        docket.clocks.settle_key(_key(asked), by=docket.by)
        answer = "同意借出" if paper.lend else "不同意借出"
        notify(
            session,
            part.department,
            Role.HANDLER,
            key=f"{_key(asked)}/answer",
            event="lend",
            text=f"任务 {task.id}：{name_of(session, docket.department)}{answer} {paper.officer}（{paper.reason}）",
            now=docket.now,
            task=task.id,
        )


@ruling(Target.TASK, WidenAreas, Role.APPROVER, Role.HEAD)
def widen(docket: Docket, paper: WidenAreas) -> None:
    """The department's officers may check in more areas, or anywhere, in this task."""
    part = _matching(docket)
    add_aid(docket.session, part, AidKind.WIDEN, {"areas": sorted(set(paper.areas))}, docket.by)
    part.match_asked = part.match_run + 1


def _known(docket: Docket, code: str) -> tuple[Officer, Department]:
    """The officer with this number in the registers of the office and of the one above, with their body."""
    session = docket.session
    offices = {docket.office, session.get_one(Office, docket.office).parent}
    for officer in session.exec(select(Officer).where(col(Officer.code) == code)):
        body = session.get_one(Department, officer.department)
        if body.office in offices:
            return officer, body
    raise Refusal("OfficerUnknown", f"上级和本级执法人员库中没有证号 {code}，请核对后再借调")


def _asked(session: Session, task: str, department: str) -> list[MatchAid]:
    return unanswered(session, task, department, AidKind.ASK, AidKind.BORROW, AidKind.KEEP)


def _key(asked: MatchAid) -> str:
    return f"{asked.task}/lend/{asked.department}/{asked.number}"


def _matching(docket: Docket) -> TakingPart:
    part = docket.part()
    if docket.living_task.stage < Stage.MATCH or part.matched == part.subjects:
        raise Refusal("NothingToMatch", "没有待匹配的检查对象，无须借调人员或扩大区域")
    return part
