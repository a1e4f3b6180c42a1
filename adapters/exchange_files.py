"""The file exchange, for offices without a line to the platform: batches out, receipts in (文件交换)."""

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from adapters.exchange import Batch, Fact


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

    def receipts(self, office: str) -> Iterator[tuple[str, Sequence[Fact]]]:  # noqa: ARG002 - one folder, one office
        """The receipt files that have come in, oldest first, each with its facts."""
        for path in sorted(self.back.glob("*.json")):
            yield path.name, [Fact.model_validate(one) for one in json.loads(path.read_text("utf-8"))]

    def finish(self, name: str) -> None:
        """Put a receipt file away."""
        (self.back / name).replace(self.done / name)


def write_whole(path: Path, text: str) -> None:
    """Write a file at once: a reader on the other side must never see half of it."""
    part = path.with_suffix(".part")
    part.write_text(text, "utf-8")
    os.replace(part, path)
