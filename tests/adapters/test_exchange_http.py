"""The exchange over HTTP: every call can be repeated, and what is wrong is named by field."""

from pathlib import Path

import httpx
import pytest

from adapters.exchange import Batch, ExchangeAwayError, Fact, Record
from adapters.exchange_files import FileExchange
from adapters.exchange_http import HttpExchange, open_exchange
from cli.demo.platform_server import Habits
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
        exchange.finish(name)
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
