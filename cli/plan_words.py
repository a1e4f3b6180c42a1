"""The fields of a plan row in words, and a person's word for a field in the row's own shape."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from rules.launchable import LABELS, SET
from rules.plan.reading import Flag, Frequency, Level, Mode, Per, Ratio, Risk, RiskKind, Status, Window
from rules.refusal import Refusal

_SHAPES: Mapping[str, type[BaseModel]] = {
    "ratio": Ratio,
    "frequency": Frequency,
    "window": Window,
    "risk": Risk,
    "mode": Mode,
}
_EXAMPLES = {
    "ratio": '{"percent": "5"}，可加 "at_least": true、"min_count": 3、"tiers": {"A": "1"}',
    "frequency": '{"times": 1, "per": "year"}，per 为 year、half、quarter、month',
    "window": '{"from_month": 3, "to_month": 10}',
    "risk": '{"kind": "rising", "ratio": true, "frequency": true, "classes": ["A", "B", "C", "D"]}',
    "mode": '{"draw": "county", "check": "county"}',
    "partners": '["县教育局", "县卫健局"]，没有配合部门写 []',
}


def status_words(status: str) -> str:
    """How a field was come by."""
    return "核定" if status == SET else Status(status).label


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
    """What a person typed for a field, in the field's shape; refuses `FieldUnknown` and `ValueInvalid`."""
    if field not in LABELS:
        known = "、".join(f"{key}（{label}）" for key, label in LABELS.items())
        raise Refusal("FieldUnknown", f"没有字段“{field}”，可选：{known}")
    if field in _SHAPES:
        return _shaped(field, _json(field, text))
    if field in ("initiator", "partners"):
        return _names(field, text)
    return text


def _shaped(field: str, value: Any) -> Any:
    try:
        return _SHAPES[field].model_validate(value).model_dump(mode="json")
    except ValidationError:
        raise _invalid(field) from None


def _names(field: str, text: str) -> Any:
    value = _json(field, text) if text.lstrip().startswith("[") else [text]
    if not isinstance(value, list) or not all(isinstance(name, str) and name.strip() for name in value):
        raise _invalid("partners")
    return value[0] if field == "initiator" and len(value) == 1 else value


def _json(field: str, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise _invalid(field) from None


def _invalid(field: str) -> Refusal:
    return Refusal("ValueInvalid", f"“{LABELS[field]}”须写成 JSON，如：{_EXAMPLES[field]}")


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
    return (f"{Level(draw).label}抽" if draw else "") + (
        f"{Level(check).label}查" if check else ""
    ) or "未载明"


_WORDS: Mapping[str, Callable[[Any], str]] = {
    "ratio": _ratio,
    "frequency": _frequency,
    "window": _window,
    "risk": _risk,
    "mode": _mode,
}
