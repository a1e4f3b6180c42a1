import hashlib
import hmac
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.merkle import merkle_root, prove, proves
from rules.refusal import Refusal

KEY = bytes(range(32))


def entries(n: int) -> list[tuple[str, str]]:
    """n subjects of class A."""
    return [(f"9114{i:014d}", "A") for i in range(n)]


def test_root_of_three_by_hand() -> None:
    """Leaves are salted and marked 0, nodes 1, and the odd third leaf moves up unchanged."""
    lines = [f"{code},{class_}".encode() for code, class_ in entries(3)]
    a, b, c = (hashlib.sha256(b"\0" + hmac.digest(KEY, line, "sha256") + line).digest() for line in lines)
    pair = hashlib.sha256(b"\1" + a + b).digest()
    assert hashlib.sha256(b"\1" + pair + c).hexdigest() == merkle_root(KEY, entries(3)[::-1])


@given(st.integers(1, 40), st.data())
def test_every_subject_is_proved_and_nothing_else(n: int, data: st.DataObject) -> None:
    """A proof holds for its own line and root alone."""
    code, _ = entries(n)[data.draw(st.integers(0, n - 1))]
    root, proof = merkle_root(KEY, entries(n)), prove(KEY, entries(n), code)
    assert proof.line == f"{code},A"
    assert proves(proof, root)
    assert not proves(replace(proof, line=f"{code},B"), root)
    assert not proves(proof, merkle_root(KEY, entries(n + 1)))
    assert not proves(proof, merkle_root(bytes(32), entries(n)))


def test_who_is_not_in_the_directory_gets_no_proof() -> None:
    """An absent subject and an empty directory are refused by name."""
    with pytest.raises(Refusal) as refused:
        prove(KEY, entries(3), "911499999999999999")
    assert "NotInDirectory" == refused.value.type
    with pytest.raises(Refusal) as refused:
        merkle_root(KEY, [])
    assert "EmptyDirectory" == refused.value.type
