"""What a notice rules for its own tasks, proposed as policies of that plan (通知另有规定的规则)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rules.policy import PolicyKey


@dataclass(frozen=True)
class NoticeRule:
    """One policy that the notice's words propose; `field` is the notice's field that says so."""

    field: str
    key: PolicyKey
    value: Any
    raw: str

    @property
    def words(self) -> str:
        """The value as a person reads it."""
        if self.key is PolicyKey.ENTRY_STOPS_AT:
            return {"receipt": "录入（平台回执）", "publication": "公示"}[self.value]
        if self.key is PolicyKey.ENTRY_ANCHOR:
            return {"completion": "逐户检查完成之日起", "task_completion": "全部检查完成之日起"}[self.value]
        if self.key is PolicyKey.MARKET_CLASSES:
            return "对市场主体一律采用"
        unit = self.key.unit
        return f"{self.value}{unit.label if unit else '户'}"


def notice_rules(reading: Mapping[str, Mapping[str, Any]]) -> list[NoticeRule]:
    """The rules that the notice's own fields state; what it does not say is left to the office's policies.

    `reading` maps the notice's fields to their value and raw text.
    """
    found: list[NoticeRule] = []

    def take(field: str, key: PolicyKey, value: Any) -> None:
        if value is not None:
            found.append(NoticeRule(field, key, value, (reading.get(field) or {}).get("raw", "")))

    take("result_days", PolicyKey.ENTRY_DAYS, _value(reading, "result_days"))
    take("result_from", PolicyKey.ENTRY_STOPS_AT, _stops_at(_value(reading, "result_from")))
    take("result_from", PolicyKey.ENTRY_ANCHOR, _anchor(_value(reading, "result_from")))
    take("min_count", PolicyKey.MIN_COUNT, _value(reading, "min_count"))
    whole = str(_value(reading, "class_use") or "").rstrip("%") == "100"
    take("class_use", PolicyKey.MARKET_CLASSES, True if whole else None)
    return found


def _value(reading: Mapping[str, Mapping[str, Any]], field: str) -> Any:
    return (reading.get(field) or {}).get("value")


def _anchor(text: str | None) -> str | None:
    """From what the period runs: the end of the whole task where the words say so, else each check."""
    fact = (text or "").partition("…")[0]
    if re.search("(任务|工作|全部|本批次|整批).{0,8}(完成|结束)", fact):
        return "task_completion"
    return "completion" if re.search("检查|完成", fact) else None


def _stops_at(text: str | None) -> str | None:
    """What must be done inside the period: publication too (高平 三), or entry alone (阳城 五·一)."""
    if not text:
        return None
    # The platform is called “双随机、一公开”: a name in quotes says nothing of the act.
    act = re.sub(r"[“\"][^“”\"]*[”\"]", "", text).rpartition("…")[2]
    if re.search("公示|公开", act):
        return "publication"
    return "receipt" if "录入" in act else None
