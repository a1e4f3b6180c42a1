"""Stage 2: partners claim or decline; the coordinating office settles what is declined (领取任务)."""

from activities.authority import name_of, office_department
from activities.clocks.reckoning import Terms
from activities.clocks.waits import Clocks
from activities.desk.notices import notify
from activities.exchange.declaring import declare_claim
from activities.papers.docket import Docket
from activities.papers.rulings import Target, ruling
from models.papers import AcceptClaim, DeclineClaim, ExtendClaim, ReleaseClaim, ReofferClaim
from models.task import JointTask, TakingPart
from models.trail import Cause
from rules.deadline import Unit
from rules.refusal import Refusal
from rules.roles import Role
from rules.stages import Claim, Stage
from rules.waits import WaitKind


def claim_key(part: TakingPart, cycle: int) -> str:
    """The key of a claim's wait: an offer made again is another cycle."""
    return f"{part.task}/claim/{part.department}/{cycle}"


def settle_key(part: TakingPart, cycle: int) -> str:
    """The key of the coordinating office's wait after a declined offer."""
    return f"{part.task}/settle-claim/{part.department}/{cycle}"


@ruling(Target.TASK, AcceptClaim, Role.HANDLER, Role.HEAD, together=True)
def accept(docket: Docket, _: AcceptClaim) -> None:
    """Claim the task; also after declining, as long as nobody was released."""
    part = _offered(docket, Claim.OFFERED, Claim.DECLINED)
    _close(docket, part)
    part.claim = Claim.CLAIMED
    declare_claim(docket.session, docket.living_task, part, docket.now)


@ruling(Target.TASK, DeclineClaim, Role.HANDLER, Role.HEAD)
def decline(docket: Docket, paper: DeclineClaim) -> None:
    """Decline with a reason: from now on the coordinating office is waited for."""
    part = _offered(docket, Claim.OFFERED)
    task = docket.living_task
    docket.clocks.settle_key(claim_key(part, part.offers), by=docket.by)
    part.claim = Claim.DECLINED
    declare_claim(docket.session, task, part, docket.now)
    office = office_department(docket.session, docket.office)
    docket.clocks.open(
        WaitKind.SETTLE_CLAIM,
        key=settle_key(part, part.offers),
        scope=f"joint-task/{task.id}",
        task=task.id,
        department=office,
        opened_by=docket.by,
        cycle=part.offers,
    )
    notify(
        docket.session,
        office,
        Role.OFFICE,
        key=f"{task.id}/declined/{part.department}/{part.offers}",
        event="declined",
        text=f"{name_of(docket.session, part.department)}拒领任务 {task.id}，理由：{paper.reason}。可再次交办、免除或延期",
        now=docket.now,
        task=task.id,
        urgent=True,
    )


@ruling(Target.TASK, ReofferClaim, Role.OFFICE)
def reoffer(docket: Docket, paper: ReofferClaim) -> None:
    """Offer a declined task again: a new cycle with a clock of its own."""
    part = _settling(docket, paper.department, Claim.DECLINED, Claim.RELEASED)
    docket.clocks.settle_key(settle_key(part, part.offers), by=docket.by)
    offer(docket.clocks, docket.living_task, part, paper.reason)


@ruling(Target.TASK, ReleaseClaim, Role.OFFICE)
def release(docket: Docket, paper: ReleaseClaim) -> None:
    """Release a partner from the task, with a reason; it counts as settled."""
    part = _settling(docket, paper.department, Claim.OFFERED, Claim.DECLINED)
    _close(docket, part)
    part.claim = Claim.RELEASED
    declare_claim(docket.session, docket.living_task, part, docket.now)
    notify(
        docket.session,
        part.department,
        Role.HANDLER,
        key=f"{part.task}/released/{part.department}/{part.offers}",
        event="released",
        text=f"任务 {part.task}：已免除你单位的配合职责，理由：{paper.reason}",
        now=docket.now,
        task=part.task,
    )


@ruling(Target.TASK, ExtendClaim, Role.OFFICE)
def extend(docket: Docket, paper: ExtendClaim) -> None:
    """Give a partner more working days from today to claim; a declined offer stands again."""
    part = _settling(docket, paper.department, Claim.OFFERED, Claim.DECLINED)
    if part.claim is Claim.DECLINED:
        docket.clocks.settle_key(settle_key(part, part.offers), by=docket.by)
        offer(docket.clocks, docket.living_task, part, paper.reason)
    wait = docket.clocks.find(claim_key(part, part.offers))
    if wait is None:
        raise Refusal("NothingToExtend", "该部门没有待领取的任务，无须延期")
    terms = Terms(docket.clocks.today, paper.days, Unit.WORKING_DAY, paper.reason)
    docket.clocks.renew(wait, terms, Cause.EXTENDED)


def offer(clocks: Clocks, task: JointTask, part: TakingPart, reason: str = "") -> None:
    """Offer the task to a partner: the claim's wait opens and the desk is told."""
    part.offers += 1
    part.claim = Claim.OFFERED
    clocks.open(
        WaitKind.CLAIM,
        key=claim_key(part, part.offers),
        scope=f"joint-task/{task.id}",
        task=task.id,
        department=part.department,
        opened_by="offered",
        cycle=part.offers,
    )
    notify(
        clocks.session,
        part.department,
        Role.HANDLER,
        key=f"{task.id}/offered/{part.department}/{part.offers}",
        event="offered",
        text=f"请领取联合抽查任务 {task.id}：{task.name}。{reason}",
        now=clocks.now,
        task=task.id,
        urgent=True,
    )


def _offered(docket: Docket, *allowed: Claim) -> TakingPart:
    task, part = docket.living_task, docket.part()
    if docket.department == task.initiator:
        raise Refusal("InitiatorClaims", "发起部门无须领取或拒领本任务")
    _require(part, allowed)
    return part


def _settling(docket: Docket, department: str, *allowed: Claim) -> TakingPart:
    task, part = docket.living_task, docket.part(department)
    if department == task.initiator:
        raise Refusal("InitiatorClaims", "发起部门不能免除或再次交办；确不能进行的请撤销任务")
    if task.stage > Stage.NOTIFY:
        raise Refusal(
            "WrongStage", "领取已全部办结，抽取开始后参与部门不再变动；确需变动的请撤销任务后重新发起"
        )
    _require(part, allowed)
    return part


def _require(part: TakingPart, allowed: tuple[Claim, ...]) -> None:
    if part.claim is Claim.NONE:
        raise Refusal(
            "ClaimNotOpen",
            "发起部门的抽查范围、事项和检查时段尚未全部复核，任务还没有交办，请待交办通知后领取；"
            f"可用 task show {part.task} 查看正在等谁",
        )
    if part.claim not in allowed:
        raise Refusal(
            "ClaimNotOpen",
            f"领取状态为“{part.claim.label}”，此时不能这样办理；请用 task show {part.task} 查看正在等谁",
        )


def _close(docket: Docket, part: TakingPart) -> None:
    docket.clocks.settle_key(claim_key(part, part.offers), by=docket.by)
    docket.clocks.settle_key(settle_key(part, part.offers), by=docket.by)
