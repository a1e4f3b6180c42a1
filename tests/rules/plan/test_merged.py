"""Merged blocks: the text may stand anywhere in them."""

from typing import Any

from rules.plan.grid import Line
from rules.plan.reader import read_lines
from tests.rules.plan.notices import GUARDS, HEADER, HOTELS, PAWN, cells, fields, read

TRAVEL = ("旅行社抽查", "旅行社经营活动检查", "旅行社")
SHOWS = ("营业性演出抽查", "营业性演出活动检查", "演出单位")
ART = ("艺术品经营单位抽查", "艺术品经营检查", "艺术品经营单位")
CULTURE = {"initiator": "县文化和旅游局", "window": "4月-9月"}
BLANK = {"initiator": "", "window": ""}
RISING = "根据企业信用风险分类结果，对低风险、一般风险、较高风险、高风险企业分别递加抽查比例。"


def _initiators(*rows: list[str]) -> list[Any]:
    reading = read(*rows)
    return [
        (f["value"], f["status"]) for f in (fields(reading, i)["initiator"] for i in range(1, len(rows) + 1))
    ]


def test_a_text_at_the_top_is_taken_down_to_the_trades_border() -> None:
    """The tasks say whose they are."""
    rows = [cells(1, SHOWS, **CULTURE), cells(2, ART, **BLANK), cells(3, TRAVEL, **BLANK), cells(4, GUARDS)]
    expected = [("县文化和旅游局", "read"), *[("县文化和旅游局", "inferred")] * 2, ("县公安局", "read")]
    assert expected == _initiators(*rows)


def test_a_text_in_the_middle_is_taken_up_as_well_as_down() -> None:
    """Filling downward would give row 2 to the police."""
    rows = [cells(1, GUARDS), cells(2, SHOWS, **BLANK), cells(3, ART, **CULTURE), cells(4, TRAVEL, **BLANK)]
    rows.append(cells(5, HOTELS))
    assert ("县文化和旅游局", "inferred") == _initiators(*rows)[1]
    assert ("县文化和旅游局", "inferred") == _initiators(*rows)[3]


def test_a_text_on_the_next_page_belongs_to_the_rows_before_the_border_too() -> None:
    """A page border inside a block."""
    upper = [HEADER, cells(1, GUARDS), cells(2, SHOWS, **BLANK)]
    lower = [HEADER, cells(3, ART, **CULTURE), cells(4, PAWN)]
    lines = [Line(i, tuple(row), page=1) for i, row in enumerate(upper, 1)]
    lines += [Line(i, tuple(row), page=2) for i, row in enumerate(lower, 4)]
    found = fields(read_lines(lines), 2)["initiator"]
    assert ("县文化和旅游局", "inferred") == (found["value"], found["status"])


def test_thin_evidence_leaves_the_cell_unknown() -> None:
    """Nothing in the task tells between two neighbours."""
    odd = ("联合抽查", "有关情况检查", "有关单位")
    rows = [cells(1, GUARDS), cells(2, odd, **BLANK), cells(3, TRAVEL, **CULTURE)]
    assert (None, "unknown") == _initiators(*rows)[1]


def test_a_department_that_is_the_rows_partner_does_not_lead_it() -> None:
    """The order of departments."""
    rows = [
        cells(1, GUARDS),
        cells(2, HOTELS, initiator="", partners="县公安局"),
        cells(3, TRAVEL, **CULTURE),
    ]
    assert (None, "unknown") == _initiators(*rows)[1]


def test_an_empty_requirement_outside_any_block_is_none_and_read() -> None:
    """Neighbours print theirs one by one."""
    rows = [cells(i, GUARDS, risk=RISING) for i in range(1, 7)]
    rows[3] = cells(4, HOTELS)
    found = fields(read(*rows), 4)["risk"]
    assert ("none", "read") == (found["value"]["kind"], found["status"])


def test_an_empty_requirement_inside_a_block_is_not_taken_for_none() -> None:
    """Initiator, window and requirement are blank together."""
    rows = [cells(i, GUARDS, risk=RISING) for i in range(1, 7)]
    rows += [cells(7, SHOWS, risk=RISING, **CULTURE), cells(8, ART, **BLANK), cells(9, TRAVEL, **BLANK)]
    rows += [cells(10, HOTELS, risk=RISING)]
    found = fields(read(*rows), 9)["risk"]
    assert ("rising", "inferred") == (found["value"]["kind"], found["status"])


def test_a_ratio_lost_with_the_end_of_its_line_is_unknown() -> None:
    """What was not printed and what was lost are two things."""
    header = [*HEADER[:4], *HEADER[5:], HEADER[4]]
    rows = [[*row[:4], *row[5:], row[4]] for row in (cells(1, GUARDS), cells(2, HOTELS), cells(3, PAWN))]
    rows[1] = rows[1][:-1]
    assert "unknown" == fields(read(*rows, header=header), 2)["ratio"]["status"]


def test_a_cell_that_prints_only_how_often_prints_no_ratio() -> None:
    """All null, and read."""
    found = fields(read(cells(1, GUARDS), cells(2, HOTELS, ratio="1次/年"), cells(3, PAWN)), 2)["ratio"]
    nothing = {"percent": None, "at_least": None, "min_count": None, "tiers": None}
    assert (nothing, "read") == (found["value"], found["status"])


def test_a_wholly_blank_ratio_is_never_plainly_none() -> None:
    """It may be the lower cell of a block that is merged alone."""
    rows = [cells(1, GUARDS), cells(2, HOTELS, ratio=""), cells(3, PAWN, ratio="10%；1次/年")]
    found = fields(read(*rows), 2)
    assert ["unknown", "unknown"] == [found[name]["status"] for name in ("ratio", "frequency")]


def test_three_requirements_on_end_are_not_taken_for_empty_where_all_others_are_printed() -> None:
    """A block of requirements may be merged alone."""
    rows = [cells(i, GUARDS, risk="" if i in (4, 5, 6) else RISING) for i in range(1, 13)]
    reading = read(*rows)
    assert {"unknown"} == {fields(reading, i)["risk"]["status"] for i in (4, 5, 6)}
