"""A second running task of the office that has drawn a subject of the first, or checked it."""

from datetime import timedelta

from sqlmodel import col, select

from activities import audit
from models.outcomes import Result
from models.papers import BorrowOfficer, OfferJointVisit
from models.registers import CheckItem, Expert
from models.task import JointTask, Part, TakingPart, Visit
from models.trail import Submission
from rules.roles import Role
from rules.stages import Claim, Stage, VisitStage
from tests.activities.driver import Driver
from tests.builders import OFFICE, SECOND, THIRD

OTHER = "test-2026/1/1/9"
OTHER_TARGET = f"joint-task/{OTHER}"
BORROWED = "ZF-third-000"


def neighbour(driver: Driver, *, checked: int | None = None) -> str:
    """The third department's visit in another task to the second's first subject; returns its id.

    `checked` days ago it was checked and published, without a problem found; else it is to come.
    """
    mine = driver.visits(SECOND)[0]
    with driver.database.write() as session:
        task = session.get_one(JointTask, driver.task)
        session.add(JointTask(**{**task.model_dump(), "id": OTHER, "round": 2, "launch": 9}))
        session.flush()
        audit.record(session, audit.task_chain(OTHER), "task.launched", at=driver.now)
        done = checked is not None
        count = int(done)
        session.add(
            TakingPart(
                task=OTHER, department=THIRD, part=Part.INITIATOR, claim=Claim.CLAIMED,
                stage=Stage.INSPECT, stage_since=driver.now, subjects=2, matched=2, match_run=1, match_asked=1,
                visited=count, submitted=count, approved=count, receipted=count, published=count,
            )
        )  # fmt: skip
        first = driver.today + timedelta(days=3)
        visit = Visit(
            task=OTHER, department=THIRD, subject=mine.subject, act=1,
            stage=VisitStage.PUBLISHED if done else VisitStage.MATCHED,
            first_day=first, last_day=first + timedelta(days=4), cycle=count,
            completed_on=driver.today - timedelta(days=checked) if checked is not None else None,
        )  # fmt: skip
        session.add(visit)
        session.flush()
        if done:
            for item in session.exec(select(CheckItem)):
                item.name = "安全检查"
            paper = session.exec(select(Submission.id)).first()
            assert paper is not None
            session.add(
                Result(visit=visit.id, item="third-1", cycle=1, categories=["no_problem"], submission=paper)
            )
        return visit.id


def asked(driver: Driver) -> None:
    """The second department has asked the third for an officer."""
    driver.act(SECOND, Role.APPROVER, BorrowOfficer(officer=BORROWED, reason="人员不足"))


def overlapping(driver: Driver) -> None:
    """Another task is to check the second department's first subject too."""
    neighbour(driver)


def offered_joint(driver: Driver) -> None:
    """The third department offers, from its own task, to come together."""
    theirs = neighbour(driver)
    paper = OfferJointVisit(visit=theirs, task=driver.task, department=SECOND, reason="同一对象")
    driver.act(THIRD, Role.HANDLER, paper, target=OTHER_TARGET)


def checked_elsewhere(driver: Driver) -> None:
    """The third department has published a result on an item of the same name."""
    neighbour(driver, checked=100)


def add_experts(driver: Driver, *recusals: tuple[str, ...]) -> None:
    """An expert of boilers for each tuple of recusals; the second department's item needs one."""
    with driver.database.write() as session:
        item = session.exec(select(CheckItem).where(col(CheckItem.department) == SECOND)).one()
        item.expert = "锅炉"
        for number, codes in enumerate(recusals):
            session.add(
                Expert(
                    office=OFFICE,
                    code=f"E{number}",
                    name=f"专家{number}",
                    specialties=["锅炉"],
                    recusals=list(codes),
                )
            )


def expert_lacking(driver: Driver) -> None:
    """The second department's item needs an expert, and its officers are matched."""
    add_experts(driver, (), ())
    for department in (SECOND,):
        driver.steps.match_officers(driver.step(department=department))
