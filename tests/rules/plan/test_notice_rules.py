"""What a notice rules for its own tasks."""

from typing import Any

import pytest

from rules.plan.notice_rules import notice_rules
from rules.policy import PolicyKey


def _rules(**fields: Any) -> dict[str, Any]:
    reading = {name: {"value": value, "raw": str(value)} for name, value in fields.items()}
    return {rule.key.value: rule.value for rule in notice_rules(reading)}


def test_a_notice_that_says_nothing_proposes_nothing() -> None:
    """Its tasks follow the office's policies."""
    assert {} == _rules(number="〔2025〕1号", result_days=None)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("在抽查完成…将抽查结果录入监管平台，向社会公示", "publication"),
        ("在完成抽查工作…将抽查结果录入山西省“双随机、一公开”监管平台", "receipt"),
        ("完成…报送总结", None),
    ],
)
def test_what_lies_inside_the_period_is_told_by_its_acts(words: str, expected: str | None) -> None:
    """The platform's name in quotes speaks of no act."""
    assert expected == _rules(result_from=words).get(PolicyKey.ENTRY_STOPS_AT)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("在抽查完成之日起…将抽查结果录入监管平台", "completion"),
        ("在完成“双随机、一公开”抽查工作后…录入监管平台", "completion"),
        ("自抽查任务完成之日起…录入监管平台", "task_completion"),
        ("全部检查结束后…录入监管平台", "task_completion"),
        ("收到通知之日起…录入监管平台", None),
    ],
)
def test_from_what_the_period_runs_is_told_by_its_fact(words: str, expected: str | None) -> None:
    """Each subject's check, or the whole task."""
    assert expected == _rules(result_from=words).get(PolicyKey.ENTRY_ANCHOR)


def test_days_minimum_and_classes_become_policies_of_the_plan() -> None:
    """Classes only where every draw must use them."""
    rules = _rules(result_days=15, min_count=5, class_use="100")
    assert {"entry_days": 15, "min_count": 5, "market_classes": True} == rules
    assert {} == _rules(class_use="80")
