"""Register files: encodings, sheets, headers, broken rows, and the file of the refused."""

import hashlib
import io
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from adapters.register_files import REASON, RefusedFile, RegisterFile, write_register
from rules.refusal import Refusal
from rules.register_columns import Register
from rules.register_rows import Fault, RawRow, RefusedRow

TEXT = "执法证号,姓名,单位,证件有效期至\nSL0001,测试人甲,县教育局,2028-12-31\nSL0002,测试人乙,县教育局,2028年1月1日\n"


def officers(path: Path) -> list[RawRow]:
    """The rows of an officers' file."""
    return list(RegisterFile(path, Register.OFFICERS))


def file(folder: Path, content: str | bytes, name: str = "officers.csv") -> Path:
    """A file with this content."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_is_read_in_each_usual_encoding(tmp_path: Path, encoding: str) -> None:
    """The same rows, with the numbers of their lines."""
    rows = officers(file(tmp_path, TEXT.encode(encoding)))
    assert [(2, "测试人甲"), (3, "测试人乙")] == [(row.number, row.values["name"]) for row in rows]


def test_a_file_can_be_read_twice_and_names_its_hash(tmp_path: Path) -> None:
    """The hash is the file's own SHA-256."""
    source = RegisterFile(file(tmp_path, TEXT), Register.OFFICERS)
    assert hashlib.sha256(TEXT.encode()).hexdigest() == source.sha256
    assert list(source) == list(source)


@pytest.mark.parametrize("delimiter", ["\t", ";"])
def test_other_delimiters_are_found_by_the_header(tmp_path: Path, delimiter: str) -> None:
    """Tabs and semicolons, as spreadsheet programs of some settings write them."""
    assert 2 == len(officers(file(tmp_path, TEXT.replace(",", delimiter))))


def test_columns_are_found_by_name_below_a_title(tmp_path: Path) -> None:
    """In any order, under synonyms, with strange columns between, blank rows left out."""
    text = "县教育局执法人员名单,,,,\n\n备注,证号,姓名,有效期至,部门\n无,SL1,测试人甲,2028-1-1,县教育局\n,,,,\n无,SL2,测试人乙,,县教育局\n"
    rows = officers(file(tmp_path, text))
    assert [4, 6] == [row.number for row in rows]
    assert {
        "code": "SL1",
        "name": "测试人甲",
        "certificate_to": "2028-1-1",
        "department": "县教育局",
    } == rows[0].values


def test_columns_that_are_not_taken_are_named(tmp_path: Path) -> None:
    """A column that nobody reads must not be missed; the lines tell how long the file is."""
    source = RegisterFile(
        file(tmp_path, f"序,执法证号,证号,单位,{REASON}\n1,SL1,SL2,县教育局,\n"), Register.OFFICERS
    )
    assert (["序", "证号"], 2) == (source.left_out, source.lines)


def test_an_xlsx_is_read_as_one_would_have_typed_it(tmp_path: Path) -> None:
    """Dates become ISO dates, whole numbers lose their point, blanks are empty."""
    book = Workbook()
    sheet = book.create_sheet("名单", 0)
    sheet.append(["名单"])
    sheet.append(["执法证号", "姓名", "单位", "证件有效期至", "检查上限"])
    sheet.append([1400001.0, "测试人甲", "县教育局", date(2028, 12, 31), None])
    book.save(tmp_path / "a.xlsx")
    (row,) = officers(tmp_path / "a.xlsx")
    assert 3 == row.number
    assert {"code": "1400001", "certificate_to": "2028-12-31", "capacity": ""}.items() <= row.values.items()


@pytest.mark.parametrize("name", ["subjects.csv", "subjects.xlsx"])
def test_what_is_written_is_read_back(tmp_path: Path, name: str) -> None:
    """Texts of every kind, also such as a spreadsheet would take for a formula or a number."""
    rows = [
        {"code": "012345678901234567", "name": "=1+1", "tags": "甲;乙", "address": '一"号",\n二楼'},
        {"code": "XK0000000000000001", "name": "样例", "capital": "1000"},
    ]
    write_register(tmp_path / name, Register.SUBJECTS, rows)
    found = list(RegisterFile(tmp_path / name, Register.SUBJECTS))
    assert rows == [{key: text for key, text in row.values.items() if text} for row in found]


def test_a_sheets_text_never_becomes_a_formula(tmp_path: Path) -> None:
    """A cell that begins with “=” is stored as a text."""
    write_register(tmp_path / "a.xlsx", Register.SUBJECTS, [{"code": "=HYPERLINK()"}])
    sheet = load_workbook(tmp_path / "a.xlsx").worksheets[0]
    assert ("s", "=HYPERLINK()") == (sheet["A2"].data_type, sheet["A2"].value)


