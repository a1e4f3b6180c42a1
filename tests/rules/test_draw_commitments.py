"""A chain of links opens act by act, and opens no other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.draw_commitments import commitment, link, opens
from rules.refusal import Refusal

SECRET = bytes(range(32))


def test_chain_golden_values() -> None:
    """c₀ and links computed with hashlib alone."""
    assert "2a05790d9ee117fdb350cbd54c81624c792c118e6e8909fa0c1dfee21aec5d9e" == commitment(SECRET)
    assert "1e6750d20957e49e2cd9827a2197a8b321fff95b07dfe02f20661a91de8d4cdd" == link(SECRET, 1)
    assert SECRET.hex() == link(SECRET, 64)


@given(st.binary(min_size=32, max_size=32), st.integers(1, 64), st.integers(1, 64))
def test_link_opens_its_own_act_only(secret: bytes, act: int, other: int) -> None:
    """Hashing link n down gives c₀ in n steps and in no other number."""
    assert (act == other) == opens(link(secret, act), other, commitment(secret))


def test_used_up_chain_is_refused() -> None:
    """After link 64 new commitments are needed."""
    with pytest.raises(Refusal) as refused:
        link(SECRET, 65)
    assert "ChainExhausted" == refused.value.type
    with pytest.raises(Refusal) as refused:
        opens(SECRET.hex(), 65, commitment(SECRET))
    assert "ChainExhausted" == refused.value.type
