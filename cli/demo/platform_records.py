"""What the platform that is played has entered and refused, whom it lets in, and how badly it behaves.

What it knows is kept by business key in a file, so that doubles can be counted.
"""

import hmac
import json
import re
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import Any

from adapters.exchange import Batch, Fact, Record
from adapters.exchange_seal import NoSecretError, Seals, Way
from cli.demo.platform import facts_of, right_now

_TABLES = """
CREATE TABLE IF NOT EXISTS batch (id TEXT PRIMARY KEY, sha256 TEXT, times INTEGER);
CREATE TABLE IF NOT EXISTS record (
    key TEXT PRIMARY KEY, kind TEXT, revision INTEGER, sha256 TEXT, body TEXT, entries INTEGER);
CREATE TABLE IF NOT EXISTS refusal (key TEXT, revision INTEGER, fields TEXT, PRIMARY KEY (key, revision));
CREATE TABLE IF NOT EXISTS answer (id TEXT PRIMARY KEY, office TEXT, facts TEXT, number INTEGER);
"""
_CODE = re.compile(r"[0-9A-Z]{18}")
_NEEDED = ("plan_number", "plan_name", "task", "task_name", "organ")
_OF_A_SUBJECT = ("subject_name", "completed_on")


@dataclass(frozen=True)
class Habits:
    """How badly the platform behaves; 0 is never."""

    slow: float = 0.0
    """Seconds before each answer."""
    lose: int = 0
    """Every n-th answer is lost, after the request has had its effect."""
    refuse: int = 0
    """Every n-th new record is refused once, by a field."""


@dataclass(frozen=True)
class Door:
    """Whom the platform lets in: who shows the token, and with secrets who signs with their office's."""

    token: str = field(default="", repr=False)
    seals: Seals = field(default_factory=Seals)

    def opens(self, office: str, call: str, content: bytes, shown: str, seal: str) -> bool:
        """Whether a request is an office's."""
        if not hmac.compare_digest(f"Bearer {self.token}".encode(), shown.encode()) and self.token:
            return False
        try:
            return self.seals.opens(Way.OUT, office, call, content, seal)
        except NoSecretError:
            return False


