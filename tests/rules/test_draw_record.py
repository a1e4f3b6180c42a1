from dataclasses import replace
from typing import Any

import pytest

from rules.digests import canonical_json
from rules.draw_record import (
    Bound,
    Commitment,
    Kind,
    act_digest,
    act_document,
    build_record,
    draw_plan,
    drawn_before,
    plan_hash,
)
from rules.quota import Quota
from tests.docs.records import APPROVED, ASKED, BY_OFFICE, DEPARTMENTS, TASK, four_acts

QUOTA = Quota.plain({"A": 10}, "5")
BOUND = Bound("a" * 64, [Commitment(name, name * 2) for name in DEPARTMENTS], (), "", ASKED, APPROVED)


def test_record_is_the_same_bytes_however_links_come() -> None:
    """Commitments and links are written in department order."""
    acts = four_acts()
    shuffled = [replace(act, links=act.links[::-1]) for act in acts]
    assert canonical_json(build_record(TASK, acts)) == canonical_json(build_record(TASK, shuffled))
    turned = replace(BOUND, commitments=BOUND.commitments[::-1])
    assert draw_plan("T", 1, Kind.FIRST, QUOTA, BOUND) == draw_plan("T", 1, Kind.FIRST, QUOTA, turned)


def test_whose_secrets_the_service_keeps_is_told() -> None:
    """By name; and where it keeps them all, what that means."""
    act = four_acts()[2]
    kept = [[], DEPARTMENTS[:1], DEPARTMENTS]
    told = []
    for names in kept:
        commitments = [
            one | ({"kept_by": "service"} if one["department"] in names else {})
            for one in act.plan["commitments"]
        ]
        document: Any = act_document(replace(act, plan={**act.plan, "commitments": commitments}))
        told.append(document["cautions"])
    assert [1, 2, 3] == [len(one) for one in told]
    assert DEPARTMENTS[0] in told[1][1]
    assert "全部" in told[2][2]


def test_the_digest_of_an_act_is_moved_by_all_but_its_root() -> None:
    """The root follows from the directory and a key made at random."""
    act = four_acts()[0]
    changes = [
        {"public_value": "x"}, {"seed": "0" * 64}, {"drawn": act.drawn[1:]}, {"links": act.links[1:]},
        {"plan": {**act.plan, "scope": "一家"}},
    ]  # fmt: skip
    digests = {act_digest(replace(act, **change)) for change in changes} | {act_digest(act)}  # type: ignore[arg-type]  # fields by name
    assert 1 + len(changes) == len(digests)
    assert act_digest(act) == act_digest(replace(act, root="", root_key=""))


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
        draw_plan("T", 1, Kind.FIRST, QUOTA, BOUND),
        draw_plan("T", 2, Kind.FIRST, QUOTA, BOUND),
        draw_plan("T", 1, Kind.REDRAW, QUOTA, BOUND),
        draw_plan("T", 1, Kind.FIRST, QUOTA, BOUND, replaces=["1"]),
        draw_plan("T", 1, Kind.FIRST, QUOTA, BOUND, out_of_force={"9": "注销"}),
        draw_plan("T", 1, Kind.FIRST, QUOTA, BOUND, rest={"scope": "学校"}),
        *(
            draw_plan("T", 1, Kind.FIRST, QUOTA, replace(BOUND, **{name: value}))  # type: ignore[arg-type]  # fields by name
            for name, value in (
                ("snapshot_hash", "0" * 64),
                ("commitments", BOUND.commitments[:1]),
                ("left_out", ("消防大队",)),
                ("before", "0" * 64),
                ("requested", {**ASKED, "reason": "另一理由"}),
                ("approved", BY_OFFICE),
            )
        ),
    ]
    assert len(plans) == len({plan_hash(plan) for plan in plans})
    for name in ("quota", "before"):
        with pytest.raises(ValueError, match=name):
            draw_plan("T", 1, Kind.FIRST, QUOTA, BOUND, rest={name: {}})


def test_kinds_have_names_that_users_read() -> None:
    """Each kind of act has its Chinese name."""
    assert ["首次抽取", "替换补抽", "追加抽取", "重新抽取"] == [kind.label for kind in Kind]
