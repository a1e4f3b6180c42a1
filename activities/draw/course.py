"""The steps of one draw act, read at once (一次抽取的经过)."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Integer, bindparam
from sqlmodel import Session, col, select

from models.task import ActStep, DrawAct, DrawStep

_STEPS = (
    select(DrawStep)
    .where(col(DrawStep.task) == bindparam("task"), col(DrawStep.act) == bindparam("act", type_=Integer))
    .order_by(col(DrawStep.department))
)


@dataclass(frozen=True)
class Course:
    """What was done in one act so far, in department order."""

    steps: Sequence[DrawStep]

    def step(self, kind: ActStep) -> DrawStep | None:
        """A step of the machine's, or of whoever there is but one; None while it was not done."""
        return next((one for one in self.steps if one.step is kind), None)

    @property
    def contributors(self) -> list[str]:
        """Who owed a link when the act was fixed; nobody before."""
        fixed = self.step(ActStep.FIXED)
        return [] if fixed is None else list(fixed.content["contributors"])

    @property
    def answered(self) -> set[str]:
        """Who opened its link, or was left out for keeping silent."""
        return {one.department for one in self.steps if one.step in (ActStep.REVEALED, ActStep.MISSED)}

    @property
    def settled(self) -> bool:
        """Whether the act is fixed and every contributor has opened its link or was left out."""
        return self.step(ActStep.FIXED) is not None and set(self.contributors) <= self.answered

    @property
    def opened_links(self) -> list[tuple[str, str]]:
        """The links that were opened, in department order."""
        steps = (one for one in self.steps if one.step is ActStep.REVEALED)
        return sorted((one.department, str(one.content["link"])) for one in steps)

    def awaits_value(self, act: DrawAct) -> bool:
        """Whether the act's plan announced a public value that nobody has published yet."""
        return "public" in act.content and self.step(ActStep.PUBLIC) is None


def course_of(session: Session, task: str, act: int) -> Course:
    """The steps of an act as they stand."""
    return Course(session.exec(_STEPS, params={"task": task, "act": act}).all())
