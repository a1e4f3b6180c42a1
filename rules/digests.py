"""Hashes that anybody can recompute, and the one form of what is hashed (摘要).

Seeds, links and hashes are written as lower-case hex and hashed as their 32 raw bytes.
"""

import hashlib
import json
import re
from collections.abc import Iterable

from rules.refusal import Refusal

_HEX = re.compile(r"[0-9a-f]{64}")


def sha256_hex(data: bytes) -> str:
    """SHA-256 as 64 lower-case hex digits."""
    return hashlib.sha256(data).hexdigest()


def raw(hex_digits: str) -> bytes:
    """The 32 bytes that 64 lower-case hex digits write, else Refusal BadHash."""
    if not _HEX.fullmatch(hex_digits):
        raise Refusal("BadHash", "种子、链节和摘要必须是 64 位小写十六进制，请核对后重新提交。")
    return bytes.fromhex(hex_digits)


def length_prefixed(fields: Iterable[bytes]) -> bytes:
    """Each field after its length as 8 bytes, big endian."""
    return b"".join(len(field).to_bytes(8, "big") + field for field in fields)


def _no_floats(value: object) -> None:
    if isinstance(value, float):
        raise TypeError("a float has no exact canonical form; use decimal text")
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise TypeError("keys of a canonical document are text")
        value = list(value.values())
    if isinstance(value, list | tuple):
        for item in value:
            _no_floats(item)


def canonical_json(obj: object) -> bytes:
    """The hashed form of a document: keys sorted, no spaces, UTF-8; TypeError for floats."""
    _no_floats(obj)
    return json.dumps(obj, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
