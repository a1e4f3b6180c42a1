"""The year's county: the demonstration's bodies and people, and for each row a few subjects of its own."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import count

from cli.demo.bodies import ITEMS, specialties_of
from cli.demo.county import County, county
from cli.demo.subjects import AREAS, Row, code_of, numeral
from cli.year.law import Law
from rules.channel import LegalForm, uses_credit_class

_FORMS = (
    LegalForm.ENTERPRISE,
    LegalForm.ENTERPRISE,
    LegalForm.ENTERPRISE,
    LegalForm.INDIVIDUAL,
    LegalForm.PUBLIC_INSTITUTION,
    LegalForm.PUBLIC_INSTITUTION,
)
_FIRST_SERIAL = 500_000
"""Above the numbers of the demonstration's own subjects."""
_ITEMS_EACH = 2


def year_county(law: Law, today: date, seqs: Sequence[str]) -> County:
    """The registers at the year's beginning: the same again for the same arguments."""
    base = county(law.seed, today, other_subjects=0)
    serials = count(_FIRST_SERIAL)
    own = [row for seq in seqs for row in _subjects(law, seq, today, serials)]
    return replace(base, subjects=[*base.subjects, *own])


def kind_of(seq: str) -> str:
    """The kind under which a row's subjects stand in the register."""
    return f"样例第{numeral(int(seq))}类对象" if seq.isdigit() else f"样例{seq}类对象"


def form_of(law: Law, seq: str) -> LegalForm:
    """The legal form of all subjects of a row."""
    return law.random("form", seq).choice(_FORMS)


def items_of(department: str) -> tuple[str, ...]:
    """What a department checks in every task: one or two items that most of its officers know."""
    code = department.split("/", 1)[1]
    known = ("", *specialties_of(code)[:1])
    own = [item.code for item in ITEMS if item.body == code and item.specialty in known]
    return tuple((own or [item.code for item in ITEMS if item.body == code])[:_ITEMS_EACH])


def _subjects(law: Law, seq: str, today: date, serials: "count[int]") -> list[Row]:
    """Four to eight subjects of one legal form: which of them are drawn changes no figure of the year."""
    random, form = law.random("subjects", seq), form_of(law, seq)
    classed = uses_credit_class(form)
    return [
        {
            "code": code_of(form, next(serials)),
            "name": f"样例{kind_of(seq)}{numeral(place + 1)}",
            "kind": kind_of(seq),
            "legal_form": form.label,
            "status": "存续",
            "area": AREAS[place % len(AREAS)],
            "credit_class": random.choice("AABBCD") if classed else "",
            "class_date": (today.replace(day=1) - timedelta(days=1)).isoformat() if classed else "",
        }
        for place in range(random.randint(4, 8))
    ]
