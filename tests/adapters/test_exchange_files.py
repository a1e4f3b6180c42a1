"""The file exchange with the platform: whole files, named by their batch, put away when they are done."""

import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from adapters.exchange import Batch, ExchangeAwayError, Fact, Record
from adapters.exchange_files import FileExchange, strays, write_whole
from adapters.exchange_seal import Seals, Way

BATCH = "test-0123456789abcdef01234567"
BAD, GOOD = f"{BATCH}-bad.json", f"{BATCH}-good.json"
OTHER = "other-0123456789abcdef01234567.json"
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
    batch = Batch(batch=BATCH, office="test", records=[RECORD])
    exchange.send(batch)
    assert batch == Batch.model_validate_json((exchange.out / f"{BATCH}.json").read_text("utf-8"))
    assert [f"{BATCH}.json", f"{BATCH}.json.sha256"] == sorted(path.name for path in exchange.out.iterdir())


def test_a_batch_sent_again_is_the_same_file(tmp_path: Path) -> None:
    """A repeat after a crash leaves one file, byte for byte."""
    exchange = FileExchange(tmp_path)
    batch = Batch(batch=BATCH, office="test", records=[RECORD])
    exchange.send(batch)
    first = {path.name: path.read_bytes() for path in exchange.out.iterdir()}
    exchange.send(batch)
    assert first == {path.name: path.read_bytes() for path in exchange.out.iterdir()}


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
        exchange,
        f"{BATCH}-r.json",
        [{"key": "k", "fact": "entered", "at": NOW.isoformat(), "receipt": "SX1"}],
    )
    (path, facts), *_ = exchange.receipts("test")
    assert [Fact(key="k", fact="entered", at=NOW, receipt="SX1")] == facts
    assert 1 == len(list(exchange.receipts("test")))
    exchange.finish("test", path)
    assert [] == list(exchange.receipts("test"))
    assert [f"{BATCH}-r.json"] == [one.name for one in exchange.done.iterdir()]


def test_an_office_takes_only_its_own_receipts(tmp_path: Path) -> None:
    """Another office's file stays where it is until that office comes for it."""
    exchange = FileExchange(tmp_path)
    fact: dict[str, object] = {"key": "k", "fact": "entered", "at": NOW.isoformat(), "receipt": "SX1"}
    receipts(exchange, OTHER, [fact])
    assert [] == list(exchange.receipts("test"))
    assert [OTHER] == [name for name, _ in exchange.receipts("other")]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"{", "不是完整的 JSON（第1行起不能读取），可能没有传完"),
        (b'[\n{"key": "k",\n', "不是完整的 JSON（第3行起不能读取），可能没有传完"),
        (b"", "不是完整的 JSON（第1行起不能读取），可能没有传完"),
        (b"7", "不是回执的列表"),
        (b"[7]", "第1项不合约定：不是一条回执"),
        (b'[{"key": "k"}]', "第1项不合约定：at、fact"),
        ('[{"reason": "代码不符"}]'.encode("gb18030"), "不是 UTF-8 编码"),
        ("[]".encode("utf-16"), "不是 UTF-8 编码"),
    ],
)
def test_a_receipt_file_that_cannot_be_read_is_put_aside(tmp_path: Path, content: bytes, why: str) -> None:
    """The exchange goes on with the next file; the bad one is kept with the reason beside it."""
    exchange = FileExchange(tmp_path, quiet=0)
    (exchange.back / BAD).write_bytes(content)
    receipts(exchange, GOOD, [])
    assert [GOOD] == [name for name, _ in exchange.receipts("test")]
    assert [(BAD, why)] == exchange.unread("test")
    assert [] == exchange.unread("other")
    assert f"{why}\n" == (exchange.bad / f"{BAD}.txt").read_text("utf-8")


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
        receipts(exchange, f"{BATCH}.json", [fact])
        exchange.finish("test", f"{BATCH}.json")
    kept = {one.name: json.loads(one.read_text("utf-8"))[0]["receipt"] for one in exchange.done.iterdir()}
    assert {f"{BATCH}.json": "SX1", f"{BATCH}.2.json": "SX2"} == kept


def test_a_receipt_file_with_an_editor_s_mark_is_read(tmp_path: Path) -> None:
    """A byte order mark at its beginning is no part of it."""
    exchange = FileExchange(tmp_path)
    (exchange.back / f"{BATCH}.json").write_text("[]", "utf-8-sig")
    assert [(f"{BATCH}.json", [])] == list(exchange.receipts("test"))


def test_a_folder_that_was_taken_out_is_a_platform_that_is_away(tmp_path: Path) -> None:
    """Nothing fails for it: the next round tries again."""
    exchange = FileExchange(tmp_path / "disk")
    shutil.rmtree(tmp_path / "disk")
    with pytest.raises(ExchangeAwayError):
        exchange.send(Batch(batch=BATCH, office="test", records=[RECORD]))
    with pytest.raises(ExchangeAwayError):
        list(exchange.receipts("test"))


SEALS = Seals.parse("test=a-secret-of-the-office")


def brought(exchange: FileExchange, name: str, text: str, manifest: str | None) -> None:
    """A file and its manifest, as a courier copies them."""
    write_whole(exchange.back / name, text)
    if manifest is not None:
        write_whole(exchange.back / f"{name}.sha256", manifest)


