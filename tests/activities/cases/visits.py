"""The papers of stage 5, each in its place and out of it."""

from models.papers import AddEvidence, CloseVisits, EvidenceLine, Paper, RecordFact, RecordVisits, VisitLine
from rules.results import SubjectFact
from rules.roles import Role
from tests.activities.cases.base import Case, first
from tests.activities.driver import Driver
from tests.activities.scenes import (
    commission_of,
    evidence_retraction,
    fact_retraction,
    report_of,
    retraction_target,
)
from tests.activities.world import SHA
from tests.builders import SECOND, THIRD


def _record(driver: Driver) -> Paper:
    line = VisitLine(
        visit=first(driver),
        completed_on=driver.today,
        officers=driver.officers(SECOND)[:2],
        facts={"n": "1"},
    )
    return RecordVisits(lines=(line,))


def _evidence(driver: Driver) -> Paper:
    line = EvidenceLine(
        visit=first(driver), sha256=SHA, name="现场.pdf", media_type="application/pdf", size=10
    )
    return AddEvidence(lines=(line,))


CASES: dict[str, Case] = {
    "visit.record": Case(
        "matched",
        (SECOND, Role.OFFICER),
        _record,
        (THIRD, "VisitUnknown"),
        ("drawn", "VisitStage"),
        ("visited", "VisitStage"),
    ),
    "evidence.add": Case(
        "visited",
        (SECOND, Role.OFFICER),
        _evidence,
        (THIRD, "VisitUnknown"),
        ("matched", "VisitStage"),
        ("submitted", "VisitStage"),
    ),
    "visit.fact": Case(
        "matched",
        (SECOND, Role.OFFICER),
        lambda driver: RecordFact(
            visit=first(driver), fact=SubjectFact.MOVED_AWAY, found_on=driver.today, source="现场核实"
        ),
        (THIRD, "VisitUnknown"),
        ("fixed", "VisitUnknown"),
        ("submitted", "VisitStage"),
    ),
    "visit.close": Case(
        "found_gone",
        (SECOND, Role.APPROVER),
        lambda driver: CloseVisits(visits=(first(driver),), reason="已注销，无法检查"),
        (THIRD, "VisitUnknown"),
        ("matched", "FactMissing"),
        ("submitted", "VisitStage"),
    ),
    "fact.retract": Case(
        "closed_on_it",
        (SECOND, Role.OFFICER),
        fact_retraction,
        (THIRD, "NotOwnRecord"),
        ("matched", "GroundUnknown"),
        ("retraction_asked", "RetractionNumber"),
        closed="GroundUnknown",
        target=retraction_target,
    ),
    "evidence.retract": Case(
        "evidenced",
        (SECOND, Role.OFFICER),
        evidence_retraction,
        (THIRD, "NotOwnRecord"),
        ("visited", "GroundUnknown"),
        ("evidence_asked", "RetractionNumber"),
        closed="GroundUnknown",
        target=retraction_target,
    ),
    "commission.open": Case(
        "visited",
        (SECOND, Role.HANDLER),
        commission_of,
        (THIRD, "VisitUnknown"),
        ("matched", "VisitStage"),
        ("submitted", "VisitStage"),
    ),
    "commission.report": Case(
        "commissioned",
        (SECOND, Role.HANDLER),
        report_of,
        (THIRD, "CommissionUnknown"),
        ("visited", "CommissionUnknown"),
        ("reported", "AlreadyReported"),
    ),
}
