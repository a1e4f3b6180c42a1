"""Whether a plan row can be launched, and what a person must settle first (能否发起)."""

from collections.abc import Mapping
from typing import Any

from rules.plan_rounds import launch_mode

SET = "set"
"""The status of a field whose value a person has given (核定); the reader's are read, inferred, unknown."""
CONFIRMED = "confirmed"
"""The status of a field whose proposal a person has accepted (确认)."""
WAITING = ("inferred", "unknown")
"""The statuses that wait for a person."""

LABELS = {
    "name": "抽查任务名称",
    "items": "抽查事项",
    "scope": "抽查对象范围",
    "smart": "智慧监管要求",
    "ratio": "抽查比例",
    "frequency": "抽查频次",
    "window": "抽查起止时间",
    "risk": "信用风险分类要求",
    "initiator": "发起部门",
    "partners": "配合部门",
    "mode": "抽查检查模式",
}


def names_of(value: Any) -> list[str]:
    """The departments of an initiator or partners cell: one, several or none."""
    if value is None:
        return []
    return [value] if isinstance(value, str) else list(value)


def resolve(names: list[str], aliases: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Department ids in the names' order, each once, and the names that no alias knows."""
    known = [aliases[name] for name in names if name in aliases]
    return list(dict.fromkeys(known)), [name for name in names if name not in aliases]


def obstacles(fields: Mapping[str, Mapping[str, Any]], aliases: Mapping[str, str]) -> list[str]:
    """What keeps a row from being launched, a line each with the field's name; empty when nothing does.

    A row with unknown initiator, window or ratio can't be launched; what is not plainly read waits
    for a person (docs/plan-reading.md).
    """
    found = []
    for key, label in LABELS.items():
        status = fields[key]["status"]
        if status == "unknown":
            found.append(f"{label}不明")
        elif status == "inferred":
            found.append(f"{label}系推断，待核定")
    for key in ("initiator", "partners"):
        _, unknown = resolve(names_of(fields[key]["value"]), aliases)
        found += [f"{LABELS[key]}“{name}”未对应到部门，请登记别名" for name in unknown]
    return [*found, *_undecided(fields).values()]


def open_fields(fields: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """The fields that wait for a person, each with why, in the order of `LABELS`."""
    undecided = _undecided(fields)
    return {
        key: fields[key]["why"] if fields[key]["status"] in WAITING else undecided[key]
        for key in LABELS
        if fields[key]["status"] in WAITING or key in undecided
    }


def _undecided(fields: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """What may be plainly printed and yet leaves open who launches the row, or how many are drawn."""
    found = {}
    if fields["ratio"]["value"] is not None and not _has_ratio(fields["ratio"]["value"]):
        found["ratio"] = "未载明抽查比例，请核定"
    if len(names_of(fields["initiator"]["value"])) > 1:
        found["initiator"] = "发起部门有多个，请核定牵头部门"
    mode = fields["mode"]["value"]
    if mode is not None and launch_mode(mode) is None:
        found["mode"] = "抽查检查模式只写明由谁抽取，请核定由谁检查"
    return found


def _has_ratio(ratio: Mapping[str, Any]) -> bool:
    return bool(ratio.get("percent") or ratio.get("tiers") or ratio.get("min_count"))
