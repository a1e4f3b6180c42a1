"""A plan from its import to its versions: settled by persons, adopted, adjusted in writing."""

from typing import Any

import pytest
from sqlmodel import col, select

from activities.acts.sampling import sample
from activities.clocks.waits import Clocks
from activities.desk.notices import desk_id
from activities.plans.rows import row_of, rows_in_force
from activities.plans.text import published_text
from adapters.plan_files import read_plan
from models.papers import (
    AddAlias,
    AddDepartment,
    AdjustedRow,
    AdjustPlan,
    AdoptPlan,
    AnswerPlan,
    ConfirmPlanFields,
    ImportPlan,
    Paper,
    PlanAnswer,
    SetPlanField,
    StartTask,
)
from models.plan import PlanDocument, PlanRowVersion
from models.task import JointTask
from models.trail import Answer, AuditEvent, Outbox, Wait
from rules.roles import Role
from rules.waits import WaitKind
from tests.activities import scenes
from tests.activities.conftest import At
from tests.activities.driver import Driver
from tests.activities.scenes import SECOND_DOCUMENT
from tests.activities.world import OFFICE_TARGET
from tests.builders import (
    DOCUMENT,
    LEAD,
    OFFICE_DESK,
    SECOND,
    THIRD,
    actor,
    read_field,
    row_fields,
    set_field,
)

WINDOW = {"from_month": 3, "to_month": 10}
APPLICATION = {"number": "牵头局〔2026〕3号", "approval": "测批〔2026〕1号", "reason": "扩大比例"}


def office(driver: Driver, paper: Paper) -> Answer:
    """The coordinating office files a paper that must be accepted."""
    return driver.act(OFFICE_DESK, Role.OFFICE, paper, target=OFFICE_TARGET)


def refusal(driver: Driver, paper: Paper, by: tuple[str, Role] = (OFFICE_DESK, Role.OFFICE)) -> str:
    """The type in which a paper is refused."""
    return driver.say(paper, actor(*by), target=OFFICE_TARGET).type


def adjust(driver: Driver, *changed: AdjustedRow, **given: Any) -> Answer:
    """A written adjustment of the small plan."""
    return office(driver, AdjustPlan(document=DOCUMENT, changed=changed, **{**APPLICATION, **given}))


def ratio(percent: str, seq: str = "1") -> AdjustedRow:
    """Another ratio for a row."""
    return AdjustedRow(seq=seq, fields={"ratio": set_field({"percent": percent})})


def new_row(**fields: Any) -> AdjustedRow:
    """A complete new row."""
    return AdjustedRow(line=9, fields={**row_fields(name="加油站联合抽查"), **fields})


def versions(driver: Driver, document: str = DOCUMENT) -> list[tuple[str, int, bool]]:
    """Each row version: key, version, withdrawn."""
    rows = driver.read(
        lambda session: session.exec(
            select(PlanRowVersion)
            .where(col(PlanRowVersion.document) == document)
            .order_by(col(PlanRowVersion.version), col(PlanRowVersion.seq))
        ).all()
    )
    return [(row.seq, row.version, row.withdrawn) for row in rows]


def test_adoption_takes_complete_rows_and_a_later_one_adds_what_was_settled(at: At) -> None:
    """Row 2's window was inferred: listed, then confirmed, then added to version 1."""
    driver = at("imported")
    first = office(driver, AdoptPlan(document=SECOND_DOCUMENT)).data
    assert (1, ["1"], {"2": ["抽查起止时间系推断，待核定"]}) == (
        first["adopted"],
        first["added"],
        first["not_launchable"],
    )
    office(driver, ConfirmPlanFields(document=SECOND_DOCUMENT, field="window", value=WINDOW, seqs=("2",)))
    second = office(driver, AdoptPlan(document=SECOND_DOCUMENT)).data
    assert (2, ["2"], {}) == (second["adopted"], second["added"], second["not_launchable"])
    assert [("1", 1, False), ("2", 1, False)] == versions(driver, SECOND_DOCUMENT)


def test_rows_left_out_are_a_wait_of_the_office_until_they_are_adopted(at: At) -> None:
    """Nothing lies unseen."""
    driver = at("both_adopted")
    key = f"{SECOND_DOCUMENT}/settle"
    wait = driver.read(lambda session: session.exec(select(Wait).where(col(Wait.key) == key)).one())
    assert (WaitKind.SETTLE_ROWS, 1, desk_id(OFFICE_DESK, 2026)) == (wait.kind, wait.open, wait.scope)
    office(driver, ConfirmPlanFields(document=SECOND_DOCUMENT, field="window", value=WINDOW, seqs=("2",)))
    office(driver, AdoptPlan(document=SECOND_DOCUMENT))
    again = driver.read(lambda session: session.exec(select(Wait).where(col(Wait.key) == key)).one())
    assert again.closed_at is not None


