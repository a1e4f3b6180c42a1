"""The prose around the table: who issued what, when, and which rules it sets."""

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any

from rules.plan.columns import is_header
from rules.plan.grid import Line
from rules.plan.issuer import DATE, doc_number, issuing_office
from rules.plan.reading import DocumentReading, Field, inferred, read, unknown
from rules.plan.words import clean, join, number

_DAYS = re.compile(
    r"(?P<from>(?:在|自)?[^。；;，,]{0,40}?(?:完成|结束|终结|作出)[^。；;，,]{0,30}?)?(?:之日起|之日|后|内)?[，,]?(?:的)?"
    r"(?P<days>\d{1,3}|[一二三四五六七八九十]{1,3})个?工作日(?:之?内|以内)(?P<act>[^。；;]{0,60})"
)
_MIN = re.compile(r"(?:不得?[低少][于]?|至少|最少|最低)(?P<n>\d{1,3}|[一二三四五六七八九十两]{1,3})[户家]")
_REPORT = re.compile(
    r"(?:于|在)?(?:(?P<y>20\d\d|当|本|今|次|翌)年)?(?:度)?(?P<m>\d{1,2})月(?P<d>\d{1,2}|底)日?(?:之?前|以前)[，,]?(?P<what>(?:(?!\d{1,2}月)[^。；;]){0,60}?)"
    r"(?:报送?|上报|报告|报备|提交|反馈)(?:至|到|给|送)?(?P<to>[^。；;，,]{0,40})"
)
_REPORTED = re.compile(r"总结|情况|数据|信息|报告|汇总")
_BASIS = re.compile(
    r"(?:根据|按照|依据|依照)[^《。，,]{0,12}(?P<name>《[^《》]{4,80}》)(?P<no>[（(][^（）()]{0,40}[号)）][)）]?)?"
)
_CLASS_USE = re.compile(
    r"(?:采用|运用|应用|使用)[^。；;]{0,20}(?:信用)?风险分类[^。；;]{0,20}?(?P<p>\d{1,3})[%％]"
)


def read_notice(lines: Sequence[Line]) -> DocumentReading:
    """The document's own fields; what the prose does not say is unknown."""
    prose = _prose(lines)
    flat = re.sub(r"\s+", "", "".join(prose))
    title = _title(prose)
    year = _year(prose, title)
    date = _date(prose)
    days = _result_days(flat)
    report = _report(flat, year.value or (date.value.year if date.value else None))
    return DocumentReading(
        number=doc_number(prose),
        office=issuing_office(prose),
        title=title,
        year=year,
        date=date,
        report_by=report[0],
        report_to=report[1],
        result_days=days[0],
        result_from=days[1],
        min_count=_min_count(flat),
        basis=_basis(flat),
        class_use=_found(_CLASS_USE, flat, "p"),
    )


def _prose(lines: Sequence[Line]) -> list[str]:
    """Lines that are no cells of the table, without the marks of headings."""
    started = False
    out: list[str] = []
    for line in lines:
        filled = [clean(cell) for cell in line.cells if clean(cell)]
        if line.table and is_header(line.cells):
            started = True
        if not line.table or (not started and len(filled) == 1):
            out += [re.sub(r"^[#>*\s]+", "", text) for text in filled]
    return [text for text in out if text.strip("-=_ ")]


def _missing(what: str) -> Field[Any]:
    return unknown("", f"正文没有{what}")


def _found(pattern: re.Pattern[str], flat: str, group: str) -> Field[str]:
    found = pattern.search(flat)
    return read(found[group], found[0]) if found else _missing("这一项")


def _title(prose: list[str]) -> Field[str]:
    for i, text in enumerate(prose[:30]):
        if not re.match(r".{0,40}?关于", text) or len(text) > 120:
            continue
        for extra in range(3):
            whole = text
            for more in prose[i + 1 : i + 1 + extra]:
                whole = join(whole, more)
            whole = clean(whole)
            if re.search(r"的?(?:通知|公告|通告|意见|函)(?:[（(].{0,20}[）)])?$", whole) and len(whole) < 160:
                return read(whole, "\n".join(prose[i : i + 1 + extra]))
    for i, text in enumerate(prose):
        if (
            re.search(r"计划(?:表)?(?:\s*[（(].*[）)])?$", text)
            and len(text) < 80
            and not re.search("[。：:；]|^附件", text)
        ):
            whole = text
            raw = text
            if i + 1 < len(prose) and re.fullmatch(r"[（(].{2,80}[）)]", prose[i + 1]):
                whole, raw = join(text, prose[i + 1]), f"{text}\n{prose[i + 1]}"
            return read(clean(whole), raw)
    return _missing("标题")


