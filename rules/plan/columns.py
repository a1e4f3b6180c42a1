"""The table's header: which column holds what, by the meaning of its words."""

import re
from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache

from rules.plan.looks import Look
from rules.plan.words import compact


class Column(StrEnum):
    """What a column of a plan may hold (栏目); one cell may hold several."""

    SEQ = "seq"
    REGION = "region"
    NAME = "name"
    ITEMS = "items"
    SCOPE = "scope"
    RATIO = "ratio"
    FREQUENCY = "frequency"
    RISK = "risk"
    WINDOW = "window"
    START = "start"
    END = "end"
    INITIATOR = "initiator"
    PARTNERS = "partners"
    MODE = "mode"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The column's usual Chinese name."""
        return _LABELS[self]


_LABELS = {
    Column.SEQ: "序号",
    Column.REGION: "区域",
    Column.NAME: "抽查任务名称",
    Column.ITEMS: "抽查事项",
    Column.SCOPE: "抽查对象范围",
    Column.RATIO: "抽查比例",
    Column.FREQUENCY: "抽查频次",
    Column.RISK: "智慧监管要求",
    Column.WINDOW: "抽查起止时间",
    Column.START: "开始时间",
    Column.END: "结束时间",
    Column.INITIATOR: "发起部门",
    Column.PARTNERS: "配合部门",
    Column.MODE: "抽查检查模式",
    Column.OTHER: "其他",
}

Header = tuple[tuple[Column, ...], ...]

_BODY = "(?:部门|单位|机构|机关|方)"
_WORDS: list[tuple[Column, re.Pattern[str]]] = [
    (Column.SEQ, re.compile(r"^(?:序号|编号|序|号|No\.?|任务编号|计划编号)$", re.IGNORECASE)),
    (
        Column.REGION,
        re.compile(
            r"^(?:区域|地区|县区|区县|市县|县市|县\(市、?区\)|行政区划?|属地|所属(?:区域|地区|县区)|实施区域|地域)$"
        ),
    ),
    (
        Column.RISK,
        re.compile(
            r"智慧监管|信用(?:风险)?(?:等级)?分[类级]|风险分[类级]|风险等级|分[类级]监管|差异化|信用监管|风险要求"
        ),
    ),
    (Column.START, re.compile(r"^(?:抽查|检查|任务|计划)*(?:开始|起始|启动)(?:时间|日期|月份)$")),
    (Column.END, re.compile(r"^(?:抽查|检查|任务|计划)*(?:结束|截止|完成|终止)(?:时间|日期|月份|时限)$")),
    (Column.WINDOW, re.compile(r"起止|时间|时限|期限|月份|日期|时段|抽查周期|检查周期")),
    (Column.RATIO, re.compile(r"比例|抽取率|抽查率|比率")),
    (Column.FREQUENCY, re.compile(r"频次|频率|次数|频度")),
    (
        Column.PARTNERS,
        re.compile(rf"(?:配合|参与|联合|协同|会同|协助|参加|协办|协作|其他)(?:检查|抽查|实施)?{_BODY}|协办"),
    ),
    (
        Column.INITIATOR,
        re.compile(
            rf"(?:发起|牵头|主办|组织|主管|责任|主责|实施|负责)(?:检查|抽查|实施)?{_BODY}|^发起$|^牵头$|抽查主体|检查主体$|实施主体"
        ),
    ),
    (Column.MODE, re.compile(r"模式|抽查层级|检查层级|抽查级别|组织方式|抽检方式|抽查方式|抽取层级")),
    (Column.SCOPE, re.compile(r"对象|范围|被检查主体|受检主体|监管主体|市场主体")),
    (Column.ITEMS, re.compile(r"事项|内容|检查项目|抽查项目|抽查项$")),
    (
        Column.NAME,
        re.compile(
            r"任务|计划名称|项目名称|抽查名称|抽查计划|检查名称|名称$|抽查领域|检查领域|监管领域|^项目$|检查主题"
        ),
    ),
]
# No plan's table is wider; alignment takes the square of the width.
WIDEST = 60
_EXCLUSIVE = {Column.SEQ, Column.REGION, Column.RISK, Column.START, Column.END}


_LEADS = "发起|牵头|主办|主责"
_FOLLOWS = "配合|参与|联合|协同|参加|协办"
_NOT_A_FIELD = re.compile(r"类别|类型|编码|依据|备注|联系|电话|基数|股室|科室")


