"""Lists of keys as one parameter, on both databases."""

import pytest
from sqlmodel import col, select

from activities.lookup import among
from adapters.database import Database
from models.organisation import Office

AMONG = select(Office.code).where(among(col(Office.code), "codes")).order_by(col(Office.code))


@pytest.mark.parametrize("codes", [[], ["a"], ["b", "a", "z"], ["o'x", 'q"\\', "{,}"]])
def test_what_is_among_the_keys_is_found_and_nothing_else(database: Database, codes: list[str]) -> None:
    """Whatever the keys hold, and however many there are."""
    stored = ["a", "b", "o'x", 'q"\\', "{,}"]
    with database.write() as session:
        session.add_all([Office(code=code, name=code, territory="县") for code in stored])
    with database.glance() as session:
        assert sorted(set(codes) & set(stored)) == session.exec(AMONG, params={"codes": codes}).all()
