"""Claims about policies and their values."""

import json
from typing import Any

import pytest

from rules.deadline import Unit
from rules.ladder import DEFAULT_LADDER, SHORT_LADDER
from rules.ladder_data import dump_ladder, parse_ladder
from rules.policy import DEFAULTS, PolicyKey, check_value
from rules.refusal import Refusal

RUNGS = dump_ladder(DEFAULT_LADDER)


def changed(number: int, **fields: Any) -> list[dict[str, Any]]:
    """The default ladder with one rung's fields changed."""
    return [{**rung, **fields} if at == number else rung for at, rung in enumerate(RUNGS)]


@pytest.mark.parametrize("key", PolicyKey)
def test_every_policy_has_a_name_a_source_and_a_default_that_it_accepts(key: PolicyKey) -> None:
    """The default survives JSON unchanged."""
    check_value(key, key.default)
    assert DEFAULTS[key] == json.loads(json.dumps(key.default))
    assert not key.label.isascii()
    assert key.clause


def test_the_defaults_are_those_of_the_notices() -> None:
    """And the proposals that stand in no notice say so."""
    expected = {
        PolicyKey.CLAIM_DAYS: 2,
        PolicyKey.ENTRY_DAYS: 20,
        PolicyKey.ENTRY_ANCHOR: "completion",
        PolicyKey.ENTRY_STOPS_AT: "receipt",
        PolicyKey.MIN_COUNT: 3,
        PolicyKey.REGISTER_MAX_AGE_DAYS: 30,
        PolicyKey.RISING_TABLE: None,
        PolicyKey.YEARLY_CEILING_LOW: 1,
        PolicyKey.OFFICERS_PER_SUBJECT: 2,
        PolicyKey.DIGEST_HOUR: "08:30",
    }
    assert expected == {key: DEFAULTS[key] for key in expected}
    assert "阳城" in PolicyKey.ENTRY_DAYS.clause
    assert "(policy)" in PolicyKey.CLAIM_DAYS.clause


@pytest.mark.parametrize(
    ("key", "unit"),
    [
        (PolicyKey.ENTRY_DAYS, Unit.WORKING_DAY),
        (PolicyKey.REGISTER_MAX_AGE_DAYS, Unit.NATURAL_DAY),
        (PolicyKey.RECTIFY_DAYS, Unit.NATURAL_DAY),
        (PolicyKey.REVEAL_HOURS, Unit.WORKING_HOUR),
        (PolicyKey.MIN_COUNT, None),
    ],
)
def test_a_period_says_what_it_is_counted_in(key: PolicyKey, unit: Unit | None) -> None:
    """And what is no period has no unit."""
    assert unit == key.unit


