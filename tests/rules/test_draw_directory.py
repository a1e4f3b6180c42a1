"""A frozen directory has one form, and what is not in it is refused."""

import pytest

from rules.draw_directory import canonical_directory
from rules.refusal import Refusal

CODES = ["91140000000000001A", "91140000000000002B", "91140000000000003C"]
DIRECTORY = b"91140000000000001A,B\n91140000000000002B,-\n91140000000000003C,A\n"


def test_directory_is_normalised_and_sorted() -> None:
    """Full-width digits, small letters and any order give the same bytes."""
    assert DIRECTORY == canonical_directory([(CODES[2].lower(), "A"), (CODES[0], "B"), (CODES[1], "-")])
    assert b"91140000000000002B,-\n" == canonical_directory([(" ９１１４０00000000000２b ", "-")])


@pytest.mark.parametrize(
    ("refusal", "rows"),
    [
        ("DuplicateSubject", [(CODES[0], "A"), (CODES[0].lower(), "B")]),
        ("BadCode", [("9114", "A")]),
        ("BadCode", [("9114,0000000000001", "A")]),
        ("BadClass", [(CODES[0], "E")]),
    ],
)
def test_directory_refuses_what_is_not_canonical(refusal: str, rows: list[tuple[str, str]]) -> None:
    """Each fault has its own type."""
    with pytest.raises(Refusal) as refused:
        canonical_directory(rows)
    assert refusal == refused.value.type
