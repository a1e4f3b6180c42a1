"""The file exchange with the provincial platform: batches out, receipts in (文件交换)."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict


class Record(BaseModel):
    """One record of a batch, as the platform takes it: under the subject's name (domain, 7)."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True)

    key: str
    kind: str
    channel: str
    plan_number: str
    plan_name: str
    task: str
    task_name: str
    part: str
    organ: str
    subject_code: str
    subject_name: str
    completed_on: str
    content: dict[str, Any]


class Batch(BaseModel):
    """A batch: its id and its records."""

    batch: str
    office: str
    records: list[Record]


class Fact(BaseModel):
    """What the platform says of one record: entered (with receipt), forwarded, published, or rejected."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True)

    key: str
    fact: Literal["entered", "forwarded", "published", "rejected"]
    at: AwareDatetime
    receipt: str = ""
    reason: str = ""


class FileExchange:
    """Two folders that a courier carries to the platform and back."""

    def __init__(self, folder: Path) -> None:
        self.out = folder / "out"
        self.back = folder / "in"
        self.done = folder / "done"
        for path in (self.out, self.back, self.done):
            path.mkdir(parents=True, exist_ok=True)

    def send(self, batch: Batch) -> None:
        """Write a batch under its id: writing it again overwrites it with the same."""
        write_whole(self.out / f"{batch.batch}.json", batch.model_dump_json(indent=1))

    def receipts(self) -> Iterator[tuple[Path, list[Fact]]]:
        """The receipt files that have come in, oldest first, each with its facts."""
        for path in sorted(self.back.glob("*.json")):
            yield path, [Fact.model_validate(one) for one in json.loads(path.read_text("utf-8"))]

    def finish(self, path: Path) -> None:
        """Put a receipt file away after its facts are committed."""
        path.replace(self.done / path.name)


def write_whole(path: Path, text: str) -> None:
    """Write a file at once: a reader on the other side must never see half of it."""
    part = path.with_suffix(".part")
    part.write_text(text, "utf-8")
    os.replace(part, path)
