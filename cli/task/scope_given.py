"""The conditions of a scope as typed: codes, kinds, tags and areas that the register knows, whole numbers."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import typer
from sqlmodel import Session, col, select

from activities.draw.scope_rows import scope_count, unknown_codes
from activities.plans.coverage import tags_of
from cli.given import read_bytes
from models.registers import Subject
from rules.calendar import local_day
from rules.refusal import Refusal
from rules.scope import ScopeFilter, describe

_CLASSES = frozenset("ABCD")
_SHOWN = 20


def whole_number(text: str) -> int:
    """A whole number that is not negative; a wrong command line otherwise."""
    if not (text.isascii() and text.isdigit()):
        raise typer.BadParameter(f"“{text}”不是整数，请写成 500 这样的数字")
    return int(text)


def hand_picked_codes(session: Session, office: str, file: Path) -> list[str]:
    """The codes of a list, in its order; refuses `SubjectUnknown`, naming the lines, and `ListEmpty`."""
    try:
        text = read_bytes(file).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refusal("FileUnreadable", f"{file} 不是 UTF-8 文本；请写成每行一个代码的文本文件") from None
    typed = [(number, code) for number, line in enumerate(text.splitlines(), 1) for code in line.split()]
    if not typed:
        raise Refusal("ListEmpty", f"{file} 中没有代码；请每行写一个代码")
    lacking = unknown_codes(session, office, [code for _, code in typed])
    unknown = [f"第{number}行 {code}" for number, code in typed if code in lacking]
    if unknown:
        more = f" 等{len(unknown)}个" if len(unknown) > _SHOWN else ""
        raise Refusal(
            "SubjectUnknown",
            f"{file.name} 中的代码不在检查对象名录库：{'、'.join(unknown[:_SHOWN])}{more}；"
            "请改正代码，或先用 register import subjects 导入；名录见 register show subjects",
        )
    return [code for _, code in typed]


def check_known(session: Session, office: str, given: Mapping[str, Sequence[str] | None]) -> None:
    """Kinds, tags, areas and classes exist in the register; refuses `ScopeValueUnknown`, listing those that do."""
    tags = tags_of(session, office)
    of_office = col(Subject.office) == office
    kinds = set(session.exec(select(Subject.kind).where(of_office).distinct()))
    areas = set(session.exec(select(Subject.area).where(of_office).distinct()))
    for option, field, known in (
        ("--kind", "kinds", kinds),
        ("--tag", "tags_any", tags),
        ("--exclude-tag", "exclude_tags", tags),
        ("--area", "areas", areas),
        ("--class", "credit_classes", _CLASSES),
    ):
        if unknown := [one for one in given.get(field) or () if one not in known]:
            raise Refusal(
                "ScopeValueUnknown",
                f"名录库中没有 {option} {'、'.join(unknown)}；{_instead(unknown, option, kinds, tags)}可用的有："
                f"{_listed(known)}",
            )


def check_any(session: Session, office: str, wanted: ScopeFilter) -> None:
    """A scope takes in somebody; refuses `ScopeEmpty`."""
    if not scope_count(session, office, wanted, local_day(datetime.now(UTC))):
        raise Refusal(
            "ScopeEmpty",
            f"“{describe(wanted)}”没有一户存续的检查对象；请放宽条件，或用 register show subjects 核对名录",
        )


def _instead(unknown: Sequence[str], option: str, kinds: Collection[str], tags: Collection[str]) -> str:
    """The option that was meant, where a tag was given as a kind or a kind as a tag."""
    for other, known in (("--kind", kinds), ("--tag", tags)):
        if other != option and set(unknown) <= set(known):
            return f"请改用 {other}；"
    return ""


def _listed(known: Collection[str]) -> str:
    shown = sorted(one for one in known if one)
    return ("、".join(shown[:_SHOWN]) or "无") + ("…" if len(shown) > _SHOWN else "")
