"""The papers of stage 4 and who goes with whom, each in its place and out of it."""

from datetime import timedelta

from models.papers import (
    AnswerJointVisit,
    AttachAssistant,
    BorrowOfficer,
    DeclareRecusal,
    LendOfficer,
    MatchAgain,
    OfferJointVisit,
    PostponeVisits,
    RecogniseResults,
    WidenAreas,
)
from rules.recusal import RecusalGround
from rules.roles import Role
from tests.activities.cases.base import NO_PART, Case, first
from tests.activities.neighbours import BORROWED, OTHER
from tests.activities.world import item_of
from tests.builders import LEAD, SECOND, THIRD

CASES: dict[str, Case] = {
    "officer.borrow": Case(
        "short",
        (SECOND, Role.APPROVER),
        lambda _: BorrowOfficer(officer=BORROWED, reason="人员不足"),
        NO_PART,
        ("fixed", "NothingToMatch"),
        ("visited", "NothingToMatch"),
    ),
    "officer.recuse": Case(
        "matched",
        (SECOND, Role.APPROVER),
        lambda driver: DeclareRecusal(
            officer=driver.officers(SECOND)[0],
            subjects=(driver.subject(driver.visits(SECOND)[0]).code,),
            ground=RecusalGround.KINSHIP,
            reason="近亲属任职",
        ),
        NO_PART,
    ),
    "officer.lend": Case(
        "asked",
        (THIRD, Role.APPROVER),
        lambda _: LendOfficer(officer=BORROWED, lend=True, reason="可以支援"),
        (LEAD, "NothingAsked"),
        ("short", "NothingAsked"),
    ),
    "joint.offer": Case(
        "overlapping",
        (SECOND, Role.HANDLER),
        lambda driver: OfferJointVisit(visit=first(driver), task=OTHER, department=THIRD, reason="同一对象"),
        (THIRD, "VisitUnknown"),
        ("matched", "NoOverlap"),
        ("visited", "VisitStage"),
    ),
    "joint.answer": Case(
        "offered_joint",
        (SECOND, Role.APPROVER),
        lambda driver: AnswerJointVisit(visit=first(driver), join=True, reason="一次上门"),
        (THIRD, "VisitUnknown"),
        ("overlapping", "NothingOffered"),
        ("visited", "VisitStage"),
    ),
    "visit.recognise": Case(
        "checked_elsewhere",
        (SECOND, Role.APPROVER),
        lambda driver: RecogniseResults(visit=first(driver), recognise=True, reason="结果在有效期内"),
        (THIRD, "VisitUnknown"),
        ("matched", "NothingToRecognise"),
        ("visited", "VisitStage"),
    ),
    "assistant.attach": Case(
        "matched",
        (SECOND, Role.HANDLER),
        lambda _: AttachAssistant(name="测专家", specialty="锅炉", item=item_of(SECOND), reason="专业性强"),
        NO_PART,
        ("fixed", "WrongStage"),
        ("visited", "WrongStage"),
    ),
    "match.widen": Case(
        "short",
        (SECOND, Role.APPROVER),
        lambda _: WidenAreas(reason="人员不足"),
        NO_PART,
        ("fixed", "NothingToMatch"),
        ("visited", "NothingToMatch"),
    ),
    "match.again": Case(
        "short",
        (SECOND, Role.HANDLER),
        lambda _: MatchAgain(reason="已补充执法人员"),
        NO_PART,
        ("fixed", "NothingToMatch"),
        ("visited", "NothingToMatch"),
    ),
    "visit.postpone": Case(
        "matched",
        (SECOND, Role.APPROVER),
        lambda driver: PostponeVisits(
            visits=(first(driver),),
            first_day=driver.today + timedelta(days=7),
            last_day=driver.today + timedelta(days=14),
            reason="学校放假",
        ),
        (THIRD, "VisitUnknown"),
        ("fixed", "VisitUnknown"),
        ("visited", "VisitStage"),
    ),
}
