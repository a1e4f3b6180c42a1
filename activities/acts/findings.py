"""Between visit and result: evidence, facts about the subject, commissioned tests (证据、对象情况、委托)."""

from sqlmodel import Session, col, func, select

from activities.acts.preparation import confirmed
from activities.acts.retractions import RETRACTED
from activities.acts.visits import visits_of
from activities.clocks import whole_task
from activities.papers.docket import Docket
from activities.papers.rulings import Target, ruling
from activities.results.passage import withdraw
from models.evidence import Commission, CommissionReport, Evidence, EvidenceKind, SubjectFinding
from models.papers import AddEvidence, CloseVisits, EvidenceLine, OpenCommission, RecordFact, ReportCommission
from models.retractions import RetractedGround
from models.task import Aspect, Visit
from rules.evidence import check_file
from rules.policy import PolicyKey
from rules.refusal import Refusal
from rules.results import SubjectFact, check_letters
from rules.roles import Role
from rules.stages import VisitStage
from rules.waits import WaitKind

_BEFORE_ENTRY = (VisitStage.UNMATCHED, VisitStage.MATCHED, VisitStage.VISITED, VisitStage.RETURNED)
_CHECKED = (VisitStage.VISITED, VisitStage.RETURNED)


@ruling(Target.TASK, AddEvidence, Role.OFFICER, Role.HANDLER)
def add_evidence(docket: Docket, paper: AddEvidence) -> None:
    """Files behind results that are not submitted yet: what was approved rests on what lay there."""
    visits_of(docket, sorted({line.visit for line in paper.lines}), *_CHECKED)
    ids = []
    for line in paper.lines:
        _check_line(docket, line)
        row = Evidence(
            visit=line.visit,
            item=line.item,
            kind=EvidenceKind(line.evidence),
            sha256=line.sha256,
            name=line.name,
            media_type=line.media_type,
            size=line.size,
            source=line.source,
            submission=docket.by,
        )
        docket.session.add(row)
        ids.append(row.id)
    docket.data = {"evidence": ids}


@ruling(Target.TASK, RecordFact, Role.OFFICER, Role.HANDLER)
def record_fact(docket: Docket, paper: RecordFact) -> None:
    """A fact about the subject, never a result; 无法联系 needs its two letters."""
    visits_of(docket, [paper.visit], *_BEFORE_ENTRY)
    if paper.found_on > docket.clocks.today or any(
        one.sent_on > docket.clocks.today for one in paper.letters
    ):
        raise Refusal("StepInFuture", "登记的日期在今日之后，请更正")
    if paper.fact is SubjectFact.UNREACHABLE:
        check_letters([one.sent_on for one in paper.letters])
    docket.session.add(
        SubjectFinding(
            visit=paper.visit,
            fact=paper.fact,
            found_on=paper.found_on,
            source=paper.source,
            letters=[one.model_dump(mode="json") for one in paper.letters],
            submission=docket.by,
        )
    )
    allowed = docket.clocks.policies.value(PolicyKey.CLOSING_FACTS, docket.department)
    docket.data = {"closes": paper.fact in allowed}


@ruling(Target.TASK, CloseVisits, Role.APPROVER, Role.HEAD)
def close_visits(docket: Docket, paper: CloseVisits) -> None:
    """Close visits without results: only on a recorded fact that lets a check end, by the unit."""
    visits = visits_of(docket, list(paper.visits), *_BEFORE_ENTRY)
    allowed = set(docket.clocks.policies.value(PolicyKey.CLOSING_FACTS, docket.department))
    facts = _facts(docket.session, list(visits))
    for visit in visits:
        if not facts.get(visit, set()) & allowed:
            words = "、".join(SubjectFact(one).label for one in sorted(allowed))
            raise Refusal(
                "FactMissing",
                f"{visit} 没有登记可以终止检查的对象情况（{words}），请先用 result fact add 登记",
            )
    withdraw(docket.clocks, docket.part(), list(visits.values()), by=docket.by, to=VisitStage.EXEMPT)
    whole_task.complete(docket.clocks, docket.living_task, "其余对象不再检查，期限由最后一次检查起算")


