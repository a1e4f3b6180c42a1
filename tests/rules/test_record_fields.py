"""Each field of a record has a lawful way of being put right."""

import pytest

from rules.record_fields import RecordField, field_named, way_of
from rules.refusal import Refusal


@pytest.mark.parametrize("field", RecordField)
def test_a_field_that_is_no_finding_is_amended_by_the_head(field: RecordField) -> None:
    """The command stands in the words."""
    assert field.label
    assert "publication amend" in way_of(field.value)


@pytest.mark.parametrize(
    ("field", "way"), [("results.0.result", "result correct"), ("completed_on", "--completed-on")]
)
def test_a_finding_is_corrected_as_a_result(field: str, way: str) -> None:
    """Never overridden in the record alone."""
    assert way in way_of(field)
    with pytest.raises(Refusal) as refusal:
        field_named(field)
    assert "result correct" in refusal.value.words