def test_every_period_is_told_by_its_key() -> None:
    """A key that ends in days or hours has that unit, and no other has any."""
    for key in PolicyKey:
        hours = key.unit is Unit.WORKING_HOUR
        assert key.value.endswith("_hours") == hours
        assert key.value.endswith("_days") == (key.unit is not None and not hours)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (PolicyKey.CLAIM_DAYS, 0),
        (PolicyKey.CLAIM_DAYS, 2.5),
        (PolicyKey.CLAIM_DAYS, "2"),
        (PolicyKey.CLAIM_DAYS, True),
        (PolicyKey.CLAIM_DAYS, None),
        (PolicyKey.OFFICERS_PER_SUBJECT, 1),  # two by law
        (PolicyKey.ENTRY_ANCHOR, "draw"),
        (PolicyKey.ENTRY_STOPS_AT, ["receipt"]),
        (PolicyKey.DIGEST_HOUR, "8:30"),
        (PolicyKey.DIGEST_HOUR, "25:00"),
        (PolicyKey.DIGEST_HOUR, "08:30:15"),
        (PolicyKey.DIGEST_HOUR, 830),
        (PolicyKey.RISING_TABLE, {"A": "1", "B": "2", "C": "4"}),
        (PolicyKey.RISING_TABLE, {"A": "1", "B": "4", "C": "2", "D": "4"}),  # falls
        (PolicyKey.RISING_TABLE, {"A": "0", "B": "1", "C": "2", "D": "4"}),
        (PolicyKey.RISING_TABLE, {"A": "1", "B": "2", "C": "x", "D": "4"}),
        (PolicyKey.RISING_TABLE, {"A": "1", "B": "2", "C": "4", "D": "Infinity"}),
        (PolicyKey.RISING_TABLE, {"A": "1", "B": "NaN", "C": "4", "D": "4"}),
        (PolicyKey.RISING_TABLE, {"A": 1.1, "B": 2, "C": 4, "D": 4}),  # no exact decimal
        (PolicyKey.RISING_TABLE, {"A": [], "B": 2, "C": 4, "D": 4}),
        (PolicyKey.RISING_TABLE, [1, 2, 4, 4]),
        (PolicyKey.LADDER, []),
    ],
)
def test_a_value_that_a_policy_cannot_take_is_refused(key: PolicyKey, value: Any) -> None:
    """The refusal names the policy and says what the value should be."""
    with pytest.raises(Refusal, match=r"应|阶梯", check=lambda one: one.type == "PolicyValue") as caught:
        check_value(key, value)
    assert key.label in caught.value.words


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (PolicyKey.RISING_TABLE, {"D": 4, "C": "4", "B": "1.5", "A": 1}),
        (PolicyKey.ENTRY_STOPS_AT, "publication"),
        (PolicyKey.ENTRY_ANCHOR, "task_completion"),
        (PolicyKey.DIGEST_HOUR, "09:00"),
        (PolicyKey.CLAIM_DAYS, 1),
        (PolicyKey.REVEAL_HOURS, 1),
        (PolicyKey.MIN_COUNT, 1),
        (PolicyKey.LADDER, RUNGS[2:]),
    ],
)
def test_an_office_may_set_its_own(key: PolicyKey, value: Any) -> None:
    """Within what the policy can take."""
    check_value(key, value)


@pytest.mark.parametrize("ladder", [DEFAULT_LADDER, SHORT_LADDER])
def test_a_ladder_survives_being_kept_as_json(ladder: Any) -> None:
    """What is stored is what fires."""
    assert ladder == parse_ladder(json.loads(json.dumps(dump_ladder(ladder))))


def test_a_rung_needs_only_its_name_offset_and_roles() -> None:
    """The rest is the reminder of a person, counted in working days."""
    first, *_ = parse_ladder([{"name": "soon", "offset": -2, "to": ["handler"]}, RUNGS[-1]])
    expected = ("working_day", False, 1, None)
    assert expected == (first.unit.value, first.office, first.level, first.repeat_every)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("minus5", "列表"),
        ([1], "第1级"),
        (RUNGS[:-1], "最后一级"),
        (changed(4, office=False), "最后一级"),
        (changed(4, repeat_every=None), "最后一级"),
        (changed(4, repeat_every=0), "第5级"),
        (changed(0, repeat_every=2), "只有最后一级"),
        (changed(3, repeat_every=2), "只有最后一级"),
        (changed(1, name="minus5"), "重复"),
        (changed(1, name="提醒"), "第2级"),
        (changed(1, offset="-1"), "第2级"),
        (changed(1, offset=True), "第2级"),
        (changed(1, to=["boss"]), "第2级"),
        (changed(1, to=[]), "第2级"),
        (changed(1, to=3), "第2级"),
        (changed(1, level=7), "第2级"),
        (changed(1, unit="week"), "第2级"),
        (changed(1, channel="mail"), "第2级"),
    ],
)
def test_a_ladder_with_a_broken_rung_is_refused_by_its_number(value: Any, words: str) -> None:
    """And one whose last rung ends, or never reaches the coordinating office, is refused too."""
    with pytest.raises(Refusal, match=words, check=lambda one: one.type == "LadderInvalid"):
        parse_ladder(value)


@pytest.mark.parametrize(
    ("key", "unit"), [(PolicyKey.ENTRY_DAYS, "个工作日"), (PolicyKey.COMMIT_HOURS, "个工作小时")]
)
def test_a_period_of_one_unit_says_which_and_that_none_is_written(key: PolicyKey, unit: str) -> None:
    """Its refusal is no riddle to who wrote `1个月`."""
    with pytest.raises(Refusal, match=f"整数（{unit}），不写单位"):
        check_value(key, "1个月")
