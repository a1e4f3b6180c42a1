"""What a case is, and who acts in most of them."""

from collections.abc import Callable
from dataclasses import dataclass, field

from models.papers import Paper
from models.plan import PlanDocument
from rules.roles import Role
from tests.activities.driver import Driver
from tests.activities.scenes import SECOND_DOCUMENT
from tests.activities.world import NOBODY, OFFICE_TARGET, OUTSIDER
from tests.builders import DOCUMENT, OFFICE_DESK, SECOND

AS_BEFORE = "Accepted"
"""A late paper that states again what is settled: answered, and nothing changes."""


@dataclass(frozen=True)
class Case:
    """One kind: where it is accepted, by whom, and the types of the refusals elsewhere.

    `early`, `late`: a scene and the type there; empty where the kind knows no stage. `closed`,
    `cancelled`: the type after the task's end; empty where the kind outlives the task.
    """

    scene: str
    by: tuple[str, Role]
    paper: Callable[[Driver], Paper]
    stranger: tuple[str, str] = ("", "")
    early: tuple[str, str] = ("", "")
    late: tuple[str, str] = ("", "")
    closed: str = "TaskClosed"
    cancelled: str = "TaskClosed"
    target: Callable[[Driver], str] = field(default=lambda driver: driver.target)


def first(driver: Driver, department: str = SECOND) -> str:
    """The first of a department's visits, by id; nobody's where it has none yet."""
    visits = driver.visits(department)
    return visits[0].id if visits else NOBODY


def newest_plan(driver: Driver) -> str:
    """The plan that was imported in the play, else the one that was adopted before it."""
    known = driver.read(lambda session: session.get(PlanDocument, SECOND_DOCUMENT))
    return SECOND_DOCUMENT if known else DOCUMENT


DESK = (OFFICE_DESK, Role.OFFICE)
SECOND_HEAD = (SECOND, Role.HEAD)
NOT_THE_DESK = (OUTSIDER, "NotTheOffice")
NO_PART = (OUTSIDER, "NotTakingPart")
NOT_INITIATOR = (SECOND, "InitiatorOnly")


def office(paper: Callable[[Driver], Paper], scene: str = "adopted", **fields: object) -> Case:
    """An act of the coordinating office that knows no task."""
    given: dict[str, object] = {"by": DESK, "stranger": NOT_THE_DESK, **fields}
    return Case(scene, paper=paper, closed="", cancelled="", target=lambda _: OFFICE_TARGET, **given)  # type: ignore[arg-type]  # the fields of a case
