"""The service as it runs in earnest, for benchmarks: PostgreSQL with fsync, the engine, a worker's process."""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from temporalio.client import Client

from activities.rebuild import rebuild
from adapters.database import Database
from adapters.engine import start_embedded
from adapters.migrate import migrate
from benchmarks.copies import add_rows
from rules.calendar import local_day
from tests.activities import scenes
from tests.activities.driver import Driver
from tests.builders import ALL_YEAR, add_world
from tests.postgres import PostgresCluster

T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 60.0
SCENES = (
    scenes.launched,
    scenes.prepared,
    scenes.offered,
    scenes.claimed,
    scenes.requested,
    scenes.fixed,
    scenes.drawn,
    scenes.matched,
    scenes.visited,
    scenes.submitted,
    scenes.approved,
)
"""The scenes of a task without an engine, in order."""


@dataclass
class Rig:
    """One database, one engine, and the processes of this run."""

    database: Database
    client: Client
    folder: Path
    address: str

    def __post_init__(self) -> None:
        self.processes: list[subprocess.Popen[bytes]] = []

    async def start_worker(self, **settings: str) -> subprocess.Popen[bytes]:
        """The product's worker as a process of its own."""
        log = self.folder / f"worker-{len(self.processes)}.log"
        process = self._start([sys.executable, "worker.py"], log, settings)
        await self._until(lambda: b"worker started" in log.read_bytes(), f"a worker, see {log}")
        return process

    async def start_peer(self) -> subprocess.Popen[bytes]:
        """The peer's worker as a process of its own."""
        command = [sys.executable, "-m", "benchmarks.peer", self.address, self.database.url]
        return self._start(command, self.folder / "peer.log", {})

    async def start_platform(self) -> subprocess.Popen[bytes]:
        """The platform's stand-in on the file exchange."""
        command = [sys.executable, "-m", "cli.demo.platform", str(self.folder / "exchange")]
        return self._start(command, self.folder / "platform.log", {})

    async def start_tasks(self, tasks: Sequence[str]) -> None:
        """Start the tasks' workflows from their rows and wait until each has read where it stands."""
        ids = [f"joint-task/{task}" for task in tasks]
        await rebuild(self.client, self.database, ids, datetime.now(UTC))
        # A query is answered when the first workflow task is done, which is when the rows were read.
        for one in ids:
            await self.client.get_workflow_handle(one).query("progress")

    def end(self, process: subprocess.Popen[bytes]) -> None:
        """End a process of this run."""
        process.kill()
        process.wait()
        self.processes.remove(process)

    def _start(self, command: list[str], log: Path, settings: dict[str, str]) -> subprocess.Popen[bytes]:
        environment = os.environ | {
            "TEMPORAL_ADDRESS": self.address,
            "DATABASE_URL": self.database.url,
            "JOINT_EXCHANGE": str(self.folder / "exchange"),
            "JOINT_DATA": str(self.folder),
            **settings,
        }
        with log.open("wb") as out:
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out)
        self.processes.append(process)
        return process

    async def _until(self, look: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not look():
            if time.monotonic() > deadline:
                raise TimeoutError(f"waited in vain for {what}")
            await asyncio.sleep(0.05)


@asynccontextmanager
async def rig(*, subjects: int, rows: int, officers: int = 6, sqlite: bool = False) -> AsyncIterator[Rig]:
    """A filled database and an engine; `subjects` in the register, all drawn, `rows` plan rows beside the first.

    `officers` are those of each department. PostgreSQL with fsync, or SQLite.
    """
    with tempfile.TemporaryDirectory(prefix="joint-bench-") as name, _address(Path(name), sqlite) as url:
        migrate(url)
        database = Database(url)
        with database.write() as session:
            add_world(
                session,
                subjects=subjects,
                officers=officers,
                percent="100",
                today=local_day(datetime.now(UTC)),
                months=ALL_YEAR,
            )
            add_rows(session, rows)
        environment = await start_embedded(None)
        made = Rig(
            database, environment.client, Path(name), environment.client.service_client.config.target_host
        )
        try:
            yield made
        finally:
            for process in list(made.processes):
                made.end(process)
            await environment.shutdown()
            database.close()


@contextmanager
def _address(folder: Path, sqlite: bool) -> Iterator[str]:
    """The address of an empty database."""
    if sqlite:
        yield f"sqlite:///{folder}/bench.db"
        return
    cluster = PostgresCluster(durable=True)
    try:
        yield cluster.create("bench")
    finally:
        cluster.stop()


def play(rig: Rig, until: Callable[[Driver], None], *, ago: timedelta = timedelta(0)) -> Driver:
    """The plan's first task, played without the engine up to and including a scene, so long ago."""
    driver = Driver(rig.database, rig.folder / "exchange", now=datetime.now(UTC) - ago)
    for scene in SCENES[: SCENES.index(until) + 1]:
        scene(driver)
    return driver


def ask(rig: Rig, *words: str) -> tuple[float, int]:
    """Seconds that a command takes, the start of its process included, and the lines that it prints.

    Its exit code may be 0 or 1: `doctor` has findings.
    """
    surroundings = os.environ | {
        "DATABASE_URL": rig.database.url,
        "JOINT_DATA": str(rig.folder),
        "JOINT_PROFILE": "dev",
        "TEMPORAL_ADDRESS": rig.address,
    }
    began = time.perf_counter()
    made = subprocess.run(
        [sys.executable, "starter.py", *words], cwd=ROOT, env=surroundings, capture_output=True, check=False
    )
    if made.returncode > 1:
        raise RuntimeError(made.stderr.decode())
    return time.perf_counter() - began, len(made.stdout.splitlines())


def peak(process: subprocess.Popen[bytes]) -> float:
    """The most MB that a process was resident with so far."""
    lines = Path(f"/proc/{process.pid}/status").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith("VmHWM"))


def usage(process: subprocess.Popen[bytes]) -> tuple[float, float]:
    """CPU seconds and resident MB of a process so far."""
    stat = Path(f"/proc/{process.pid}/stat").read_text("ascii").rsplit(")", 1)[1].split()
    ticks = int(stat[11]) + int(stat[12])
    pages = int(Path(f"/proc/{process.pid}/statm").read_text("ascii").split()[1])
    return ticks / os.sysconf("SC_CLK_TCK"), pages * os.sysconf("SC_PAGE_SIZE") / 1e6


async def timed(work: Awaitable[T]) -> tuple[float, T]:
    """Seconds of wall clock, and the answer."""
    start = time.perf_counter()
    answer = await work
    return time.perf_counter() - start, answer


def quantile(seconds: Sequence[float], share: float) -> float:
    """The quantile of some durations, in milliseconds."""
    ordered = sorted(seconds)
    return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]
