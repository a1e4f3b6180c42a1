"""No bytes crash or hang the reader: a reading or a refusal, nothing else."""

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from adapters.plan_files import read_plan
from rules.plan.reading import PlanReading
from rules.refusal import Refusal
from tests.adapters.plan_formats import FORMATS
from tests.rules.plan.notices import GUARDS, HEADER, cells


def _read(folder: Path, name: str, data: bytes) -> PlanReading:
    path = folder / name
    path.write_bytes(data)
    return read_plan(path)


def _read_or_refuse(folder: Path, name: str, data: bytes) -> PlanReading | None:
    """None where the file was refused in words that name a remedy."""
    try:
        return _read(folder, name, data)
    except Refusal as refusal:
        words = refusal.words
    assert "请" in words
    return None


KINDS = ["x.md", "x.csv", "x.xlsx", "x.docx", "x.pdf"]
HEADS = [b"", b"PK\x03\x04", b"%PDF-1.4\n", b"\xff\xfe", "\t".join(HEADER).encode() + b"\n"]


@settings(max_examples=150, deadline=5000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=400), head=st.sampled_from(HEADS), name=st.sampled_from(KINDS))
@example(data=b"\t" * 400, head=HEADS[-1], name="x.md")
@example(data=b'"' + b"1," * 150, head=b"", name="x.csv")
@example(data=b" " * 400 + b"<sup>", head=HEADS[-1], name="x.md")
def test_no_bytes_crash_or_hang_the_reader(tmp_path: Path, data: bytes, head: bytes, name: str) -> None:
    """A reading or a refusal, nothing else."""
    reading = _read_or_refuse(tmp_path, name, head + data)
    assert reading is None or reading.rows


@settings(max_examples=60, deadline=5000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**31), name=st.sampled_from(list(FORMATS)), changes=st.integers(1, 40))
def test_damaged_bytes_of_real_files_crash_nothing(
    tmp_path: Path, seed: int, name: str, changes: int
) -> None:
    """Bytes replaced, cut and doubled in files of every format."""
    r = random.Random(seed)
    data = bytearray(FORMATS[name]())
    for _ in range(changes):
        at = r.randrange(len(data))
        data[at : at + r.randrange(2)] = bytes([r.randrange(256)])
    if r.random() < 0.3:
        data = data[: r.randrange(1, len(data))]
    reading = _read_or_refuse(tmp_path, name, bytes(data))
    assert reading is None or reading.rows


@settings(max_examples=80, deadline=5000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.lists(
            st.sampled_from(
                ["", "1", "2", "3", "5%", "3月-5月", "县公安局", "抽查", "12 13", "（", "局", "甲 乙", "序号"]
            ),
            max_size=12,
        ),
        max_size=12,
    )
)
def test_no_arrangement_of_cells_crashes_the_reader(tmp_path: Path, rows: list[list[str]]) -> None:
    """Cells of a plan in any disorder under a good header."""
    text = "\n".join("\t".join(row) for row in (HEADER, *rows))
    reading = _read_or_refuse(tmp_path, "any.md", text.encode())
    assert reading is None or all(row.to_json(reading.document)["line"] >= 2 for row in reading.rows)


def test_monstrous_lines_do_not_hang_the_reader(tmp_path: Path) -> None:
    """A whole table on one line, a line of 50,000 cells, a header of as many."""
    whole = "\t".join(cell for i in range(1, 1501) for cell in cells(i, GUARDS))
    reading = _read(tmp_path, "one.md", "\n".join(["\t".join(HEADER), whole]).encode())
    assert 1500 == len(reading.rows)
    wide = "\n".join(["\t".join(HEADER), "1\t" + "\t".join(["甲"] * 50_000)])
    assert _read_or_refuse(tmp_path, "wide.md", wide.encode()) is not None
    headed = "\n".join(["\t".join(HEADER * 6_000), "1\t2"])
    assert _read_or_refuse(tmp_path, "headed.md", headed.encode()) is None


@pytest.mark.parametrize(
    "text",
    [
        " " * 200_000,
        "（" * 50_000,
        "3月-" * 50_000,
        "A类、" * 50_000,
        "县公安局、" * 20_000,
        "<sup>" * 40_000,
        "检" * 200_000,
    ],
)
def test_a_monstrous_cell_does_not_hang_the_reader(tmp_path: Path, text: str) -> None:
    """Every pattern is linear, or bounded."""
    row = cells(1, GUARDS)
    rows = [[*row[:i], text, *row[i + 1 :]] for i in range(1, 9)]
    body = "\n".join("\t".join(row) for row in (HEADER, *rows))
    assert _read(tmp_path, "monster.md", f"{text}\n{body}".encode()).rows
