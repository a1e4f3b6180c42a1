"""Tables on a terminal, and words for moments, names and lists."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from cli.console import out
from rules.calendar import TZ

_SHORTEST_MASKED = 3
_LONGEST_ID = 60


def print_table(
    columns: Mapping[str, str], rows: Sequence[Mapping[str, Any]], *, title: str = "", empty: str = "没有记录"
) -> None:
    """Print rows under Chinese headings; `columns` maps keys to headings."""
    if not rows:
        out.print(f"{title}：{empty}" if title else empty)
        return
    table = Table(box=SIMPLE_HEAD, title=title or None, title_justify="left", pad_edge=False)
    for key, heading in columns.items():
        # An id must come out in one piece: people copy it into the next command.
        whole = all(
            len(text) <= _LONGEST_ID and text.isascii() for text in (words(row.get(key)) for row in rows)
        )
        table.add_column(heading, overflow="fold", no_wrap=whole)
    for row in rows:
        table.add_row(*(escape(words(row.get(key))) for key in columns))
    out.print(table, soft_wrap=False)


def words(value: Any) -> str:
    """A value as people read it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return value.astimezone(TZ).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return "；".join(f"{key} {words(one)}" for key, one in value.items())
    if isinstance(value, list | tuple | set | frozenset):
        return "、".join(words(one) for one in value)
    return str(value)


def mask(name: str) -> str:
    """A person's name with its middle hidden (测某甲 → 测*甲), where a list need not tell who it is."""
    if len(name) < _SHORTEST_MASKED:
        return f"{name[:1]}*"
    return f"{name[0]}{'*' * (len(name) - 2)}{name[-1]}"


def done(text: str) -> None:
    """Say what was done."""
    out.print(f"[green]✓[/green] {escape(text)}")


def hint(text: str) -> None:
    """Say what comes next."""
    out.print(f"  {escape(text)}", style="dim")


def in_chunks(values: Sequence[str], size: int) -> Iterable[Sequence[str]]:
    """The values in pieces of at most `size`."""
    return (values[start : start + size] for start in range(0, len(values), size))
