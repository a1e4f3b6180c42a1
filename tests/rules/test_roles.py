"""Claims about roles."""

from rules.roles import Role


def test_every_role_has_a_chinese_name_of_its_own() -> None:
    """Two roles are never shown under one name, and none under its code."""
    labels = [role.label for role in Role]
    assert len(Role) == len(set(labels))
    assert not any(label.isascii() for label in labels)


def test_the_codes_that_are_stored_do_not_change() -> None:
    """Postings and waits are stored under these codes."""
    expected = ["handler", "approver", "head", "officer", "keeper", "office", "operator", "machine"]
    assert expected == [role.value for role in Role]
