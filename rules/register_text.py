"""Register records as texts (名录输出): what a file holds, and what a screen shows with names masked."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from rules.channel import LegalForm
from rules.register_columns import COLUMNS, BodyKind, Register
from rules.roles import Role

PERSONAL: Mapping[Register, frozenset[str]] = {
    Register.PERSONS: frozenset({"name", "email", "phone"}),
    Register.OFFICERS: frozenset({"name", "code"}),
}
"""The fields that tell who somebody is: masked wherever a register is shown."""


def texts(register: Register, record: Mapping[str, Any]) -> dict[str, str]:
    """A record's cells by field, such as an import reads back to the same record."""
    return {one.name: _text(record[one.name]) for one in COLUMNS[register]}


def masked(register: Register, cells: Mapping[str, str]) -> dict[str, str]:
    """The cells with what is personal blotted out but for its first character and, of long ones, two last."""
    personal = PERSONAL.get(register, frozenset())
    return {name: mask(text) if name in personal else text for name, text in cells.items()}


def mask(text: str) -> str:
    """张三 → 张*; SL0001 → S***01; an empty text stays empty."""
    kept = 2 if len(text) > 4 else 0
    return text[:1] + "*" * (len(text) - 1 - kept) + text[len(text) - kept :]


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case LegalForm() | Role() | BodyKind():
            return value.label
        case date():
            return value.isoformat()
        case list():
            return ";".join("~".join(one) if isinstance(one, list) else one for one in value)
        case _:
            return str(value)
