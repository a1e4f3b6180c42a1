"""What every table shares: UTC moments, enumerations stored by value, opaque ids."""

from datetime import UTC, datetime
from enum import IntEnum, StrEnum
from secrets import token_hex
from typing import Any
from uuid import uuid4

from sqlalchemy import JSON, DateTime, Integer, LargeBinary, String
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment. SQLite forgets the zone, so it is stored as UTC and given back as UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Refuse a naive moment: guessing its zone would move a deadline by eight hours."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Give the moment back as UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class EnumText(TypeDecorator[StrEnum]):
    """A StrEnum stored as its value, so that a database read by hand needs no decoding."""

    impl = String(40)
    cache_ok = True

    def __init__(self, enum: type[StrEnum]) -> None:
        super().__init__()
        self.enum = enum

    def process_bind_param(self, value: StrEnum | str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Accept the member or its value, nothing else."""
        return None if value is None else self.enum(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Give the member back."""
        return None if value is None else self.enum(value)


class EnumNumber(TypeDecorator[IntEnum]):
    """An IntEnum stored as its number, so that stages compare and sort in SQL."""

    impl = Integer
    cache_ok = True

    def __init__(self, enum: type[IntEnum]) -> None:
        super().__init__()
        self.enum = enum

    def process_bind_param(self, value: IntEnum | int | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Accept the member or its number, nothing else."""
        return None if value is None else int(self.enum(value))

    def process_result_value(self, value: int | None, dialect: Dialect) -> IntEnum | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Give the member back."""
        return None if value is None else self.enum(value)


MOMENT: Any = UtcDateTime()
DOCUMENT: Any = JSON()
BYTES: Any = LargeBinary()


def enum_type(enum: type[StrEnum] | type[IntEnum]) -> Any:
    """The column type of an enumeration (`Field(sa_type=…)` is annotated for classes only)."""
    return EnumNumber(enum) if issubclass(enum, IntEnum) else EnumText(enum)


def opaque_id() -> str:
    """32 random hex digits: says nothing of what it names, so histories and logs may carry it."""
    return uuid4().hex


def opaque_ids(count: int) -> list[str]:
    """So many of them from one call for random bytes: a million calls are seconds."""
    digits = token_hex(16 * count)
    return [digits[start : start + 32] for start in range(0, 32 * count, 32)]
