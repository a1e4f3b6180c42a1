"""The keys of a file that were seen before (重复行): in a scratch file on disk, so that memory stays constant."""

import sqlite3
from collections.abc import Sequence
from itertools import count
from types import TracebackType


class SeenKeys:
    """Tells which keys are repeated; the scratch file is nameless and goes with the connection."""

    def __init__(self) -> None:
        self._scratch = sqlite3.connect("", isolation_level=None)
        self._scratch.execute("PRAGMA journal_mode = OFF")
        self._scratch.execute("PRAGMA synchronous = OFF")
        self._scratch.execute("CREATE TABLE seen (key TEXT PRIMARY KEY, place INTEGER) WITHOUT ROWID")
        self._taken = 0

    def __enter__(self) -> "SeenKeys":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._scratch.close()

    def repeated(self, keys: Sequence[str]) -> frozenset[int]:
        """The places of those keys that were given before, here or in an earlier call."""
        first, before = self._taken, self._scratch.total_changes
        self._taken += len(keys)
        self._scratch.execute("BEGIN")
        self._scratch.executemany(
            "INSERT INTO seen VALUES (?, ?) ON CONFLICT DO NOTHING", zip(keys, count(first), strict=False)
        )
        self._scratch.execute("COMMIT")
        if self._scratch.total_changes - before == len(keys):
            return frozenset()
        return frozenset(place for place, key in enumerate(keys) if self._place(key) != first + place)

    def _place(self, key: str) -> int:
        found: tuple[int] = self._scratch.execute("SELECT place FROM seen WHERE key = ?", (key,)).fetchone()
        return found[0]
