"""Printed names that no alias knows, proposed as an alias of a known body or as a new one (部门名称归并)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_BRACKETS = re.compile(r"[(（][^()（）]*[)）]")
_LEVEL = re.compile(r"^[\u4e00-\u9fff]{0,6}?[省市县区旗](?![场政容域])")
_SIGN = re.compile(r"[\s、，,/／\-—]")
_CLOSE = 0.6
_FORMER_NAMES = {
    "工商": "市场监督管理",
    "食药监": "市场监督管理",
    "食品药品监督管理": "市场监督管理",
    "质监": "市场监督管理",
    "质量技术监督": "市场监督管理",
    "环境保护": "生态环境",
    "环保": "生态环境",
    "卫计": "卫生健康",
    "卫生和计划生育": "卫生健康",
    "国土资源": "自然资源",
    "安监": "应急管理",
    "安全生产监督管理": "应急管理",
    "旅游": "文化和旅游",
    "地税": "税务",
    "国税": "税务",
}
"""Names before the reforms of 2018; a table of general knowledge, for proposals only."""
_SHORT_NAMES = {
    "市场监管": "市场监督管理",
    "市监": "市场监督管理",
    "卫健": "卫生健康",
    "文旅": "文化和旅游",
    "住建": "住房和城乡建设",
    "人社": "人力资源和社会保障",
    "发改": "发展和改革",
    "工信": "工业和信息化",
    "交通": "交通运输",
    "应急": "应急管理",
    "医保": "医疗保障",
    "农业": "农业农村",
    "烟草": "烟草专卖",
    "消防": "消防救援",
    "城管": "城市管理",
}


@dataclass(frozen=True)
class NameProposal:
    """A name with the body that it likely means (None: propose a new one), and why."""

    name: str
    department: str | None
    why: str


def propose_name(name: str, known: Mapping[str, str]) -> NameProposal:
    """The likeliest body; `known` maps names and aliases to departments. Two equally likely ones are none."""
    best: dict[str, float] = {}
    for alias, department in known.items():
        best[department] = max(best.get(department, 0.0), _alike(_core(name), _core(alias)))
    ranked = sorted(best.items(), key=lambda one: -one[1])
    if not ranked or ranked[0][1] < _CLOSE:
        return NameProposal(name, None, "没有相近的单位，建议登记为新部门")
    if len(ranked) > 1 and ranked[0][1] == ranked[1][1]:
        return NameProposal(name, None, f"与 {ranked[0][0]}、{ranked[1][0]} 同样相近，须由人核定")
    department, likeness = ranked[0]
    why = "去掉地名和简称后同名" if likeness == 1 else f"名称相近（{likeness:.0%}）"
    return NameProposal(name, department, why)


def _core(name: str) -> str:
    """The trade that a name speaks of: without place, brackets and the word for bureau, in today's words."""
    core = _SIGN.sub("", _BRACKETS.sub("", name))
    core = _LEVEL.sub("", core) or core
    core = re.sub(r"(?:局|委员会|委|办公室|办|分局|大队|支队)$", "", core)
    for table in (_FORMER_NAMES, _SHORT_NAMES):
        for old, new in table.items():
            if old in core and new not in core:
                core = core.replace(old, new)
    return re.sub(r"(?:监督)?管理$", "", core)


def _alike(one: str, other: str) -> float:
    if not one or not other:
        return 0.0
    if one == other:
        return 1.0
    first, second = set(one), set(other)
    return 0.95 * len(first & second) / len(first | second)