def _year(prose: list[str], title: Field[str]) -> Field[int]:
    if title.value:
        found = re.search(r"(20\d\d)\s*年", title.value)
        if found:
            return read(int(found[1]), title.raw)
    for text in prose:
        found = re.search(r"(20\d\d)\s*年度?[^。]{0,40}计划", text)
        if found:
            return read(int(found[1]), found[0])
    return _missing("计划年度")


def _date(prose: list[str]) -> Field[dt.date]:
    """The date below the signature: a line of its own; the printing date only where there is no other."""
    printed: Field[dt.date] | None = None
    for text in prose:
        bare = re.sub(r"\s+", "", text)
        found = DATE.search(bare)
        if not found:
            continue
        value = _day(found)
        if value is None:
            continue
        if found.start() == 0 and found.end() == len(bare):
            return read(value, text)
        if "印发" in bare and len(bare) < 60 and printed is None:
            printed = inferred(value, text, "没有落款日期，取印发日期", 0.8)
    return printed or _missing("成文日期")


def _day(found: re.Match[str]) -> dt.date | None:
    year = found[1] if found[1].isdigit() else "".join(str(number(c) or 0) for c in found[1])
    month, day = number(found[2]), number(found[3])
    try:
        return dt.date(int(year), month or 0, day or 0)
    except ValueError:
        return None


def _result_days(flat: str) -> tuple[Field[int], Field[str]]:
    hits: dict[int, re.Match[str]] = {}
    for at in re.finditer("工作日", flat):
        found = _DAYS.search(flat[max(0, at.start() - 90) : at.end() + 70])
        days = number(found["days"]) if found else None
        if found and days and re.search(r"结果|录入|公示", found["act"]):
            hits.setdefault(days, found)
    if len(hits) > 1:
        both = unknown("；".join(found[0] for found in hits.values()), "正文有不止一个录入公示期限")
        return both, both
    for days, found in hits.items():
        anchor = f"{found['from'] or ''}…{found['act'].lstrip('，,')}"
        return read(days, found[0]), read(anchor, found[0])
    return _missing("录入期限"), _missing("录入期限的起算点")


def _min_count(flat: str) -> Field[int]:
    values = {number(found["n"]): found for found in _MIN.finditer(flat)}
    if len(values) > 1:
        return unknown("；".join(found[0] for found in values.values()), "正文有不止一个最低户数")
    for value, found in values.items():
        if value:
            return read(value, flat[max(0, found.start() - 20) : found.end() + 6])
    return _missing("最低抽取户数")


def _report(flat: str, year: int | None) -> tuple[Field[dt.date], Field[str]]:
    hits = [hit for hit in _REPORT.finditer(flat) if _REPORTED.search(hit["what"] + hit["to"])]
    if not hits:
        return _missing("报送日期"), _missing("报送对象")
    hit = hits[0]
    addressee = _addressee(hit["to"])
    to = read(addressee, hit[0]) if addressee else _missing("报送对象")
    dates = {_reported(other, year) for other in hits}
    if len(dates) > 1:
        return unknown("；".join(other[0] for other in hits), "正文有不止一个报送日期"), to
    date = dates.pop()
    return (read(date, hit[0]) if date else unknown(hit[0], "报送日期没有年份或不成立")), to


_WHAT = r"(?:总结|情况|报告|材料|数据|统计表|信息|汇总表|进展)"


def _addressee(text: str) -> str:
    """Whom a report goes to: what follows 至 where the report itself stands behind the verb (报送总结至…)."""
    found = re.match(rf".*?{_WHAT}(?:至|到|给|报)(.+)", text)
    if found:
        return found[1]
    return "" if re.search(rf"{_WHAT}$", text) else text


def _reported(hit: re.Match[str], year: int | None) -> dt.date | None:
    base = int(hit["y"]) if hit["y"] and hit["y"].isdigit() else year
    if base is None:
        return None
    base += hit["y"] in ("次", "翌")
    month = int(hit["m"])
    try:
        if hit["d"] == "底":
            return dt.date(base + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)
        return dt.date(base, month, int(hit["d"]))
    except ValueError:
        return None


def _basis(flat: str) -> Field[str]:
    found = _BASIS.search(flat)
    return read(found["name"] + (found["no"] or ""), found[0]) if found else _missing("依据文件")
