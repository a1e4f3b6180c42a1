"""How what befalls a task is acted out: a firm gone, an officer sick, a clock suspended, a result corrected."""

from datetime import timedelta
from functools import partial

from sqlmodel import Session, col, select

from activities.registers.loading import import_register
from cli.demo.outcome_rows import first_result
from cli.demo.play import BODY, OFFICE
from cli.year.incidents import Incident
from cli.year.law import Duty
from cli.year.opening import confirm_registers
from cli.year.scene import Scene, task_of
from models.papers import (
    CorrectResult,
    ExtendWait,
    MatchAgain,
    RequestDraw,
    ResumeClock,
    SuspendClock,
)
from models.registers import Officer, Subject
from models.task import Assignment, Visit
from rules.draw_record import Kind
from rules.register_columns import Register
from rules.register_rows import numbered
from rules.results import Category
from rules.roles import Role

_PAUSE = timedelta(days=7)
_MORE_DAYS = 5


async def before_visits(scene: Scene, duty: Duty) -> bool:
    """A subject that is gone is replaced, an officer who is sick too: then nobody visits yet."""
    initiator = scene.read(lambda session: task_of(session, duty.task)).initiator
    if scene.befalls(duty.task, Incident.REPLACE):
        scene.befallen(duty.task, Incident.REPLACE)
        await _replace(scene, duty, initiator)
        return True
    if duty.department == initiator and scene.befalls(duty.task, Incident.REMATCH):
        scene.befallen(duty.task, Incident.REMATCH)
        await _match_again(scene, duty)
        return True
    return False


async def before_entry(scene: Scene, duty: Duty) -> bool:
    """The clock stands still for a test that is waited for, runs on a week later, and is extended."""
    if not scene.befalls(duty.task, Incident.SUSPEND) or scene.today >= duty.due_day:
        return False
    scene.befallen(duty.task, Incident.SUSPEND)
    paper = SuspendClock(wait=duty.wait, from_day=scene.today, reason="等待检验报告", approval="中止1号")
    await scene.act(duty.department, Role.HEAD, paper, duty.scope)
    scene.agenda.append((scene.clock.now + _PAUSE, partial(_resume, scene, duty)))
    return True


async def before_summary(scene: Scene, duty: Duty) -> None:
    """A mistake in the first subject's result comes to light: it is corrected, signed and published."""
    if duty.cycle > 1 or not scene.befalls(duty.task, Incident.CORRECT):
        return
    scene.befallen(duty.task, Incident.CORRECT)
    result = scene.read(lambda session: first_result(session, _first_visit(session, duty)))
    paper = CorrectResult(
        result=result.id,
        number=1,
        categories=(Category.NOT_PUBLISHED,),
        finding="复核发现许可信息未公示，原记录漏填",
        reason="录入遗漏",
    )
    await scene.act(duty.department, Role.HANDLER, paper, f"correction/{result.id}/1")


async def _resume(scene: Scene, duty: Duty) -> None:
    resume = ResumeClock(wait=duty.wait, runs_from=scene.today, reason="报告已收到", approval="恢复1号")
    await scene.act(duty.department, Role.HEAD, resume, duty.scope)
    extend = ExtendWait(wait=duty.wait, amount=_MORE_DAYS, reason="对象较多，需补充核实", approval="延期1号")
    await scene.act(BODY, Role.OFFICE, extend, duty.scope)


async def _replace(scene: Scene, duty: Duty, initiator: str) -> None:
    code = scene.read(lambda session: _first_code(session, duty))
    gone = {"code": code, "status": "注销", "status_date": scene.today.isoformat()}
    _register(scene, Register.SUBJECTS, gone)
    await confirm_registers(scene, initiator)
    paper = RequestDraw(
        act=Kind.REPLACEMENT,
        reason="对象已注销",
        replaces=(code,),
        evidence=f"登记机关{scene.today}注销登记通知",
    )
    await scene.act(initiator, Role.HANDLER, paper, duty.scope)


async def _match_again(scene: Scene, duty: Duty) -> None:
    visits, sick = scene.read(lambda session: _with_an_officer(session, duty))
    period = f"{scene.today}~{scene.today + timedelta(days=60)}"
    _register(scene, Register.OFFICERS, {"code": sick, "leave": period})
    paper = MatchAgain(reason="执法人员病休，重新匹配", visits=tuple(visits))
    await scene.act(duty.department, Role.HANDLER, paper, duty.scope)


def _register(scene: Scene, register: Register, row: dict[str, str]) -> None:
    import_register(scene.database, OFFICE, register, numbered([row]), now=scene.clock.now, actor="simulate")


def _first_visit(session: Session, duty: Duty) -> Visit:
    return session.exec(
        select(Visit)
        .join(Subject, col(Subject.id) == col(Visit.subject))
        .where(col(Visit.task) == duty.task, col(Visit.department) == duty.department)
        .where(col(Visit.completed_on).is_not(None))
        .order_by(col(Subject.code))
    ).all()[0]


def _first_code(session: Session, duty: Duty) -> str:
    return session.exec(
        select(Subject.code)
        .join(Visit, col(Visit.subject) == col(Subject.id))
        .where(col(Visit.wait) == duty.wait)
        .order_by(col(Subject.code))
    ).all()[0]


def _with_an_officer(session: Session, duty: Duty) -> tuple[list[str], str]:
    visits = list(session.exec(select(Visit.id).where(col(Visit.wait) == duty.wait)))
    officers = session.exec(
        select(Officer.code)
        .join(Assignment, col(Assignment.officer) == col(Officer.id))
        .where(col(Assignment.visit).in_(visits), col(Assignment.current).is_(True))
        .order_by(col(Officer.code))
    ).all()
    return visits, officers[0]