@lru_cache(maxsize=512)
def meanings(text: str) -> tuple[Column, ...]:
    """What a header cell announces; several where columns are merged into one."""
    words = compact(text)
    if not words or len(words) > 30 or re.search(r"20\d\d年度|\d%", words):
        return ()
    bare = re.sub(r"\([^()]*\)", "", words)
    return _meanings(bare) or _meanings(words)


def _meanings(words: str) -> tuple[Column, ...]:
    rest = re.sub(r"^(?:部门联合|双随机|跨部门)", "", words)
    both = re.search(rf"(?:{_LEADS}).{{0,3}}[及和与、/].{{0,3}}(?:{_FOLLOWS})", rest)
    if both and re.search(_BODY, rest):
        return (Column.INITIATOR, Column.PARTNERS)
    found: list[Column] = []
    for column, pattern in _WORDS:
        hit = pattern.search(rest)
        if not hit:
            continue
        if column in _EXCLUSIVE:
            return (column,)
        if column is Column.NAME and found and not re.search("任务|名称", rest):
            continue
        found.append(column)
        rest = rest[: hit.start()] + rest[hit.end() :]
    if _NOT_A_FIELD.search(words) and not {Column.INITIATOR, Column.PARTNERS} & set(found):
        return ()
    return tuple(_settled(found, words))


def _settled(found: list[Column], words: str) -> list[Column]:
    """Drop second meanings that only qualify the first (检查对象名称, 任务实施时间)."""
    if len(found) < 2:
        return found
    joined = re.search(r"[及和与、/]|以及", words)
    if Column.RATIO in found and Column.FREQUENCY in found:
        return (
            [c for c in found if c in (Column.RATIO, Column.FREQUENCY)]
            if len(found) == 2 or not joined
            else found
        )
    return found if joined else found[:1]


# A table without any of these is another annex: a list of items, of contacts, of results.
_PLANNED = {Column.RATIO, Column.FREQUENCY, Column.WINDOW, Column.START, Column.RISK, Column.MODE}


def is_other_header(cells: Sequence[str]) -> bool:
    """Whether a line begins another annex's table: it heads its numbers and holds no data."""
    named = [meanings(cell) for cell in cells]
    short = all(len(compact(cell)) <= 15 and not re.search(r"\d", cell) for cell in cells)
    return len(cells) > 2 and (Column.SEQ,) in named and short and not is_header(cells)


def is_header(cells: Sequence[str]) -> bool:
    """Whether a line names at least three different columns and holds no data."""
    if len(cells) > WIDEST:
        return False
    named = [meanings(cell) for cell in cells]
    kinds = {column for group in named for column in group}
    if not kinds & _PLANNED or not kinds & set(TEXTS):
        return False
    filled = sum(1 for cell in cells if compact(cell))
    hits = sum(1 for group in named if group)
    return len(kinds) >= 3 and hits * 2 >= filled and max(len(compact(cell)) for cell in cells) <= 40


TEXTS = (Column.NAME, Column.ITEMS, Column.SCOPE)
_LOOKS = {
    Look.SEQ: {Column.SEQ},
    Look.RATIO: {Column.RATIO, Column.FREQUENCY},
    Look.WINDOW: {Column.WINDOW, Column.START, Column.END},
    Look.RISK: {Column.RISK},
    Look.DEPARTMENTS: {Column.INITIATOR, Column.PARTNERS},
    Look.BODIES: {Column.INITIATOR, Column.PARTNERS, *TEXTS, Column.REGION},
    Look.MODE: {Column.MODE},
    Look.TEXT: set(TEXTS) | {Column.REGION},
}


def suits(kind: Look, columns: Sequence[Column]) -> float:
    """How well a cell of this look stands under these columns: above 0 it fits, below 0 it can't be."""
    if kind is Look.BLANK:
        return 0.0
    if Column.OTHER in columns or Column.REGION in columns:
        return 0.2 if kind in (Look.TEXT, Look.SEQ) else 0.0
    if _LOOKS[kind] & set(columns):
        return 1.0 if kind in (Look.TEXT, Look.BODIES) else 3.0
    if kind in (Look.TEXT, Look.BODIES):
        return -1.0 if kind is Look.TEXT and Column.RISK in columns else -3.0
    if kind is Look.RATIO and set(columns) & set(TEXTS):
        return -2.0
    return -2.0 if set(columns) & set(TEXTS) else -4.0
