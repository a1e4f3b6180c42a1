"""Contradictions within a row are flagged."""

from rules.plan.grid import Line
from rules.plan.reader import read_lines
from tests.rules.plan.notices import FUEL, GUARDS, HEADER, HOTELS, PAWN, cells, fields, read

MINES = ("对雷电易发区内的矿区防雷安全检查", "防雷安全检查", "雷电易发区的油库")
DEPOTS = ("对雷电易发区内的油库防雷安全检查", "防雷安全检查", "雷电易发区油库企业")


def test_another_rows_text_under_the_requirement_is_unknown() -> None:
    """The items of one row in the requirement's cell of another."""
    reading = read(cells(1, GUARDS, risk=HOTELS[1]), cells(2, HOTELS), cells(3, PAWN))
    assert ["another row's text: risk"] == reading.rows[0].flags
    assert "unknown" == fields(reading, 1)["smart"]["status"]


def test_another_rows_scope_is_not_read() -> None:
    """The same words there, akin to that row's task and not to this one's."""
    reading = read(cells(1, (*GUARDS[:2], "各类旅馆")), cells(2, HOTELS), cells(3, PAWN))
    assert "unknown" == fields(reading, 1)["scope"]["status"]
    assert "read" == fields(reading, 2)["scope"]["status"]


def test_a_scope_that_speaks_of_the_siblings_subject_is_flagged() -> None:
    """Near-equal tasks, one of them copied from the other."""
    reading = read(cells(1, DEPOTS), cells(2, MINES), cells(3, PAWN))
    assert ["items against scope: scope speaks of seq 1"] == reading.rows[1].flags


def test_items_and_scope_in_each_others_place_are_proposed_the_other_way_round() -> None:
    """The items name subjects, the scope names what is checked."""
    swapped = (GUARDS[0], GUARDS[2], GUARDS[1])
    found = fields(read(cells(1, swapped), cells(2, HOTELS)), 1)
    assert (GUARDS[1], "inferred") == (found["items"]["value"], found["items"]["status"])
    assert (GUARDS[2], "inferred") == (found["scope"]["value"], found["scope"]["status"])


def test_a_scope_in_another_territory_is_flagged() -> None:
    """全区 in a county's plan; 全市 is right where a city's department leads."""
    title = Line(1, ("安平县2025年度部门联合双随机抽查工作计划",), table=False)
    district = cells(1, (*GUARDS[:2], "全区保安公司"))
    city = cells(2, (*HOTELS[:2], "全市旅馆"), initiator="市公安局")
    rows = [HEADER, district, city, cells(3, FUEL)]
    reading = read_lines([title, *(Line(i, tuple(row)) for i, row in enumerate(rows, 2))])
    assert [["scope in another territory: 全区"], [], []] == [row.flags for row in reading.rows]


def test_an_initiator_among_its_own_partners_is_flagged() -> None:
    """It can't take part beside itself."""
    reading = read(cells(1, GUARDS, partners="县公安局、县财政局"), cells(2, HOTELS))
    assert ["initiator among partners"] == reading.rows[0].flags


def test_a_window_in_another_year_is_flagged() -> None:
    """The plan's own year stands in its title."""
    title = Line(1, ("安平县2025年度部门联合双随机抽查工作计划",), table=False)
    rows = [HEADER, cells(1, GUARDS, window="2024年3月-10月"), cells(2, HOTELS, window="2025年3月-10月")]
    reading = read_lines([title, *(Line(i, tuple(row)) for i, row in enumerate(rows, 2))])
    assert [["window in another year: 2024"], []] == [row.flags for row in reading.rows]
