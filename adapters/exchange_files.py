"""The file exchange, for offices without a line to the platform: batches out, receipts in (文件交换)."""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import structlog

from adapters.exchange import Batch, ExchangeAwayError, Fact

log = structlog.get_logger(__name__)


class FileExchange:
    """Folders that a courier carries to the platform and back; offices share them by the files' names.

    A batch is named `<office>-<hash>.json`, and so is the file that answers it: one office's exchange
    never takes another's receipts. What cannot be read is put into `bad` and said, never retried for ever.
    A folder that cannot be reached (its disk was taken out) is a platform that is away.
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
        with _reached():
            write_whole(self.out / f"{batch.batch}.json", batch.model_dump_json(indent=1))

    def receipts(self, office: str) -> Iterator[tuple[str, Sequence[Fact]]]:
        """The receipt files of an office that have come in, by name, each with its facts."""
        with _reached():
            if not self.back.is_dir():
                raise FileNotFoundError(self.back)
            found = sorted(self.back.glob(f"{office}-*.json"))
        for path in found:
            with _reached():
                content = path.read_bytes()
            try:
                # Some editors put a mark at the beginning of a file.
                facts = [Fact.model_validate(one) for one in json.loads(content.decode("utf-8-sig"))]
            except (ValueError, TypeError):
                log.warning("receipt file cannot be read", file=path.name, moved_to=str(self.bad))
                _put_away(path, self.bad)
                continue
            yield path.name, facts

    def finish(self, name: str) -> None:
        """Put a receipt file away; it is kept beside an earlier one of its name."""
        _put_away(self.back / name, self.done)

    def unread(self, office: str) -> Sequence[str]:
        """The files of an office that were put into `bad`."""
        with _reached():
            return sorted(path.name for path in self.bad.glob(f"{office}-*.json"))


def _put_away(path: Path, folder: Path) -> None:
    """Move a file; a batch may be answered more than once, under one name, and every answer is kept."""
    place, number = folder / path.name, 1
    with _reached():
        while place.exists():
            number += 1
            place = folder / f"{path.stem}.{number}{path.suffix}"
        path.replace(place)


@contextmanager
def _reached() -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        raise ExchangeAwayError(f"{type(problem).__name__}: {problem.filename}") from problem


def write_whole(path: Path, text: str) -> None:
    """Write a file at once: a reader on the other side must never see half of it."""
    part = path.with_suffix(".part")
    part.write_text(text, "utf-8")
    os.replace(part, path)
