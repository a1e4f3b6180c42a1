"""One Prometheus endpoint of a worker: the SDK's measures and the domain's on the same page (指标)."""

import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Protocol

import structlog
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig

from adapters.database import Database
from adapters.ports import free_port

log = structlog.get_logger(__name__)

FRESH = 30.0
"""Seconds that the domain's measures are kept: scrapes of many collectors cost the database one look."""
_PATIENCE = 5.0
_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Measure(Protocol):
    """One measure with a value for each combination of its labels."""

    name: str
    help: str
    labels: tuple[str, ...]
    values: dict[tuple[str, ...], float]


Look = Callable[[Session, datetime], Iterable[Measure]]


class DomainCollector:
    """Reads the measures from the database, at most every half minute; a database that is away is a measure."""

    def __init__(self, database: Database, look: Look, fresh: float = FRESH) -> None:
        self._database, self._look, self._fresh = database, look, fresh
        self._lock = Lock()
        self._read_at: float | None = None
        self._families: list[GaugeMetricFamily] = []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """What the registry asks for at each scrape."""
        with self._lock:
            if self._read_at is None or time.monotonic() - self._read_at > self._fresh:
                self._families = list(self._read())
                self._read_at = time.monotonic()
            yield from self._families

    def _read(self) -> Iterator[GaugeMetricFamily]:
        up = GaugeMetricFamily("joint_database_up", "Whether the worker can read its database.")
        try:
            with self._database.read() as session:
                measures = list(self._look(session, datetime.now(UTC)))
        except SQLAlchemyError:
            log.exception("measures not read")
            up.add_metric((), 0.0)
            yield up
            return
        up.add_metric((), 1.0)
        yield up
        for measure in measures:
            family = GaugeMetricFamily(measure.name, measure.help, labels=measure.labels)
            for labels, value in measure.values.items():
                family.add_metric(labels, value)
            yield family


class Metrics:
    """The engine's runtime with its own measures on a loopback port, to be shown with the domain's."""

    def __init__(self) -> None:
        self._port = free_port()
        self.runtime = Runtime(
            telemetry=TelemetryConfig(
                metrics=PrometheusConfig(
                    bind_address=f"127.0.0.1:{self._port}",
                    counters_total_suffix=True,
                    unit_suffix=True,
                    durations_as_seconds=True,
                )
            )
        )

    @contextmanager
    def serving(self, address: str, database: Database, look: Look) -> Iterator[int]:
        """Serve `/metrics` at `host:port` (port 0: any free one, given back) as long as the context lasts."""
        registry = CollectorRegistry()
        registry.register(DomainCollector(database, look))
        host, _, port = address.rpartition(":")
        server = ThreadingHTTPServer((host.strip("[]"), int(port)), _handler(registry, self._port))
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            server.server_close()


def _handler(registry: CollectorRegistry, engine_port: int) -> type[BaseHTTPRequestHandler]:
    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.split("?", 1)[0] != "/metrics":
                self.send_error(404)
                return
            body = generate_latest(registry) + _of_the_engine(engine_port)
            self.send_response(200)
            self.send_header("Content-Type", _TYPE)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """A scrape is no event."""

    return Page


def _of_the_engine(port: int) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=_PATIENCE) as answer:
        return bytes(answer.read())
