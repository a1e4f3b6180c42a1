"""Rows read a column at a time are read as each alone: the same values, the same faults, row by row."""

from hypothesis import given, settings
from hypothesis import strategies as st

from rules.register_batch import BatchReader, stored
from rules.register_columns import Register
from rules.register_fields import check_character
from rules.register_rows import Fault, RawRow, check_row

DEPARTMENTS = {"县教育局": "a/jy"}


def code(number: int) -> str:
    """A right code of an enterprise."""
    body = f"91140522MA{number:07d}"
    return body + check_character(body)


CELLS = {
    "code": st.sampled_from(
        [*map(code, range(5)), code(7).lower(), f" {code(8)} ", "XK0000000000000001", "9114", ""]
    ),
    "name": st.sampled_from(["样例一", "样例二", "", "带\t制表", "长" * 201]),
    "kind": st.sampled_from(["餐饮", "零售", ""]),
    "legal_form": st.sampled_from(["企业", "个体工商户", "enterprise", "公司", ""]),
    "status": st.sampled_from(["", "在业", "注销", "倒闭"]),
    "class_date": st.sampled_from(["", "2026-02-01", "2026年2月1日", "2026-02-30"]),
    "credit_class": st.sampled_from(["", "A", "较高风险", "E"]),
    "tags": st.sampled_from(["", "重点；餐饮", "餐饮;重点", "a\x01b"]),
    "capital": st.sampled_from(["", "1,000", "500万元", "-1"]),
    "licensed_by": st.sampled_from(["", "县教育局", "县税务局"]),
}


@given(st.data())
@settings(max_examples=60)
def test_a_batch_reads_as_its_rows_do(data: st.DataObject) -> None:
    """Whatever the columns, their order, short rows, and rows that the reader could not make out."""
    names = ["code", *data.draw(st.lists(st.sampled_from(sorted(CELLS.keys() - {"code"})), unique=True))]
    places = {name: place for place, name in enumerate(data.draw(st.permutations(names)))}
    rows = []
    for number in range(data.draw(st.integers(0, 12))):
        cells = [data.draw(CELLS[name]) for name in sorted(places, key=lambda name: places[name])]
        short = data.draw(st.integers(0, 2)) if number % 5 == 4 else 0
        fault = Fault("整行", "坏") if data.draw(st.integers(0, 9)) == 0 else None
        rows.append(RawRow(number, places, cells[: len(cells) - short], fault))
    reader = BatchReader(Register.SUBJECTS, DEPARTMENTS)
    for _ in range(2):
        batches, refused = reader.read(rows)
        expected = {}
        faults = {}
        for row in rows:
            read = (row.fault,) if row.fault else check_row(Register.SUBJECTS, row.values, DEPARTMENTS)
            if isinstance(read, tuple):
                faults[row.number] = read
            else:
                expected[row.number] = {name: stored(value) for name, value in read.items()}
        assert expected == {
            row.number: dict(zip(batch.fields, values, strict=True))
            for batch in batches
            for row, values in zip(batch.rows, batch.values, strict=True)
        }
        assert faults == {one.row.number: one.faults for one in refused}


def test_a_file_without_the_keys_column_has_no_sound_row() -> None:
    """Each row says which column is missing."""
    reader = BatchReader(Register.SUBJECTS, {})
    batches, refused = reader.read([RawRow(2, {"name": 0}, ["样例"])])
    assert ([[]], 1) == ([batch.values for batch in batches], len(refused))
    assert "统一社会信用代码" == refused[0].faults[0].field
