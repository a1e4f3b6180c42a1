"""The evidence store keeps each content once, under its hash, and tells when it was touched."""

import hashlib
from pathlib import Path

import pytest

from adapters.evidence_store import EvidenceStore
from rules.refusal import Refusal

PDF = b"%PDF-1.7\n" + b"x" * 3_000_000


@pytest.fixture
def store(tmp_path: Path) -> EvidenceStore:
    """An empty store."""
    return EvidenceStore(tmp_path / "evidence")


def test_a_file_lies_under_the_hash_of_its_content(store: EvidenceStore, tmp_path: Path) -> None:
    """Twice added under two names it is kept once."""
    for name in ("甲.pdf", "乙.pdf"):
        (tmp_path / name).write_bytes(PDF)
    first, second = store.add(tmp_path / "甲.pdf"), store.add(tmp_path / "乙.pdf")
    assert hashlib.sha256(PDF).hexdigest() == first.sha256 == second.sha256
    assert PDF == store.path(first.sha256).read_bytes()
    assert [store.path(first.sha256)] == [one for one in store.folder.rglob("*") if one.is_file()]
    assert ("甲.pdf", "application/pdf", len(PDF)) == (first.name, first.media_type, first.size)


def test_a_refused_file_leaves_nothing(store: EvidenceStore, tmp_path: Path) -> None:
    """Neither in the store nor half of it."""
    (tmp_path / "假.pdf").write_bytes(b"MZ" + b"x" * 100)
    with pytest.raises(Refusal, match="内容不是"):
        store.add(tmp_path / "假.pdf")
    with pytest.raises(Refusal, match="无法打开"):
        store.add(tmp_path / "没有.pdf")
    assert [] == [one for one in store.folder.rglob("*") if one.is_file()]


def test_a_touched_or_lost_file_is_found_out(store: EvidenceStore, tmp_path: Path) -> None:
    """By its content alone."""
    (tmp_path / "甲.pdf").write_bytes(PDF)
    kept = store.add(tmp_path / "甲.pdf")
    assert store.check(kept.sha256) is None
    path = store.path(kept.sha256)
    path.chmod(0o640)
    path.write_bytes(PDF + b"!")
    assert "内容与登记的哈希不符" == store.check(kept.sha256)
    path.unlink()
    assert "缺失" == store.check(kept.sha256)


def test_a_proof_may_be_a_file_of_any_kind(store: EvidenceStore, tmp_path: Path) -> None:
    """An archived page is no evidence file, and is kept all the same."""
    (tmp_path / "页.html").write_text("<html></html>")
    assert store.check(store.keep(tmp_path / "页.html")) is None
