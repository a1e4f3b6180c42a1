"""The file exchange, for offices without a line to the platform: batches out, receipts in (文件交换)."""

import json
import os
import re
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import structlog
from pydantic import ValidationError

from adapters.exchange import Batch, ExchangeAwayError, Fact, Unread
from adapters.exchange_seal import Seals, Way

log = structlog.get_logger(__name__)

QUIET = 120.0
"""Seconds after which nobody writes any more at a file that cannot be taken yet."""
MANIFEST = ".sha256"
"""What a file's manifest is called after the file."""
_WHY = ".txt"
"""What the reason beside a file in `bad` is called after the file."""
SETTLED = "settled"
"""The folder in `bad` of what somebody has settled: it is kept, and asked about no more."""
_ANSWER = re.compile(
    r"(?P<office>[0-9A-Za-z][0-9A-Za-z._-]*)-[0-9a-f]{24}(?![0-9a-f]).*\.(?i:json)", re.DOTALL
)
_OF_SYSTEMS = frozenset({"thumbs.db", "desktop.ini"})
"""What desktops leave in every folder, beside hidden files."""


class FileExchange:
    """Folders that a courier carries to the platform and back; offices share them by the files' names.

    A batch is named `<office>-<hash>.json`, and so is the file that answers it: one office's exchange
    never takes another's receipts. Beside each lies its manifest. What cannot be taken is put into `bad`
    with the reason once nobody writes at it any more, and said, never retried for ever.
    A folder that cannot be reached (its disk was taken out) is a platform that is away.
    """

    def __init__(self, folder: Path, seals: Seals | None = None, quiet: float = QUIET) -> None:
        self.seals = seals or Seals()
        self.quiet = quiet
        self._warned: set[str] = set()
        self.out = folder / "out"
        self.back = folder / "in"
        self.done = folder / "done"
        self.bad = folder / "bad"
        for path in (self.out, self.back, self.done, self.bad / SETTLED):
            path.mkdir(parents=True, exist_ok=True)

    def send(self, batch: Batch) -> None:
        """Write a batch under its id: writing it again overwrites it with the same. The manifest comes first."""
        path, text = self.out / f"{batch.batch}.json", batch.model_dump_json(indent=1)
        manifest = self.seals.manifest(Way.OUT, batch.office, path.name, text.encode())
        with _reached():
            write_whole(_beside(path, MANIFEST), manifest)
            write_whole(path, text)

    def receipts(self, office: str) -> Iterator[tuple[str, Sequence[Fact]]]:
        """The receipt files of an office that have come in, by name, each with its facts."""
        with _reached():
            if not self.back.is_dir():
                raise FileNotFoundError(self.back)
            found = sorted(
                path for path in self.back.iterdir() if is_answer(path.name, office) and path.is_file()
            )
        self._warn_of_strays()
        for path in found:
            try:
                facts = self._read(office, path)
            except UnreadableError as problem:
                if not self._still_written(path):
                    self._put_aside(path, str(problem))
                continue
            yield path.name, facts

    def finish(self, _office: str, name: str) -> None:
        """Put a receipt file away; it is kept beside an earlier one of its name."""
        _put_away(self.back / name, self.done)

    def unread(self, office: str) -> Sequence[Unread]:
        """The files of an office that were put into `bad`, and why."""
        return [one for one in aside(self.bad) if is_answer(one.name, office)]

    def offices_of_fresh(self, seconds: float) -> list[str]:
        """Whose answers came within so many seconds, by the files' names."""
        with _reached():
            names = [
                path.name
                for path in self.back.iterdir()
                if path.is_file() and time.time() - path.stat().st_ctime < seconds
            ]
        return sorted({found["office"] for name in names if (found := _ANSWER.fullmatch(name))})

    def _read(self, office: str, path: Path) -> list[Fact]:
        """What a file says. Raises `UnreadableError`: one file that is not taken stops no other."""
        try:
            content, manifest = path.read_bytes(), _text(_beside(path, MANIFEST))
        except PermissionError:
            raise UnreadableError("工作进程无权读取这个文件") from None
        except OSError as problem:
            raise ExchangeAwayError(f"{type(problem).__name__}: {problem.filename}") from problem
        if fault := self.seals.fault(Way.BACK, office, content, manifest):
            raise UnreadableError(fault)
        return facts_in(content)

    def _warn_of_strays(self) -> None:
        """Of each once in a process's life; `doctor` tells of them for as long as they lie there."""
        with _reached():
            fresh = [one for one in strays(self.back, None, self.quiet) if one.name not in self._warned]
        for one in fresh:
            log.warning("file in the exchange's folder is nobody's", file=one.name, why=one.why)
            self._warned.add(one.name)

    def _still_written(self, path: Path) -> bool:
        """A courier's copy takes its time, and the manifest may come after the file, or anew before it."""
        with _reached():
            there = [one for one in (path, _beside(path, MANIFEST)) if one.exists()]
            return time.time() - max((one.stat().st_ctime for one in there), default=0.0) < self.quiet

    def _put_aside(self, path: Path, why: str) -> None:
        log.warning("receipt file is not taken", file=path.name, why=why, moved_to=str(self.bad))
        place = _put_away(path, self.bad)
        with _reached():
            write_whole(_beside(place, _WHY), f"{why}\n")


