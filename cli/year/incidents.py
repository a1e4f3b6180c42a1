"""What befalls tasks besides people's tempers: given out by the seed to rows that they can befall (变故)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from cli.year.law import Law
from rules.channel import LegalForm


class Incident(StrEnum):
    """Something that befalls the task of one row (突发情形)."""

    DECLINE = "decline"
    SUSPEND = "suspend"
    REPLACE = "replace"
    REMATCH = "rematch"
    CORRECT = "correct"
    CANCEL = "cancel"
    OMIT = "omit"
    FORGET = "forget"

    @property
    def label(self) -> str:
        """The incident in words."""
        return {
            "decline": "拒领后由办公室处理",
            "suspend": "录入期限中止后延期",
            "replace": "对象注销后更换",
            "rematch": "执法人员病休后重新匹配",
            "correct": "结果更正",
            "cancel": "任务撤销",
            "omit": "登记未实施",
            "forget": "全年未发起",
        }[self.value]


@dataclass(frozen=True)
class Candidate:
    """A row as far as it matters here.

    `percent` is its plain ratio, 100 where it has none; `officers` are the initiator's.
    """

    seq: str
    here: bool
    partners: int
    form: LegalForm
    percent: float
    officers: int


_WANTED = {
    Incident.CANCEL: 1,
    Incident.OMIT: 1,
    Incident.FORGET: 1,
    Incident.DECLINE: 3,
    Incident.SUSPEND: 1,
    Incident.REPLACE: 3,
    Incident.REMATCH: 2,
    Incident.CORRECT: 3,
}
_ENDS = (Incident.CANCEL, Incident.OMIT, Incident.FORGET)
"""After these nothing else befalls the row; a plan of a few rows is spared them."""
_FEW = 8


def give_out(law: Law, rows: Sequence[Candidate]) -> dict[str, set[str]]:
    """What befalls which row, by its number."""
    found: dict[str, set[str]] = {}
    ended: set[str] = set()
    for what, wanted in _WANTED.items():
        if what in _ENDS and len(rows) < _FEW:
            continue
        fit = [row.seq for row in rows if row.seq not in ended and _fits(what, row)]
        number = min(wanted, max(1, len(fit) // 3), len(fit))
        for seq in law.random("incident", what).sample(fit, number):
            found.setdefault(seq, set()).add(what)
            if what in _ENDS:
                ended.add(seq)
    return found


def counted(incidents: Iterable[set[str]]) -> dict[str, int]:
    """How many rows each befalls, by its label."""
    told = [what for one in incidents for what in one]
    return {what.label: told.count(what) for what in Incident if what in told}


def _fits(what: Incident, row: Candidate) -> bool:
    match what:
        case Incident.DECLINE:
            return row.partners > 0
        case Incident.REPLACE:
            # Somebody must be left to be drawn, in whatever class the one was who is gone.
            return row.here and row.form is LegalForm.PUBLIC_INSTITUTION and row.percent <= 35
        case Incident.REMATCH:
            # Two may be sick at the same time.
            return row.here and row.officers > 3
        case Incident.CANCEL:
            return row.here
        case _:
            return True
