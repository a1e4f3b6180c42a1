"""The paper of a task that comes from another portal (移入任务)."""

from datetime import date
from typing import ClassVar

from pydantic import Field

from models.moving import MovedDisposal, MovedPart, MovedResult, MovedSubject, MovedVisit, Word
from models.papers.base import Hex32, Paper, Round


class MoveTaskIn(Paper):
    """A drawn task of an old portal goes on here (移入任务): what is stated of it, with the hash of its workbook.

    `number` is the task's number there, `stage` where it should stand here; the draw cannot be verified.
    """

    kind: ClassVar[str] = "task.move_in"
    row: int
    portal: Word
    number: Word
    file_sha256: Hex32
    document: str
    seq: str
    round: Round = 1
    stage: int = Field(ge=4, le=8)
    opened_on: date
    drawn_on: date
    list_number: Word
    record_sha256: Hex32
    first_day: date
    last_day: date
    parts: tuple[MovedPart, ...] = Field(min_length=1, max_length=50)
    subjects: tuple[MovedSubject, ...] = Field(min_length=1, max_length=5000)
    visits: tuple[MovedVisit, ...] = Field(default=(), max_length=20_000)
    results: tuple[MovedResult, ...] = Field(default=(), max_length=50_000)
    disposals: tuple[MovedDisposal, ...] = Field(default=(), max_length=5000)

    @property
    def count(self) -> int:
        """Its subjects."""
        return len(self.subjects)
