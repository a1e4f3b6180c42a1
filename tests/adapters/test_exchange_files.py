"""The file exchange with the platform: whole files, named by their batch, put away when they are done."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from adapters.exchange import Batch, ExchangeAwayError, Fact, Record
from adapters.exchange_files import FileExchange, write_whole

NOW = datetime(2026, 4, 1, 2, 0, tzinfo=UTC)
RECORD = Record(
    key="t|d|91|result|c1",
    kind="result",
    channel="national",
    plan_number="测〔2026〕1号",
    plan_name="测试计划",
    task="t",
    task_name="学校联合抽查",
    part="发起",
    organ="牵头局",
    subject_code="91",
    subject_name="测试对象",
    completed_on="2026-04-01",
    content={"results": []},
)


def receipts(exchange: FileExchange, name: str, facts: list[dict[str, object]]) -> Path:
    """A file that the courier has brought."""
    path = exchange.back / name
    write_whole(path, json.dumps(facts, ensure_ascii=False))
    return path


def test_a_batch_is_one_file_under_its_id(tmp_path: Path) -> None:
    """What the platform reads is what was sent."""
    exchange = FileExchange(tmp_path)
    batch = Batch(batch="test-1", office="test", records=[RECORD])
    exchange.send(batch)
    assert batch == Batch.model_validate_json((exchange.out / "test-1.json").read_text("utf-8"))
    assert ["test-1.json"] == [path.name for path in exchange.out.iterdir()]


def test_a_batch_sent_again_is_the_same_file(tmp_path: Path) -> None:
    """A repeat after a crash leaves one file, byte for byte."""
    exchange = FileExchange(tmp_path)
    batch = Batch(batch="test-1", office="test", records=[RECORD])
    exchange.send(batch)
    first = (exchange.out / "test-1.json").read_bytes()
    exchange.send(batch)
    assert [first] == [path.read_bytes() for path in exchange.out.iterdir()]


def test_half_a_file_is_never_seen(tmp_path: Path) -> None:
    """It is written under another name and moved: nothing that ends in .json is unfinished."""
    write_whole(tmp_path / "a.json", "whole")
    assert ["a.json"] == [path.name for path in tmp_path.iterdir()]
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "b.part").write_text("[{", "utf-8")
    assert [] == list(FileExchange(tmp_path).receipts("test"))


def test_receipts_are_read_and_put_away_when_done(tmp_path: Path) -> None:
    """A file that is not finished is read again: its facts are known by then."""
    exchange = FileExchange(tmp_path)
    receipts(
        exchange, "test-r.json", [{"key": "k", "fact": "entered", "at": NOW.isoformat(), "receipt": "SX1"}]
    )
    (path, facts), *_ = exchange.receipts("test")
    assert [Fact(key="k", fact="entered", at=NOW, receipt="SX1")] == facts
    assert 1 == len(list(exchange.receipts("test")))
    exchange.finish(path)
    assert [] == list(exchange.receipts("test"))
    assert ["test-r.json"] == [one.name for one in exchange.done.iterdir()]


def test_an_office_takes_only_its_own_receipts(tmp_path: Path) -> None:
    """Another office's file stays where it is until that office comes for it."""
    exchange = FileExchange(tmp_path)
    fact: dict[str, object] = {"key": "k", "fact": "entered", "at": NOW.isoformat(), "receipt": "SX1"}
    receipts(exchange, "other-r.json", [fact])
    assert [] == list(exchange.receipts("test"))
    assert ["other-r.json"] == [name for name, _ in exchange.receipts("other")]


@pytest.mark.parametrize("text", ["{", "7", '[{"key": "k"}]'])
def test_a_receipt_file_that_cannot_be_read_is_put_aside(tmp_path: Path, text: str) -> None:
    """The exchange goes on with the next file; somebody can look at the bad one."""
    exchange = FileExchange(tmp_path)
    write_whole(exchange.back / "test-bad.json", text)
    receipts(exchange, "test-good.json", [])
    assert ["test-good.json"] == [name for name, _ in exchange.receipts("test")]
    assert ["test-bad.json"] == [one.name for one in exchange.bad.iterdir()]
    assert ["test-bad.json"] == exchange.unread("test")
    assert [] == exchange.unread("other")


@pytest.mark.parametrize(
    "fact",
    [
        {"key": "k", "fact": "eaten", "at": "2026-04-01T00:00:00Z"},
        {"key": "k", "fact": "entered", "at": "2026-04-01T00:00:00"},
        {"fact": "entered", "at": "2026-04-01T00:00:00Z"},
    ],
)
def test_a_fact_that_is_none_is_refused(fact: dict[str, object]) -> None:
    """An unknown word, a moment without a zone, no key: nothing is guessed."""
    with pytest.raises(ValidationError):
        Fact.model_validate(fact)


def test_a_folder_is_made_where_there_is_none(tmp_path: Path) -> None:
    """A fresh machine needs no preparation."""
    FileExchange(tmp_path / "a" / "b")
    assert {"out", "in", "done", "bad"} == {path.name for path in (tmp_path / "a" / "b").iterdir()}


def test_a_second_answer_under_the_same_name_is_kept_beside_the_first(tmp_path: Path) -> None:
    """Entry's receipt comes first, publication days later: what was read is all kept."""
    exchange = FileExchange(tmp_path)
    for receipt in ("SX1", "SX2"):
        fact: dict[str, object] = {"key": "k", "fact": "entered", "at": NOW.isoformat(), "receipt": receipt}
        receipts(exchange, "test-1.json", [fact])
        exchange.finish("test-1.json")
    kept = {one.name: json.loads(one.read_text("utf-8"))[0]["receipt"] for one in exchange.done.iterdir()}
    assert {"test-1.json": "SX1", "test-1.2.json": "SX2"} == kept


def test_a_receipt_file_with_an_editor_s_mark_is_read(tmp_path: Path) -> None:
    """A byte order mark at its beginning is no part of it."""
    exchange = FileExchange(tmp_path)
    (exchange.back / "test-1.json").write_text("[]", "utf-8-sig")
    assert [("test-1.json", [])] == list(exchange.receipts("test"))


def test_a_folder_that_was_taken_out_is_a_platform_that_is_away(tmp_path: Path) -> None:
    """Nothing fails for it: the next round tries again."""
    exchange = FileExchange(tmp_path / "disk")
    shutil.rmtree(tmp_path / "disk")
    with pytest.raises(ExchangeAwayError):
        exchange.send(Batch(batch="test-1", office="test", records=[RECORD]))
    with pytest.raises(ExchangeAwayError):
        list(exchange.receipts("test"))
