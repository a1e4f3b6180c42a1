"""Ladders as JSON values, the form in which they are kept as policies."""

from collections.abc import Mapping, Sequence
from typing import Any

from rules.ladder import Level, Rung, RungUnit
from rules.refusal import Refusal
from rules.roles import Role

_FIELDS = frozenset({"name", "offset", "unit", "to", "office", "level", "repeat_every"})


def dump_ladder(ladder: Sequence[Rung]) -> list[dict[str, Any]]:
    """A ladder as a JSON list of objects, lowest rung first."""
    return [
        {
            "name": rung.name,
            "offset": rung.offset,
            "unit": rung.unit.value,
            "to": [role.value for role in rung.to],
            "office": rung.office,
            "level": int(rung.level),
            "repeat_every": rung.repeat_every,
        }
        for rung in ladder
    ]


def parse_ladder(value: Any) -> tuple[Rung, ...]:
    """The ladder of a JSON list; refuses `LadderInvalid` with the rung and what is wrong with it.

    The last rung must repeat and reach the coordinating office: it never ends.
    """
    if not isinstance(value, list) or not value:
        raise _invalid("阶梯应为至少一级的列表")
    ladder = tuple(_rung(number, one) for number, one in enumerate(value, start=1))
    if len({rung.name for rung in ladder}) < len(ladder):
        raise _invalid("各级名称（name）不得重复")
    if any(rung.repeat_every for rung in ladder[:-1]):
        raise _invalid("只有最后一级可以重复（repeat_every）")
    if not ladder[-1].repeat_every or not ladder[-1].office:
        raise _invalid("最后一级须报领导小组办公室（office）并重复（repeat_every），直至有人处理")
    return ladder


def _rung(number: int, one: Any) -> Rung:
    if not isinstance(one, Mapping) or not {"name", "offset", "to"} <= set(one) <= _FIELDS:
        raise _invalid(f"第{number}级须有 name、offset、to，可有 unit、office、level、repeat_every")
    name, offset, repeat = one["name"], one["offset"], one.get("repeat_every")
    if not isinstance(name, str) or not name.isascii() or not name:
        raise _invalid(f"第{number}级的 name 应为非空的英文名称")
    if not _is_whole(offset):
        raise _invalid(f"第{number}级的 offset 应为整数")
    if repeat is not None and not (_is_whole(repeat) and repeat > 0):
        raise _invalid(f"第{number}级的 repeat_every 应为正整数或空")
    try:
        to = tuple(Role(role) for role in one["to"])
        unit = RungUnit(one.get("unit", RungUnit.WORKING_DAY))
        level = int(Level(one.get("level", Level.PERSON)))
    except (TypeError, ValueError):
        raise _invalid(f"第{number}级的 to、unit 或 level 不在允许的取值之内") from None
    if not to:
        raise _invalid(f"第{number}级的 to 至少须有一个角色")
    return Rung(name, offset, to, bool(one.get("office", False)), level, repeat, unit)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _invalid(words: str) -> Refusal:
    return Refusal("LadderInvalid", words)
