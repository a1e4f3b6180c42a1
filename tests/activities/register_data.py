"""Rows of small registers, and a database of two offices to import them into."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlmodel import SQLModel

from activities.registers.loading import ImportSummary, import_register
from adapters.database import Database
from models import outcomes, plan, task  # noqa: F401 - their tables are referred to
from models.organisation import Office
from rules.register_columns import Register
from rules.register_rows import RefusedRow, numbered

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
DEPARTMENTS = [
    {"code": "office", "name": "甲县领导小组办公室", "kind": "领导小组办公室", "aliases": ""},
    {"code": "scjg", "name": "县市场监管局", "kind": "", "aliases": "县市场监督管理局；甲县市场监管局"},
    {"code": "jy", "name": "县教育局", "kind": "成员单位", "aliases": ""},
]
PERSONS = [
    {
        "person": "p-1",
        "name": "测试人甲",
        "department": "jy",
        "role": "单位主要负责人",
        "from_day": "2025-01-01",
    },
    {
        "person": "p-2",
        "name": "测试人乙",
        "department": "县教育局",
        "role": "单位主要负责人",
        "from_day": "2026-01-01",
        "to_day": "2026-01-31",
        "acting_for": "p-1",
    },
]


def subject(number: int, **cells: str) -> dict[str, str]:
    """The n-th subject's row, under a register key."""
    row = {"code": f"XK{number:016d}", "name": f"样例{number}", "kind": "场所", "legal_form": "场所"}
    return row | cells


def two_offices(folder: Path) -> Database:
    """A database with the offices a and b."""
    made = Database(f"sqlite:///{folder / 'registers.db'}")
    SQLModel.metadata.create_all(made.engine)
    with made.write() as session:
        session.add(Office(code="a", name="甲县办", territory="甲县"))
        session.add(Office(code="b", name="乙县办", territory="乙县"))
    return made


def load(
    database: Database,
    register: Register,
    rows: list[dict[str, str]],
    refused: list[RefusedRow] | None = None,
    office: str = "a",
) -> ImportSummary:
    """Import rows; the refused are collected."""
    collect: Callable[[RefusedRow], None] = (lambda _: None) if refused is None else refused.append
    return import_register(
        database, office, register, numbered(rows), now=NOW, actor="p-1", sha256="f" * 64, refused=collect
    )
