"""Experts and helpers who go along to a check (专家、辅助人员)."""

from sqlmodel import col, select

from activities.acts.preparation import confirmed
from activities.match.aids import add_aid, aids
from activities.match.experts import fits, lacking, last_day_of, review_experts
from activities.papers.docket import Docket
from activities.papers.rulings import Target, ruling
from models.papers import AttachAssistant
from models.registers import CheckItem, Expert
from models.task import AidKind, Aspect, TakingPart
from rules.refusal import Refusal
from rules.roles import Role
from rules.stages import Stage


@ruling(Target.TASK, AttachAssistant, Role.HANDLER, Role.APPROVER)
def attach(docket: Docket, paper: AttachAssistant) -> None:
    """An expert or helper goes along for one of the department's items; the officers stay as matched.

    The row keeps whether the lot had proposed the expert.
    """
    part, task = docket.part(), docket.living_task
    if task.stage not in (Stage.MATCH, Stage.INSPECT):
        raise Refusal("WrongStage", "专家和辅助人员须在抽取之后、全部检查完成之前指派")
    own = confirmed(docket.session, task.id)[Aspect.ITEMS].content["items"].get(part.department, ())
    if paper.item not in own:
        raise Refusal("ItemUnknown", f"{paper.item} 不是本部门在本任务中的抽查事项，可选：{'、'.join(own)}")
    content: dict[str, object] = paper.model_dump(include={"name", "specialty", "item", "expert"})
    if paper.expert:
        expert = _registered(docket, part, paper)
        proposed = {one.code for each in lacking(docket.session, part) for one in each.proposed}
        content |= {"name": expert.name, "proposed": expert.code in proposed}
    add_aid(docket.session, part, AidKind.ASSIST, content, docket.by)
    review_experts(docket.clocks, task, part, by=docket.by)


def _registered(docket: Docket, part: TakingPart, paper: AttachAssistant) -> Expert:
    """The expert of the register, who fits the item and is not attached to it yet."""
    session = docket.session
    expert = session.exec(
        select(Expert).where(col(Expert.office) == docket.office, col(Expert.code) == paper.expert)
    ).first()
    if expert is None:
        raise Refusal("ExpertUnknown", f"专家库中没有编号 {paper.expert}，请用 register list experts 核对")
    item = session.exec(
        select(CheckItem).where(
            col(CheckItem.department) == part.department, col(CheckItem.code) == paper.item
        )
    ).one()
    wanted, last_day = item.expert or paper.specialty, last_day_of(session, part)
    if last_day is not None and not fits(expert, wanted, last_day):
        raise Refusal("ExpertUnfit", f"{expert.name} 不具备“{wanted}”专业，或聘期早于{last_day}，请另选专家")
    attached = aids(session, part.task, part.department, AidKind.ASSIST)
    if any((one.content["item"], one.content.get("expert")) == (paper.item, expert.code) for one in attached):
        raise Refusal("AlreadyAttached", f"{expert.name} 已为事项 {paper.item} 指派，无须再办")
    return expert