def test_a_plan_without_number_needs_its_absence_on_record(at: At) -> None:
    """And the office and date of the notice must be known, or given by a person."""
    driver = at("adopted")
    paper = scenes.second_plan()
    unknown = {"value": None, "status": "unknown", "raw": "", "why": "正文没有"}
    reading = {**paper.reading, "number": unknown, "date": unknown}
    office(driver, ImportPlan(**{**paper.model_dump(), "reading": reading}))
    assert "PlanIncomplete" == refusal(driver, AdoptPlan(document=SECOND_DOCUMENT))
    absent = AdoptPlan(document=SECOND_DOCUMENT, no_number="内部印发，未编号")
    assert "PlanIncomplete" == refusal(driver, absent)
    office(
        driver,
        SetPlanField(
            document=SECOND_DOCUMENT, seq="notice", field="date", value="2026-01-09", reason="电话核实"
        ),
    )
    office(driver, absent)
    plan = driver.read(lambda session: session.get_one(PlanDocument, SECOND_DOCUMENT))
    assert (None, "内部印发，未编号", 1) == (plan.number, plan.no_number, plan.version)


def test_every_settled_field_stands_in_the_plans_own_chain(at: At) -> None:
    """Who, which row, before, after, why."""
    driver = at("imported")
    answers = (
        PlanAnswer(seq="2", field="window", value=WINDOW, accepted=True, reason="同意"),
        PlanAnswer(seq="2", field="scope", value="全县小学", reason="补充通知"),
    )
    office(driver, AnswerPlan(document=SECOND_DOCUMENT, answers=answers))
    events = driver.read(
        lambda session: session.exec(
            select(AuditEvent)
            .where(col(AuditEvent.chain) == f"plan/{SECOND_DOCUMENT}")
            .order_by(col(AuditEvent.number))
        ).all()
    )
    assert ["plan.imported", "plan.confirmed", "plan.set"] == [event.event for event in events]
    detail = events[-1].detail
    assert ("2", "scope", "全县学校", "全县小学", "补充通知") == tuple(
        detail[name] for name in ("seq", "field", "before", "after", "reason")
    )


def test_a_proposal_that_has_changed_is_not_accepted_unseen(at: At) -> None:
    """The value that was seen travels with the acceptance."""
    driver = at("imported")
    other = {"from_month": 4, "to_month": 5}
    paper = ConfirmPlanFields(document=SECOND_DOCUMENT, field="window", value=other, seqs=("2",))
    assert "ProposalChanged" == refusal(driver, paper)


@pytest.mark.parametrize(
    ("paper", "department"),
    [
        (AddAlias(alias="新设管理局", department=THIRD), THIRD),
        (AddDepartment(code="new", name="新设管理局"), "test/new"),
    ],
)
def test_a_name_that_is_resolved_clears_the_rows_that_wait_for_it(
    at: At, paper: Paper, department: str
) -> None:
    """As an alias of a known body, or as a new one."""
    driver = at("adopted")
    given = scenes.second_plan()
    row = {**given.rows[0], "fields": row_fields() | {"partners": read_field(["新设管理局"])}}
    office(driver, ImportPlan(**{**given.model_dump(), "rows": (row,)}))
    before = driver.read(lambda session: row_of(session, SECOND_DOCUMENT, "1").obstacles)
    assert ["配合部门“新设管理局”未对应到部门，请登记别名"] == before
    office(driver, paper)
    after = driver.read(lambda session: row_of(session, SECOND_DOCUMENT, "1"))
    assert ([], [department]) == (after.obstacles, after.partners)


def test_an_alias_means_one_department_only(at: At) -> None:
    """A name that stands for another body is refused."""
    driver = at("adopted")
    assert "AliasTaken" == refusal(driver, AddAlias(alias="配合局", department=LEAD))


def test_an_adjustment_makes_the_next_version_and_says_what_differs(at: At) -> None:
    """Changed, added, withdrawn: the difference anybody can read, and a number that is never used twice."""
    driver = at("adopted")
    added = adjust(driver, ratio("50"), new_row()).data
    assert 2 == added["version"]
    assert ["调整 序号1《学校联合抽查》：抽查比例由“75%”改为“50%”", "增 序号2《加油站联合抽查》"] == added[
        "difference"
    ]
    assert ["减 序号2《加油站联合抽查》"] == adjust(driver, removed=("2",)).data["difference"]
    assert ["增 序号3《加油站联合抽查》"] == adjust(driver, new_row()).data["difference"]
    assert [
        ("1", 1, False),
        ("1", 2, False),
        ("2", 2, False),
        ("2", 3, True),
        ("3", 4, False),
    ] == versions(driver)
    in_force = driver.read(lambda session: [row.seq for row in rows_in_force(session, DOCUMENT, 4)])
    assert ["1", "3"] == sorted(in_force)
    assert "RowWithdrawn" == refusal(driver, StartTask(document=DOCUMENT, seq="2"), (LEAD, Role.HANDLER))


