"""The papers of stages 6 and 7, each in its place and out of it."""

from models.outcomes import PublicationKind
from models.papers import (
    AmendRecord,
    ApproveResults,
    CorrectProof,
    CorrectResult,
    Paper,
    ProvePublication,
    ResendPublications,
    ResultLine,
    ReturnResults,
    SignCorrection,
    SubmitResults,
    VoidProof,
)
from rules.channel import Channel
from rules.results import Category
from rules.roles import Role
from tests.activities.cases.base import AS_BEFORE, SECOND_HEAD, Case, first
from tests.activities.driver import Driver
from tests.activities.scenes import correction_target
from tests.activities.world import SHA, item_of
from tests.builders import SECOND, THIRD


def _submit(driver: Driver) -> Paper:
    line = ResultLine(visit=first(driver), item=item_of(SECOND), categories=(Category.NO_PROBLEM,))
    return SubmitResults(lines=(line,))


def _prove(driver: Driver) -> ProvePublication:
    mine = [
        one.id
        for one in driver.publications(PublicationKind.RESULT, Channel.OWN_SITE)
        if one.department == SECOND
    ]
    return ProvePublication(
        publications=(mine[0],), address="https://example.invalid", published_on=driver.today, sha256=SHA
    )


def _sent(driver: Driver) -> str:
    mine = [one.id for one in driver.publications(PublicationKind.RESULT) if one.department == SECOND]
    return mine[0]


def _correct(driver: Driver) -> Paper:
    return CorrectResult(
        result=correction_target(driver).split("/")[1],
        number=1,
        categories=(Category.NOT_PUBLISHED,),
        finding="未公示许可信息",
        reason="录入遗漏",
    )


CASES: dict[str, Case] = {
    "result.submit": Case(
        "visited",
        (SECOND, Role.OFFICER),
        _submit,
        (THIRD, "VisitUnknown"),
        ("matched", "VisitStage"),
        ("submitted", "VisitStage"),
    ),
    "result.approve": Case(
        "submitted",
        (SECOND, Role.APPROVER),
        lambda driver: ApproveResults(visits=(first(driver),)),
        (THIRD, "VisitUnknown"),
        ("visited", "VisitStage"),
        ("approved", "VisitStage"),
    ),
    "result.return": Case(
        "submitted",
        (SECOND, Role.APPROVER),
        lambda driver: ReturnResults(visits=(first(driver),), reason="附件不全"),
        (THIRD, "VisitUnknown"),
        ("visited", "VisitStage"),
        ("approved", "VisitStage"),
    ),
    "publication.prove": Case(
        "receipted",
        (SECOND, Role.HANDLER),
        _prove,
        (THIRD, "PublicationUnknown"),
        ("approved", "NotEntered"),
        ("published", AS_BEFORE),
    ),
    "publication.prove_again": Case(
        "published",
        (SECOND, Role.HEAD),
        lambda driver: CorrectProof(
            **_prove(driver).model_dump() | {"address": "https://right.invalid"}, reason="误附另一户的页面"
        ),
        (THIRD, "PublicationUnknown"),
        ("receipted", "NotProved"),
        closed="",
        cancelled="NotProved",
    ),
    "publication.void": Case(
        "published",
        (SECOND, Role.HEAD),
        lambda driver: VoidProof(publications=_prove(driver).publications, reason="页面上没有该户"),
        (THIRD, "PublicationUnknown"),
        ("receipted", "NotProved"),
        closed="",
    ),
    "publication.resend": Case(
        "rejected",
        (SECOND, Role.HANDLER),
        lambda driver: ResendPublications(records=(_sent(driver),), reason="代码已更正"),
        (THIRD, "PublicationUnknown"),
        ("approved", "NotRejected"),
        ("published", "AlreadyEntered"),
        closed="AlreadyEntered",
        cancelled="AlreadyEntered",
    ),
    "publication.amend": Case(
        "rejected",
        SECOND_HEAD,
        lambda driver: AmendRecord(
            record=_sent(driver),
            fields={"subject_name": "更名后的学校"},
            basis="登记机关核准更名通知",
            reason="名称已变更",
        ),
        (THIRD, "PublicationUnknown"),
        ("approved", "NotRejected"),
        ("published", "AlreadyEntered"),
        closed="AlreadyEntered",
        cancelled="AlreadyEntered",
    ),
    "result.correct": Case(
        "published",
        (THIRD, Role.HANDLER),
        _correct,
        (SECOND, "NotOwnResult"),
        ("submitted", "NotLocked"),
        ("corrected", "CorrectionNumber"),
        closed="",
        cancelled="",
        target=correction_target,
    ),
    "correction.sign": Case(
        "corrected",
        (THIRD, Role.HEAD),
        lambda _: SignCorrection(),
        (SECOND, "NotOwnResult"),
        ("published", "CorrectionUnknown"),
        ("signed", "AlreadyDecided"),
        closed="",
        cancelled="",
        target=correction_target,
    ),
}
