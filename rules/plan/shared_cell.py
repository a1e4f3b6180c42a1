"""A cell shared by initiator and partners (发起、配合部门并作一栏): its own labels tell them apart."""

import re

from rules.plan.departments import read_initiator, read_partners
from rules.plan.reading import Departments, Field, inferred, unknown

_LABELLED = re.compile(
    r"(?:发起|牵头|主办|主责)(?:部门|单位)?[:：](?P<lead>[^:：]{2,80}?)[;；,，。]?\s*"
    r"(?:配合|参与|联合|协同|协办)(?:部门|单位)?[:：](?P<rest>[^:：]{2,200})"
)
_WHY = "发起与配合部门并作一栏，首位为发起部门，其余为配合部门"


def shared_initiator(raw: str) -> Field[str | Departments]:
    """What stands behind 发起：, else the first name."""
    found = _LABELLED.fullmatch(raw.replace("<br>", " ").strip())
    if found:
        return read_initiator(found["lead"]).model_copy(update={"raw": raw})
    names = read_partners(raw)
    if not names.value:
        return unknown(raw, names.why or "没有部门")
    return inferred(names.value[0], raw, _WHY, 0.8)


def shared_partners(raw: str) -> Field[Departments]:
    """What stands behind 配合：, else every name but the first."""
    found = _LABELLED.fullmatch(raw.replace("<br>", " ").strip())
    if found:
        return read_partners(found["rest"]).model_copy(update={"raw": raw})
    names = read_partners(raw)
    if not names.value:
        return unknown(raw, names.why or "没有部门")
    return inferred(names.value[1:], raw, _WHY, 0.8)
