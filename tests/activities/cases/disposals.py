"""The papers of stage 8 and the summaries, each in its place and out of it."""

from models.papers import (
    AddDisposal,
    ProposedDisposal,
    ReceiptSummary,
    StepDisposal,
    SubmitReport,
    SubmitSummary,
)
from rules.disposal import DisposalKind
from rules.roles import Role
from tests.activities.cases.base import AS_BEFORE, DESK, NO_PART, NOT_THE_DESK, Case, office
from tests.activities.driver import Driver
from tests.activities.scenes import annulment, own_site_visit, referral_of, reply_of
from tests.activities.world import NOBODY, OUTSIDER
from tests.builders import DOCUMENT, LEAD, SECOND, THIRD


def _found(driver: Driver) -> str:
    return driver.result(own_site_visit(driver, SECOND)).id


def _disposal(driver: Driver) -> str:
    mine = [one.id for one in driver.disposals() if one.owner == SECOND]
    return f"disposal/{mine[0] if mine else NOBODY}"


CASES: dict[str, Case] = {
    "disposal.add": Case(
        "approved",
        (SECOND, Role.HEAD),
        lambda driver: AddDisposal(
            result=_found(driver), disposal=ProposedDisposal(kind=DisposalKind.CASE), reason="情节较重"
        ),
        (THIRD, "NotOwnResult"),
        ("submitted", "NotLocked"),
        closed="",
    ),
    "referral.make": Case(
        "approved",
        (SECOND, Role.HANDLER),
        referral_of,
        (THIRD, "ResultUnknown"),
        ("submitted", "NotLocked"),
        closed="",
    ),
    "disposal.annul": Case(
        "disposed",
        (SECOND, Role.HANDLER),
        annulment,
        (THIRD, "NotDisposalOwner"),
        ("approved", "NotDecided"),
        ("annulled", "AlreadyAnnulled"),
        closed="",
        cancelled="",
        target=_disposal,
    ),
    "disposal.step": Case(
        "approved",
        (SECOND, Role.HANDLER),
        lambda driver: StepDisposal(step="recheck_passed", on=driver.today),
        (THIRD, "NotDisposalOwner"),
        ("submitted", "CaseUnknown"),
        ("outcome", "DisposalStepOutOfOrder"),
        closed="DisposalStepOutOfOrder",
        cancelled="",
        target=_disposal,
    ),
    "summary.submit": Case(
        "published",
        (SECOND, Role.HANDLER),
        lambda _: SubmitSummary(),
        NO_PART,
        ("receipted", "SummaryNotDue"),
        ("summed", "AlreadySubmitted"),
    ),
    "summary.receipt": Case(
        "summed",
        DESK,
        lambda _: ReceiptSummary(department=SECOND),
        NOT_THE_DESK,
        ("published", "SummaryNotSubmitted"),
        ("signed_for", AS_BEFORE),
    ),
    "report.yearly": office(
        lambda driver: SubmitReport(document=DOCUMENT, number="牵头局〔2026〕9号", sent_on=driver.today),
        "desk",
        by=(LEAD, Role.HANDLER),
        stranger=(OUTSIDER, "ReportNotDue"),
        early=("adopted", "ReportNotDue"),
    ),
    "referral.answer": Case(
        "referred",
        (SECOND, Role.HANDLER),
        reply_of,
        (THIRD, "ReferralUnknown"),
        ("approved", "ReferralUnknown"),
        ("replied", "AlreadyAnswered"),
        closed="ReferralUnknown",
    ),
}
