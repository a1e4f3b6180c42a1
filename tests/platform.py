"""The platform's stand-in over HTTP, in a thread of the test's process."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from http.server import ThreadingHTTPServer
from pathlib import Path

from adapters.exchange_http import HttpExchange
from cli.demo.platform import right_now
from cli.demo.platform_records import Door, Habits, Platform
from cli.demo.platform_server import serve


@dataclass
class Standing:
    """A platform that serves, and the exchange that speaks with it."""

    platform: Platform
    server: ThreadingHTTPServer
    exchange: HttpExchange

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server.server_port}"


@contextmanager
def standing(
    folder: Path,
    habits: Habits | None = None,
    *,
    port: int = 0,
    patience: float = 5.0,
    door: Door | None = None,
    clock: Callable[[], datetime] = right_now,
) -> Iterator[Standing]:
    """A platform for as long as the context lasts; what it knows stays in the folder."""
    platform = Platform(folder / "platform.db", habits or Habits(), door, clock)
    server = serve(platform, port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    known = platform.door
    exchange = HttpExchange(address, known.token, patience, known.seals)
    try:
        yield Standing(platform, server, exchange)
    finally:
        exchange.close()
        server.shutdown()
        server.server_close()
        thread.join()
