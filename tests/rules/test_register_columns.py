"""The columns of the registers."""

import pytest

from rules.register_columns import COLUMNS, Register, match_headers


@pytest.mark.parametrize("register", list(Register))
def test_every_column_is_found_by_field_header_and_synonym(register: Register) -> None:
    """Each name leads to its own field, and to no other one's."""
    for one in COLUMNS[register]:
        for name in (one.name, one.header, f" {one.header}＊", *one.synonyms):
            assert {0: one.name} == match_headers(register, [name])


def test_of_two_headers_of_one_field_the_first_counts() -> None:
    """Strange columns are left out."""
    assert {0: "code", 2: "name"} == match_headers(
        Register.SUBJECTS, ["信用代码", "备注", "企业名称", "名称"]
    )
