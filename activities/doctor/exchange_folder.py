"""What lies in the exchange's folders and is not taken: foreign names, broken files, answers unread (体检：交换目录)."""

import shlex
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from sqlmodel import Session, col, select

from activities.doctor.findings import Ailment, Finding
from activities.exchange.queueing import exchange_id
from adapters.exchange_files import QUIET, SETTLED, aside, is_answer, strays
from models.organisation import Office

UNREAD_FOR = 3600.0
"""Seconds: workers look once a minute for what has come."""


def in_folders(session: Session, folder: Path, quiet: float = QUIET) -> Iterator[Finding]:
    """A line for each file that a person must look at; none where this machine does not see the folders."""
    back, bad = folder / "in", folder / "bad"
    offices = session.exec(select(Office.code).order_by(col(Office.code))).all()
    for one in strays(back, offices, quiet):
        words = f"{one.why}；须读取的，核对后改为所答批次的名称，不须读取的移走（文件保留）"
        yield Finding(Ailment.STRAY, _shown(back / one.name), words, _move(back / one.name, bad / SETTLED))
    for one in aside(bad):
        words = f"{one.why}；请由省平台重新出具，办妥后移走（文件保留）"
        # With its manifest and the reason, which are called after it.
        command = _move(bad / one.name, bad / SETTLED, more="*")
        yield Finding(Ailment.STRAY, _shown(bad / one.name), words, command)
    yield from _unread(back, offices)


def _unread(back: Path, offices: Sequence[str]) -> Iterator[Finding]:
    found = [path for path in back.iterdir() if path.is_file()] if back.is_dir() else []
    old = [path.name for path in found if time.time() - path.stat().st_ctime > UNREAD_FOR]
    for office in offices:
        if count := sum(is_answer(name, office) for name in old):
            subject = exchange_id(office)
            words = f"{count}份回执在交换目录的 in 中超过一小时没有读入，请核对工作进程能否读写该目录"
            yield Finding(Ailment.STRAY, subject, words, f"starter.py doctor --repair --restart {subject}")


def _move(path: Path, to: Path, *, more: str = "") -> str:
    return f"mv -- {shlex.quote(_shown(path))}{more} {shlex.quote(str(to))}"


def _shown(path: Path) -> str:
    """The path without what a terminal would obey: anybody may have named the file."""
    return "".join(one if one.isprintable() else "?" for one in str(path))
