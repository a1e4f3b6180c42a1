"""Who contributes to a draw act, who was left out by rule, and what has been opened (承诺与揭示)."""

from sqlalchemy import bindparam
from sqlmodel import Session, col, func, select

from activities.authority import office_department
from activities.draw.course import course_of
from models.task import ActStep, Commitment, DrawAct, DrawStep, JointTask, TakingPart
from rules.draw_commitments import CHAIN_LINKS
from rules.stages import Claim
from rules.waits import WaitKind

CONTRIBUTIONS = 2
"""A draw needs two contributions; with fewer departments the coordinating office is the witness."""
_NEWEST = select(func.max(DrawAct.number)).where(col(DrawAct.task) == bindparam("task"))
_FIRST_DRAWN = select(func.min(DrawStep.act)).where(
    col(DrawStep.task) == bindparam("task"), col(DrawStep.step) == ActStep.DRAWN
)


def since_of(act: int) -> int:
    """The act that opens the first link of the chains that act `act` uses: a new chain after link 64."""
    return (act - 1) // CHAIN_LINKS * CHAIN_LINKS + 1


def contributors(session: Session, task: JointTask, act: int) -> list[str]:
    """Who commits and reveals for an act: the departments that take part and were not left out by rule.

    Left out are those that missed the commitment of this chain, and after a void act those that kept
    silent in it. Where nobody is left, those that only missed the commitment are asked for it once more,
    and all where there are none such. Where fewer than two are left, the coordinating office is the witness.
    """
    claimed = set(
        session.exec(
            select(TakingPart.department).where(
                col(TakingPart.task) == task.id, col(TakingPart.claim) == Claim.CLAIMED
            )
        )
    )
    first = request_begins(session, task.id, act)
    late = _missed(session, task.id, since_of(act), WaitKind.COMMIT) - chains(session, task.id, act).keys()
    mute = _missed(session, task.id, first, WaitKind.COMMIT) if first > since_of(act) else set()
    if session.get(DrawStep, (task.id, first - 1, ActStep.VOID, "")) is not None:
        mute |= _missed(session, task.id, first - 1, WaitKind.REVEAL)
    departments = sorted(claimed - late - mute or claimed - mute or claimed)
    if len(departments) < CONTRIBUTIONS:
        departments.append(office_department(session, task.office))
    return departments


def departments_of(session: Session, task: JointTask) -> list[str]:
    """The departments that take part and have claimed, by id."""
    return sorted(part.department for part in parts_of(session, task))


def parts_of(session: Session, task: JointTask) -> list[TakingPart]:
    """The parts of the departments that have claimed, by id."""
    return list(
        session.exec(
            select(TakingPart)
            .where(col(TakingPart.task) == task.id, col(TakingPart.claim) == Claim.CLAIMED)
            .order_by(col(TakingPart.department))
        )
    )


def request_begins(session: Session, task: str, act: int) -> int:
    """The first of the requests that led to an act: those refused before it opened nothing."""
    while act > 1:
        void = session.get(DrawStep, (task, act - 1, ActStep.VOID, ""))
        if void is None or "refused" not in void.content:
            break
        act -= 1
    return act


def chains(session: Session, task: str, act: int) -> dict[str, Commitment]:
    """The commitments whose chains an act opens, by department."""
    rows = session.exec(
        select(Commitment).where(col(Commitment.task) == task, col(Commitment.since) == since_of(act))
    )
    return {row.department: row for row in rows}


def kept_by_service(session: Session, task: str) -> set[str]:
    """The departments whose link of the newest act the service opens by itself: they owe nothing but patience."""
    kept = select(Commitment.department).where(
        col(Commitment.task) == task, col(Commitment.kept_by) == "service"
    )
    if session.exec(kept.limit(1)).first() is None:
        return set()
    newest = chains(session, task, newest_act(session, task))
    return {name for name, one in newest.items() if one.kept_by == "service"}


def left_out_by_rule(session: Session, task: str, act: int) -> set[str]:
    """The departments that missed the commitment of the act's chain."""
    return _missed(session, task, since_of(act), WaitKind.COMMIT)


def fixed_contributors(session: Session, task: str, act: int) -> list[str]:
    """Who owed a link when the act was fixed."""
    names: list[str] = session.get_one(DrawStep, (task, act, ActStep.FIXED, "")).content["contributors"]
    return names


def answered(session: Session, task: str, act: int) -> set[str]:
    """Who opened its link, or was left out for keeping silent."""
    return course_of(session, task, act).answered


def settled(session: Session, task: JointTask, act: int) -> bool:
    """Whether an act is fixed and every contributor has opened its link or was left out."""
    return course_of(session, task.id, act).settled


def awaits_value(session: Session, task: JointTask, act: DrawAct) -> bool:
    """Whether the act's plan announced a public value that nobody has published yet."""
    return course_of(session, task.id, act.number).awaits_value(act)


def opened_links(session: Session, task: str, act: int) -> list[tuple[str, str]]:
    """The links that were opened for an act, in department order."""
    return course_of(session, task, act).opened_links


def public_value_of(session: Session, task: str, number: int) -> str:
    """The public value that an act mixes in last, after its name; "" where none was announced."""
    step = session.get(DrawStep, (task, number, ActStep.PUBLIC, ""))
    return f"{step.content['name']} {step.content['value']}" if step else ""


def newest_act(session: Session, task: str) -> int:
    """The number of the newest act, 0 while none was asked for."""
    return session.scalar(_NEWEST, {"task": task}) or 0


def first_drawn(session: Session, task: str) -> int:
    """The act that drew the first subjects (void acts before it drew nobody), 0 while none has."""
    return session.scalar(_FIRST_DRAWN, {"task": task}) or 0


def _missed(session: Session, task: str, act: int, kind: WaitKind) -> set[str]:
    steps = session.exec(
        select(DrawStep).where(
            col(DrawStep.task) == task, col(DrawStep.act) == act, col(DrawStep.step) == ActStep.MISSED
        )
    )
    return {step.department for step in steps if step.content["of"] == kind.value}
