"""Keys of rows: no two alike, whatever the notice numbers twice."""

from hypothesis import given
from hypothesis import strategies as st

from rules.plan.keys import row_keys
from rules.plan.reading import RowReading
from tests.rules.plan.notices import GUARDS, HOTELS, cells, read

ONE = read(cells(1, GUARDS)).rows[0]


def _rows(*numbers: tuple[str, str | None]) -> list[RowReading]:
    return [ONE.model_copy(update={"seq": seq, "region": region}) for seq, region in numbers]


def test_one_sequence_keeps_its_printed_numbers() -> None:
    """Also where a number is missing, and through many regions."""
    assert ["1", "2", "4"] == row_keys(_rows(("1", "甲县"), ("2", "乙县"), ("4", "乙县")))


def test_a_sequence_that_begins_anew_is_told_by_its_place() -> None:
    """The second region's first row is 2-1."""
    rows = _rows(("1", "甲县"), ("2", "甲县"), ("1", "乙县"), ("2", "乙县"), ("3", "乙县"), ("1", "丙县"))
    assert ["1", "2", "2-1", "2-2", "2-3", "3-1"] == row_keys(rows)


def test_a_number_printed_twice_by_mistake_does_not_rename_what_follows() -> None:
    """Only the double is told apart."""
    assert ["11", "12", "12-2", "13"] == row_keys(
        _rows(("11", None), ("12", None), ("12", None), ("13", None))
    )


@given(st.lists(st.tuples(st.integers(1, 4).map(str), st.sampled_from([None, "甲县", "乙县"])), max_size=30))
def test_no_two_keys_are_alike(numbers: list[tuple[str, str | None]]) -> None:
    """Whatever is printed."""
    keys = row_keys(_rows(*numbers))
    assert len(set(keys)) == len(keys) == len(numbers)


def test_a_repeated_number_is_printed_as_it_stands_by_the_line_interface() -> None:
    """Keys are made at the import."""
    assert ["1", "1"] == [row.seq for row in read(cells(1, GUARDS), cells(1, HOTELS)).rows]
