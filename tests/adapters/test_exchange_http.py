"""The exchange over HTTP: every call can be repeated, and what is wrong is named by field."""

from pathlib import Path

import httpx
import pytest
from structlog.testing import capture_logs

from adapters.exchange import Batch, ExchangeAwayError, Fact, Record
from adapters.exchange_files import FileExchange
from adapters.exchange_http import HttpExchange, open_exchange
from adapters.exchange_seal import Seals
from cli.demo.platform_records import Door, Habits
from rules.channel import Channel
from tests.platform import standing

CODE = "91140522MA0KAAAA1X"


def record(key: str = "t|d|c|result|c1", **changes: object) -> Record:
    """A record without fault."""
    given: dict[str, object] = {
        "key": key,
        "kind": "result",
        "channel": Channel.NATIONAL.value,
        "plan_number": "测〔2026〕1号",
        "plan_name": "计划",
        "task": "t",
        "task_name": "任务",
        "part": "发起",
        "organ": "牵头局",
        "subject_code": CODE,
        "subject_name": "某店",
        "completed_on": "2026-04-01",
        "content": {"results": []},
    }
    return Record.model_validate(given | changes)


def batch(*records: Record, name: str = "test-1") -> Batch:
    """A batch of them."""
    return Batch(batch=name, office="test", records=list(records))


def facts(exchange: HttpExchange) -> list[Fact]:
    """What has come back, put away."""
    found: list[Fact] = []
    for name, said in list(exchange.receipts("test")):
        found += said
        exchange.finish("test", name)
    return found


def test_a_record_is_entered_forwarded_and_published_as_three_facts(tmp_path: Path) -> None:
    """Of a market entity; each fact under the record's key, the entry with its receipt."""
    with standing(tmp_path) as platform:
        platform.exchange.send(batch(record()))
        said = facts(platform.exchange)
        assert ["entered", "forwarded", "published"] == [one.fact for one in said]
        assert said[0].receipt
        assert [] == facts(platform.exchange)


def test_a_batch_sent_again_is_answered_again_and_entered_once(tmp_path: Path) -> None:
    """The same receipt, however often; nothing doubled."""
    with standing(tmp_path) as platform:
        receipts = []
        for _ in range(3):
            platform.exchange.send(batch(record()))
            receipts += [one.receipt for one in facts(platform.exchange) if one.fact == "entered"]
        state = platform.platform.state()
        assert (3, 1) == (len(receipts), len(set(receipts)))
        assert (1, 0, 1, 3) == (
            len(state["records"]),
            state["doubles"],
            state["batches"],
            state["batches_received"],
        )


def test_another_content_under_a_known_batch_is_a_conflict(tmp_path: Path) -> None:
    """A fault of ours is never taken for a platform that is away."""
    with standing(tmp_path) as platform:
        platform.exchange.send(batch(record()))
        with pytest.raises(httpx.HTTPStatusError, match="409"):
            platform.exchange.send(batch(record(subject_name="另一店")))


def test_a_wrong_record_is_rejected_by_field_and_the_others_are_entered(tmp_path: Path) -> None:
    """Each fault under the name of its field, with the revision that it speaks of."""
    with standing(tmp_path) as platform:
        platform.exchange.send(batch(record("a"), record("b", subject_code="123", organ="")))
        said = {one.key: one for one in facts(platform.exchange) if one.fact in ("entered", "rejected")}
        assert ("entered", "rejected") == (said["a"].fact, said["b"].fact)
        assert {"subject_code", "organ"} == set(said["b"].fields)
        assert 1 == said["b"].revision
        platform.exchange.send(batch(record("b", revision=2), name="test-2"))
        assert "entered" == facts(platform.exchange)[0].fact


@pytest.mark.parametrize("lose", [1, 2, 3])
def test_a_lost_answer_is_an_absence_and_its_effect_stands(tmp_path: Path, lose: int) -> None:
    """The request has had its effect; sent again it has no second one."""
    with standing(tmp_path, Habits(lose=lose)) as platform:
        lost = 0
        for _ in range(6):
            try:
                platform.exchange.send(batch(record()))
            except ExchangeAwayError:
                lost += 1
        assert 6 // lose == lost
        state = platform.platform.state()
        assert (1, 0) == (len(state["records"]), state["doubles"])


def test_a_platform_that_is_slower_than_our_patience_is_away(tmp_path: Path) -> None:
    """Nobody waits for ever."""
    with standing(tmp_path, Habits(slow=0.5), patience=0.1) as platform, pytest.raises(ExchangeAwayError):
        platform.exchange.send(batch(record()))


