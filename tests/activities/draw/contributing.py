"""How a draw's contributions come, or do not: for the tests of who opens what by when."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlmodel import Session, col, select

from activities.draw.export import export_record, export_snapshots
from models.papers import (
    ApproveDraw,
    CommitSecret,
    RequestDraw,
    RevealLink,
)
from models.registers import Subject
from models.task import ActStep, DrawnSubject, DrawStep
from models.trail import Wait
from rules.digests import canonical_json
from rules.draw_commitments import commitment, link
from rules.roles import Role
from rules.waits import WaitKind
from tests.activities.driver import Driver
from tests.activities.scenes import secret
from tests.activities.world import PARTS
from tests.builders import LEAD, OFFICE_DESK
from tests.docs.records import verify


def commit(driver: Driver, *departments: str) -> None:
    """Commitments of the departments' own secrets."""
    for department in departments:
        role = Role.OFFICE if department == OFFICE_DESK else Role.HANDLER
        driver.act(department, role, CommitSecret(commitment=commitment(secret(department))))


def reveal(driver: Driver, act: int, *departments: str) -> None:
    """The links of an act."""
    for department in departments:
        role = Role.OFFICE if department == OFFICE_DESK else Role.HANDLER
        driver.act(department, role, RevealLink(act=act, link=link(secret(department), act)))


def fix(driver: Driver, act: int = 1, request: RequestDraw | None = None) -> None:
    """Ask for an act, approve it, and have the machine fix it."""
    driver.act(LEAD, Role.HANDLER, request or RequestDraw(reason="按计划抽取"))
    driver.act(LEAD, Role.APPROVER, ApproveDraw(act=act))
    assert (act, True) == (driver.progress().act.number, driver.progress().act.to_fix)
    driver.steps.fix_draw(driver.step(act=act))


def ring(driver: Driver) -> datetime:
    """Let the task's one timer come at its moment; returns that moment."""
    moment = driver.progress().next_rung
    assert moment is not None
    driver.now = max(driver.now, moment)
    driver.steps.fire_task_rungs(driver.step())
    return moment


def ring_until(driver: Driver, over: Callable[[Session], object]) -> None:
    """Let the timer come until something stands in the database."""
    for _ in range(30):
        if driver.read(over):
            return
        ring(driver)
    raise AssertionError("the timer never brought it about")


def missed(driver: Driver) -> set[tuple[str, str]]:
    """Who was left out, and for want of what."""
    steps = driver.read(
        lambda session: session.exec(select(DrawStep).where(col(DrawStep.step) == ActStep.MISSED)).all()
    )
    return {(step.department, step.content["of"]) for step in steps}


def any_missed(session: Session) -> object:
    """Whether anybody was left out."""
    return session.exec(select(DrawStep).where(col(DrawStep.step) == ActStep.MISSED)).first()


def owed(driver: Driver, kind: WaitKind) -> set[str]:
    """Which departments owe a kind of thing."""
    rows = driver.read(
        lambda session: session.exec(
            select(Wait.department).where(col(Wait.kind) == kind.value, col(Wait.closed_at).is_(None))
        ).all()
    )
    return set(rows)


def verified(driver: Driver, folder: Path) -> tuple[int, str]:
    """The exported record, checked by the stand-alone verifier."""
    with driver.database.read() as session:
        document = json.loads(canonical_json(export_record(session, driver.task)))
        snapshots = export_snapshots(session, driver.task)
    return verify(folder, document, *snapshots.values())


def drawn_codes(session: Session, task: str, act: int = 1) -> list[tuple[str, str, str, int]]:
    """What an act drew, in order: code, class, stratum, rank."""
    rows = session.exec(
        select(Subject.code, DrawnSubject)
        .join(DrawnSubject, col(DrawnSubject.subject) == col(Subject.id))
        .where(col(DrawnSubject.task) == task, col(DrawnSubject.act) == act)
        .order_by(col(DrawnSubject.rank))
    )
    return [(code, row.credit_class, row.stratum, row.rank) for code, row in rows]


def later_act(driver: Driver, paper: RequestDraw, act: int) -> None:
    """A draw act after the first, from the request to the match."""
    driver.act(LEAD, Role.HANDLER, paper)
    driver.act(LEAD, Role.APPROVER, ApproveDraw(act=act))
    driver.steps.fix_draw(driver.step(act=act))
    for department in PARTS:
        driver.act(department, Role.HANDLER, RevealLink(act=act, link=link(secret(department), act)))
    driver.steps.execute_draw(driver.step(act=act))
    for department in PARTS:
        driver.steps.match_officers(driver.step(department=department))
