"""The file exchange, for offices without a line to the platform: batches out, receipts in (文件交换)."""

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import structlog

from adapters.exchange import Batch, Fact

log = structlog.get_logger(__name__)


class FileExchange:
    """Folders that a courier carries to the platform and back; offices share them by the files' names.

    A batch is named `<office>-<hash>.json`, and so is the file that answers it: one office's exchange
    never takes another's receipts. What cannot be read is put into `bad` and said, never retried for ever.
    """

    def __init__(self, folder: Path) -> None:
        self.out = folder / "out"
        self.back = folder / "in"
        self.done = folder / "done"
        self.bad = folder / "bad"
        for path in (self.out, self.back, self.done, self.bad):
            path.mkdir(parents=True, exist_ok=True)

    def send(self, batch: Batch) -> None:
        """Write a batch under its id: writing it again overwrites it with the same."""
        write_whole(self.out / f"{batch.batch}.json", batch.model_dump_json(indent=1))

    def receipts(self, office: str) -> Iterator[tuple[str, Sequence[Fact]]]:
        """The receipt files of an office that have come in, by name, each with its facts."""
        for path in sorted(self.back.glob(f"{office}-*.json")):
            try:
                facts = [Fact.model_validate(one) for one in json.loads(path.read_text("utf-8"))]
            except (ValueError, TypeError):
                log.warning("receipt file cannot be read", file=path.name, moved_to=str(self.bad))
                path.replace(self.bad / path.name)
                continue
            yield path.name, facts

    def finish(self, name: str) -> None:
        """Put a receipt file away."""
        (self.back / name).replace(self.done / name)


def write_whole(path: Path, text: str) -> None:
    """Write a file at once: a reader on the other side must never see half of it."""
    part = path.with_suffix(".part")
    part.write_text(text, "utf-8")
    os.replace(part, path)
