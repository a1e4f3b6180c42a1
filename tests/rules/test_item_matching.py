"""A row's prose is matched to the list of check items; what is in no list is flagged."""

from rules.item_matching import ListedItem, match_items

LISTED = [
    ListedItem("yc/scjg", "SC-07", "学校食堂食品安全检查", "学校食堂"),
    ListedItem("yc/scjg", "SC-01", "加油机计量检定情况检查", "加油站"),
    ListedItem("yc/jy", "JY-04", "学校食堂管理检查", "学校"),
]


def test_each_department_gets_the_items_that_the_row_speaks_of() -> None:
    """By what is checked, not by the word for checking."""
    found = match_items("学校食堂食品安全情况抽查", "学校食堂食品安全、食堂管理", LISTED)
    assert ("SC-07",) == found.of("yc/scjg")
    assert ("JY-04",) == found.of("yc/jy")
    assert () == found.unlisted


def test_words_that_no_list_knows_are_flagged() -> None:
    """They wait for a person."""
    found = match_items("学校食堂食品安全情况抽查", "学校食堂食品安全；实验室危险化学品管理情况", LISTED)
    assert ("实验室危险化学品管理情况",) == found.unlisted
