"""A department's part in a draw's seed: a committed chain of hashes, opened link by link (承诺与揭示)."""

import hashlib

from rules.digests import raw
from rules.refusal import Refusal

CHAIN_LINKS = 64
"""How many acts one secret lasts: then each department commits anew."""


def _hashed(value: bytes, times: int) -> bytes:
    for _ in range(times):
        value = hashlib.sha256(value).digest()
    return value


def commitment(secret: bytes, links: int = CHAIN_LINKS) -> str:
    """c₀ of a department's secret (32 random bytes): SHA-256 applied `links` times."""
    if len(secret) != 32:
        raise Refusal("BadSecret", "秘密必须是 32 个随机字节，请重新生成后再提交承诺。")
    return _hashed(secret, links).hex()


def _check_act(act: int, links: int) -> None:
    if act < 1:
        raise ValueError("draw acts count from 1")
    if act > links:
        raise Refusal("ChainExhausted", f"承诺链的 {links} 节已经用完，请各部门先公布新的承诺再申请抽取。")


def link(secret: bytes, act: int, links: int = CHAIN_LINKS) -> str:
    """The link that draw act `act` opens: hashing it `act` times gives c₀. Refusal ChainExhausted."""
    _check_act(act, links)
    return _hashed(secret, links - act).hex()


def opens(link_hex: str, act: int, commitment_hex: str) -> bool:
    """Whether the link hashes down to the commitment in exactly `act` steps."""
    _check_act(act, CHAIN_LINKS)
    return _hashed(raw(link_hex), act) == raw(commitment_hex)
