"""What is hashed has one form."""

import pytest

from rules.digests import canonical_json


def test_canonical_json_has_one_spelling_and_no_floats() -> None:
    """Sorted keys, no spaces, UTF-8; a float anywhere is an error."""
    assert '{"a":[1,"省"],"b":null}'.encode() == canonical_json({"b": None, "a": (1, "省")})
    for wrong in ({"a": [0.5]}, {1: "a"}):
        with pytest.raises(TypeError):
            canonical_json(wrong)
