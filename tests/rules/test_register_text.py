"""Records as texts."""

from datetime import date

from rules.register_columns import Register
from rules.register_rows import check_row, complete
from rules.register_text import texts

OFFICER = {
    "code": "SL0001",
    "name": "测试人甲",
    "department": "a/jy",
    "certificate_to": "2028-12-31",
    "person": "",
    "specialties": "学校卫生;食品安全",
    "areas": "",
    "leave": "2026-01-01~2026-01-05;2026-03-02~2026-03-02",
    "recusals": "",
    "capacity": "200",
}


def test_texts_read_back_to_the_same_record() -> None:
    """Dates, lists and periods as an import writes and reads them."""
    record = check_row(Register.OFFICERS, OFFICER, {"a/jy": "a/jy"})
    assert isinstance(record, dict)
    assert date(2028, 12, 31) == record["certificate_to"]
    assert OFFICER == texts(Register.OFFICERS, complete(Register.OFFICERS, record, None))
