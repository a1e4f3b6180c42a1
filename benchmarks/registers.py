"""Import of a register of subjects on both databases, against the database's own bulk load in the same run.

The bulk load takes rows that are ready for the table: nothing is decoded, checked, matched or kept as history.
"""

import csv
import json
import multiprocessing
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Table

from activities.register_tables import table_of
from activities.registers import import_register
from adapters.database import Database
from adapters.migrate import migrate
from adapters.register_files import RegisterFile
from models.base import opaque_id
from models.organisation import Office
from models.registers import Subject
from rules.register_columns import COLUMNS, Register
from rules.register_fields import check_character
from tests.postgres import PostgresCluster

OFFICE = "bench"
NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
GOAL = 0.25
FORMS = (("企业", "91", "enterprise"), ("个体工商户", "92", "individual"))


def subject(number: int) -> dict[str, str]:
    """The n-th subject as a file holds it, with a code whose check character is right."""
    form, prefix, _ = FORMS[number % 2]
    code = f"{prefix}140522MA{number:07d}"
    return {
        "code": code + check_character(code),
        "name": f"样例市场主体{number}",
        "kind": ("餐饮", "零售", "旅游", "医疗")[number % 4],
        "legal_form": form,
        "area": f"样例镇{number % 20}",
        "address": f"样例路{number}号",
        "credit_class": "ABCD"[number % 4],
        "class_date": "2026-02-01",
        "tags": "重点;餐饮",
        "capital": str(number % 5000),
    }


def write_files(folder: Path, count: int) -> tuple[Path, Path]:
    """The register's file, and the same rows as the table holds them."""
    ours, bulk = folder / "subjects.csv", folder / "bulk.csv"
    table = table_of(Subject)
    with (
        ours.open("w", encoding="utf-8", newline="") as one,
        bulk.open("w", encoding="utf-8", newline="") as two,
    ):
        names = list(subject(0))
        first, second = csv.writer(one), csv.writer(two)
        headers = {column.name: column.header for column in COLUMNS[Register.SUBJECTS]}
        first.writerow([headers[name] for name in names])
        for number in range(count):
            row = subject(number)
            first.writerow(row.values())
            second.writerow(_as_stored(table, number, row))
    return ours, bulk


def _as_stored(table: Table, number: int, row: dict[str, str]) -> list[str]:
    values: dict[str, str] = {
        **row,
        "id": opaque_id(),
        "office": OFFICE,
        "legal_form": FORMS[number % 2][2],
        "status": "存续",
        "tags": json.dumps(row["tags"].split(";"), ensure_ascii=False),
        "since": "2026-03-02",
    }
    return [values.get(column.name, "") for column in table.columns]


def prepare(url: str) -> None:
    """The tables, and the office."""
    migrate(url)
    database = Database(url)
    with database.write() as session:
        session.add(Office(code=OFFICE, name="样例办", territory="样例县"))
    database.close()


def load(url: str, file: str) -> tuple[float, float, int]:
    """Import the file in this process: seconds, peak resident MiB, rows."""
    database = Database(url)
    start = time.perf_counter()
    summary = import_register(
        database,
        OFFICE,
        Register.SUBJECTS,
        RegisterFile(Path(file), Register.SUBJECTS),
        now=NOW,
        actor="bench",
    )
    seconds = time.perf_counter() - start
    database.close()
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, summary.added


def apart(work: Callable[..., Any], *arguments: Any) -> Any:
    """The answer of a process of its own, so that memory is what the work takes."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work, arguments)


def sqlite_bulk(folder: Path, bulk: Path) -> float | None:
    """Seconds of `.import` into an empty table with the same constraints; None without the program."""
    program = shutil.which("sqlite3")
    if program is None:
        return None
    path = folder / "bulk.db"
    prepare(f"sqlite:///{path}")
    start = time.perf_counter()
    subprocess.run(
        [program, str(path), ".mode csv", f".import {bulk} subject"], check=True, capture_output=True
    )
    return time.perf_counter() - start


def postgres_bulk(url: str, bulk: Path) -> float:
    """Seconds of COPY into an empty table with the same constraints."""
    prepare(url)
    columns = [column.name for column in table_of(Subject).columns]
    statement = sql.SQL("COPY subject ({}) FROM STDIN (FORMAT csv, FORCE_NOT_NULL ({}))").format(
        sql.SQL(", ").join(map(sql.Identifier, columns)),
        sql.SQL(", ").join(map(sql.Identifier, ("area", "address", "licence", "licence_level"))),
    )
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        start = time.perf_counter()
        with bulk.open("rb") as file, cursor.copy(statement) as copy:
            while block := file.read(1 << 20):
                copy.write(block)
        connection.commit()
        return time.perf_counter() - start


def tell(name: str, count: int, ours: tuple[float, float, int], bulk: float | None) -> None:
    """One line: rows a second, the ratio to the bulk load, memory."""
    seconds, memory, added = ours
    if added != count:
        raise RuntimeError(f"{added} of {count} rows were imported")
    against = (
        "no bulk loader found" if bulk is None else f"{bulk / seconds:.3f} of the bulk load (goal {GOAL})"
    )
    print(f"  {name}: {count / seconds:,.0f} subjects/s, {against}, {memory:.0f} MiB resident at most")


def run(full: bool) -> None:
    """A million subjects, or thirty thousand."""
    count = 1_000_000 if full else 30_000
    cluster = PostgresCluster()
    try:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            file, bulk = write_files(folder, count)
            print(f"{count:,} subjects, {file.stat().st_size / 2**20:.0f} MiB")
            url = f"sqlite:///{folder / 'ours.db'}"
            prepare(url)
            tell("SQLite", count, apart(load, url, str(file)), sqlite_bulk(folder, bulk))
            prepare(cluster.create("ours"))
            ours = apart(load, cluster.url("ours"), str(file))
            tell("PostgreSQL", count, ours, postgres_bulk(cluster.create("bulk"), bulk))
    finally:
        cluster.stop()
