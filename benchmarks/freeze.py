"""Freeze and draw of 3 % from a register, on both databases, against merely reading the register's rows."""

import gc
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from sqlalchemy import insert, text
from sqlmodel import delete

from activities.clocks.waits import Clocks
from activities.draw.drawing import quota_of
from activities.draw.fixing import fix_act
from activities.draw.later_acts import frozen_directory
from activities.draw.papers import load_plan
from activities.draw.scope_rows import scope_rows
from adapters.database import Database
from adapters.migrate import migrate
from benchmarks import best_cpu, best_seconds, peak_mib, verdict
from models.base import opaque_id
from models.papers import ApproveDraw
from models.registers import Subject
from models.task import JointTask
from rules.channel import LegalForm
from rules.digests import sha256_hex
from rules.draw import draw_frozen
from rules.roles import Role
from rules.scope import ScopeFilter
from tests.activities import scenes
from tests.activities.driver import Driver
from tests.activities.world import add_everything
from tests.builders import LEAD, NOW, OFFICE
from tests.postgres import PostgresCluster

SEED = sha256_hex(b"benchmark")
GOAL = 2.5
_BATCH = 10_000


def fill(database: Database, subjects: int) -> Driver:
    """A task whose first draw is approved, on a register of so many schools."""
    with database.write() as session:
        add_everything(session)
        session.execute(delete(Subject))
        for start in range(0, subjects, _BATCH):
            rows = [_subject(number) for number in range(start, min(start + _BATCH, subjects))]
            session.execute(insert(Subject), rows)
    driver = Driver(database, Path(tempfile.mkdtemp()))
    for scene in (scenes.launched, scenes.prepared, scenes.offered, scenes.claimed, scenes.requested):
        scene(driver)
    driver.act(LEAD, Role.APPROVER, ApproveDraw())
    if database.engine.dialect.name == "postgresql":
        with database.write() as session:
            session.execute(text("ANALYZE subject"))
    return driver


def _subject(number: int) -> dict[str, object]:
    market = number % 5 != 4
    return {
        "id": opaque_id(),
        "office": OFFICE,
        "code": f"9114{number:014d}",
        "name": f"对象{number}",
        "kind": "学校",
        "legal_form": LegalForm.ENTERPRISE if market else LegalForm.PUBLIC_INSTITUTION,
        "credit_class": "ABCD"[number % 4] if market else None,
        "class_date": NOW.date(),
        "area": f"{number % 20}镇",
        "tags": ["学校食堂"],
    }


def read(database: Database) -> int:
    """Merely read the columns that a freeze needs."""
    with database.read() as session:
        return sum(1 for _ in scope_rows(session, OFFICE, ScopeFilter(kinds=("学校",)), date(2026, 4, 1)))


def freeze_and_draw(database: Database, task: str) -> int:
    """Directory, annex, root, officers' files and plan written, then the draw from what was frozen."""
    with database.write(snapshot=True) as session:
        row = session.get_one(JointTask, task)
        fix_act(Clocks(session, row.office, NOW), row, 1)
        plan = load_plan(session, task, 1)
        drawn = draw_frozen(SEED, frozen_directory(session, task, 1), quota_of(plan))
        # Measured again and again: the transaction leaves nothing.
        session.get_transaction().rollback()  # type: ignore[union-attr]  # it is open
        return len(drawn)


def compare(name: str, database: Database, subjects: int) -> None:
    """Print the ratios of one database."""
    start = time.perf_counter()
    driver = fill(database, subjects)
    print(f"{name}: {subjects:,} subjects, filled in {time.perf_counter() - start:.0f} s")
    # What filling left behind would be collected again and again, now in one measurement, now in the other.
    gc.collect()
    gc.freeze()
    work: Callable[[], object] = lambda: freeze_and_draw(database, driver.task)  # noqa: E731 - measured twice
    # In turn, so that a machine that is busy for a while is so for both.
    pairs = [(best_seconds(lambda: read(database), 1), best_seconds(work, 1)) for _ in range(3)]
    reading, whole = (min(seconds) for seconds in zip(*pairs, strict=True))
    print(f"  reading the rows: {reading:.2f} s = 1")
    print(f"  freeze, compress, write and draw: {whole / reading:.2f} × reading", flush=True)
    # A database of its own process does part of both: there the wall clock counts alone.
    if database.engine.dialect.name == "sqlite":
        ratio, kind = best_cpu(work, 2) / best_cpu(lambda: read(database), 2), " in CPU time"
    else:
        ratio, kind = whole / reading, ""
    print(f"  goal: under {GOAL} × reading; {ratio:.2f}{kind}: {verdict(ratio < GOAL)}", flush=True)
    print(f"  memory: {peak_mib(work):.0f} MiB")


def run(full: bool) -> None:
    """One million subjects, or a fiftieth of it."""
    subjects = 1_000_000 if full else 20_000
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/bench.db"
        migrate(url)
        database = Database(url)
        compare("SQLite", database, subjects)
        database.close()
    cluster = PostgresCluster()
    try:
        url = cluster.create("bench")
        migrate(url)
        database = Database(url)
        compare("PostgreSQL", database, subjects)
        database.close()
    finally:
        cluster.stop()
