"""Draw of 3 % against the SHA-256 limit, in memory and from both databases, and against other samplers.

From a database the draw is made twice: as the service does it, from the frozen directory that lies there
compressed, and by the database itself, which orders a table of codes by their tickets. Both give the list that
is drawn in memory, or the benchmark says so.
"""

import gzip
import hashlib
import importlib
import random
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, text

from benchmarks import best_cpu, best_seconds, peak_mib, verdict
from rules.digests import sha256_hex
from rules.draw import draw, draw_frozen, first
from rules.draw_directory import canonical_directory
from rules.quota import Quota, population, propose_rising
from tests.postgres import PostgresCluster

SEED = sha256_hex(b"benchmark")
PREFIX = b"SJC1|" + bytes.fromhex(SEED)
_BATCH = 10_000
_ORDER = {
    "sqlite": "ticket(code)",
    "postgresql": "sha256(CAST(:prefix AS bytea) || convert_to(code, 'UTF8'))",
}


def _peer(codes: list[str], k: int) -> Callable[[], object]:
    """consistent_sampler, which has no types of its own."""
    sampler = importlib.import_module("consistent_sampler").sampler
    return lambda: list(sampler(codes, seed=SEED, take=k, output="id"))


def in_memory(entries: list[tuple[str, str]], quota: Quota, k: int, limit: tuple[float, float]) -> None:
    """Plain and stratified, and the peers; `limit` is the clock's and the process's seconds."""
    codes, directory = [code for code, _ in entries], canonical_directory(entries)
    candidates: dict[str, Callable[[], object]] = {
        "first k of the order": lambda: first(SEED, codes, k),
        "stratified draw from the directory": lambda: draw_frozen(SEED, directory, quota),
        "stratified draw from a list of pairs": lambda: draw(SEED, entries, quota),
        "random.sample (cannot be recomputed)": lambda: random.Random(1).sample(codes, k),
        "consistent_sampler": _peer(codes, k),
    }
    times = {name: best_seconds(work) for name, work in candidates.items()}
    cpu = {name: best_cpu(work) for name, work in candidates.items()}
    for name, seconds in times.items():
        print(
            f"  {name}: {seconds / limit[0]:.2f} × limit ({cpu[name] / limit[1]:.2f} in CPU time), "
            f"{peak_mib(candidates[name]):.0f} MiB"
        )
    for name in ("first k of the order", "stratified draw from the directory"):
        ratio, faster = cpu[name] / limit[1], cpu["consistent_sampler"] / cpu[name]
        print(f"  goal: {name} at most 12 × limit; in CPU time {ratio:.2f}: {verdict(ratio <= 12)}")
        print(f"  goal: at least 7 × as fast as consistent_sampler; {faster:.1f}: {verdict(faster >= 7)}")


def fill(engine: Engine, entries: list[tuple[str, str]]) -> None:
    """A register of codes and classes, and the frozen directory beside it."""
    with engine.begin() as connection:
        binary = "BYTEA" if engine.dialect.name == "postgresql" else "BLOB"
        connection.execute(text("CREATE TABLE register (code TEXT PRIMARY KEY, class TEXT)"))
        connection.execute(text(f"CREATE TABLE paper (body {binary})"))
        for start in range(0, len(entries), _BATCH):
            rows = [{"code": code, "class": class_} for code, class_ in entries[start : start + _BATCH]]
            connection.execute(text("INSERT INTO register VALUES (:code, :class)"), rows)
        body = gzip.compress(canonical_directory(entries), 1, mtime=0)
        connection.execute(text("INSERT INTO paper VALUES (:body)"), {"body": body})
    if engine.dialect.name == "sqlite":
        event.listen(engine, "checkout", _teach)


def _teach(connection: object, *_: object) -> None:
    """Teach SQLite the ticket of a code; PostgreSQL knows SHA-256 by itself."""
    hashed = hashlib.sha256(PREFIX)

    def ticket(code: str) -> bytes:
        own = hashed.copy()
        own.update(code.encode())
        return own.digest()

    connection.create_function("ticket", 1, ticket, deterministic=True)  # type: ignore[attr-defined]  # sqlite3's own


