"""A result that is entered bit by bit."""

from rules.roles import Role
from rules.stages import VisitStage
from tests.activities.world import TASK, item_of
from tests.builders import SECOND, person
from tests.cli.conftest import At
from tests.cli.said import Say, data, refused

OFFICER, HANDLER = person(SECOND, Role.OFFICER), person(SECOND, Role.HANDLER)


def test_a_draft_is_saved_resumed_and_submitted(say: Say, at: At) -> None:
    """Once submitted it is gone, and the visit waits for its approval."""
    driver = at("visited")
    visit, item = driver.visits(SECOND)[0].id, item_of(SECOND)
    save = ("result", "draft", "save", TASK, visit, item)
    assert 0 == say(*save, "--finding", "半句", "--as", OFFICER).code
    assert 0 == say(*save, "--category", "未发现问题", "--as", OFFICER).code
    (row,) = data(say, "result", "draft", "list", TASK, "--as", OFFICER)
    assert (["未发现问题"], "") == (row["categories"], row["finding"])
    assert 0 == say("result", "draft", "submit", TASK, "--as", OFFICER).code
    assert [] == data(say, "result", "draft", "list", TASK, "--as", OFFICER)
    assert VisitStage.SUBMITTED is driver.visits(SECOND)[0].stage
    assert (3, "NoDraft") == refused(say("result", "draft", "submit", TASK, "--as", OFFICER))


def test_a_draft_holds_the_disposal_that_its_problem_needs(say: Say, at: At) -> None:
    """What is to be followed up says how: without it the draft is kept, and refused when it is submitted."""
    driver = at("visited")
    visit, item = driver.visits(SECOND)[0].id, item_of(SECOND)
    save = (
        "result",
        "draft",
        "save",
        TASK,
        visit,
        item,
        "--category",
        "发现问题已责令改正",
        "--finding",
        "堵塞",
    )
    submit = ("result", "draft", "submit", TASK, "--as", OFFICER)
    assert 0 == say(*save, "--as", OFFICER).code
    assert (3, "DisposalMissing") == refused(say(*submit))
    assert 0 == say(*save, "--disposal", "责令改正", "--days", "7", "--as", OFFICER).code
    assert 0 == say(*submit).code
    assert {"kind": "rectify", "period_days": 7, "receiver": None} == driver.result(
        driver.visits(SECOND)[0]
    ).disposal


def test_a_draft_that_is_refused_keeps_no_other_waiting_and_may_be_sent_again(say: Say, at: At) -> None:
    """The subject is named; once its ground is there, the same draft goes through."""
    driver = at("visited")
    (first, second), item = driver.visits(SECOND)[:2], item_of(SECOND)
    day = driver.today.isoformat()
    opened = ("--item", item, "--institution", "检测中心", "--qualification", "CMA1", "--due", day)
    assert 0 == say("result", "commission", "open", TASK, first.id, *opened, "--as", HANDLER).code
    for visit in (first, second):
        save = ("result", "draft", "save", TASK, visit.id, item, "--category", "未发现问题")
        assert 0 == say(*save, "--as", OFFICER).code
    submit = ("result", "draft", "submit", TASK, "--as", OFFICER)
    said = say(*submit)
    assert (3, True) == (said.code, "RowsRefused" in said.err)
    assert f"{driver.subject(first).name} {first.id}（CommissionOpen）" in said.err
    (left,) = data(say, "result", "draft", "list", TASK, "--as", OFFICER)
    assert (first.id, VisitStage.VISITED.label) == (left["visit"], left["stage_name"])
    (row,) = data(say, "result", "commission", "list", TASK, "--as", HANDLER)
    report = ("result", "commission", "report", TASK, row["commission"], "--on", day, "--conclusion", "合格")
    assert 0 == say(*report, "--as", HANDLER).code
    assert 0 == say(*submit).code
