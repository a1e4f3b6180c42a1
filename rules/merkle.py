"""A Merkle tree over a frozen directory (名录存在证明): one firm can see that it stands in it, and no other.

A leaf is SHA-256 of byte 0, the leaf's salt and the directory line; the salt is HMAC-SHA-256 of the line
under the directory's secret key, so that codes, which are public, cannot be tried against the tree. A node
is SHA-256 of byte 1, its left and its right child; an odd last node moves up unchanged.
"""

import hashlib
import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rules.digests import raw
from rules.draw_directory import canonical_directory
from rules.refusal import Refusal


@dataclass(frozen=True)
class Proof:
    """What one firm is given: its directory line, its leaf's salt, and the siblings up to the root.

    `path` holds (side, hash) from the leaf upwards, side "left" or "right" of the way; all hex.
    """

    line: str
    salt: str
    path: tuple[tuple[str, str], ...]


def _salt(key: bytes, line: bytes) -> bytes:
    return hmac.digest(key, line, "sha256")


def _leaf(salt: bytes, line: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + salt + line).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _levels(key: bytes, lines: Sequence[bytes]) -> Iterator[list[bytes]]:
    """The tree's levels from the leaves to the root."""
    # Spelt out here and not by `_leaf` and `_node`: a million calls cost half as much as their hashes.
    sha256, salt = hashlib.sha256, hmac.digest
    level = [sha256(b"\x00" + salt(key, line, "sha256") + line).digest() for line in lines]
    yield level
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        level = [sha256(b"\x01" + left + right).digest() for left, right in pairs] + level[len(level) & ~1 :]
        yield level


def _lines(body: bytes) -> list[bytes]:
    lines = body.splitlines()
    if not lines:
        raise Refusal("EmptyDirectory", "名录为空，无法生成存在证明，请先核对检查范围再冻结。")
    return lines


def merkle_root(key: bytes, entries: Sequence[tuple[str, str]]) -> str:
    """The root over (code, class) entries, to be published with the two hashes. Refusal EmptyDirectory."""
    return root_of(key, canonical_directory(entries))


def root_of(key: bytes, body: bytes) -> str:
    """The root over a canonical directory."""
    root = b""
    for level in _levels(key, _lines(body)):
        root = level[0]
    return root.hex()


def prove(key: bytes, entries: Sequence[tuple[str, str]], code: str) -> Proof:
    """The proof for the subject with this (normal) code, else Refusal NotInDirectory."""
    return prove_line(key, canonical_directory(entries), code)


def prove_line(key: bytes, body: bytes, code: str) -> Proof:
    """The proof over a canonical directory; see `prove`."""
    lines = _lines(body)
    place = next((i for i, line in enumerate(lines) if line.startswith(code.encode() + b",")), None)
    if place is None:
        raise Refusal("NotInDirectory", f"{code} 不在本次冻结的名录中，请核对代码或查询其他任务。")
    line, path = lines[place], []
    for level in _levels(key, lines):
        sibling = place ^ 1
        if sibling < len(level):
            path.append(("left" if sibling < place else "right", level[sibling].hex()))
        place //= 2
    return Proof(line.decode(), _salt(key, line).hex(), tuple(path))


def proves(proof: Proof, root: str) -> bool:
    """Whether the proof leads from its line to the root."""
    value = _leaf(raw(proof.salt), proof.line.encode())
    for side, sibling in proof.path:
        value = _node(raw(sibling), value) if side == "left" else _node(value, raw(sibling))
    return value == raw(root)
