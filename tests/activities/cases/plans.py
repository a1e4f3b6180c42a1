"""The papers of plans, each in its place and out of it."""

from models.papers import (
    AdjustedRow,
    AdjustPlan,
    AdoptPlan,
    AnswerPlan,
    ConfirmPlanFields,
    OmitRound,
    PlanAnswer,
    SetPlanField,
)
from tests.activities.cases.base import AS_BEFORE, Case, newest_plan, office
from tests.activities.scenes import SECOND_DOCUMENT, second_plan
from tests.builders import DOCUMENT, set_field

_WINDOW = {"from_month": 3, "to_month": 10}


CASES: dict[str, Case] = {
    "plan.import": office(lambda _: second_plan()),
    "plan.set": office(
        lambda driver: SetPlanField(
            document=newest_plan(driver),
            seq="1",
            field="scope",
            value="全县学校（不含高校）",
            reason="核对原文",
        ),
        "imported",
        early=("adopted", "RowAdopted"),
        late=("both_adopted", "RowAdopted"),
    ),
    "plan.confirm": office(
        lambda driver: ConfirmPlanFields(
            document=newest_plan(driver), field="window", value=_WINDOW, seqs=("2",)
        ),
        "imported",
        early=("adopted", "RowUnknown"),
    ),
    "plan.answer": office(
        lambda driver: AnswerPlan(
            document=newest_plan(driver),
            answers=(
                PlanAnswer(seq="2", field="window", value=_WINDOW, accepted=True, reason="同意"),
                PlanAnswer(seq="2", field="ratio", value={"percent": "5"}, reason="电话核实"),
            ),
        ),
        "imported",
        early=("adopted", "RowUnknown"),
    ),
    "plan.adjust": office(
        lambda driver: AdjustPlan(
            document=newest_plan(driver),
            number="牵头局〔2026〕3号",
            approval="测批〔2026〕1号",
            reason="扩大比例",
            changed=(AdjustedRow(seq="1", fields={"ratio": set_field({"percent": "50"})}),),
        ),
        early=("imported", "PlanNotAdopted"),
    ),
    "plan.omit": office(
        lambda _: OmitRound(document=DOCUMENT, seq="1", round=1, number="测批〔2026〕2号", reason="并入专项"),
        late=("launched", "AlreadyLaunched"),
    ),
    "plan.adopt": office(
        lambda _: AdoptPlan(document=SECOND_DOCUMENT),
        "imported",
        early=("adopted", "PlanUnknown"),
        late=("both_adopted", AS_BEFORE),
    ),
}
