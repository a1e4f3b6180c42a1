"""What every paper is (文书): pure pydantic, for the engine never sees their content."""

from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field

MAX_LINES = 200
"""A paper that carries lines takes 1 to 200: more would outgrow one transaction and one message."""

MAX_ROWS = 2000
"""Rows of a plan in one paper: a whole plan issued anew comes in one piece."""

Reason = Annotated[str, Field(min_length=1, max_length=2000)]
# Bounded, for a number that no column can hold would be neither ruled on nor refused.
Round = Annotated[int, Field(ge=1, le=366)]
ActNumber = Annotated[int, Field(ge=1, le=1000)]
SummaryNumber = Annotated[int, Field(ge=1, le=1000)]
OfTheWait = Annotated[tuple[str, ...], Field(max_length=MAX_LINES)]
"""Some of the visits under a wait, where an act is about them alone; empty for all of it."""
Hex32 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Paper(BaseModel):
    """The content of a submission (文书). Unknown fields are refused: a misspelt one would be lost silently."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid")

    kind: ClassVar[str]
    carries: ClassVar[str] = ""
    """The field that holds its lines, where it carries any."""

    @property
    def count(self) -> int:
        """How many lines the paper carries."""
        return len(getattr(self, self.carries)) if self.carries else 1

    @property
    def visits_named(self) -> tuple[str, ...]:
        """The visits that its lines are about, by id: they are looked up together."""
        lines = getattr(self, self.carries) if self.carries in ("visits", "lines") else ()
        return tuple(one if self.carries == "visits" else one.visit for one in lines)
