"""What is exchanged with the provincial platform, whatever the way: records out, facts in (平台交换)."""

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Literal, NamedTuple, Protocol

from pydantic import AwareDatetime, BaseModel, ConfigDict


class Record(BaseModel):
    """One record of a batch, as the platform takes it (docs/exchange.md).

    `key` is a business key that lasts: the same key is the same record, however often it is sent.
    `revision` grows when a rejected record is sent again. A task's or claim's record names no subject.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True)

    key: str
    revision: int = 1
    kind: str
    channel: str = ""
    plan_number: str
    plan_name: str
    task: str
    task_name: str
    part: str
    organ: str
    subject_code: str = ""
    subject_name: str = ""
    completed_on: str = ""
    content: dict[str, Any]


class Batch(BaseModel):
    """A batch: its id, which follows from what it holds, and its records."""

    batch: str
    office: str
    records: list[Record]


class Fact(BaseModel):
    """What the platform says of one record: entered (with receipt), forwarded, published, or rejected.

    `fields` names what is wrong with a rejected record, field by field; `revision` is the one it speaks of.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True)

    key: str
    fact: Literal["entered", "forwarded", "published", "rejected"]
    at: AwareDatetime
    receipt: str = ""
    reason: str = ""
    fields: dict[str, str] = {}
    revision: int = 1


class ExchangeAwayError(Exception):
    """The platform can't be reached, or did not answer: nothing is lost, the next round tries again."""


class Unread(NamedTuple):
    """What came in and is not taken: its name, and why, in the words of operators."""

    name: str
    why: str


class Exchange(Protocol):
    """A way to the platform and back. Every call may be repeated: the keys say what is the same."""

    def send(self, batch: Batch) -> None:
        """Hand a batch over; again under the same id changes nothing. Raises `ExchangeAwayError`."""

    def receipts(self, office: str) -> Iterator[tuple[str, Sequence[Fact]]]:
        """What has come back and was not put away yet, oldest first: a name, and its facts."""

    def finish(self, office: str, name: str) -> None:
        """Put an office's answer away after its facts are committed."""

    def unread(self, office: str, /) -> Sequence[Unread]:
        """What came in for an office and is not taken: somebody must ask for it again."""