def as_the_service(connection: Connection, quota: Quota) -> list[str]:
    """The stratified draw from the frozen directory as it lies in the database."""
    body = gzip.decompress(connection.execute(text("SELECT body FROM paper")).scalar_one())
    return [one.code for one in draw_frozen(SEED, body, quota)]


def by_the_database(connection: Connection, k: int, among: str = "") -> list[str]:
    """The k lowest tickets, of all or of some classes."""
    dialect = connection.engine.dialect.name
    where = "WHERE class = :among" if among else ""
    values: dict[str, object] = {"k": k} | ({"among": among} if among else {})
    values |= {"prefix": PREFIX} if dialect == "postgresql" else {}
    statement = text(f"SELECT code FROM register {where} ORDER BY {_ORDER[dialect]} LIMIT :k")
    return list(connection.execute(statement, values).scalars())


@contextmanager
def engines(name: str) -> Iterator[Engine]:
    """An empty database of a kind, gone afterwards."""
    if name == "SQLite":
        with tempfile.TemporaryDirectory() as folder:
            engine = create_engine(f"sqlite:///{Path(folder) / 'bench.db'}")
            yield engine
            engine.dispose()
        return
    cluster = PostgresCluster()
    try:
        engine = create_engine(cluster.create("bench").replace("postgresql://", "postgresql+psycopg://"))
        yield engine
        engine.dispose()
    finally:
        cluster.stop()


def in_a_database(
    name: str, entries: list[tuple[str, str]], quota: Quota, k: int, hashing: Callable[[], object]
) -> None:
    """By the clock, for PostgreSQL works in processes of its own; SQLite's work is this process's too."""
    expected = first(SEED, [code for code, _ in entries], k)
    stratified = draw(SEED, entries, quota)
    with engines(name) as engine:
        fill(engine, entries)
        with engine.connect() as connection:
            candidates: dict[str, Callable[[], object]] = {
                "stratified draw from the frozen directory": lambda: as_the_service(connection, quota),
                "first k by the database itself": lambda: by_the_database(connection, k),
            }
            print(f"  {name}:")
            for what, work in candidates.items():
                # The limit beside each: a busy machine slows both.
                ratio = best_seconds(work) / best_seconds(hashing, 10)
                own = best_cpu(work) / best_cpu(hashing, 10)
                alone = "" if name == "PostgreSQL" and "itself" in what else f" ({own:.2f} in CPU time)"
                print(f"    {what}: {ratio:.2f} × limit{alone}")
            same = as_the_service(connection, quota) == [one.code for one in stratified]
            same = same and by_the_database(connection, k) == expected
            for stratum in quota.strata:
                among = [one.code for one in stratified if one.stratum == stratum.name]
                for class_ in stratum.classes if len(stratum.classes) == 1 else ():
                    same = same and by_the_database(connection, stratum.size, class_) == among
    print(f"  goal: the lists of memory and {name} are the same: {verdict(same)}", flush=True)


def run(full: bool) -> None:
    """One million subjects, or a fifth of it; time as a ratio to the limit, memory in MiB."""
    n = 1_000_000 if full else 200_000
    k = n * 3 // 100
    entries = [(f"9114{i:014d}", "ABCD-"[i % 5]) for i in range(n)]
    quota = Quota.tiered(population(entries), propose_rising("1.2"), "3")
    blocks = bytes(64 * n)
    # The limit takes milliseconds: more runs of it cost nothing and steady every ratio.
    hashing: Callable[[], object] = lambda: hashlib.sha256(blocks).digest()  # noqa: E731 - measured twice
    limit = best_seconds(hashing, 10), best_cpu(hashing, 10)
    print(
        f"{n:,} subjects, {k:,} drawn; limit: SHA-256 over {64 * n // 10**6} MB in {limit[0] * 1000:.1f} ms = 1"
    )
    in_memory(entries, quota, k, limit)
    for name in ("SQLite", "PostgreSQL"):
        in_a_database(name, entries, quota, k, hashing)
