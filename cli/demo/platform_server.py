"""A small server that plays the provincial platform over HTTP, for tests and the demo.

It speaks the contract of `adapters.exchange_http` and, where asked to, behaves as such platforms do: it
is slow, refuses records field by field, loses every n-th answer after having acted, and goes away for
a while. What it knows is `cli.demo.platform_records`'s.
"""

import argparse
import json
import os
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from adapters.exchange import Batch
from adapters.exchange_http import SEAL
from adapters.exchange_seal import Seals, Way
from cli.demo.platform_records import Door, Habits, Platform


class _Handler(BaseHTTPRequestHandler):
    """The contract's three calls, and two for those who watch: GET /state, POST /away."""

    platform: Platform
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        """`PUT /batches/{id}`."""
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if self._is_away():
            return
        batch = Batch.model_validate_json(body)
        if not self._lets_in(batch.office, body):
            return
        if f"/batches/{batch.batch}" != unquote(urlsplit(self.path).path):
            self._say(HTTPStatus.BAD_REQUEST, {"error": "the id of the path is not the batch's"})
        elif self.platform.take(batch):
            self._say(HTTPStatus.ACCEPTED, {"batch": batch.batch, "records": len(batch.records)})
        else:
            self._say(HTTPStatus.CONFLICT, {"error": "another content under a known id"})

    def do_GET(self) -> None:
        """`GET /answers?office=` and `GET /state`."""
        parts = urlsplit(self.path)
        if parts.path == "/state":
            self._say(HTTPStatus.OK, self.platform.state(), watcher=True)
        elif not self._is_away():
            office = parse_qs(parts.query).get("office", [""])[0]
            if self._lets_in(office):
                self._say(HTTPStatus.OK, self.platform.answers(office), office=office)

    def do_DELETE(self) -> None:
        """`DELETE /answers/{id}?office=`."""
        parts = urlsplit(self.path)
        office = parse_qs(parts.query).get("office", [""])[0]
        if not self._is_away() and self._lets_in(office):
            self.platform.forget(office, parts.path.rsplit("/", 1)[1])
            self._say(HTTPStatus.OK, {})

    def do_POST(self) -> None:
        """`POST /away?seconds=`: the platform goes away and comes back."""
        seconds = float(parse_qs(urlsplit(self.path).query).get("seconds", ["0"])[0])
        self.platform.away_until = time.monotonic() + seconds
        self._say(HTTPStatus.OK, {}, watcher=True)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Say nothing: the state tells what happened."""

    def _is_away(self) -> bool:
        if time.monotonic() >= self.platform.away_until:
            return False
        self.close_connection = True
        return True

    def _lets_in(self, office: str, body: bytes = b"") -> bool:
        shown, seal = self.headers.get("Authorization", ""), self.headers.get(SEAL, "")
        if self.platform.door.opens(office, f"{self.command} {self.path}", body, shown, seal):
            return True
        self._say(HTTPStatus.UNAUTHORIZED, {"error": "neither token nor seal of this office"})
        return False

    def _say(self, status: HTTPStatus, body: object, *, watcher: bool = False, office: str = "") -> None:
        if not watcher:
            time.sleep(self.platform.habits.slow)
            if self.platform.loses_this():
                self.close_connection = True
                return
        content = json.dumps(body, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        if office:
            seal = self.platform.door.seals.seal(Way.BACK, office, f"{self.command} {self.path}", content)
            self.send_header(SEAL, seal)
        self.end_headers()
        self.wfile.write(content)


def serve(platform: Platform, port: int = 0, host: str = "127.0.0.1") -> ThreadingHTTPServer:
    """A server that is bound and not yet serving."""
    handler = type("Handler", (_Handler,), {"platform": platform})
    return ThreadingHTTPServer((host, port), handler)


def main() -> None:
    """Serve until the process is ended."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--port", type=int, required=True)
    options.add_argument("--host", default="127.0.0.1", help="the address to listen at")
    options.add_argument("--state", type=Path, required=True, help="the file of what is known")
    options.add_argument("--slow", type=float, default=0.0, help="seconds before each answer")
    options.add_argument("--lose", type=int, default=0, help="every n-th answer is lost")
    options.add_argument("--refuse", type=int, default=0, help="every n-th new record is refused once")
    given = options.parse_args()
    given.state.parent.mkdir(parents=True, exist_ok=True)
    habits = Habits(slow=given.slow, lose=given.lose, refuse=given.refuse)
    # The settings of the offices' own side: what they share.
    seals = Seals.parse(os.environ.get("JOINT_EXCHANGE_SECRETS", ""))
    door = Door(os.environ.get("JOINT_EXCHANGE_TOKEN", ""), seals)
    serve(Platform(given.state, habits, door), given.port, given.host).serve_forever()


if __name__ == "__main__":
    main()