def test_what_the_platform_knows_outlives_it(tmp_path: Path) -> None:
    """It goes away between two calls; its answers wait."""
    with standing(tmp_path) as platform:
        platform.exchange.send(batch(record()))
        port = platform.server.server_port
    away = HttpExchange(f"http://127.0.0.1:{port}", patience=0.5)
    with pytest.raises(ExchangeAwayError):
        away.send(batch(record()))
    away.close()
    with standing(tmp_path) as platform:
        assert 3 == len(facts(platform.exchange))


def test_the_setting_says_which_way(tmp_path: Path) -> None:
    """An address is HTTP, anything else a folder."""
    assert isinstance(open_exchange("http://127.0.0.1:9"), HttpExchange)
    assert isinstance(open_exchange("https://example.invalid", "token"), HttpExchange)
    assert isinstance(open_exchange(str(tmp_path / "exchange")), FileExchange)


SEALS = Seals.parse("test=a-secret-of-the-office,other=a-secret-of-another")


def test_a_platform_with_a_token_lets_in_who_shows_it(tmp_path: Path) -> None:
    """Another token is a fault of ours, never a platform that is away."""
    with standing(tmp_path, door=Door("right")) as platform:
        platform.exchange.send(batch(record()))
        assert 3 == len(facts(platform.exchange))
        for token in ("", "wrong"):
            stranger = HttpExchange(platform.address, token)
            with pytest.raises(httpx.HTTPStatusError, match="401"):
                stranger.send(batch(record()))
            stranger.close()


def test_with_secrets_each_side_knows_the_other(tmp_path: Path) -> None:
    """Batches, calls and answers are signed; who has no secret, or another's, is not let in."""
    with standing(tmp_path, door=Door(seals=SEALS)) as platform:
        platform.exchange.send(batch(record()))
        assert 3 == len(facts(platform.exchange))
        assert [] == platform.exchange.unread("test")
        for secrets in ("", "test=some-other-secret-of-it"):
            stranger = HttpExchange(platform.address, seals=Seals.parse(secrets))
            with pytest.raises(httpx.HTTPStatusError, match="401"):
                stranger.send(batch(record()))
            stranger.close()


def test_answers_that_the_platform_did_not_sign_are_left_and_told(tmp_path: Path) -> None:
    """Somebody sits between, or at the platform's address: nothing of it is recorded."""
    with standing(tmp_path) as feigned:
        feigned.exchange.send(batch(record()))
        wary = HttpExchange(feigned.address, seals=SEALS)
        for _ in range(2):
            assert [] == list(wary.receipts("test"))
            ((name, why),) = wary.unread("test")
        wary.close()
        assert name.startswith("接口应答")
        assert "没有约定密钥的签名" in why
        assert 3 == len(facts(feigned.exchange))


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"<html>", "不是 JSON"),
        (b'[{"id": "a", "facts": [{"key": "k"}]}]', "不合约定：facts.0.at、facts.0.fact"),
        (b'{"error": "x"}', "不合约定：facts、id"),
    ],
)
def test_an_answer_against_the_contract_is_told_and_stops_no_other(body: bytes, why: str) -> None:
    """The one beside it is taken."""
    good = b'{"id": "b", "facts": []}'
    content = body.replace(b"}]}]", b"}]}, " + good + b"]")
    exchange = HttpExchange("http://127.0.0.1:9")
    exchange._client = httpx.Client(
        base_url="http://127.0.0.1:9",
        transport=httpx.MockTransport(lambda _: httpx.Response(200, content=content)),
    )
    assert ([("b", [])] if good in content else []) == list(exchange.receipts("test"))
    assert [why] == [one.why for one in exchange.unread("test")]


def test_an_office_does_not_delete_anothers_answers(tmp_path: Path) -> None:
    """An answer is gone only for whom it was meant."""
    with standing(tmp_path) as platform:
        platform.exchange.send(batch(record()))
        ((name, _),) = list(platform.exchange.receipts("test"))
        platform.exchange.finish("other", name)
        assert [name] == [one for one, _ in platform.exchange.receipts("test")]


def test_an_address_without_tls_is_warned_of() -> None:
    """On this machine alone nobody listens."""
    with capture_logs() as logs:
        for address in ("http://127.0.0.1:9", "https://platform.example.invalid"):
            HttpExchange(address).close()
        assert [] == logs
        HttpExchange("http://platform.example.invalid").close()
    assert ["warning"] == [one["log_level"] for one in logs]
