"""From lines to rows: none lost, none doubled."""

import pytest

from rules.plan.columns import Column, is_header, meanings
from tests.rules.plan.notices import FUEL, GUARDS, HEADER, HOTELS, PAWN, cells, fields, read, seqs

REGION_LINE = ["城区", *[""] * 8]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("序 号", (Column.SEQ,)),
        ("发 起 部 门", (Column.INITIATOR,)),
        ("牵头单位", (Column.INITIATOR,)),
        ("发起（牵头）部门", (Column.INITIATOR,)),
        ("参与部门", (Column.PARTNERS,)),
        ("牵头及配合部门", (Column.INITIATOR, Column.PARTNERS)),
        ("抽查比例及频次", (Column.RATIO, Column.FREQUENCY)),
        ("抽查频次", (Column.FREQUENCY,)),
        ("检查对象名称", (Column.SCOPE,)),
        ("检查内容", (Column.ITEMS,)),
        ("智慧监管(信用风险分类)要求", (Column.RISK,)),
        ("抽查检查起止时间", (Column.WINDOW,)),
        ("备注", ()),
        ("事项类别", ()),
    ],
)
def test_a_header_is_known_by_its_meaning(text: str, expected: tuple[Column, ...]) -> None:
    """Renamed, letter-spaced and merged columns."""
    assert expected == meanings(text)


def test_a_row_is_no_header() -> None:
    """Data that mention 检查 and 单位 don't make a header."""
    assert is_header(HEADER)
    assert not is_header(cells(1, GUARDS))


def test_columns_in_another_order_are_read_the_same() -> None:
    """Order carries no meaning."""
    turned = read(cells(1, GUARDS)[::-1], cells(2, HOTELS)[::-1], header=HEADER[::-1])
    assert fields(read(cells(1, GUARDS), cells(2, HOTELS)), 2) == fields(turned, 2)


def test_a_repeated_header_is_no_row() -> None:
    """Each page may print the header again."""
    assert ["1", "2"] == seqs(read(cells(1, GUARDS), HEADER, cells(2, HOTELS)))


def test_a_header_on_two_lines_is_one() -> None:
    """A group above, the departments below."""
    upper = [*HEADER[:7], "抽查部门", ""]
    lower = [*[""] * 7, "发起部门", "配合部门"]
    found = fields(read(lower, cells(1, GUARDS), header=upper), 1)
    assert ("县公安局", ["县市场监管局"]) == (found["initiator"]["value"], found["partners"]["value"])


def test_a_region_runs_through_column_one_and_the_sequence_across_it() -> None:
    """A line with a place's name alone is no row but the region of those below."""
    reading = read(REGION_LINE, cells(1, GUARDS), ["泽州县", *[""] * 8], cells(2, HOTELS))
    assert [("1", "城区"), ("2", "泽州县")] == [(row.seq, row.region) for row in reading.rows]
    alone = read("一、市本级", cells(1, GUARDS), "（二）泽州县", cells(2, HOTELS))
    assert ["一、市本级", "（二）泽州县"] == [row.region for row in alone.rows]


def test_a_region_column_is_filled_and_flagged() -> None:
    """Printed once for its block, at the top."""
    header = ("县区", *HEADER)
    reading = read(
        ["城区", *cells(1, GUARDS)], ["", *cells(2, HOTELS)], ["泽州县", *cells(3, PAWN)], header=header
    )
    expected = [("城区", []), ("城区", ["region inferred"]), ("泽州县", [])]
    assert expected == [(row.region, row.flags) for row in reading.rows]


def test_a_first_column_without_a_label_may_name_regions() -> None:
    """Its header cell is blank."""
    rows = [["城区", *cells(1, GUARDS)], ["", *cells(2, HOTELS)], ["泽州县", *cells(3, PAWN)]]
    assert ["城区", "城区", "泽州县"] == [row.region for row in read(*rows, header=("", *HEADER)).rows]


def test_another_annexs_table_adds_no_rows() -> None:
    """Contacts below the plan are numbered too."""
    contacts = [
        ["序号", "部门", "联系人", "电话"],
        ["1", "县公安局", "张三", "123"],
        ["2", "县教育局", "李四", "456"],
    ]
    assert ["1", "2"] == seqs(read(cells(1, GUARDS), cells(2, HOTELS), *contacts))


def test_a_lost_number_in_a_gap_is_a_row() -> None:
    """A line with its own item, scope and ratio, and a gap in the sequence."""
    reading = read(cells(1, GUARDS), cells("", HOTELS), cells(3, PAWN))
    assert [("1", []), ("2", ["seq inferred"]), ("3", [])] == [(row.seq, row.flags) for row in reading.rows]


def test_a_lost_number_cell_in_a_gap_is_a_row_too() -> None:
    """The whole line moved to the left by the missing cell."""
    reading = read(cells(1, GUARDS), cells(2, HOTELS)[1:], cells(3, PAWN))
    assert ["1", "2", "3"] == seqs(reading)
    assert "对旅馆业抽查" == fields(reading, 2)["name"]["value"]


def test_a_line_without_a_gap_is_a_continuation() -> None:
    """It never becomes a row, and what it adds is not plainly read."""
    reading = read(cells(1, GUARDS), ["", "", "、培训情况检查", *[""] * 6], cells(2, HOTELS))
    items = fields(reading, 1)["items"]
    assert ["1", "2"] == seqs(reading)
    assert ("保安服务检查、培训情况检查", "inferred") == (items["value"], items["status"])


