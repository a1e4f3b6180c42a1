"""What the sheets of a task that moves in from an old portal say, line by line (移入). Pure pydantic.

`row` is the line's number in its sheet, so that a fault found later can name it.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from rules.disposal import DisposalKind, DisposalState
from rules.results import Category, Method
from rules.stages import Claim

Word = Annotated[str, Field(min_length=1, max_length=200)]


class Sheet(StrEnum):
    """A sheet of the workbook; its value is its title."""

    TASKS = "任务"
    PARTS = "部门"
    SUBJECTS = "对象"
    VISITS = "检查"
    RESULTS = "结果"
    DISPOSALS = "处置"


class MovedLine(BaseModel):
    """A line of a sheet."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid")

    row: int


class MovedPart(MovedLine):
    """A department that takes part (参与部门): its answer there and the day of it, and its check items by code."""

    department: str
    claim: Claim
    claimed_on: date | None = None
    items: tuple[str, ...] = ()

    @property
    def claimed(self) -> bool:
        """Whether it takes part from the beginning."""
        return self.claim is Claim.CLAIMED


class MovedSubject(MovedLine):
    """A subject that the old portal drew (抽取对象), in drawn order."""

    code: str


class MovedVisit(MovedLine):
    """A visit (检查): one department's officers at one subject by certificate number, and the day of the check if it is done."""

    code: str
    department: str
    officers: tuple[str, ...]
    completed_on: date | None = None
    method: Method = Method.ON_SITE


class MovedResult(MovedLine):
    """A result that the provincial platform has entered (检查结果); of what was only drafted nothing moves."""

    code: str
    department: str
    item: str
    categories: tuple[Category, ...] = Field(min_length=1)
    finding: str = Field(default="", max_length=2000)
    entered_on: date
    receipt: Word
    published_on: date | None = None
    address: str = Field(default="", max_length=500)


class MovedDisposal(MovedLine):
    """A disposal that is still open there (后续处置): whose it is, since when, until when."""

    code: str
    department: str
    item: str
    kind: DisposalKind
    state: DisposalState
    owner: str
    opened_on: date
    due: date
