"""Register records as texts (名录输出), as a file holds them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from rules.channel import LegalForm
from rules.register_columns import COLUMNS, BodyKind, Register
from rules.roles import Role


def texts(register: Register, record: Mapping[str, Any]) -> dict[str, str]:
    """A record's cells by field, such as an import reads back to the same record."""
    return {one.name: _text(record[one.name]) for one in COLUMNS[register]}


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