@ruling(Target.TASK, OpenCommission, Role.HANDLER, Role.OFFICER)
def open_commission(docket: Docket, paper: OpenCommission) -> None:
    """A test or audit by an institution: a wait of its own, until the report's day."""
    visits_of(docket, [paper.visit], *_CHECKED)
    _check_item(docket, paper.item)
    if paper.due_on < docket.clocks.today:
        raise Refusal("PeriodPast", "报告的约定日期在今日之前，请更正")
    number = (
        docket.session.exec(
            select(func.count()).where(
                col(Commission.visit) == paper.visit, col(Commission.item) == paper.item
            )
        ).one()
        + 1
    )
    row = Commission(
        visit=paper.visit,
        item=paper.item,
        number=number,
        institution=paper.institution,
        qualification=paper.qualification,
        due_on=paper.due_on,
        submission=docket.by,
    )
    docket.session.add(row)
    docket.session.flush()
    docket.clocks.open(
        WaitKind.COMMISSION,
        key=f"commission/{row.id}",
        scope=f"joint-task/{docket.living_task.id}",
        task=docket.living_task.id,
        department=docket.department,
        opened_by=docket.by,
        due=paper.due_on,
    )
    docket.data = {"commission": row.id}


@ruling(Target.TASK, ReportCommission, Role.HANDLER, Role.OFFICER)
def report_commission(docket: Docket, paper: ReportCommission) -> None:
    """The report has come; its file, where there is one, is evidence like any other."""
    session = docket.session
    row = session.get(Commission, paper.commission)
    visit = session.get_one(Visit, row.visit) if row else None
    task = docket.living_task
    if row is None or visit is None or (visit.task, visit.department) != (task.id, docket.department):
        raise Refusal(
            "CommissionUnknown",
            f"本部门在本任务中没有委托 {paper.commission}；可用 result commission list 查看编号",
        )
    if session.get(CommissionReport, row.id) is not None:
        raise Refusal("AlreadyReported", "该委托的报告已经登记；补充材料请作为证据登记")
    if paper.reported_on > docket.clocks.today:
        raise Refusal("StepInFuture", f"报告日期{paper.reported_on}在今日之后，请更正")
    if paper.evidence is not None:
        file = session.get(Evidence, paper.evidence)
        gone = session.get(RetractedGround, paper.evidence) is not None
        if file is None or gone or file.visit != row.visit:
            raise Refusal("EvidenceUnknown", "报告文件须先作为该户的证据登记：result evidence add")
    session.add(
        CommissionReport(
            commission=row.id,
            reported_on=paper.reported_on,
            conclusion=paper.conclusion,
            evidence=paper.evidence,
            submission=docket.by,
        )
    )
    docket.clocks.settle_key(f"commission/{row.id}", by=docket.by)


def _check_line(docket: Docket, line: EvidenceLine) -> None:
    check_file(line.name, line.size)
    try:
        kind = EvidenceKind(line.evidence)
    except ValueError:
        raise Refusal(
            "EvidenceKindUnknown", f"没有证据种类“{line.evidence}”，可选：{'、'.join(EvidenceKind)}"
        ) from None
    if kind is EvidenceKind.EXPERT and not line.source.strip():
        raise Refusal("SourceMissing", "鉴定结论须写明出具机构和文号（--source）")
    if line.item:
        _check_item(docket, line.item)


def _check_item(docket: Docket, item: str) -> None:
    aspects = confirmed(docket.session, docket.living_task.id)
    items = aspects[Aspect.ITEMS].content["items"].get(docket.department, ())
    if item not in items:
        raise Refusal(
            "ItemUnknown", f"不是本部门在本任务中的抽查事项：{item}，应为：{'、'.join(sorted(items))}"
        )


def _facts(session: Session, visits: list[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in session.exec(
        select(SubjectFinding).where(
            col(SubjectFinding.visit).in_(visits), col(SubjectFinding.id).not_in(RETRACTED)
        )
    ):
        found.setdefault(row.visit, set()).add(row.fact.value)
    return found
