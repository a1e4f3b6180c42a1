"""A field's value as it is printed (印成文字), and read back from what a person wrote."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from rules.plan.cells import read_mode, read_risk, read_window
from rules.plan.departments import is_name
from rules.plan.ratios import read_ratio_and_frequency
from rules.plan.reading import Field, Frequency, Mode, OfficeLevel, Per, Ratio, Risk, RiskKind, Status, Window
from rules.plan.words import clean, is_nothing

SHAPES: Mapping[str, type[BaseModel]] = {
    "ratio": Ratio,
    "frequency": Frequency,
    "window": Window,
    "risk": Risk,
    "mode": Mode,
}
TEXTS = ("name", "items", "scope", "smart")
DEPARTMENTS = ("initiator", "partners")
_NEEDED = ("name", "items", "scope", "initiator")
_BETWEEN_NAMES = re.compile(r"[、；;]")


class UnprintableError(ValueError):
    """A value that no cell of a notice could hold; its text is Chinese and says what to write."""


def print_value(field: str, value: Any) -> str:
    """The words of a value in its JSON shape; '' for none."""
    if value is None:
        return ""
    if field in _PRINTERS:
        return _PRINTERS[field](value)
    return "、".join(value) if isinstance(value, list | tuple) else str(value)


def read_printed(field: str, text: str) -> Field[Any]:
    """The field of a cell that stands for itself: no block, no neighbour, no shared prefix is looked at."""
    if field in DEPARTMENTS:
        return _names(field, text)
    if field in _READERS:
        return _READERS[field](text)
    return Field[Any](value=clean(text), status=Status.READ, raw=text)


def written(field: str, text: str) -> Any:
    """What a person wrote for a field, as JSON; raises `UnprintableError` for what is not understood."""
    found = read_printed(field, text)
    if found.value is None:
        raise UnprintableError(found.why)
    return settled_value(field, found.to_json()["value"])


def settled_value(field: str, value: Any) -> Any:
    """A person's value in the field's shape, such as can be printed and read back to the same."""
    shaped = _shaped(field, value)
    if field in _NEEDED and not shaped:
        raise UnprintableError("不能为空")
    back = read_printed(field, print_value(field, shaped))
    if back.value is None or back.to_json()["value"] != shaped:
        raise UnprintableError("这样的值无法印成计划文字再原样读回，请换一种写法")
    return shaped


def _shaped(field: str, value: Any) -> Any:
    if field in SHAPES:
        try:
            shaped = SHAPES[field].model_validate(value).model_dump(mode="json")
        except ValidationError:
            raise UnprintableError("不合此字段的形状") from None
        if field == "ratio" and shaped["at_least"] is None and any(shaped.values()):
            # Nothing said of "at least" beside a ratio means the plain ratio.
            shaped["at_least"] = False
        return shaped
    if field in TEXTS:
        if not isinstance(value, str):
            raise UnprintableError("应为文字")
        return clean(value)
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list | tuple) or not all(isinstance(one, str) for one in names):
        raise UnprintableError("应为部门名称")
    plain = [clean(one) for one in names if clean(one)]
    return plain[0] if field == "initiator" and len(plain) == 1 else plain


def _names(field: str, text: str) -> Field[Any]:
    parts = [clean(part) for part in _BETWEEN_NAMES.split(text)]
    names = () if is_nothing(text) else tuple(part for part in parts if part)
    strange = [name for name in names if not is_name(name) and len(name) < 2]
    if strange or (field == "initiator" and not names):
        return Field[Any](value=None, status=Status.UNKNOWN, raw=text, why="没有认出部门名称")
    value = names[0] if field == "initiator" and len(names) == 1 else names
    return Field[Any](value=value, status=Status.READ, raw=text)


def _ratio(value: Mapping[str, Any]) -> str:
    least = "不低于" if value.get("at_least") else ""
    parts = [f"{least}{value['percent']}%"] if value.get("percent") else []
    parts += [f"{name}类{least}{percent}%" for name, percent in sorted((value.get("tiers") or {}).items())]
    if value.get("min_count"):
        exact = not parts and not value.get("at_least")
        parts.append(f"{'定额' if exact else '不低于'}{value['min_count']}户")
    return "，".join(parts)


def _frequency(value: Mapping[str, Any]) -> str:
    if value.get("times") is None:
        return ""
    times = f"{value['times']}" + (f"-{value['times_max']}" if value.get("times_max") else "")
    return f"{times}次/{Per(value['per']).label}" if value.get("per") else f"抽查{times}次"


def _window(value: Mapping[str, Any]) -> str:
    first, last = value["from_month"], value["to_month"]
    return f"{first}月" if first == last else f"{first}月-{last}月"


def risk_words(value: Mapping[str, Any]) -> str:
    """A requirement in words of our own, where a person gave the value and no text is printed."""
    kind = RiskKind(value["kind"])
    if kind is RiskKind.NONE:
        return ""
    what = "和".join(
        word for key, word in (("ratio", "抽查比例"), ("frequency", "抽查频次")) if value.get(key)
    )
    classes = "、".join(f"{name}类" for name in value.get("classes") or ())
    among = f"对{classes}" if classes else ""
    if kind is RiskKind.RISING:
        return f"{among}按企业信用风险分类递加{what}"
    return f"{among}按行业监管风险等级确定{what}" if kind is RiskKind.OWN else f"{among}按信用风险分类{what}"


def _mode(value: Mapping[str, Any]) -> str:
    draw, check = value.get("draw"), value.get("check")
    if draw is None:
        return ""
    return f"{OfficeLevel(draw).label}抽" + (f"{OfficeLevel(check).label}查" if check else "查")


_PRINTERS: Mapping[str, Callable[[Any], str]] = {
    "ratio": _ratio,
    "frequency": _frequency,
    "window": _window,
    "risk": risk_words,
    "mode": _mode,
}
_READERS: Mapping[str, Callable[[str], Field[Any]]] = {
    "ratio": lambda text: read_ratio_and_frequency(text)[0],
    "frequency": lambda text: read_ratio_and_frequency(text)[1],
    "window": read_window,
    "risk": read_risk,
    "mode": read_mode,
}
