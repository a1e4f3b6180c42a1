"""Copies of a task's rows under other names: a thousand tasks at some stage without a thousand plays."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Integer, Row, Table, insert, select
from sqlmodel import Session, SQLModel

from adapters.database import Database
from models.base import opaque_id
from models.plan import PlanRow, PlanRowVersion
from models.task import Assignment, JointTask, Visit
from models.trail import Deadline, Wait
from tests.builders import DOCUMENT

_SKIPPED = frozenset({"notification", "publication", "declaration", "result", "disposal", "summary"})
"""What a copy does without: it stands at a stage before them."""
_BATCH = 200


def add_rows(session: Session, count: int) -> None:
    """So many more rows of the plan, numbered from 2, each like the first."""
    for model in (PlanRow, PlanRowVersion):
        table: Table = SQLModel.metadata.tables[str(model.__tablename__)]
        first = session.execute(select(table).where(table.c.document == DOCUMENT, table.c.seq == "1")).one()
        values = {name: value for name, value in first._asdict().items() if name != "id"}
        session.execute(insert(table), [values | {"seq": str(seq)} for seq in range(2, count + 2)])


def copy_task(database: Database, template: str, seqs: Sequence[int]) -> list[str]:
    """Copy a task's rows to the plan's rows of these numbers; returns the new tasks' ids."""
    with database.read() as session:
        rows = _rows_of(session, template)
        plan = {row.seq: row.id for row in session.execute(select(_table(PlanRow)))}
    made = []
    for start in range(0, len(seqs), _BATCH):
        batches: dict[str, list[dict[str, Any]]] = {}
        for seq in seqs[start : start + _BATCH]:
            task = f"{DOCUMENT}/{seq}/1"
            made.append(task)
            for name, values in _renamed(rows, template, task):
                if name == "joint_task":
                    values |= {"seq": str(seq), "row": plan[str(seq)]}
                batches.setdefault(name, []).append(values)
        with database.write() as session:
            for table in SQLModel.metadata.sorted_tables:
                if table.name in batches:
                    session.execute(insert(table), batches[table.name])
    return made


def _table(model: type[SQLModel]) -> Table:
    return SQLModel.metadata.tables[str(model.__tablename__)]


def _rows_of(session: Session, task: str) -> dict[str, list[Row[Any]]]:
    """The rows of a task by table: those that name it, and those that hang on its waits and visits."""
    found: dict[str, list[Row[Any]]] = {}
    for table in SQLModel.metadata.sorted_tables:
        if "task" in table.c and table.name not in _SKIPPED:
            found[table.name] = list(session.execute(select(table).where(table.c.task == task)))
    jobs, waits, visits = _table(JointTask), _table(Wait), _table(Visit)
    deadlines, assignments = _table(Deadline), _table(Assignment)
    found["joint_task"] = list(session.execute(select(jobs).where(jobs.c.id == task)))
    mine = select(waits.c.id).where(waits.c.task == task)
    found["deadline"] = list(session.execute(select(deadlines).where(deadlines.c.wait.in_(mine))))
    own = select(visits.c.id).where(visits.c.task == task)
    found["assignment"] = list(session.execute(select(assignments).where(assignments.c.visit.in_(own))))
    return found


def _renamed(rows: dict[str, list[Row[Any]]], template: str, task: str) -> list[tuple[str, dict[str, Any]]]:
    """The rows under the new task's name, with opaque ids of their own."""
    fresh: dict[str, str] = {}
    for name in ("wait", "visit", "deadline"):
        fresh |= {row.id: opaque_id() for row in rows.get(name, ())}

    def new(value: Any) -> Any:
        return fresh.get(value, value.replace(template, task)) if isinstance(value, str) else value

    made = []
    for name, some in rows.items():
        table = SQLModel.metadata.tables[name]
        counted = "id" in table.c and isinstance(table.c.id.type, Integer)
        for row in some:
            values = {
                key: new(value) for key, value in row._asdict().items() if not (counted and key == "id")
            }
            made.append((name, values))
    return made
