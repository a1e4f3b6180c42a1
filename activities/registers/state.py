"""Whether a register may be drawn from: confirmed by its keeper, and no file half in (名录是否可用)."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from activities.authority import office_department
from activities.clocks.waits import Clocks
from activities.waking import wake
from models.registers import RegisterConfirmation, RegisterLoad
from models.task import JointTask
from models.trail import Wait
from rules.calendar import TZ
from rules.policy import PolicyKey
from rules.refusal import Refusal
from rules.register_columns import Register
from rules.waits import WaitKind

FROZEN = (Register.SUBJECTS, Register.OFFICERS)
"""What a draw act freezes."""


def check_whole(session: Session, office: str, register: Register) -> None:
    """Refuses `RegisterLoading` while the register holds only a part of a file."""
    load = unfinished(session, office, register)
    if load is not None:
        raise Refusal(
            "RegisterLoading",
            f"{register.label}有一次导入尚未完成（{load.begun_at.astimezone(TZ):%Y-%m-%d %H:%M} 开始，已处理"
            f"{load.rows}行）；请等其完成，如已中断请名录库管理员重新导入该文件：register import {register.value} 文件",
        )


def check_confirmed(clocks: Clocks, office: str, register: Register) -> None:
    """Refuses `RegisterOutOfDate` where no keeper's word is younger than the policy's age."""
    age = int(clocks.policies.value(PolicyKey.REGISTER_MAX_AGE_DAYS))
    newest = newest_confirmation(clocks.session, office, register)
    if newest is None or newest.confirmed_on < clocks.today - timedelta(days=age):
        raise Refusal(
            "RegisterOutOfDate",
            f"{register.label}最近一次确认为{newest.confirmed_on if newest else '从未'}，超过{age}天；请名录库管理员先办理："
            f"register confirm {register.value}",
        )


def hold_freeze(clocks: Clocks, task: JointTask, number: int) -> bool:
    """Whether a freeze must wait for a file that began to come in after the approval.

    The coordinating office is told, for a file that broke off can only be imported again by a person.
    """
    key = _hold_key(task, number)
    if not _half_loaded(clocks.session, task.office):
        clocks.settle_key(key, by="register loaded")
        return False
    if clocks.find(key) is None:
        clocks.open(
            WaitKind.REGISTER_LOAD,
            key=key,
            scope=f"joint-task/{task.id}",
            task=task.id,
            department=office_department(clocks.session, task.office),
            opened_by=f"draw act {number}",
        )
    return True


def held(session: Session, task: JointTask, number: int) -> bool:
    """Whether the freeze of an act has found a register half loaded, and it still is."""
    waits = select(Wait.id).where(col(Wait.key) == _hold_key(task, number), col(Wait.closed_at).is_(None))
    return session.exec(waits).first() is not None and _half_loaded(session, task.office)


def wake_held(session: Session, office: str, now: datetime) -> None:
    """A file is through: the tasks whose freeze waits for it look again."""
    waiting = select(Wait.scope).where(
        col(Wait.office) == office,
        col(Wait.kind) == WaitKind.REGISTER_LOAD,
        col(Wait.closed_at).is_(None),
    )
    for scope in session.exec(waiting).all():
        wake(session, scope, "register loaded", source=f"office/{office}", now=now)


def newest_confirmation(session: Session, office: str, register: Register) -> RegisterConfirmation | None:
    """The newest word of a keeper, with who and when."""
    return session.exec(
        select(RegisterConfirmation)
        .where(
            col(RegisterConfirmation.office) == office, col(RegisterConfirmation.directory) == register.value
        )
        .order_by(col(RegisterConfirmation.confirmed_on).desc(), col(RegisterConfirmation.id).desc())
    ).first()


def unfinished(session: Session, office: str, register: Register) -> RegisterLoad | None:
    """The load that has brought only a part of its file so far; the newest where there are several."""
    return session.exec(
        select(RegisterLoad)
        .where(
            col(RegisterLoad.office) == office,
            col(RegisterLoad.directory) == register.value,
            col(RegisterLoad.ended_at).is_(None),
        )
        .order_by(col(RegisterLoad.begun_at).desc())
    ).first()


def _half_loaded(session: Session, office: str) -> bool:
    return any(unfinished(session, office, register) is not None for register in FROZEN)


def _hold_key(task: JointTask, number: int) -> str:
    return f"{task.id}/register-load/{number}"