class UnreadableError(ValueError):
    """A receipt file that is not taken; the words are for operators, in Chinese."""


def facts_in(content: bytes) -> list[Fact]:
    """The facts of a receipt file. Raises `UnreadableError`: nothing of it is guessed."""
    try:
        # Some editors put a mark at the beginning of a file.
        told = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise UnreadableError("不是 UTF-8 编码") from None
    except ValueError as problem:
        line = getattr(problem, "lineno", 1)
        raise UnreadableError(f"不是完整的 JSON（第{line}行起不能读取），可能没有传完") from None
    if not isinstance(told, list):
        raise UnreadableError("不是回执的列表")
    facts = []
    for number, one in enumerate(told, start=1):
        try:
            facts.append(Fact.model_validate(one))
        except ValidationError as problem:
            fields = "、".join(sorted({".".join(map(str, error["loc"])) for error in problem.errors()}))
            raise UnreadableError(f"第{number}项不合约定：{fields or '不是一条回执'}") from None
    return facts


def is_answer(name: str, office: str | None) -> bool:
    """Whether a file's name says that it answers a batch of an office, or of any; whatever a copy has added."""
    found = _ANSWER.fullmatch(name)
    return found is not None and office in (None, found["office"])


def strays(back: Path, offices: Collection[str] | None, quiet: float = QUIET) -> list[Unread]:
    """What lies in `in` and no office will ever take, and why; empty where there is no such folder."""
    found = []
    for path in sorted(back.iterdir()) if back.is_dir() else ():
        if path.name.startswith(".") or path.name.lower() in _OF_SYSTEMS:
            continue
        if time.time() - path.lstat().st_ctime >= quiet and (why := _astray(path, offices)):
            found.append(Unread(path.name, why))
    return found


def _astray(path: Path, offices: Collection[str] | None) -> str:
    if path.is_dir():
        return "是文件夹，其中的文件须直接放在 in 中"
    of = path.name.removesuffix(MANIFEST)
    if not any(is_answer(of, office) for office in (offices if offices is not None else (None,))):
        return "名称不是任何办公室的批次（<办公室>-<批次>.json），无人读取"
    if of != path.name and not path.with_name(of).exists():
        return "只有校验清单，没有回执文件"
    return ""


def aside(bad: Path) -> list[Unread]:
    """What was put into `bad` and not settled yet, and why."""
    with _reached():
        names = sorted(path.name for path in bad.iterdir() if path.is_file()) if bad.is_dir() else []
        return [
            Unread(name, (_text(_beside(bad / name, _WHY)) or "不能读取").strip())
            for name in names
            if not name.endswith((MANIFEST, _WHY, ".part"))
        ]


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _text(path: Path) -> str | None:
    return path.read_bytes().decode("utf-8", "replace") if path.is_file() else None


def _put_away(path: Path, folder: Path) -> Path:
    """Move a file and its manifest; a batch may be answered more than once, and every answer is kept."""
    place, number = folder / path.name, 1
    with _reached():
        while place.exists():
            number += 1
            place = folder / f"{path.stem}.{number}{path.suffix}"
        # The file first: without its manifest it would look like a feigned one.
        path.replace(place)
        if _beside(path, MANIFEST).exists():
            _beside(path, MANIFEST).replace(_beside(place, MANIFEST))
    return place


@contextmanager
def _reached() -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        raise ExchangeAwayError(f"{type(problem).__name__}: {problem.filename}") from problem


def write_whole(path: Path, text: str) -> None:
    """Write a file at once: a reader on the other side must never see half of it."""
    part = path.with_name(f"{path.name}.part")
    part.write_text(text, "utf-8", newline="")
    os.replace(part, path)
