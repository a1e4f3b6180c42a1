"""Names that no alias knows are proposed as an alias, or as a new body; never taken for granted."""

import pytest

from rules.name_proposals import propose_name

KNOWN = {
    "县市场监管局": "yc/scjg",
    "县卫生健康和体育局": "yc/wj",
    "县教育局": "yc/jy",
    "市生态环境局阳城分局": "yc/sthj",
    "县应急管理局": "yc/yj",
}


@pytest.mark.parametrize(
    ("name", "department"),
    [
        ("市场监督管理局", "yc/scjg"),
        ("阳城县市场监督管理局", "yc/scjg"),
        ("县工商局", "yc/scjg"),
        ("县安监局", "yc/yj"),
        ("教育局", "yc/jy"),
    ],
)
def test_lost_prefixes_old_and_short_names_are_proposed_as_aliases(name: str, department: str) -> None:
    """Each with the reason."""
    found = propose_name(name, KNOWN)
    assert department == found.department
    assert found.why


@pytest.mark.parametrize("name", ["县气象局", "晋城海关", "中国人民银行阳城支行"])
def test_a_body_like_no_other_is_proposed_as_new(name: str) -> None:
    """Nothing is guessed."""
    assert propose_name(name, KNOWN).department is None


def test_two_bodies_that_are_equally_likely_are_none() -> None:
    """A person decides."""
    known = {"甲县教育局": "a/jy", "乙县教育局": "b/jy"}
    assert propose_name("教育局", known).department is None
