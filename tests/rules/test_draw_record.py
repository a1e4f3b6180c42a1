import pytest

from rules.draw import canonical_json
from rules.draw_record import Kind, build_record, draw_plan, drawn_before, plan_hash
from rules.quota import Quota
from tests.docs.records import TASK, four_acts

QUOTA = Quota.plain({"A": 10}, "5")


def test_record_is_the_same_bytes_however_links_come() -> None:
    """Commitments and links are written in department order."""
    acts = four_acts()
    shuffled = [
        type(act)(**{**vars(act), "links": act.links[::-1], "commitments": act.commitments[::-1]})
        for act in acts
    ]
    assert canonical_json(build_record(TASK, acts)) == canonical_json(build_record(TASK, shuffled))


def test_record_says_who_stayed_silent_and_what_that_allows() -> None:
    """A missing link and a draw without a public value are written down."""
    acts = build_record(TASK, four_acts())["acts"]
    assert isinstance(acts, list)
    assert [[], ["消防大队"], [], []] == [act["missing"] for act in acts]
    assert [1, 0, 1, 1] == [len(act["cautions"]) for act in acts]


def test_later_acts_leave_out_what_was_drawn_since_the_last_freeze() -> None:
    """A re-draw starts anew; a replacement and an added size go on."""
    acts = four_acts()
    union = {drawn.code for act in acts[:3] for drawn in act.drawn}
    assert union == drawn_before(acts[:3])
    assert {drawn.code for drawn in acts[3].drawn} == drawn_before(acts)


def test_plan_fixes_what_the_draw_is_for() -> None:
    """Every argument moves the hash; what only needs fixing may be anything but a key of ours."""
    plans = [
        draw_plan("T", 1, Kind.FIRST, QUOTA),
        draw_plan("T", 2, Kind.FIRST, QUOTA),
        draw_plan("T", 1, Kind.REDRAW, QUOTA),
        draw_plan("T", 1, Kind.FIRST, QUOTA, replaces=["1"]),
        draw_plan("T", 1, Kind.FIRST, QUOTA, out_of_force={"9": "注销"}),
        draw_plan("T", 1, Kind.FIRST, QUOTA, rest={"scope": "学校"}),
    ]
    assert len(plans) == len({plan_hash(plan) for plan in plans})
    with pytest.raises(ValueError, match="quota"):
        draw_plan("T", 1, Kind.FIRST, QUOTA, rest={"quota": {}})


def test_kinds_have_names_that_users_read() -> None:
    """Each kind of act has its Chinese name."""
    assert ["首次抽取", "替换补抽", "追加抽取", "重新抽取"] == [kind.label for kind in Kind]
