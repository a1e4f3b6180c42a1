"""Sending a sheet's lines in messages of at most 200, so that a repeated upload changes nothing."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count, groupby
from typing import Any, TypeVar

from sqlmodel import Session

from cli.acting import Who
from cli.context import err, show
from cli.progress import bar
from cli.result.sheets import RowFault, Understood
from cli.tables import done
from models.papers import MAX_LINES, Paper, ResultLine, VisitLine
from models.trail import Answer, Outcome
from rules.refusal import Refusal
from rules.register_rows import Fault

L = TypeVar("L", ResultLine, VisitLine)


@dataclass
class Upload:
    """What became of a sheet."""

    file: str
    sent: int = 0
    unchanged: int = 0
    faults: list[RowFault] = field(default_factory=list)

    def report(self, what: str, *, as_json: bool) -> None:
        """Tell, the faults on the error stream; refuses `RowsRefused` at the end where there are any."""
        self.faults.sort(key=lambda one: one.row)

        def text() -> None:
            again = f"，{self.unchanged}户此前已办" if self.unchanged else ""
            done(f"{what}{self.sent}户{again}，{len(self.faults)}处有误")
            for fault in self.faults:
                err.print(f"  ✗ {fault.words(self.file)}", markup=False)

        data = {
            "file": self.file,
            "sent": self.sent,
            "unchanged": self.unchanged,
            "faults": [fault.view(self.file) for fault in self.faults],
        }
        show(data, as_json=as_json, text=text)
        if self.faults:
            raise Refusal("RowsRefused", "有误的行未受理，其余的已办；更正后可用同一文件再次上传")


def chunks(lines: Sequence[tuple[int, L]]) -> Iterator[list[tuple[int, L]]]:
    """Pieces of at most 200 lines; the lines of a visit stay together."""
    piece: list[tuple[int, L]] = []
    for _, group in groupby(sorted(lines, key=lambda one: one[1].visit), key=lambda one: one[1].visit):
        members = list(group)
        if piece and len(piece) + len(members) > MAX_LINES:
            yield piece
            piece = []
        piece += members
    if piece:
        yield piece


def send(
    who: Who,
    task: str,
    understood: Understood[L],
    upload: Upload,
    paper: Callable[[tuple[L, ...]], Paper],
    *,
    digest: str,
    ready: dict[str, int],
) -> None:
    """Send the sound lines of the visits that are `ready` (visit → cycle), piece by piece.

    The pieces follow from the file alone. A message's id follows from who sends it in what posting, the
    file, the visits and their cycles, so that the same upload is the same messages, and one after a return is a new one. A piece
    that is refused is halved until the visit that it fails by is named and all others have gone through.
    """

    sender: str | None = None

    def send_piece(members: list[tuple[int, L]]) -> None:
        nonlocal sender
        cycles = sorted({(line.visit, ready[line.visit]) for _, line in members})
        made = paper(tuple(line for _, line in members))
        if sender is None:
            actor = who.actor(type(made))
            sender = f"{actor.person}|{actor.department}|{actor.role.value}"
        try:
            message = message_of(who, f"{sender}|{digest}|{task}|{cycles}")
            who.send(f"joint-task/{task}", made, message_id=message)
            upload.sent += len(cycles)
        except Refusal as refusal:
            if refusal.type in HOPELESS:
                raise
            if len(cycles) == 1:
                upload.faults.append(RowFault(min(row for row, _ in members), _fault_of(members, refusal)))
                return
            first = {visit for visit, _ in cycles[: len(cycles) // 2]}
            send_piece([one for one in members if one[1].visit in first])
            send_piece([one for one in members if one[1].visit not in first])

    pieces = list(chunks(understood.sound()))
    with bar() as progress:
        for piece in progress.track(pieces, description="上传"):
            members = [(row, line) for row, line in piece if line.visit in ready]
            if members:
                send_piece(members)


def message_of(who: Who, name: str) -> str:
    """The id that follows from a name and the number of its tries: what a refused one lacked may be there now."""
    ids = (hashlib.sha256(f"{name}|{attempt}".encode()).hexdigest()[:32] for attempt in count())
    with who.database.read() as session:
        return next(id_ for id_ in ids if not _refused(session, id_))


def _refused(session: Session, submission: str) -> bool:
    answer = session.get(Answer, submission)
    return answer is not None and answer.outcome is Outcome.REFUSED


HOPELESS = frozenset({"EngineAway", "NotDelivered", "NotPosted", "WrongRole", "TaskClosed", "TaskUnknown"})
"""Refusals that every further piece would meet as well."""


def _fault_of(members: Sequence[tuple[int, Any]], refusal: Refusal) -> Fault:
    numbers = sorted(row for row, _ in members)
    rows = f"第{numbers[0]}—{numbers[-1]}行" if len(numbers) > 1 else "本行"
    return Fault(COLUMNS_OF_REFUSALS.get(refusal.type, rows), f"未受理（{refusal.type}）：{refusal.words}")


COLUMNS_OF_REFUSALS = {
    "WitnessMissing": "见证人",
    "TooFewOfficers": "在场执法人员证号",
    "CompletionInFuture": "检查完成日",
    "CompletionBeforeLaunch": "检查完成日",
    "CompletionBeforePeriod": "检查完成日",
    "CommissionMissing": "检查方式",
    "CommissionOpen": "检查结果",
    "LettersMissing": "检查结果",
    "ReceiverUnknown": "移送接收部门",
    "VisitStage": "检查编号",
}
"""The column of a sheet that a refusal is about, where it is about one."""
