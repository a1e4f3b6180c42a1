"""Ways out of the house against real servers on loopback."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from adapters.channels import Mail, Messenger, Unavailable, Undeliverable, channels_of
from adapters.settings import Profile, Settings
from models.organisation import Person
from tests.adapters.mail_server import Inbox

FROM = "提醒 <notice@example.invalid>"
SOMEBODY = Person(id="p-1", office="test", name="测试人甲", email="a.b@example.invalid", phone="13800001234")


def test_a_mail_arrives_with_its_key_as_message_id() -> None:
    """Chinese subject and text come through whole; the key makes a repeat recognisable."""
    inbox = Inbox()
    with inbox.up():
        for _ in range(2):
            Mail(inbox.url, FROM).send("k" * 32, SOMEBODY, "双随机提醒", "第一行\n第二行")
    assert [f"<{'k' * 32}@example.invalid>"] * 2 == inbox.ids
    (message, _) = inbox.taken
    assert ("双随机提醒", "a.b@example.invalid") == (message["Subject"], message["To"])
    assert ["第一行", "第二行"] == message.get_content().splitlines()


def test_a_server_that_is_down_is_unavailable() -> None:
    """So that nothing else is tried on it in this round."""
    with pytest.raises(Unavailable, match="ConnectionRefusedError"):
        Mail(Inbox().url, FROM).send("k", SOMEBODY, "s", "t")


def test_what_is_refused_for_good_is_undeliverable_and_what_is_deferred_is_not() -> None:
    """550 is final, 451 is tried again."""
    inbox = Inbox()
    mail = Mail(inbox.url, FROM)
    with inbox.up():
        inbox.refused = {SOMEBODY.email}
        with pytest.raises(Undeliverable, match="RecipientRefused"):
            mail.send("k", SOMEBODY, "s", "t")
        inbox.refused, inbox.answer = set(), "554 refused"
        with pytest.raises(Undeliverable, match="MessageRefused"):
            mail.send("k", SOMEBODY, "s", "t")
        inbox.answer = "451 try later"
        with pytest.raises(OSError, match="451"):
            mail.send("k", SOMEBODY, "s", "t")
    assert [] == inbox.taken


@pytest.mark.parametrize(
    "address",
    ["", "x", "a@", "@b", "a@b\n c", "a@b, c@d", "a@b;c@d", "a@[1.2.3.4", "<a@b>", "group: a@b;", "a..b@c"],
)
def test_what_is_no_single_address_is_undeliverable_and_nobody_else_gets_it(address: str) -> None:
    """Said at once: somebody must put the register right."""
    inbox = Inbox()
    with inbox.up(), pytest.raises(Undeliverable, match="AddressInvalid"):
        Mail(inbox.url, FROM).send("k", SOMEBODY.model_copy(update={"email": address}), "s", "t")
    assert [] == inbox.taken


def test_a_value_of_the_register_is_no_syntax_of_a_messengers_address() -> None:
    """A telephone with a slash or a question mark reaches nobody else, and changes no setting."""
    strange = Messenger("dingtalk://0123456789abcdef/{phone}")._filled("1/2?x=y&z#", "a@b")
    assert "dingtalk://0123456789abcdef/1%2F2%3Fx%3Dy%26z%23" == strange


def test_addresses_are_masked_and_missing_ones_are_none() -> None:
    """Operators see enough to find the person, and no more."""
    mail = Mail("smtp://127.0.0.1:25", FROM)
    messenger = Messenger("dingtalk://0123456789abcdef/{phone}")
    nobody = Person(id="p-2", office="test", name="测试人乙")
    assert ("a.b@example.invalid", "13800001234") == (
        mail.address_of(SOMEBODY),
        messenger.address_of(SOMEBODY),
    )
    assert ("a***@example.invalid", "138****34") == (
        mail.masked(SOMEBODY.email),
        messenger.masked(SOMEBODY.phone),
    )
    assert (None, None) == (mail.address_of(nobody), messenger.address_of(nobody))


@pytest.mark.parametrize(
    "url", ["dingtalk://0123456789abcdef/{phone}", "wecombot://0123abcd-4567-89ab-cdef-0123456789ab"]
)
def test_the_messengers_that_offices_use_are_known(url: str) -> None:
    """钉钉 with the person's phone, 企业微信 by a group's robot."""
    assert Messenger(url).address_of(SOMEBODY) is not None


def test_an_address_that_no_library_knows_is_a_wrong_setting() -> None:
    """It is said at the start, not when somebody misses a deadline."""
    with pytest.raises(ValueError, match="JOINT_MESSENGER_URL"):
        Messenger("carrier-pigeon://loft")
    with pytest.raises(ValueError, match="JOINT_SMTP_URL"):
        Mail("http://127.0.0.1", FROM)


def test_a_messenger_gets_the_text_with_its_key() -> None:
    """Through the library, to a real HTTP server."""
    with _web() as (port, bodies):
        Messenger(f"json://127.0.0.1:{port}/").send("key-1", SOMEBODY, "题", "文")
    (body,) = bodies
    assert "题" == body["title"]
    assert all(word in body["message"] for word in ("致测试人甲", "文", "消息编号 key-1"))


def test_a_messenger_that_does_not_take_it_is_tried_again() -> None:
    """The library says no; which of its many reasons it was, its log says."""
    with _web(500) as (port, _), pytest.raises(OSError, match="NotAccepted"):
        Messenger(f"json://127.0.0.1:{port}/").send("key-1", SOMEBODY, "题", "文")


def test_nothing_leaves_the_house_unless_it_is_set(tmp_path: Path) -> None:
    """Each channel by its own setting."""
    bare = Settings(Profile.DEV, tmp_path, "sqlite://", str(tmp_path))
    assert [] == list(channels_of(bare))
    both = Settings(
        Profile.DEV, tmp_path, "sqlite://", str(tmp_path), "smtp://127.0.0.1", FROM, "json://127.0.0.1/"
    )
    assert ["email", "messenger"] == [channel.name.value for channel in channels_of(both)]


@contextmanager
def _web(status: int = 200) -> Iterator[tuple[int, list[dict[str, str]]]]:
    bodies: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port, bodies
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
