"""The compose file's programs with its settings, as processes: the demonstration's task runs through."""

import asyncio
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from activities import audit
from adapters.alive import is_alive
from adapters.build import VERSION
from adapters.database import Database
from adapters.deployment import current_build
from adapters.engine import find_server
from adapters.ports import free_port
from cli.demo.play import SEED, TASK
from cli.demo.setting import set_up
from cli.demo.show import Show
from models.messages import TASK_QUEUE
from models.task import JointTask
from rules.stages import TaskStatus
from tests.deploy.compose import ROOT, compose, environment_of
from tests.deploy.promql import NAME, samples
from tests.postgres import PostgresCluster

PATIENCE = 60.0
OFFICE_CLERK = "p-0001"


@dataclass
class Installation:
    """Services of the compose file on this machine: their commands, their environments, other addresses."""

    folder: Path
    cluster: PostgresCluster
    engine: int = field(default_factory=free_port)
    platform: int = field(default_factory=free_port)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    metrics: dict[int, int] = field(default_factory=dict)

    def environment(self, service: str, **more: str) -> dict[str, str]:
        """A service's environment, with this machine's addresses in the place of the network's names."""
        given = {
            "POSTGRES_USER": "postgres",
            "POSTGRES_PASSWORD": "owner",
            "APP_DB_USER": "joint_app",
            "APP_DB_PASSWORD": "application",
            "TEMPORAL_DB_USER": "engine",
            "TEMPORAL_DB_PASSWORD": "engine",
            "JOINT_SECRET_KEY": "",
            "JOINT_EXCHANGE": f"http://127.0.0.1:{self.platform}",
            "JOINT_EXCHANGE_TOKEN": "a-token-of-the-platform",
            "JOINT_EXCHANGE_SECRETS": "yangcheng=a-secret-of-the-office",
            "JOINT_SMTP_URL": "",
            "JOINT_MESSENGER_URL": "",
            **more,
        }
        places = {
            "@postgres:5432": f"@127.0.0.1:{self.cluster.port}",
            "temporal:7233": f"127.0.0.1:{self.engine}",
        }
        filled = environment_of(service, given)
        for name, here in places.items():
            filled = {key: value.replace(name, here) for key, value in filled.items()}
        inherited = {
            key: value for key, value in os.environ.items() if not key.startswith(("JOINT_", "TEMPORAL_"))
        }
        return inherited | {"JOINT_DATA": str(self.folder / "data")} | filled

    def run(self, service: str) -> None:
        """A service that ends, to its end."""
        self.command(self._command(service), self.environment(service))

    def command(self, words: Sequence[str], environment: dict[str, str]) -> str:
        """A program to its end; what it said."""
        made = subprocess.run(
            words, cwd=ROOT, env=environment, check=False, capture_output=True, text=True, timeout=PATIENCE
        )
        assert 0 == made.returncode, made.stdout + made.stderr
        return made.stdout

    def start(self, name: str, command: Sequence[str], environment: dict[str, str]) -> None:
        """A process that stays."""
        with (self.folder / f"{name}.log").open("wb") as log:
            self.running[name] = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)

    def start_all(self) -> None:
        """In the order of the file: databases, engine, migration, set-up, platform, two workers, the release."""
        owner = {"PGHOST": "127.0.0.1", "PGPORT": str(self.cluster.port)}
        script = (
            self.environment("databases") | owner | {"PATH": f"{self.cluster.programs}:{os.environ['PATH']}"}
        )
        subprocess.run(["bash", str(ROOT / "deploy" / "databases.sh")], env=script, check=True)
        server = find_server()
        assert server is not None
        ports = ["--port", str(self.engine), "--headless"]
        self.start("engine", [server, "server", "start-dev", *ports], dict(os.environ))
        self.run("migrate")
        self.run("setup")
        # The stand-in at another port than in its network, where it need not be reached from outside.
        stand_in = [*self._command("exchange")]
        stand_in[stand_in.index("--port") + 1] = str(self.platform)
        stand_in[stand_in.index("--host") + 1] = "127.0.0.1"
        stand_in[stand_in.index("--state") + 1] = str(self.folder / "platform.db")
        self.start("exchange", stand_in, self.environment("exchange"))
        for number in (1, 2):
            self.metrics[number] = free_port()
            more = self.environment("worker", JOINT_METRICS=f"127.0.0.1:{self.metrics[number]}")
            alive = {"JOINT_ALIVE": str(self.alive(number))}
            self.start(f"worker-{number}", self._command("worker"), more | alive)
        self.await_health()
        self.run("release")

    def alive(self, number: int) -> Path:
        """A worker's sign of life."""
        return self.folder / f"worker-{number}.alive"

    def await_health(self) -> None:
        """Wait for both workers' signs of life."""
        deadline = time.monotonic() + PATIENCE
        while not all(is_alive(self.alive(number)) for number in (1, 2)):
            logs = {one.name: one.read_text("utf-8", "replace")[-2000:] for one in self.folder.glob("*.log")}
            assert time.monotonic() < deadline, logs
            time.sleep(0.2)

    def stop(self) -> None:
        """End what still runs, as `docker compose stop` does."""
        for one in self.running.values():
            one.terminate()
        for one in self.running.values():
            one.wait(PATIENCE)

    def _command(self, service: str) -> list[str]:
        command = [str(word) for word in compose()["services"][service]["command"]]
        return [sys.executable, *command[1:]] if command[0] == "python" else command


