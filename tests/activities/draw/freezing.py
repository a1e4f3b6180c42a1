"""Freezing a draw, and what else bears on who is drawn: for the tests of what is frozen."""

import csv
import io
from datetime import timedelta
from typing import Any

from sqlmodel import col, select

from activities.draw.papers import ANNEX, load, load_plan
from models.papers import ApproveDraw, RequestDraw
from models.registers import Subject
from models.task import JointTask, Visit
from rules.roles import Role
from rules.stages import TaskStatus, VisitStage
from tests.activities.draw.contributing import commit
from tests.activities.driver import Driver
from tests.activities.world import PARTS
from tests.builders import LEAD, THIRD, subject_code

OTHER = "test-2026/1/1/9"
LOW, RISKY = subject_code(0), subject_code(9)


def other_task(
    driver: Driver, *codes: str, done: int | None = None, status: TaskStatus = TaskStatus.OPEN
) -> None:
    """Another task of the third department with these subjects, checked `done` days ago or not yet."""
    with driver.database.write() as session:
        task = driver.job()
        if session.get(JointTask, OTHER) is None:
            values = {**task.model_dump(), "id": OTHER, "round": 2, "launch": 9, "status": status}
            session.add(JointTask(**values))
            session.flush()
        for code in codes:
            subject = session.exec(select(Subject).where(col(Subject.code) == code)).one()
            completed = None if done is None else driver.today - timedelta(days=done)
            session.add(
                Visit(
                    task=OTHER,
                    department=THIRD,
                    subject=subject.id,
                    act=1,
                    stage=VisitStage.MATCHED if done is None else VisitStage.PUBLISHED,
                    first_day=driver.today,
                    last_day=driver.today,
                    completed_on=completed,
                )
            )


def freeze(driver: Driver, request: RequestDraw) -> dict[str, Any]:
    """Commit, ask, approve, fix; the plan of the draw."""
    commit(driver, *PARTS)
    driver.act(LEAD, Role.HANDLER, request)
    driver.act(LEAD, Role.APPROVER, ApproveDraw())
    driver.steps.fix_draw(driver.step())
    with driver.database.read() as session:
        return load_plan(session, driver.task, 1)


def annex(driver: Driver) -> dict[str, dict[str, str]]:
    """The lines of the annex by code."""
    with driver.database.read() as session:
        text = load(session, driver.task, 1, ANNEX).decode()
    return {line["code"]: line for line in csv.DictReader(io.StringIO(text))}
