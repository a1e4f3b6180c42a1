"""Who may check a subject (执法人员资格筛选): filters in the order in which a shortage is explained."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Filter(StrEnum):
    """A condition that an officer must pass for a subject (匹配条件)."""

    DEPARTMENT = "department"
    CERTIFICATE = "certificate"
    SPECIALTY = "specialty"
    AREA = "area"
    RECUSAL = "recusal"
    LEAVE = "leave"
    CAPACITY = "capacity"

    @property
    def label(self) -> str:
        """What an officer who passes it is called."""
        return {
            Filter.DEPARTMENT: "本部门执法人员",
            Filter.CERTIFICATE: "证件在检查期内有效",
            Filter.SPECIALTY: "具备事项所需专业",
            Filter.AREA: "负责该区域",
            Filter.RECUSAL: "无需回避",
            Filter.LEAVE: "检查期内不休假",
            Filter.CAPACITY: "尚有检查余量",
        }[self]


@dataclass(frozen=True)
class Officer:
    """A certified officer (执法人员) as frozen in the department's officers' file.

    `areas` empty means the whole territory; `leave` holds (first day, last day) pairs; `recusals` are
    subject codes; `capacity` is how many more subjects all running tasks leave room for, and `load` the
    visits of this year so far, which only the balance looks at.
    """

    code: str
    department: str
    certificate_to: date
    specialties: frozenset[str]
    areas: frozenset[str]
    leave: tuple[tuple[date, date], ...]
    recusals: frozenset[str]
    capacity: int
    load: int


@dataclass(frozen=True)
class Need:
    """A subject that needs `officers` of one department on the days of its visit period, both included."""

    subject: str
    area: str
    specialties: frozenset[str]
    first_day: date
    last_day: date
    officers: int = 2


def failing(officer: Officer, need: Need) -> Iterator[Filter]:
    """The filters that the officer fails for the need, in order; the department is the caller's."""
    if officer.certificate_to < need.last_day:
        yield Filter.CERTIFICATE
    if not need.specialties <= officer.specialties:
        yield Filter.SPECIALTY
    if officer.areas and need.area not in officer.areas:
        yield Filter.AREA
    if need.subject in officer.recusals:
        yield Filter.RECUSAL
    if any(start <= need.last_day and need.first_day <= end for start, end in officer.leave):
        yield Filter.LEAVE
    if officer.capacity <= 0:
        yield Filter.CAPACITY


def eligible(officer: Officer, need: Need) -> str | None:
    """None, or the name of the first filter that the officer fails."""
    return next(failing(officer, need), None)
