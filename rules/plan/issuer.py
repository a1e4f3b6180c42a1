"""Who issued a notice, and under which number (发文机关、文号)."""

import re
from itertools import pairwise

from rules.plan.departments import split
from rules.plan.reading import Field, inferred, read, unknown

_NUMBER = re.compile(r"[\u4e00-\u9fff]{2,16}[〔\[（(【﹝]20\d\d[〕\])）】﹞]第?\d{1,4}号")
DATE = re.compile(
    r"(20\d\d|二[〇○零O0]{1}[一二三四五六七八九〇零]{2})年([\d一二三四五六七八九十]{1,3})月([\d一二三四五六七八九十]{1,3})日"
)


def doc_number(prose: list[str]) -> Field[str]:
    """A number that stands alone, or behind the head of the paper; one inside a sentence is another paper's."""
    for text in prose[:40]:
        bare = re.sub(r"\s+", "", text)
        found = re.fullmatch(rf"(?:[^〔（(《]*文件)?(?:文号[:：])?({_NUMBER.pattern})(?:签发人.*)?", bare)
        if found:
            return read(found[1], text)
    return unknown("", "正文没有文号")


_OFFICE = r"[\u4e00-\u9fff“”\"、，（）()]{4,60}?(?:办公室|局|委员会|领导小组|政府|厅)"


_SEAL = re.compile(r"[（(][^（）()]{0,20}(?:代章|借章|盖章|印章)[）)]")


def issuing_office(prose: list[str]) -> Field[str]:
    """From the head of the paper (…文件), else from the signature before the date."""
    for text in prose[:12]:
        found = re.fullmatch(rf"({_OFFICE})文件(?:[^《。]*号)?", re.sub(r"\s+", "", text))
        if found:
            return read(found[1], text)
    for text, below in pairwise(prose[:12]):
        head = re.sub(r"\s+", "", text)
        if re.fullmatch(_OFFICE, head) and doc_number([below]).value:
            return read(head, text)
    prose = [text for text in prose if not _SEAL.fullmatch(re.sub(r"\s+", "", text))]
    for i, text in enumerate(prose):
        bare = re.sub(r"\s+", "", text)
        date = DATE.search(bare)
        if not date or date.end() != len(bare):
            continue
        signed = bare[: date.start()] or re.sub(r"\s+", "", prose[i - 1] if i else "")
        if not bare[: date.start()] and i > 1 and not re.match(r".{2,12}?[省市县区]", signed):
            signed = re.sub(r"\s+", "", prose[i - 2]) + signed
        signed = re.sub(r"[（(](?:代章|借章|盖章|章|印章)[）)]$", "", signed)
        if len(bodies := _glued(signed)) > 1:
            return inferred("、".join(bodies), signed, "落款有几个机关，请核对谁是主办机关", 0.7)
        if re.fullmatch(_OFFICE, signed):
            return read(signed, text if bare[: date.start()] else prose[i - 1])
    return unknown("", "正文没有发文机关")


def _glued(signed: str) -> tuple[str, ...]:
    """Two bodies that sign one behind the other, told by the place that begins again."""
    return () if re.search("[、，]", signed) else split(signed).names
