"""The provincial platform in this process: answers each batch at once, by the skipped clock."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from threading import Lock

from adapters.exchange import Batch, Fact, Unread
from cli.demo.platform import facts_of


class PromptPlatform:
    """An `Exchange` that enters, forwards and publishes whatever comes; `now` is asked in a worker's thread."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._lock = Lock()
        self._answers: dict[str, tuple[str, list[Fact]]] = {}

    def send(self, batch: Batch) -> None:
        """Take a batch and lay its answer ready; the same batch again changes nothing."""
        at = self._now()
        with self._lock:
            facts = [fact for record in batch.records for fact in facts_of(record, at)]
            self._answers.setdefault(batch.batch, (batch.office, facts))

    def receipts(self, office: str) -> Iterator[tuple[str, Sequence[Fact]]]:
        """The answers that lie ready for an office."""
        with self._lock:
            ready = [(name, facts) for name, (of, facts) in self._answers.items() if of == office]
        yield from ready

    def finish(self, _office: str, name: str) -> None:
        """An answer was recorded on the other side."""
        with self._lock:
            self._answers.pop(name, None)

    def unread(self, _office: str) -> Sequence[Unread]:
        """Nothing: there are no files."""
        return ()
