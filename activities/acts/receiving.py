"""Stage 1 of a task that starts from a list drawn by the level above (市抽县查): stored with its record."""

from activities.acts.preparation import propose
from activities.lookup import subjects_by_code
from activities.papers.docket import Docket
from models.organisation import Office
from models.papers import DrawnAbove, ProposeScope
from models.plan import PlanRowVersion
from models.task import Aspect, JointTask, ReceivedList
from rules.plan_rounds import LaunchMode, launch_mode
from rules.refusal import Refusal
from rules.scope import ScopeFilter


def check_received(docket: Docket, row: PlanRowVersion, paper: DrawnAbove | None) -> None:
    """The row's mode says whether a list is needed; every subject of the list must stand in the register."""
    own = docket.session.get_one(Office, docket.office).level
    mode = launch_mode(row.fields["mode"]["value"], own)
    if mode is LaunchMode.WATCHED:
        raise Refusal("RowOnlyWatched", f"序号{row.seq}由其他层级检查，本级只关注进展，无须发起")
    if mode is LaunchMode.HERE and paper is not None:
        raise Refusal("DrawnHere", f"序号{row.seq}由本级抽取，请不带名单发起")
    if mode is LaunchMode.RECEIVED and paper is None:
        raise Refusal(
            "ReceivedListNeeded",
            f"序号{row.seq}由上级抽取，请凭收到的名单和抽取记录发起：task start … --received 名单文件 --record 记录文件",
        )
    if paper is None:
        return
    if len(set(paper.codes)) < len(paper.codes):
        raise Refusal("CodesRepeated", "收到的名单中有重复的代码，请向上级核对后重新提交")
    known = set(subjects_by_code(docket.session, docket.office, list(paper.codes)))
    if unknown := [code for code in paper.codes if code not in known]:
        raise Refusal(
            "SubjectUnknown",
            f"名单中有{len(unknown)}户不在本级检查对象名录库：{'、'.join(unknown[:5])}；请先 register import subjects",
        )


def receive_list(docket: Docket, task: JointTask, paper: DrawnAbove) -> None:
    """Store the list; it stands as the scope's proposal, which a second person confirms against the paper."""
    session = docket.session
    session.add(ReceivedList(task=task.id, submission=docket.by, **paper.model_dump()))
    scope = ScopeFilter(
        hand_picked=paper.codes,
        reason=f"{paper.issuer} {paper.number} 抽取名单（{paper.drawn_on}），抽取记录 {paper.record_sha256}",
    )
    propose(docket, task, Aspect.SCOPE, ProposeScope(filter=scope))
    docket.data |= {"received": len(paper.codes)}