class Platform:
    """What the platform knows, one request at a time."""

    def __init__(
        self,
        state: Path,
        habits: Habits,
        door: Door | None = None,
        clock: Callable[[], datetime] = right_now,
    ) -> None:
        self.habits = habits
        self.door = door or Door()
        self._clock = clock
        self.away_until = 0.0
        self._lock = threading.Lock()
        self._requests = 0
        self._database = sqlite3.connect(state, check_same_thread=False, isolation_level=None)
        self._database.executescript(_TABLES)

    def loses_this(self) -> bool:
        """Whether the answer to this request is lost."""
        with self._lock:
            self._requests += 1
            return bool(self.habits.lose) and self._requests % self.habits.lose == 0

    def take(self, batch: Batch) -> bool:
        """Enter a batch; false where its id is known with another content. Again, it answers again."""
        digest = sha256(batch.model_dump_json().encode()).hexdigest()
        with self._lock:
            self._database.execute("BEGIN")
            known = self._one("SELECT sha256 FROM batch WHERE id = ?", batch.batch)
            if known is not None and known[0] != digest:
                self._database.execute("ROLLBACK")
                return False
            self._database.execute(
                "INSERT INTO batch VALUES (?, ?, 1) ON CONFLICT (id) DO UPDATE SET times = times + 1",
                (batch.batch, digest),
            )
            said = [fact.model_dump(mode="json") for one in batch.records for fact in self._enter(one)]
            self._database.execute(
                "INSERT INTO answer SELECT ?, ?, ?, coalesce(max(number), 0) + 1 FROM answer",
                (token_hex(8), batch.office, json.dumps(said, ensure_ascii=False)),
            )
            self._database.execute("COMMIT")
        return True

    def answers(self, office: str) -> list[dict[str, Any]]:
        """The answers that lie ready, oldest first."""
        with self._lock:
            rows = self._database.execute(
                "SELECT id, facts FROM answer WHERE office = ? ORDER BY number", (office,)
            ).fetchall()
        return [{"id": id_, "facts": json.loads(facts)} for id_, facts in rows]

    def forget(self, office: str, answer: str) -> None:
        """An office's answer was recorded on its side."""
        with self._lock:
            self._database.execute("DELETE FROM answer WHERE id = ? AND office = ?", (answer, office))

    def state(self) -> dict[str, Any]:
        """What has been entered, by business key, and how often more than once."""
        with self._lock:
            rows = self._database.execute(
                "SELECT key, kind, revision, entries, body FROM record ORDER BY key"
            ).fetchall()
            refused = self._database.execute("SELECT key, revision, fields FROM refusal").fetchall()
            batches, sent = self._one("SELECT count(*), coalesce(sum(times), 0) FROM batch") or (0, 0)
        return {
            "records": [
                {"key": key, "kind": kind, "revision": revision, "body": json.loads(body)}
                for key, kind, revision, _, body in rows
            ],
            "doubles": sum(entries - 1 for *_, entries, _ in rows),
            "refused": [
                {"key": key, "revision": revision, "fields": json.loads(fields)}
                for key, revision, fields in refused
            ],
            "batches": batches,
            "batches_received": sent,
        }

    def _enter(self, record: Record) -> list[Fact]:
        """Enter a record once by its key: the same again is answered and not entered."""
        now = self._clock()
        # What is entered must be the same whatever the revision that brought it.
        body = record.model_dump_json(exclude={"revision"})
        digest = sha256(body.encode()).hexdigest()
        known = self._one("SELECT sha256 FROM record WHERE key = ?", record.key)
        if known is not None and known[0] == digest:
            return facts_of(record, now)
        if known is not None:
            # Under a known key with another content: a second entry, which must never be.
            self._database.execute("UPDATE record SET entries = entries + 1 WHERE key = ?", (record.key,))
            return facts_of(record, now)
        if wrong := self._refused(record) or faults_of(record) or self._moody(record):
            self._database.execute(
                "INSERT OR IGNORE INTO refusal VALUES (?, ?, ?)",
                (record.key, record.revision, json.dumps(wrong, ensure_ascii=False)),
            )
            reason = "；".join(wrong.values())
            return [
                Fact(
                    key=record.key,
                    fact="rejected",
                    at=now,
                    reason=reason,
                    fields=wrong,
                    revision=record.revision,
                )
            ]
        self._database.execute(
            "INSERT INTO record VALUES (?, ?, ?, ?, ?, 1)",
            (record.key, record.kind, record.revision, digest, body),
        )
        return facts_of(record, now)

    def _refused(self, record: Record) -> dict[str, str]:
        """What was wrong with this very revision: asked again, the platform says the same."""
        known = self._one(
            "SELECT fields FROM refusal WHERE key = ? AND revision = ?", record.key, record.revision
        )
        return json.loads(known[0]) if known else {}

    def _moody(self, record: Record) -> dict[str, str]:
        """Every n-th new record is refused in its first revision."""
        if not self.habits.refuse or record.revision > 1:
            return {}
        count = (self._one("SELECT count(*) FROM record") or (0,))[0]
        refused = (self._one("SELECT count(*) FROM refusal") or (0,))[0]
        if (count + refused + 1) % self.habits.refuse:
            return {}
        return {"task_name": "任务名称与备案不符，请核对后重新报送"}

    def _one(self, statement: str, *parameters: object) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self._database.execute(statement, parameters).fetchone()
        return row


def faults_of(record: Record) -> dict[str, str]:
    """What is wrong with a record, field by field."""
    faults = {name: "不能为空" for name in _NEEDED if not getattr(record, name)}
    if record.kind in ("task", "claim"):
        return faults
    faults |= {name: "不能为空" for name in _OF_A_SUBJECT if not getattr(record, name)}
    if not _CODE.fullmatch(record.subject_code):
        faults["subject_code"] = "统一社会信用代码应为18位数字或大写字母"
    return faults