def test_a_row_longer_than_the_header_is_faulty(tmp_path: Path) -> None:
    """An unquoted comma would shift every cell behind it."""
    rows = officers(
        file(tmp_path, TEXT + "SL3,测试人,丙,县教育局,2028-1-1\nSL4,测试人丁,县教育局,2028-1-1,\n")
    )
    assert [False, False, True, False] == [row.fault is not None for row in rows]


def test_a_cell_without_end_is_faulty_and_the_rows_before_it_stay(tmp_path: Path) -> None:
    """A lone quote swallows what follows; nothing hangs, and the good rows are read."""
    rows = officers(file(tmp_path, TEXT + '"SL3,' + "x" * 200_000 + "\n"))
    assert ["SL0001", "SL0002"] == [row.values["code"] for row in rows if row.fault is None]
    assert any(row.fault for row in rows)


@pytest.mark.parametrize(
    ("content", "name", "refusal"),
    [
        (b"\xff\xff\x00\x81\xff", "a.csv", "FileUnreadable"),
        (b"PK\x03\x04 no zip", "a.xlsx", "FileUnreadable"),
        ("企业,地址\n甲,乙\n".encode(), "a.csv", "HeaderUnknown"),
        (b"", "a.csv", "HeaderUnknown"),
    ],
)
def test_what_is_no_register_is_refused_by_name(
    tmp_path: Path, content: bytes, name: str, refusal: str
) -> None:
    """The words name the file."""
    with pytest.raises(Refusal, match=name) as caught:
        RegisterFile(file(tmp_path, content, name), Register.OFFICERS)
    assert refusal == caught.value.type


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """With its name, as everything else."""
    with pytest.raises(Refusal, match=r"none\.csv"):
        RegisterFile(tmp_path / "none.csv", Register.OFFICERS)


def workbook() -> bytes:
    """The bytes of a good sheet of officers."""
    buffer = io.BytesIO()
    book = Workbook()
    sheet = book.create_sheet("名单", 0)
    sheet.append(["执法证号", "姓名", "单位", "证件有效期至"])
    sheet.append(["SL0001", "测试人甲", "县教育局", date(2028, 12, 31)])
    book.save(buffer)
    return buffer.getvalue()


@settings(max_examples=150)
@given(content=st.binary(max_size=400))
def test_no_bytes_below_a_header_crash_the_reader(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    """Rows or a refusal, whatever follows the good rows."""
    path = file(tmp_path_factory.mktemp("fuzz"), TEXT.encode() + content)
    with suppress(Refusal):
        assert all(row.number > 1 for row in officers(path))


@settings(max_examples=150)
@given(damage=st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), min_size=1, max_size=8))
def test_no_damage_to_a_workbook_crashes_the_reader(
    tmp_path_factory: pytest.TempPathFactory, damage: list[tuple[float, int]]
) -> None:
    """Rows or a refusal, whichever bytes are changed."""
    content = bytearray(workbook())
    for place, value in damage:
        content[int(place * len(content))] = value
    path = file(tmp_path_factory.mktemp("fuzz"), bytes(content), "a.xlsx")
    with suppress(Refusal):
        assert all(row.number > 1 for row in officers(path))


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_refused_rows_go_to_a_file_of_the_same_shape(tmp_path: Path, suffix: str) -> None:
    """All cells in their order, unknown columns too, and the reason beside them; mended, it is read again."""
    text = "备注,证号,姓名,部门,有效期至\n甲,SL1,测试人甲,县教育局\n"
    source = RegisterFile(file(tmp_path, text), Register.OFFICERS)
    path = tmp_path / f"refused{suffix}"
    with RefusedFile(path, source) as refused:
        refused.write(RefusedRow(next(iter(source)), (Fault("证件有效期至", "不能为空，请填写"),)))
    again = RegisterFile(path, Register.OFFICERS)
    (row,) = again
    assert [*source.headers, REASON] == again.headers
    assert ("甲", "SL1", "测试人甲", "县教育局", "", "证件有效期至：不能为空，请填写") == tuple(row.cells)
    assert row.fault is None
    second = tmp_path / f"again{suffix}"
    with RefusedFile(second, again) as refused:
        refused.write(RefusedRow(row, (Fault("姓名", "请改正"),)))
    assert again.headers == RegisterFile(second, Register.OFFICERS).headers


def test_no_refused_row_no_file(tmp_path: Path) -> None:
    """An empty file would be looked at in vain."""
    source = RegisterFile(file(tmp_path, TEXT), Register.OFFICERS)
    with RefusedFile(tmp_path / "refused.csv", source):
        pass
    assert not (tmp_path / "refused.csv").exists()
