"""Stage 4, where officers are too few: borrow, widen the areas, attach an expert (借调、扩大区域、专家)."""

from sqlmodel import col, func, select

from activities.acts.preparation import confirmed
from activities.docket import Docket, Target, ruling
from activities.officer_file import pool
from models.organisation import Department, Office
from models.papers import AttachAssistant, BorrowOfficer, WidenAreas
from models.registers import Officer
from models.task import AidKind, Aspect, MatchAid, TakingPart
from rules.refusal import Refusal
from rules.roles import Role
from rules.stages import Stage


@ruling(Target.TASK, BorrowOfficer, Role.APPROVER, Role.HEAD)
def borrow(docket: Docket, paper: BorrowOfficer) -> None:
    """An officer of the level above, or of another body of the office, joins this task's match."""
    part = _matching(docket)
    session = docket.session
    lenders = {docket.office, session.get_one(Office, docket.office).parent}
    officers = session.exec(select(Officer).where(col(Officer.code) == paper.officer)).all()
    found = next(
        (one for one in officers if session.get_one(Department, one.department).office in lenders), None
    )
    if found is None:
        raise Refusal("OfficerUnknown", f"上级和本级执法人员库中没有证号 {paper.officer}，请核对后再借调")
    if found.id in {one.id for one in pool(session, part.task, part.department)}:
        raise Refusal("AlreadyInPool", f"{paper.officer} 已在本部门可派人员之内，无须借调")
    _add(docket, part, AidKind.BORROW, {"officer": found.id, "number": paper.number})


@ruling(Target.TASK, WidenAreas, Role.APPROVER, Role.HEAD)
def widen(docket: Docket, paper: WidenAreas) -> None:
    """The department's officers may check in more areas, or anywhere, in this task."""
    part = _matching(docket)
    _add(docket, part, AidKind.WIDEN, {"areas": sorted(set(paper.areas))})


@ruling(Target.TASK, AttachAssistant, Role.HANDLER, Role.APPROVER)
def attach(docket: Docket, paper: AttachAssistant) -> None:
    """An expert or helper goes along for one of the department's items; the officers stay as matched."""
    part, task = docket.part(), docket.living_task
    if task.stage not in (Stage.MATCH, Stage.INSPECT):
        raise Refusal("WrongStage", "专家和辅助人员须在抽取之后、全部检查完成之前指派")
    own = confirmed(docket.session, task.id)[Aspect.ITEMS].content["items"].get(part.department, ())
    if paper.item not in own:
        raise Refusal("ItemUnknown", f"{paper.item} 不是本部门在本任务中的抽查事项，可选：{'、'.join(own)}")
    _store(docket, part, AidKind.ASSIST, paper.model_dump(include={"name", "specialty", "item"}))


def _matching(docket: Docket) -> TakingPart:
    part = docket.part()
    if docket.living_task.stage < Stage.MATCH or part.matched == part.subjects:
        raise Refusal("NothingToMatch", "没有待匹配的检查对象，无须借调人员或扩大区域")
    return part


def _add(docket: Docket, part: TakingPart, kind: AidKind, content: dict[str, object]) -> None:
    """Store the way on, and have what is unmatched matched again."""
    _store(docket, part, kind, content)
    part.match_asked = part.match_run + 1


def _store(docket: Docket, part: TakingPart, kind: AidKind, content: dict[str, object]) -> None:
    count = docket.session.exec(
        select(func.count()).where(
            col(MatchAid.task) == part.task, col(MatchAid.department) == part.department
        )
    ).one()
    docket.session.add(
        MatchAid(
            task=part.task,
            department=part.department,
            number=count + 1,
            kind=kind,
            content=content,
            submission=docket.by,
        )
    )
    docket.session.flush()
