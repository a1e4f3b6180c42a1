"""The fields of a plan row in words, and a person's word for a field in the row's own shape."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from rules.launchable import CONFIRMED, LABELS, SET
from rules.plan.printed import UnprintableError, settled_value, written
from rules.plan.reading import Flag, OfficeLevel, Per, RiskKind, Status
from rules.refusal import Refusal

_EXAMPLES = {
    "ratio": "5%、不低于5%、A类1%，B类2%、不低于3户",
    "frequency": "1次/年、2次/半年、抽查1次",
    "window": "3月-10月、6月",
    "risk": "按企业信用风险分类递加抽查比例和频次；没有要求写“无”",
    "mode": "县抽县查、市抽县查、市抽市查",
    "initiator": "县教育局",
    "partners": "县教育局、县卫健局；没有配合部门写“无”",
}


def status_words(status: str) -> str:
    """How a field was come by."""
    return {SET: "核定", CONFIRMED: "确认"}.get(status) or Status(status).label


def flag_words(flags: list[str]) -> str:
    """The flags of a row, each with its detail where it has one."""
    pairs = [flag.partition(": ") for flag in flags]
    return "、".join(Flag(name).label + (f"（{detail}）" if detail else "") for name, _, detail in pairs)


def value_words(field: str, value: Any) -> str:
    """A field's value as it would be printed."""
    if value is None:
        return ""
    if field in _WORDS:
        return _WORDS[field](value)
    return "、".join(value) if isinstance(value, list) else str(value)


def parse_value(field: str, text: str) -> Any:
    """What a person typed for a field: printed words, or its JSON; refuses `FieldUnknown` and `ValueInvalid`."""
    if field not in LABELS:
        known = "、".join(f"{key}（{label}）" for key, label in LABELS.items())
        raise Refusal("FieldUnknown", f"没有字段“{field}”，可选：{known}")
    try:
        if text.lstrip()[:1] in ("{", "["):
            return settled_value(field, json.loads(text))
        return written(field, text)
    except (UnprintableError, ValueError) as problem:
        why = str(problem) if isinstance(problem, UnprintableError) else "不是合法的 JSON"
        raise Refusal(
            "ValueInvalid", f"“{LABELS[field]}”：{why}；写法如：{_EXAMPLES.get(field, '文字')}"
        ) from None


def _ratio(value: Mapping[str, Any]) -> str:
    at_least = "不低于" if value.get("at_least") else ""
    parts = [f"{at_least}{value['percent']}%"] if value.get("percent") else []
    parts += [f"不低于{value['min_count']}户"] if value.get("min_count") else []
    parts += [f"{name}类{percent}%" for name, percent in sorted((value.get("tiers") or {}).items())]
    return "，".join(parts) or "未载明"


def _frequency(value: Mapping[str, Any]) -> str:
    if value.get("times") is None:
        return "未载明"
    most = f"至{value['times_max']}" if value.get("times_max") else ""
    per = f"每{Per(value['per']).label}" if value.get("per") else ""
    return f"{per}{value['times']}{most}次"


def _window(value: Mapping[str, Any]) -> str:
    first, last = value["from_month"], value["to_month"]
    return f"{first}月" if first == last else f"{first}月—{last}月"


def _risk(value: Mapping[str, Any]) -> str:
    what = [label for key, label in (("ratio", "比例"), ("frequency", "频次")) if value.get(key)]
    kind = RiskKind(value["kind"]).label
    classes = "".join(value.get("classes") or [])
    return kind + (f"（{'、'.join(what)}）" if what else "") + (f" {classes}类" if classes else "")


def _mode(value: Mapping[str, Any]) -> str:
    draw, check = value.get("draw"), value.get("check")
    return (f"{OfficeLevel(draw).label}抽" if draw else "") + (
        f"{OfficeLevel(check).label}查" if check else ""
    ) or "未载明"


_WORDS: Mapping[str, Callable[[Any], str]] = {
    "ratio": _ratio,
    "frequency": _frequency,
    "window": _window,
    "risk": _risk,
    "mode": _mode,
}
