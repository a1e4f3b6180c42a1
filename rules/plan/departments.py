"""A cell of departments: split into names as printed, a shared prefix or suffix restored."""

import re
from dataclasses import dataclass
from functools import lru_cache

from rules.plan.reading import Departments, Field, inferred, read, unknown
from rules.plan.words import clean, compact, is_nothing

_PROVINCIAL = (
    "(?:教育|科技|科学技术|工业和信息化|工信|公安|民政|司法|财政|人力资源和?社会保障|人社|自然资源|生态环境|"
    "住房和?城乡建设|住建|交通运输|水利|农业农村|商务|文化和?旅游|文旅|应急管理|应急|国家安全|退役军人事务)"
)
_OFFICES = f"局|委员会|委|(?:省|自治区).*厅|{_PROVINCIAL}厅|部|办公室|办|大队|支队|总队|海关|政府|人行|工商联|残联|妇联|团委"
_BODIES = "中心|所|银行|支行|分行|公司|院|站|社|会|处|署|集团|机构|街道|队|段|台|乡镇|单位|部门"
_SUFFIX = re.compile(rf"(?:{_OFFICES}|{_BODIES})$")
_OFFICE = re.compile(rf"(?:{_OFFICES})$")
_LEVEL = "自治区|省|市|县|区|旗|州(?![县市区])"
# A level word at the start of these belongs to the body's own name.
_OWN = r"(?!场|政(?!府|协)|容|域)"
_PREFIX = re.compile(
    rf"^(?:各)?(?P<prefix>[\u4e00-\u9fff]{{0,7}}?(?:开发区|示范区|高新区|{_LEVEL})){_OWN}(?=[\u4e00-\u9fff]{{2,}})"
)
_NO_PREFIX_WORDS = re.compile(r"^(?:城市|市场|市政|市容|区域|县域|各)")
_BRANCH = re.compile(r"^(?!.{0,4}(?:消防)).{0,6}(?:分局|支局|分中心|交警|治安|刑侦|森林)(?:大队|支队)?$")
_UNPREFIXED = re.compile(r"海关|税务|烟草|人民银行|人行|银行|公司|金融监管|银保监|铁路|海事|出入境")
_NEVER_PREFIXED = re.compile(r"海关|银行|公司|人行")
_NOT_A_NAME = re.compile(
    r"\d|%|抽查|企业|学校|情况|月|的|活动|单位$|对象|相关|有关|主管部门|[县区市][县区]局$"
)
_ETC = re.compile(r"等(?:相关|有关|各)?(?:部门|单位)?$")
_LEADS = re.compile(r"[(（](?:发起|牵头|主办|主责)(?:部门|单位)?[)）]")
_FOLLOWS = re.compile(r"[(（](?:配合|参与|联合|协同|协办)(?:部门|单位)?[)）]")
_LABEL = re.compile(r"^(?:发起|牵头|配合|参与|联合|责任)(?:部门|单位)?[:：]")
_STRONG = re.compile(r"[、，,；;/／|。+]|(?<=[\u4e00-\u9fff)）])\s*[-—–－]+\s*(?=[\u4e00-\u9fff])")

_LONGEST = 600


@dataclass(frozen=True)
class Names:
    """Names found in a cell; `doubts` are the reasons why they are not plainly read."""

    names: Departments
    doubts: tuple[str, ...]
    undecided: str = ""


def is_name(text: str) -> bool:
    """Whether a text looks like one department's name."""
    bare = re.sub(r"[(（][^()（）]*[)）]", "", compact(text))
    return (
        3 <= len(bare) <= 22
        and ":" not in bare
        and bool(_SUFFIX.search(bare))
        and not _NOT_A_NAME.search(bare)
    )


def prefix_of(name: str) -> str:
    """The place or level that a name starts with ("" where it has none)."""
    if _NO_PREFIX_WORDS.match(name):
        return ""
    found = _PREFIX.match(name)
    return found["prefix"] if found else ""


def looks_like_departments(raw: str) -> bool:
    """Whether a cell holds department names and nothing else."""
    text = compact(raw)
    if not text or len(text) > 120 or _NOT_A_NAME.search(text):
        return False
    names = split(raw).names
    return bool(names) and any(_is_office(name) for name in names)


def looks_like_bodies(raw: str) -> bool:
    """Whether a cell may name departments, but may as well name subjects (县医疗保障经办机构)."""
    text = compact(raw)
    if len(text) > 60 or _NOT_A_NAME.search(text):
        return False
    names = split(raw).names
    return bool(names) and all(is_name(name) for name in names)


def _is_office(name: str) -> bool:
    bare = re.sub(r"[(（][^()（）]*[)）]", "", compact(name))
    return is_name(name) and bool(_OFFICE.search(bare)) and not re.search(r"(?:经营|销售|使用)部$", bare)


@lru_cache(maxsize=4096)
def split(raw: str) -> Names:
    """The names of a cell, in their order."""
    if len(raw) > _LONGEST:
        return Names((), ("文字过长",))
    doubts: list[str] = []
    pieces: list[str] = []
    # A line break may stand between two names or inside one, as a blank may.
    text = re.sub(r"\s+", " ", re.sub(r"<br ?/?>", " ", raw))
    if text.count("(") != text.count(")"):
        text = text.replace("（", "(").replace("）", ")")
    parts = _outside_brackets(text.rstrip(" .．"))
    undecided = _mixed_roles(text)
    for part in sorted(parts, key=lambda part: not _LEADS.search(part)):
        cleaned = _LABEL.sub("", _FOLLOWS.sub("", _LEADS.sub("", part)).strip())
        pieces += _blank_separated(cleaned)
    names: list[str] = []
    for piece in pieces:
        bare = _ETC.sub("", piece) if not is_name(piece) or "等" in piece[-5:] else piece
        if bare != piece:
            doubts.append("名单以“等”结尾，可能不全")
        names += _glued(bare, doubts)
    names = [name for name in names if name]
    names = _restore_suffix(names)
    names = _restore_prefix(names, doubts)
    unique = tuple(dict.fromkeys(names))
    if len(unique) < len(names):
        doubts.append("同一部门重复出现")
    if any("或" in name for name in unique):
        undecided = "印的是“或”，由谁承担没有定"
    return Names(unique, tuple(dict.fromkeys(doubts)), undecided)