def measures_at(port: int) -> set[str]:
    """The names of the measures on a worker's page."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        return {dict(labels)[NAME] for labels in samples(answer.read().decode())}


def check_release_and_record(installation: Installation) -> None:
    """What is still open replays; the closed task's record is whole, with its history, and checks."""
    said = installation.command(
        [sys.executable, "worker.py", "check-replay"], installation.environment("worker")
    )
    assert ", 0 failed" in said.splitlines()[-1]
    record = installation.folder / "record"
    words = [sys.executable, "starter.py", "task", "archive", TASK, "--to", str(record), "--as", OFFICE_CLERK]
    installation.command(words, installation.environment("cli") | {"JOINT_PROFILE": "dev"})
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=record, check=True)
    histories = [one.name for one in (record / "histories").iterdir()]
    for kind in ("joint-task", "disposal", "correction"):
        assert any(name.startswith(f"{kind}_") for name in histories), (kind, histories)
    draw = sorted(str(one) for one in (record / "draw").glob("directory-*.csv"))
    installation.command(
        [sys.executable, "docs/verify-draw.py", str(record / "draw" / "record.json"), *draw], dict(os.environ)
    )


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    """The shared installation, with a cluster of its own."""
    made = Installation(tmp_path, PostgresCluster())
    try:
        made.start_all()
        yield made
    finally:
        made.stop()
        made.cluster.stop()


@pytest.mark.slow
async def test_the_demonstrations_task_runs_through_the_shared_installation(
    installation: Installation,
) -> None:
    """Tables of the owner, work by the application's role, two versioned workers, the platform over HTTP."""
    client = await Client.connect(f"127.0.0.1:{installation.engine}", data_converter=pydantic_data_converter)
    assert VERSION == await current_build(client, "joint-inspection")
    database = Database(installation.environment("worker")["DATABASE_URL"])
    await asyncio.to_thread(set_up, database, SEED, datetime.now(UTC))
    told: list[object] = []
    await Show(database, client, told.append).run()
    with database.read() as session:
        assert TaskStatus.CLOSED is session.get_one(JointTask, TASK).status
        assert [] == audit.verify(session)
    for port in installation.metrics.values():
        names = await asyncio.to_thread(measures_at, port)
        assert {"joint_database_up", "temporal_worker_task_slots_available"} <= names
    await asyncio.to_thread(check_release_and_record, installation)
    queue = DescribeTaskQueueRequest(namespace="default", task_queue=TaskQueue(name=TASK_QUEUE))
    polling = (await client.workflow_service.describe_task_queue(queue)).pollers
    assert {VERSION} == {one.deployment_options.build_id for one in polling}
    assert 2 == len({one.identity for one in polling})
    database.close()