def test_a_line_break_inside_a_cell_is_mended() -> None:
    """Cells before and after the break are as plain as ever."""
    whole = cells(1, GUARDS)
    reading = read([*whole[:2], "保安"], ["服务检查", *whole[3:]], cells(2, HOTELS))
    found = fields(reading, 1)
    assert ("保安服务检查", "inferred") == (found["items"]["value"], found["items"]["status"])
    assert ("全县保安公司", "read") == (found["scope"]["value"], found["scope"]["status"])


def test_two_rows_on_one_line_are_two_rows() -> None:
    """The second number stands one table's width further on."""
    reading = read([*cells(1, GUARDS), *cells(2, HOTELS)], cells(3, PAWN))
    assert ["1", "2", "3"] == seqs(reading)
    assert "各类旅馆" == fields(reading, 2)["scope"]["value"]


def test_two_numbers_in_one_cell_are_two_rows_told_apart_as_inferences() -> None:
    """Each cell holds both rows' texts."""
    both = ["1 2", "对甲抽查 对乙抽查", "甲检查 乙检查", "甲企业 乙企业", "5% 3%", "", "3月 5月"]
    reading = read([*both, "县公安局 县教育局", "县财政局 县民政局"], cells(3, PAWN))
    assert ["1", "2", "3"] == seqs(reading)
    assert ("县教育局", "inferred") == (
        fields(reading, 2)["initiator"]["value"],
        fields(reading, 2)["initiator"]["status"],
    )


def test_rows_alike_but_for_the_window_are_two_rows() -> None:
    """Nothing is taken for a duplicate."""
    reading = read(cells(1, GUARDS, window="3月-5月"), cells(2, GUARDS, window="9月"), cells(3, PAWN))
    assert ["1", "2", "3"] == seqs(reading)


def test_notes_and_page_numbers_are_no_rows() -> None:
    """Words below the table stay outside it."""
    rows = (
        cells(1, GUARDS),
        "注：比例可以调整。",
        "第1页 共2页",
        HEADER,
        cells(2, HOTELS),
        ["备注：由办公室解释", *[""] * 8],
    )
    reading = read(*rows)
    assert ["1", "2"] == seqs(reading)
    assert all(not row.flags for row in reading.rows)


def test_a_table_without_numbers_counts_its_rows() -> None:
    """The column 序号 may be absent."""
    reading = read(cells(1, GUARDS)[1:], cells(2, FUEL)[1:], header=HEADER[1:])
    assert [("1", ["seq inferred"]), ("2", ["seq inferred"])] == [
        (row.seq, row.flags) for row in reading.rows
    ]


def test_a_missing_number_is_pointed_out() -> None:
    """A gap that no line fills may be a lost row."""
    reading = read(cells(1, GUARDS), cells(3, PAWN))
    assert ["seq missing before: 2"] == reading.rows[1].flags


def test_a_shifted_row_is_put_back_as_an_inference() -> None:
    """A window in the place of the requirement, a department in the window's."""
    whole = cells(2, HOTELS)
    shifted = [*whole[:5], *whole[6:], ""]
    rows = [cells(1, GUARDS), shifted, cells(3, PAWN), cells(4, FUEL)]
    found = fields(read(*rows), 2)
    assert ({"from_month": 3, "to_month": 10}, "inferred") == (
        found["window"]["value"],
        found["window"]["status"],
    )
    assert ("县公安局", "inferred") == (found["initiator"]["value"], found["initiator"]["status"])
    assert ("各类旅馆", "read") == (found["scope"]["value"], found["scope"]["status"])


def test_a_column_without_a_telling_label_is_known_by_its_cells() -> None:
    """Two columns headed 部门, and one headed 要求 full of months."""
    header = (*HEADER[:6], "要求", "部门", "部门")
    found = fields(read(*(cells(i, t) for i, t in enumerate((GUARDS, HOTELS, PAWN), 1)), header=header), 2)
    expected = ({"from_month": 3, "to_month": 10}, "县公安局", ["县市场监管局"])
    assert expected == (found["window"]["value"], found["initiator"]["value"], found["partners"]["value"])


def test_absent_columns_are_unknown() -> None:
    """No mode column, no requirement column: nothing is read from them."""
    header = [*HEADER[:5], *HEADER[6:]]
    row = cells(1, GUARDS)
    found = fields(read([*row[:5], *row[6:]], header=header), 1)
    assert {"unknown"} == {found[name]["status"] for name in ("mode", "risk", "smart")}


def test_separate_ratio_and_frequency_and_dates_are_read() -> None:
    """A bare number takes its unit from the header."""
    header = (
        "序号",
        "任务名称",
        "检查内容",
        "检查对象",
        "比例（%）",
        "频次（次/年）",
        "开始时间",
        "结束时间",
        "牵头部门",
    )
    found = fields(read(["1", *GUARDS, "5", "2", "3月", "9月", "县公安局"], header=header), 1)
    assert "5" == found["ratio"]["value"]["percent"]
    assert {"times": 2, "times_max": None, "per": "year"} == found["frequency"]["value"]
    assert {"from_month": 3, "to_month": 9} == found["window"]["value"]