def _mixed_roles(text: str) -> str:
    """Why a cell that marks its names in brackets as leading or following can't be one field's."""
    leads, follows = len(_LEADS.findall(text)), len(_FOLLOWS.findall(text))
    return "括注中牵头、配合不止一处，分不清角色" if leads > 1 or (leads and follows) else ""


def _outside_brackets(text: str) -> list[str]:
    """Split at separators that stand outside brackets."""
    held: list[str] = []

    def hide(match: re.Match[str]) -> str:
        held.append(match[0])
        return f"\ue000{len(held) - 1}\ue001"

    hidden = re.sub(r"[(（][^()（）]*[)）]", hide, text)
    parts = _STRONG.split(hidden)
    return [re.sub(r"\ue000(\d+)\ue001", lambda m: held[int(m[1])], part) for part in parts]


def _blank_separated(text: str) -> list[str]:
    """Names joined by blanks; a piece that is no name by itself belongs to its neighbour."""
    tokens = [token for token in re.split(r"\s+(?![(（])", text) if token]
    if all(len(token) <= 1 for token in tokens):
        tokens = ["".join(tokens)]
    out: list[str] = []
    for token in tokens:
        apart = out and is_name(out[-1]) and not (_BRANCH.match(token) or _cut_inside(out[-1], token))
        if out and not (apart and is_name(token)):
            out[-1] += token
        else:
            out.append(token)
    return [clean(token) for token in out]


# Words that are no department's whole name: what stands before the blank belongs to them.
_REST = re.compile(r"办公室|委员会|管理局|监督局|专卖局|总队|支队|大队|分公司|支公司")


def _cut_inside(first: str, second: str) -> bool:
    """Whether a line break cut one name in two though both halves end as names do."""
    return (first.endswith("社") and second.startswith("会保障")) or bool(_REST.fullmatch(second))


def _glued(text: str, doubts: list[str]) -> list[str]:
    """Names joined by nothing, or by 和, 及, 与, where the first one's prefix starts again."""
    prefix = prefix_of(text)
    if not prefix:
        return [text]
    parts = re.split(
        rf"(?<=局|委|办|队|部|会|心)(?:和|及|以及|与)?(?={re.escape(prefix)}{_OWN}[\u4e00-\u9fff]{{2}})", text
    )
    if len(parts) > 1 and all(is_name(part) for part in parts):
        return parts
    # A second name without the prefix is only taken for one where a bureau's name is complete before it.
    pair = re.fullmatch(r"([^()（）]+?局)([^()（）]{2,}(?:局|委|委员会))", text)
    if pair and not prefix_of(pair[2]) and not re.search("[分支]局", pair[2]):
        doubts.append("部门之间没有分隔，按名称拆开")
        return [pair[1], pair[2]]
    return [text]


def _restore_suffix(names: list[str]) -> list[str]:
    if len(names) < 2:
        return names
    ends = [name[-1] for name in names if is_name(name) and name.endswith("局")]
    if not ends:
        return names
    return [name if is_name(name) or not _bare_core(name) else name + "局" for name in names]


def _bare_core(name: str) -> bool:
    core = name[len(prefix_of(name)) :]
    return (
        2 <= len(core) <= 8 and bool(re.fullmatch(r"[\u4e00-\u9fff]+", core)) and not _NOT_A_NAME.search(core)
    )


def _restore_prefix(names: list[str], doubts: list[str]) -> list[str]:
    if len(names) < 2:
        return names
    prefix = prefix_of(names[0])
    if not prefix:
        return names
    out = [names[0]]
    for name in names[1:]:
        bare = not prefix_of(name) and is_name(name)
        if not bare or _NEVER_PREFIXED.search(name) or name.startswith(("各", "驻")):
            out.append(name)
        elif _UNPREFIXED.search(name):
            doubts.append(f"“{name}”常不冠地名，照原文保留")
            out.append(name)
        else:
            out.append(prefix + name)
    return out


def _doubtful(found: Names) -> str | None:
    if not found.names:
        return "没有认出部门名称"
    if found.undecided:
        return found.undecided
    strange = [name for name in found.names if not is_name(name)]
    if strange:
        return f"“{strange[0][:20]}”不像部门名称"
    return None


def read_partners(raw: str) -> Field[Departments]:
    """配合部门; a cell that says 无 or / has none."""
    if is_nothing(raw) and clean(raw):
        return read((), raw)
    found = split(raw)
    doubt = _doubtful(found)
    if doubt:
        return unknown(raw, doubt)
    if found.doubts:
        return inferred(found.names, raw, "；".join(found.doubts), 0.85)
    return read(found.names, raw)


def read_initiator(raw: str) -> Field[str | Departments]:
    """发起部门: one name, or several of which the first leads."""
    field = read_partners(raw)
    if field.value is None:
        return unknown(raw, field.why)
    if not field.value:
        return unknown(raw, "单元格写明没有发起部门")
    value: str | Departments = field.value[0] if len(field.value) == 1 else field.value
    if field.why:
        return inferred(value, raw, field.why, field.confidence)
    return read(value, raw)
