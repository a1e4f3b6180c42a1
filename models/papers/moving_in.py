"""The papers of a task that comes from another portal: drawn there, or not drawn yet (移入任务)."""

from datetime import date
from typing import ClassVar

from pydantic import Field

from models.moving import MovedDisposal, MovedPart, MovedResult, MovedSubject, MovedVisit, Word
from models.papers.base import Hex32, Paper, Round


class MovingPaper(Paper):
    """What is stated of any task that moves in, with the hash of its workbook.

    `number` is the task's number there, `stage` where it should stand.
    """

    row: int
    portal: Word
    number: Word
    file_sha256: Hex32
    document: str
    seq: str
    round: Round = 1
    stage: int = Field(ge=1, le=8)
    opened_on: date
    parts: tuple[MovedPart, ...] = Field(min_length=1, max_length=50)


class MoveTaskIn(MovingPaper):
    """A drawn task of an old portal goes on here (移入任务); the draw cannot be verified."""

    kind: ClassVar[str] = "task.move_in"
    carries: ClassVar[str] = "subjects"
    stage: int = Field(ge=4, le=8)
    drawn_on: date
    list_number: Word
    record_sha256: Hex32
    first_day: date
    last_day: date
    subjects: tuple[MovedSubject, ...] = Field(min_length=1, max_length=5000)
    visits: tuple[MovedVisit, ...] = Field(default=(), max_length=20_000)
    results: tuple[MovedResult, ...] = Field(default=(), max_length=50_000)
    disposals: tuple[MovedDisposal, ...] = Field(default=(), max_length=5000)


class MoveUndrawnIn(MovingPaper):
    """A task of an old portal that is not drawn yet goes on here, and is drawn here (移入未抽取的任务).

    Its claims stand as of their dates; what the sheet says of items and visit period is proposed again.
    """

    kind: ClassVar[str] = "task.move_in_undrawn"
    stage: int = Field(ge=1, le=3)
    first_day: date | None = None
    last_day: date | None = None
