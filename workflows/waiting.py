"""Who is waited for, in words: what, how many, since and until when, and the command (待办)."""

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta

from models.messages import (
    WaitLine,
)
from rules.calendar import TZ
from rules.ladder import Level
from rules.roles import Role
from rules.wait_rules import BY_ITSELF, WAITS
from rules.waits import WaitKind


def wait_lines(waits: Sequence[WaitLine], total: int, target: str) -> list[str]:
    """The open waits, the most urgent first: who, what, how many, since, due, and the command."""
    if not waits:
        return ["当前无人待办，系统正在处理。", ""]
    lines = [line for wait in alike(waits) for line in wait_item(wait, target)]
    if total > len(waits):
        lines += [f"- 另有{total - len(waits)}项待办，见 `starter.py task show {target}`"]
    return [*lines, "", *otherwise(waits[0]), ""]


def alike(waits: Iterable[WaitLine]) -> list[WaitLine]:
    """Waits that a reader can't tell apart as one: subjects with clocks of their own may yet be due together.

    Each keeps its own id for `deadline list`; here counts are added, the earliest beginning and the next rung shown.
    """
    shown: dict[tuple[object, ...], WaitLine] = {}
    for wait in waits:
        same = (
            *(wait.scope, wait.department, wait.role, wait.kind, wait.what, wait.command),
            *(wait.due, wait.provisional, wait.suspended),
        )
        first = shown.get(same)
        shown[same] = wait if first is None else _together(first, wait)
    return list(shown.values())


def _together(one: WaitLine, other: WaitLine) -> WaitLine:
    rungs = [rung for rung in (one.next_rung, other.next_rung) if rung is not None]
    return one.model_copy(
        update={
            "open": one.open + other.open,
            "total": one.total + other.total,
            "since": min(one.since, other.since),
            "next_rung": min(rungs, default=None),
            "level": max(one.level, other.level),
        }
    )


def wait_item(wait: WaitLine, target: str) -> list[str]:
    """One wait as a list's item of three lines: the page is narrow, and a table of it breaks every word."""
    kind = WaitKind(wait.kind)
    rule = WAITS[kind]
    count = f"，未办{wait.open}件，共{wait.total}件" if wait.total > 1 else ""
    late = "⚠ " if wait.level >= Level.HEAD else ""
    if wait.by_itself:
        return [f"- 等 **系统**：**{wait.name}：{BY_ITSELF}**  ", f"  期限 **{last_day(wait)}**"]
    first = [f"  准备 `{rule.first.format(target=target)}`  "] if rule.first else []
    return [
        # Two blanks break the line: the Web UI draws no lists inside lists.
        f"- {late}等 **{wait.name}** {Role(wait.role).label}：**{wait.what or kind.label}**{count}  ",
        f"  期限 **{last_day(wait)}** · 自 {moment(wait.since)} 起  ",
        *first,
        f"  办理 `{wait.command or rule.command.format(target=target)}`",
    ]


def otherwise(wait: WaitLine) -> list[str]:
    """What happens if nobody acts, and when: a line each, for a long one is broken within its moment."""
    lines = [f"无人办理时：{WAITS[WaitKind(wait.kind)].otherwise}"]
    if wait.next_rung:
        lines = [f"{lines[0]}  ", f"下次催办：{moment(wait.next_rung)}"]
    return lines


def waiting_names(waits: Sequence[WaitLine]) -> str:
    """The departments waited for, in one line, the most urgent first."""
    return "、".join(dict.fromkeys(wait.name for wait in waits))


def last_day(wait: WaitLine) -> str:
    """A wait's due moment; marked where it rests on a calendar that is not published yet."""
    if wait.due is None:
        return "未定"
    if wait.suspended:
        return "中止中"
    local = wait.due.astimezone(TZ)
    whole = local.time() == time()
    # A day's end is 24:00 of the day itself: "00:00 of the next" reads like one day more.
    text = f"{local.date() - timedelta(days=1)} 24:00+08:00" if whole else moment(wait.due)
    return text + ("（暂定）" if wait.provisional else "")


def moment(at: datetime) -> str:
    """A moment in Beijing time, with its offset."""
    return at.astimezone(TZ).strftime("%Y-%m-%d %H:%M+08:00")