def test_with_a_secret_only_sealed_receipts_are_taken(tmp_path: Path) -> None:
    """Who can write the folder cannot feign a receipt; each file and its manifest are kept together."""
    exchange = FileExchange(tmp_path, SEALS, quiet=0)
    sealed = SEALS.manifest(Way.BACK, "test", GOOD, b"[]")
    brought(exchange, GOOD, "[]", sealed)
    brought(exchange, BAD, "[]", None)
    assert [GOOD] == [name for name, _ in exchange.receipts("test")]
    assert [(BAD, "没有校验清单（文件名后加 .sha256）")] == exchange.unread("test")
    exchange.finish("test", GOOD)
    assert {GOOD: "[]", f"{GOOD}.sha256": sealed} == {
        one.name: one.read_text("utf-8") for one in exchange.done.iterdir()
    }


def test_a_copy_under_a_longer_name_keeps_its_seal(tmp_path: Path) -> None:
    """Desktops call a second copy otherwise; the manifest's own name is what was signed."""
    exchange = FileExchange(tmp_path, SEALS)
    sealed = SEALS.manifest(Way.BACK, "test", f"{BATCH}.json", b"[]")
    brought(exchange, f"{BATCH} (1).JSON", "[]", sealed)
    assert [f"{BATCH} (1).JSON"] == [name for name, _ in exchange.receipts("test")]


def test_what_is_sent_bears_a_seal_that_is_there_before_the_file(tmp_path: Path) -> None:
    """The platform never finds a batch without its manifest."""
    exchange = FileExchange(tmp_path, SEALS)
    exchange.send(Batch(batch=BATCH, office="test", records=[RECORD]))
    manifest = (exchange.out / f"{BATCH}.json.sha256").read_text("utf-8")
    content = (exchange.out / f"{BATCH}.json").read_bytes()
    assert "" == SEALS.fault(Way.OUT, "test", content, manifest)
    with pytest.raises(ExchangeAwayError, match="no secret of office other"):
        exchange.send(Batch(batch=OTHER, office="other", records=[RECORD]))


def test_a_file_that_is_still_being_copied_is_left_until_it_is_whole(tmp_path: Path) -> None:
    """Half a file, and one whose manifest comes after it: neither is put aside while somebody writes."""
    exchange = FileExchange(tmp_path, SEALS)
    brought(exchange, GOOD, "[", None)
    assert [] == list(exchange.receipts("test"))
    brought(exchange, GOOD, "[]", SEALS.manifest(Way.BACK, "test", GOOD, b"[]"))
    assert [GOOD] == [name for name, _ in exchange.receipts("test")]


def test_an_office_whose_code_begins_like_anothers_takes_only_its_own(tmp_path: Path) -> None:
    """The batch's digits end the office's code."""
    exchange = FileExchange(tmp_path)
    receipts(exchange, "test-city-0123456789abcdef01234567.json", [])
    assert [] == list(exchange.receipts("test"))
    assert 1 == len(list(exchange.receipts("test-city")))


def test_a_file_with_the_line_ends_of_another_system_is_read(tmp_path: Path) -> None:
    """CRLF is white space."""
    exchange = FileExchange(tmp_path)
    (exchange.back / GOOD).write_bytes(b"[\r\n]\r\n")
    assert [(GOOD, [])] == list(exchange.receipts("test"))


def test_what_no_office_will_ever_take_is_found_and_stays(tmp_path: Path) -> None:
    """Foreign names, folders, a manifest alone, an office that is none; not what systems leave, nor a fresh copy."""
    exchange = FileExchange(tmp_path, quiet=0)
    (exchange.back / "folder").mkdir()
    for name in ("回执.json", "Thumbs.db", ".hidden", f"{BATCH}.json.sha256", OTHER, f"{BATCH}-1.json"):
        (exchange.back / name).write_text("[]", "utf-8")
    found = {one.name: one.why for one in strays(exchange.back, ["test"], quiet=0)}
    assert {"folder", "回执.json", f"{BATCH}.json.sha256", OTHER} == set(found)
    assert "只有校验清单，没有回执文件" == found[f"{BATCH}.json.sha256"]
    assert [] == strays(exchange.back, ["test"])
    list(exchange.receipts("test"))
    assert 7 == len(list(exchange.back.iterdir()))


@pytest.mark.skipif(os.geteuid() == 0, reason="the owner of the machine may read everything")
def test_a_file_that_may_not_be_read_stops_no_other(tmp_path: Path) -> None:
    """It is put aside with the reason."""
    exchange = FileExchange(tmp_path, quiet=0)
    receipts(exchange, BAD, []).chmod(0)
    receipts(exchange, GOOD, [])
    assert [GOOD] == [name for name, _ in exchange.receipts("test")]
    assert [(BAD, "工作进程无权读取这个文件")] == exchange.unread("test")


def test_whose_answers_have_just_come_is_known_by_their_names(tmp_path: Path) -> None:
    """Those who sleep until tomorrow are woken; a file that has lain there for long wakes nobody."""
    exchange = FileExchange(tmp_path)
    for name in (BAD, GOOD, OTHER, "回执.json", f"{BATCH}.json.sha256"):
        (exchange.back / name).write_text("[", "utf-8")
    assert ["other", "test"] == exchange.offices_of_fresh(60.0)
    assert [] == exchange.offices_of_fresh(0.0)
