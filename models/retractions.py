"""What was put on record wrongly and is taken back, signed by the head (撤回): facts, evidence, proofs of publication."""

from datetime import date
from enum import StrEnum
from typing import Any

from sqlmodel import Field, SQLModel, UniqueConstraint

from models.base import DOCUMENT, enum_type
from models.outcomes import Verdict


class RetractionKind(StrEnum):
    """What is taken back."""

    FACT = "fact"
    EVIDENCE = "evidence"

    @property
    def label(self) -> str:
        """The kind in the words of the trade."""
        return {"fact": "撤回对象情况", "evidence": "撤回证据"}[self.value]


class Retraction(SQLModel, table=True):
    """A request to take back what lies behind one visit (撤回申请); append-only. `id` is `<visit>/<n>`.

    `grounds` are the facts or the evidence, by id. Of evidence `erase` says that its content must not be
    kept; of facts `first_day` and `last_day` are the period of a visit that has to be made after all.
    """

    __table_args__ = (UniqueConstraint("visit", "number"),)

    id: str = Field(primary_key=True)
    visit: str = Field(foreign_key="visit.id", index=True)
    number: int
    kind: RetractionKind = Field(sa_type=enum_type(RetractionKind))
    grounds: list[str] = Field(sa_type=DOCUMENT)
    erase: bool = False
    first_day: date | None = None
    last_day: date | None = None
    reason: str
    submission: str = Field(foreign_key="submission.id")


class RetractionDecision(SQLModel, table=True):
    """The head's signature under a retraction, or its refusal; append-only."""

    __tablename__ = "retraction_decision"

    retraction: str = Field(primary_key=True, foreign_key="retraction.id")
    verdict: Verdict = Field(sa_type=enum_type(Verdict))
    reason: str = ""
    submission: str = Field(foreign_key="submission.id")


class RetractedGround(SQLModel, table=True):
    """A fact or a piece of evidence that counts no more, by its id; append-only. Its own row stays."""

    __tablename__ = "retracted_ground"

    ground: str = Field(primary_key=True)
    retraction: str = Field(foreign_key="retraction.id", index=True)


class VoidedProof(SQLModel, table=True):
    """A proof of publication that proved nothing (作废的公示证明), as it was; append-only."""

    __tablename__ = "voided_proof"

    publication: str = Field(primary_key=True, foreign_key="publication.id")
    number: int = Field(primary_key=True)
    proof: dict[str, Any] = Field(sa_type=DOCUMENT)
    reason: str
    submission: str = Field(foreign_key="submission.id")