def test_a_running_task_keeps_the_version_that_it_was_launched_from(at: At) -> None:
    """The draw takes the ratio of version 1; a launch after a cancellation takes version 2."""
    driver = at("claimed")
    assert {"1": [driver.task]} == adjust(driver, ratio("10")).data["running"]

    def size(task: str) -> int:
        with driver.database.read() as session:
            row = session.get_one(JointTask, task)
            return sample(Clocks(session, row.office, driver.now), row, {}).quota.total

    assert 9 == size(driver.task)
    scenes.cancelled(driver)
    driver.act(LEAD, Role.HANDLER, StartTask(document=DOCUMENT, seq="1"), target=OFFICE_TARGET)
    second = Driver(driver.database, driver.folder, task=f"{driver.task}/2")
    scenes.prepared(second)
    assert 3 == size(second.task)


def test_an_adjusted_row_that_is_not_complete_leaves_the_former_in_force(at: At) -> None:
    """Until a person has settled it and the plan is adopted again."""
    driver = at("adopted")
    doubtful = {"value": {"from_month": 5, "to_month": 9}, "status": "inferred", "raw": "", "why": "合并"}
    answer = adjust(driver, AdjustedRow(seq="1", fields={"window": doubtful})).data
    assert ({"1": ["抽查起止时间系推断，待核定"]}, []) == (answer["not_launchable"], answer["difference"])
    driver.act(LEAD, Role.HANDLER, StartTask(document=DOCUMENT, seq="1"), target=OFFICE_TARGET)
    assert (1, 3) == (driver.job().row_version, driver.job().window_first.month)
    office(
        driver,
        ConfirmPlanFields(document=DOCUMENT, field="window", value=doubtful["value"], seqs=("1",)),
    )
    assert ["1"] == office(driver, AdoptPlan(document=DOCUMENT)).data["added"]
    assert [("1", 1, False), ("1", 2, False)] == versions(driver)


def test_an_adjustment_of_nothing_and_of_a_wrong_value_is_refused(at: At) -> None:
    """And leaves no version behind."""
    driver = at("adopted")
    nothing = AdjustPlan(document=DOCUMENT, changed=(ratio("75"),), **APPLICATION)
    assert "NothingChanged" == refusal(driver, nothing)
    wrong = AdjustedRow(seq="1", fields={"window": set_field({"from_month": 9, "to_month": 3})})
    assert "FieldValue" == refusal(driver, AdjustPlan(document=DOCUMENT, changed=(wrong,), **APPLICATION))
    short = AdjustedRow(fields={"name": set_field("新任务")})
    assert "FieldsMissing" == refusal(driver, AdjustPlan(document=DOCUMENT, changed=(short,), **APPLICATION))
    assert 1 == driver.read(lambda session: session.get_one(PlanDocument, DOCUMENT)).version


def test_each_version_has_its_own_text_that_reads_back(at: At, tmp_path: Any) -> None:
    """Version 1 stays what it was after version 2."""
    driver = at("adopted")
    first = driver.read(lambda session: published_text(session, session.get_one(PlanDocument, DOCUMENT), 1))
    adjust(driver, ratio("50"), new_row())
    plan = driver.read(lambda session: session.get_one(PlanDocument, DOCUMENT))
    assert first == driver.read(lambda session: published_text(session, plan, 1))
    file = tmp_path / "plan.md"
    file.write_text(driver.read(lambda session: published_text(session, plan, 2)), encoding="utf-8")
    back = read_plan(file)
    assert [("1", "50"), ("2", "30")] == [
        (row.seq, row.fields.ratio.value.percent) for row in back.rows if row.fields.ratio.value
    ]
    assert plan.number == back.document.number.value


def test_adoption_and_launch_tell_the_watch_over_the_row(at: At) -> None:
    """By outbox, which starts the watch where none runs; it is nobody's parent."""
    driver = at("both_adopted")
    driver.act(LEAD, Role.HANDLER, StartTask(document=DOCUMENT, seq="1"), target=OFFICE_TARGET)
    rows = driver.read(
        lambda session: session.exec(select(Outbox).where(col(Outbox.start) == "PlanRowWorkflow")).all()
    )
    assert [(f"plan-row/{SECOND_DOCUMENT}/1", "adopted"), (f"plan-row/{DOCUMENT}/1", "launched")] == [
        (row.workflow, row.argument["kind"]) for row in rows
    ]


def test_adoption_starts_the_desks_of_all_that_the_plan_names(at: At) -> None:
    """Nobody has to be told of something else first for the year's report to be watched."""
    driver = at("both_adopted")
    rows = driver.read(lambda session: session.exec(select(Outbox)).all())
    started = {(row.workflow, row.start) for row in rows if row.argument["kind"] == "plan adopted"}
    assert {(desk_id(one, 2026), "DepartmentWorkflow") for one in (LEAD, SECOND, THIRD)} == started


def test_a_row_of_another_initiator_is_not_launched_by_the_former_one(at: At) -> None:
    """An adjustment may hand the row to another department."""
    driver = at("adopted")
    handed = {"initiator": set_field("配合局"), "partners": set_field(["牵头局"])}
    adjust(driver, AdjustedRow(seq="1", fields=handed))
    start = StartTask(document=DOCUMENT, seq="1")
    assert "InitiatorOnly" == refusal(driver, start, (LEAD, Role.HANDLER))
    driver.act(SECOND, Role.HANDLER, start, target=OFFICE_TARGET)
