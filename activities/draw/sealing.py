"""Secrets that the service keeps for a department: encrypted at rest, opened link by link (系统代管秘密)."""

import os

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from rules.refusal import Refusal

VARIABLE = "JOINT_SECRET_KEY"
"""One or more Fernet keys, separated by commas: the first seals, all of them open (rotation)."""


def seal(secret: bytes) -> str:
    """The secret encrypted with the newest key; refuses `SecretKeyMissing` where there is none."""
    return _keys().encrypt(secret).decode()


def unseal(ciphertext: str) -> bytes:
    """The secret again; refuses `SecretKeyMissing` where none of the keys opens it."""
    try:
        return _keys().decrypt(ciphertext)
    except InvalidToken:
        raise Refusal("SecretKeyMissing", f"现有密钥打不开代管的秘密；请把原密钥加回 {VARIABLE}") from None


def _keys() -> MultiFernet:
    given = [key for key in os.environ.get(VARIABLE, "").split(",") if key.strip()]
    try:
        keys = [Fernet(key.strip()) for key in given]
    except ValueError:
        raise Refusal("SecretKeyMissing", f"{VARIABLE} 不是 Fernet 密钥；请由运维人员更正") from None
    if not keys:
        raise Refusal(
            "SecretKeyMissing",
            f"系统没有设置 {VARIABLE}，不能代管秘密；请由运维人员设置，或用 --secret-file 自行保管",
        )
    return MultiFernet(keys)
