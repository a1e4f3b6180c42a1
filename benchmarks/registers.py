"""Import of a register of subjects on both databases, against the database's own bulk load in the same run.

The floor is `.import` or COPY of the same rows, in the form in which the table holds them, into an empty table of the
same definition: the same columns, keys and indexes, and on PostgreSQL the foreign keys too (`.import` checks none).
Nothing of that is decoded, checked for sense, compared with what stands or counted; the import does all of it, in
transactions of its own size. Seconds are wall clock, the best of `ROUNDS`, each into a database of its own: the two take
turns, so that a busy machine slows both. Memory is the importing process at its most, the interpreter included.
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

from activities.registers.loading import import_register
from activities.registers.tables import table_of
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
ROUNDS = 2
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


def sqlite_bulk(path: Path, bulk: Path) -> float:
    """Seconds of `.import` into an empty table of the same definition."""
    prepare(f"sqlite:///{path}")
    commands = [str(shutil.which("sqlite3")), str(path), ".mode csv", f".import {bulk} subject"]
    start = time.perf_counter()
    subprocess.run(commands, check=True, capture_output=True)
    return time.perf_counter() - start


def postgres_bulk(url: str, bulk: Path) -> float:
    """Seconds of COPY into an empty table of the same definition."""
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


def tell(name: str, count: int, loads: list[tuple[float, float, int]], bulks: list[float]) -> None:
    """Two lines: rows a second and the ratio to the bulk load, memory."""
    if any(added != count for _, _, added in loads):
        raise RuntimeError(f"not all of {count} rows were imported")
    seconds, memory = min(load[0] for load in loads), max(load[1] for load in loads)
    against = (
        f"{min(bulks) / seconds:.3f} of the bulk load (goal {GOAL})" if bulks else "no bulk loader found"
    )
    print(f"  {name}: {count / seconds:,.0f} subjects/s, {against}, {memory:.0f} MiB resident at most")


def measure(
    name: str, count: int, rounds: int, ours: Callable[[int], Any], bulk: Callable[[int], Any]
) -> None:
    """Import and bulk load in turns."""
    loads, bulks = [], []
    for number in range(rounds):
        loads.append(ours(number))
        found = bulk(number)
        bulks += [found] if found is not None else []
    tell(name, count, loads, bulks)


def run(full: bool) -> None:
    """A million subjects once, or a hundred thousand twice: of fewer, connecting is the greater part."""
    count, rounds = (1_000_000, 1) if full else (100_000, ROUNDS)
    cluster = PostgresCluster()
    try:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            file, bulk = write_files(folder, count)
            print(f"{count:,} subjects, {file.stat().st_size / 2**20:.0f} MiB")

            def sqlite(number: int) -> Any:
                url = f"sqlite:///{folder / f'ours-{number}.db'}"
                prepare(url)
                return apart(load, url, str(file))

            def postgres(number: int) -> Any:
                url = cluster.create(f"ours_{number}")
                prepare(url)
                return apart(load, url, str(file))

            def sqlite_loader(number: int) -> float | None:
                return sqlite_bulk(folder / f"bulk-{number}.db", bulk) if shutil.which("sqlite3") else None

            measure("SQLite", count, rounds, sqlite, sqlite_loader)
            measure(
                "PostgreSQL",
                count,
                rounds,
                postgres,
                lambda number: postgres_bulk(cluster.create(f"bulk_{number}"), bulk),
            )
    finally:
        cluster.stop()
