"""The service's processes, each to be killed without warning and started again on the same files."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from adapters.engine import find_server

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 30.0
"""Seconds for a server to answer."""


class Processes:
    """Engine, worker and platform as processes of their own; what they say goes to files in the folder.

    `settings` are further variables of their environment.
    """

    def __init__(self, folder: Path, database_url: str, **settings: str) -> None:
        self._folder = folder
        self.state = folder / "temporal" / "temporal.db"
        self.exchange = folder / "exchange"
        self.port = free_port()
        self._environment = os.environ | {
            "TEMPORAL_ADDRESS": f"127.0.0.1:{self.port}",
            "DATABASE_URL": database_url,
            "JOINT_EXCHANGE": str(self.exchange),
            **settings,
        }
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    async def connect(self) -> Client:
        """A client, as soon as the engine answers."""
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while True:
            try:
                return await Client.connect(f"127.0.0.1:{self.port}", data_converter=pydantic_data_converter)
            except RuntimeError:
                if asyncio.get_running_loop().time() > deadline:
                    raise
                await asyncio.sleep(0.1)

    def start_engine(self) -> None:
        """Start the embedded server on its file."""
        self.state.parent.mkdir(exist_ok=True)
        program = find_server()
        if program is None:
            raise RuntimeError("no embedded server: run `make install`")
        ports = ["--port", str(self.port), "--headless"]
        self._start("engine", [program, "server", "start-dev", *ports, "--db-filename", str(self.state)])

    def start_worker(self) -> None:
        """Start a worker as it is kept in earnest: one that ends because no engine answers is started again."""
        kept = 'while :; do "$0" worker.py; sleep 0.2; done'
        self._start("worker", ["sh", "-c", kept, sys.executable])

    def await_worker(self) -> None:
        """Wait until the first worker is at work: before that there is nobody to kill."""
        deadline = time.monotonic() + PATIENCE
        while b"worker started" not in (self._folder / "worker.log").read_bytes():
            if time.monotonic() > deadline:
                raise TimeoutError("no worker")
            time.sleep(0.05)

    def start_platform(self) -> None:
        """Start the platform's stand-in."""
        self._start("platform", [sys.executable, "-m", "cli.demo.platform", str(self.exchange)])

    def kill(self, name: str) -> None:
        """SIGKILL: nothing is finished, nothing is said."""
        process = self._running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def kill_all(self) -> None:
        """End what still runs."""
        for name in list(self._running):
            self.kill(name)

    def _start(self, name: str, command: list[str]) -> None:
        with (self._folder / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self._environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )


def free_port() -> int:
    """A port that nobody listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
