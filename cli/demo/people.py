"""The demonstration county's persons, postings and officers."""

from collections.abc import Iterable
from datetime import date, timedelta
from random import Random

from cli.demo.bodies import Body, specialties_of
from cli.demo.subjects import AREAS, STEMS, Row, numeral
from rules.roles import Role

OFFICE_BODY = "office"
SUBSTITUTED = "jy"
"""The department whose head has a substitute (代理) for these weeks."""

_SEATS = (Role.HANDLER, Role.HANDLER, Role.APPROVER, Role.HEAD, Role.KEEPER)
_OFFICE_SEATS = (Role.OFFICE, Role.OFFICE, Role.HEAD, Role.KEEPER, Role.OPERATOR)


class People:
    """Persons in the order of their numbers, each with one posting or more."""

    def __init__(self, today: date) -> None:
        self._today = today
        self._number = 0
        self.rows: list[Row] = []

    def add(self, department: str, role: Role) -> str:
        """A new person in a role since long; their id."""
        self._number += 1
        person = f"p-{self._number:04d}"
        self._post(person, self._name(self._number), department, role, self._today - timedelta(days=400))
        return person

    def substitute(self, department: str) -> None:
        """The department's approver stands in for its head, from five days ago for thirty days to come."""
        head = self._holder(department, Role.HEAD)
        deputy = self._holder(department, Role.APPROVER)
        self._post(
            deputy["person"],
            deputy["name"],
            department,
            Role.HEAD,
            self._today - timedelta(days=5),
            self._today + timedelta(days=30),
            head["person"],
        )

    def _holder(self, department: str, role: Role) -> Row:
        return next(row for row in self.rows if (row["department"], row["role"]) == (department, role.label))

    def _post(
        self,
        person: str,
        name: str,
        department: str,
        role: Role,
        first: date,
        last: date | None = None,
        acting_for: str = "",
    ) -> None:
        self.rows.append(
            {
                "person": person,
                "name": name,
                "department": department,
                "role": role.label,
                "from_day": first.isoformat(),
                "to_day": "" if last is None else last.isoformat(),
                "acting_for": acting_for,
                "email": f"{person}@example.invalid",
                "phone": "",
            }
        )

    @staticmethod
    def _name(number: int) -> str:
        return f"测试人{STEMS[(number - 1) % 10]}{numeral((number - 1) // 10 + 1)}"


def staff(people: People, bodies: Iterable[Body]) -> None:
    """Persons for every role: two handlers, so that one can confirm what the other proposed."""
    for role in _OFFICE_SEATS:
        people.add(OFFICE_BODY, role)
    for body in bodies:
        for role in _SEATS:
            people.add(body.code, role)
    people.substitute(SUBSTITUTED)


def officers(
    random: Random, today: date, people: People, bodies: Iterable[Body], schools: list[str]
) -> list[Row]:
    """The officers of each department; of a large one's, the last few are in some way out of reach."""
    rows = []
    for body in bodies:
        for place in range(body.officers):
            person = people.add(body.code, Role.OFFICER)
            row = {
                "code": f"SL{body.code.upper()}{place + 1:04d}",
                "name": people.rows[-1]["name"],
                "department": body.code,
                "certificate_to": date(today.year + 2 + place % 3, 12, 31).isoformat(),
                "person": person,
                "specialties": ";".join(_specialties(body, place)),
                "areas": "",
                "leave": "",
                "recusals": "",
                "capacity": "200",
            }
            rows.append(row | _limits(random, today, place, schools if body.officers >= 8 else []))
    return rows


def _specialties(body: Body, place: int) -> tuple[str, ...]:
    """The first ten of a department know its first specialty, and every other one the rest too."""
    known = specialties_of(body.code)
    first = known[:1] if place < 14 else ()
    return first + (known[1:] if place % 2 or place >= 14 else ())


def _limits(random: Random, today: date, place: int, schools: list[str]) -> Row:
    """What keeps an officer from some subjects or days; the first eight go anywhere at any time."""
    if not schools:
        return {}
    match place:
        case 6 | 7:
            return {"recusals": ";".join(sorted(random.sample(schools, 3)))}
        case 8 | 9 | 10:
            return {"areas": ";".join(random.sample(AREAS, 5))}
        case 11:
            days = today + timedelta(days=3), today + timedelta(days=12)
            return {"leave": "~".join(day.isoformat() for day in days)}
        case 12:
            return {"certificate_to": (today - timedelta(days=40)).isoformat()}
        case 13:
            return {"certificate_to": (today + timedelta(days=15)).isoformat()}
        case _:
            return {}
