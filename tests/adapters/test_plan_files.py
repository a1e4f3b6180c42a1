"""Files of plan notices: one plan in every format, and bytes that are no plan at all."""

import io
from pathlib import Path

import docx
import openpyxl
import pytest

from adapters.plan_files import read_plan
from rules.plan.reading import PlanReading
from rules.refusal import Refusal
from tests.adapters.plan_formats import FORMATS, ROWS, TITLE, as_csv, as_docx, as_xlsx, saved, sheet_of
from tests.adapters.plan_pdf import pdf
from tests.rules.plan.notices import HEADER, fields, seqs

PLANS = Path(__file__).resolve().parents[2] / "examples" / "plans"


def _read(folder: Path, name: str, data: bytes) -> PlanReading:
    path = folder / name
    path.write_bytes(data)
    return read_plan(path)


@pytest.mark.parametrize("name", FORMATS)
def test_one_plan_reads_the_same_in_every_format(tmp_path: Path, name: str) -> None:
    """Text in two encodings, Markdown, CSV, XLSX, DOCX and PDF."""
    expected = _read(tmp_path, "plan.md", FORMATS["plan.md"]())
    found = _read(tmp_path, name, FORMATS[name]())
    assert ["1", "2", "3", "4"] == seqs(found)
    assert [fields(expected, seq) for seq in range(1, 5)] == [fields(found, seq) for seq in range(1, 5)]
    assert 2025 == found.document.year.value


@pytest.mark.parametrize(
    ("name", "first"),
    [("plan.md", 4), ("plan.csv", 3), ("plan.xlsx", 3), ("plan.docx", 2), ("plan.pdf", 10_003)],
)
def test_a_row_says_on_which_line_it_stands(tmp_path: Path, name: str, first: int) -> None:
    """Lines count from 1; rows in XLSX and DOCX; page × 10,000 + line in PDF."""
    assert first == _read(tmp_path, name, FORMATS[name]()).rows[0].line


def test_a_merged_cell_that_the_workbook_declares_is_read(tmp_path: Path) -> None:
    """The file itself says whose text it is; blank rows below the title don't move the count."""
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx()))
    sheet = sheet_of(book)
    sheet.merge_cells("H3:H5")
    reading = _read(tmp_path, "merged.xlsx", saved(book.save))
    found = fields(reading, 3)["initiator"]
    assert ("县公安局", "read") == (found["value"], found["status"])


def test_a_row_that_a_merged_number_spans_is_one_row(tmp_path: Path) -> None:
    """Two sheet rows under one 序号."""
    book = openpyxl.Workbook()
    sheet = sheet_of(book)
    more = ["", "", "培训情况检查", *[""] * 6]
    for row in (HEADER, ROWS[0], more, ROWS[1]):
        sheet.append(list(row))
    sheet.merge_cells("A2:A3")
    reading = _read(tmp_path, "spans.xlsx", saved(book.save))
    assert ["1", "2"] == seqs(reading)
    assert "保安服务检查培训情况检查" == fields(reading, 1)["items"]["value"]


def test_a_percent_format_is_shown_as_percent(tmp_path: Path) -> None:
    """Excel stores 5% as 0.05."""
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx()))
    cell = sheet_of(book)["E3"]
    cell.value, cell.number_format = 0.05, "0%"
    assert "5" == fields(_read(tmp_path, "percent.xlsx", saved(book.save)), 1)["ratio"]["value"]["percent"]


def test_a_merged_cell_in_a_docx_table_is_read(tmp_path: Path) -> None:
    """Vertical merges of the file."""
    document = docx.Document(io.BytesIO(as_docx()))
    table = document.tables[0]
    for row in (2, 3):
        table.cell(row, 7).text = ""
    table.cell(1, 7).merge(table.cell(3, 7))
    reading = _read(tmp_path, "merged.docx", saved(document.save))
    assert ["县公安局"] * 3 == [fields(reading, seq)["initiator"]["value"] for seq in (1, 2, 3)]


def test_a_record_of_several_lines_in_csv_starts_where_it_starts(tmp_path: Path) -> None:
    """A line break inside quotes is no new row."""
    text = as_csv().replace("保安服务检查", "1.保安服务\n2.培训")
    reading = _read(tmp_path, "lines.csv", text.encode())
    assert [3, 5, 6, 7] == [row.line for row in reading.rows]


def test_columns_apart_by_blanks_are_a_table_too(tmp_path: Path) -> None:
    """Text copied from a page has no tabs."""
    rows = [[*row[:5], "无", *row[6:]] for row in ROWS]
    text = "\n".join("   ".join(row) for row in (HEADER, *rows))
    assert ["1", "2", "3", "4"] == seqs(_read(tmp_path, "blanks.txt", text.encode()))


def test_pages_of_a_pdf_are_told_as_progress(tmp_path: Path) -> None:
    """A bar for files that take longer."""
    path = tmp_path / "pages.pdf"
    path.write_bytes(pdf([([TITLE], [HEADER, *ROWS[:2]]), ([], [HEADER, *ROWS[2:]])]))
    told: list[tuple[int, int]] = []
    reading = read_plan(path, lambda done, total: told.append((done, total)))
    assert [(1, 2), (2, 2)] == told
    assert [10_003, 10_004, 20_002, 20_003] == [row.line for row in reading.rows]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("empty.md", b""),
        ("letter.md", "各单位：请认真贯彻执行。".encode()),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600),
        ("broken.xlsx", as_xlsx()[:900]),
        ("broken.pdf", b"%PDF-1.7\nnothing"),
        ("photo.jpg", b"\xff\xd8\xff\xe0" + bytes(range(256)) * 4),
        ("zip.zip", b"PK\x05\x06" + b"\x00" * 18),
    ],
)
def test_what_is_no_plan_is_refused_by_name_with_a_remedy(tmp_path: Path, name: str, data: bytes) -> None:
    """The words name the file and say what to do."""
    with pytest.raises(Refusal) as caught:
        _read(tmp_path, name, data)
    assert name in caught.value.words
    assert "请" in caught.value.words


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """No traceback for a wrong path."""
    with pytest.raises(Refusal):
        read_plan(tmp_path / "nowhere.md")


@pytest.mark.parametrize("name", ["yangcheng-2024", "lvliang-2023", "gaoping-2023"])
def test_the_example_notices_read_the_same_in_gb18030(tmp_path: Path, name: str) -> None:
    """Offices keep both encodings."""
    text = (PLANS / f"{name}.md").read_text(encoding="utf-8")
    expected = read_plan(PLANS / f"{name}.md")
    assert expected == _read(tmp_path, f"{name}.txt", text.encode("gb18030"))
