"""Disposals that are found, stepped and timed: for the tests of what follows from a finding."""

from datetime import date
from typing import Any

from sqlmodel import col, select

from models.outcomes import Disposal
from models.papers import (
    ApproveResults,
    ProposedDisposal,
    ResultLine,
    StepDisposal,
    SubmitResults,
)
from models.trail import Answer, Deadline, Wait
from rules.results import Category
from rules.roles import Role
from tests.activities.driver import Driver
from tests.activities.world import item_of
from tests.builders import SECOND, actor


def find(driver: Driver, proposed: ProposedDisposal, *, national: bool = False) -> list[Disposal]:
    """Enter and approve a problem at a subject of the second department; its disposals."""
    visit = next(
        one for one in driver.visits(SECOND) if (driver.subject(one).credit_class is not None) is national
    )
    line = ResultLine(
        visit=visit.id,
        item=item_of(SECOND),
        categories=(Category.PENDING,),
        finding="台账造假",
        disposal=proposed,
    )
    driver.act(SECOND, Role.OFFICER, SubmitResults(lines=(line,)))
    driver.act(SECOND, Role.APPROVER, ApproveResults(visits=(visit.id,)))
    return [one for one in driver.disposals() if one.department == SECOND]


def take(driver: Driver, disposal: Disposal, step: str, **given: Any) -> Answer:
    """Take a step as the owner's handler, with a note."""
    by, role = given.pop("by", disposal.owner), given.pop("role", Role.HANDLER)
    paper = StepDisposal.model_validate({"step": step, "on": driver.today, "note": "文号1"} | given)
    return driver.say(paper, actor(by, role), target=f"disposal/{disposal.id}")


def due(driver: Driver, disposal: Disposal) -> date:
    """The last day of what is owed now."""
    return driver.read(
        lambda session: session.exec(
            select(Deadline)
            .join(Wait, col(Wait.id) == col(Deadline.wait))
            .where(
                col(Wait.scope) == f"disposal/{disposal.id}",
                col(Wait.closed_at).is_(None),
                col(Deadline.current).is_(True),
            )
        ).one()
    ).due_day
