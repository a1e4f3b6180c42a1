"""What operators do to many cases at once: bulk jobs, and tasks moved in from an old portal (批量、移入)."""

from datetime import date, datetime
from typing import Any

from sqlmodel import Field, SQLModel

from models.base import DOCUMENT, MOMENT, enum_type, opaque_id
from rules.roles import Role


class BulkJob(SQLModel, table=True):
    """One lever pulled on many rows (批量办理); append-only.

    `rows` are the papers as they will be filed, each with its number, or with the fault that keeps it from
    being filed. How far the job is stands in the answers of its messages and nowhere else.
    """

    __tablename__ = "bulk_job"

    id: str = Field(default_factory=opaque_id, primary_key=True)
    office: str = Field(foreign_key="office.code", index=True)
    lever: str
    source: str
    """The file's name and SHA-256, or the query."""
    rows: list[dict[str, Any]] = Field(sa_type=DOCUMENT)
    actor: str = Field(foreign_key="person.id")
    role: Role = Field(sa_type=enum_type(Role))
    department: str = Field(foreign_key="department.id")
    acting_for: str | None = None
    made_at: datetime = Field(sa_type=MOMENT)


class MovedIn(SQLModel, table=True):
    """A task that was begun in another system (移入): what happened there is stated, not verified; append-only."""

    __tablename__ = "moved_in"

    task: str = Field(primary_key=True, foreign_key="joint_task.id")
    portal: str
    number: str
    """The task's number there."""
    opened_on: date
    file_sha256: str
    submission: str = Field(foreign_key="submission.id")


class FailingStep(SQLModel, table=True):
    """A workflow's step that was begun again and again without an end (反复出错的步骤); gone once it is done.

    A hint at where to look: what the engine says of the workflow counts.
    """

    __tablename__ = "failing_step"

    workflow: str = Field(primary_key=True)
    activity: str = Field(primary_key=True)
    """The engine's number of the step within its run."""
    attempt: int
    noted_at: datetime = Field(sa_type=MOMENT)
