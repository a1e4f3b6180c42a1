"""Disposals by command: every step, and what is told of them."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from models.outcomes import Disposal
from models.task import Visit
from rules.disposal import DisposalKind
from rules.roles import Role
from tests.activities.world import TASK
from tests.builders import SECOND, person
from tests.cli.conftest import At
from tests.cli.said import Say, data, refused

HANDLER = person(SECOND, Role.HANDLER)


def test_disposals_are_added_handed_over_withdrawn_and_referred(say: Say, at: At) -> None:
    """Each by its command."""
    driver = at("disposed")
    made = next(one for one in driver.disposals() if one.owner == SECOND)
    head = person(SECOND, Role.HEAD)
    add = ("disposal", "add", TASK, made.result, "--kind", "立案", "--reason", "情节较重", "--as", head)
    assert 0 == say(*add).code
    case = f"{made.result}/2"
    day = driver.today.isoformat()
    over = ("disposal", "step", case, "hand_over", "--receiver", "协同局", "--on", day, "--as", HANDLER)
    assert 0 == say(*over).code
    row = driver.row(Disposal, case)
    assert (DisposalKind.CASE, "handed") == (row.kind, row.state)
    shown = data(say, "disposal", "show", case)
    assert "按规则建议由" in shown["reason"]
    annul = (
        "--authority",
        "县政府",
        "--document",
        "复议1号",
        "--on",
        day,
        "--reason",
        "撤销",
        "--as",
        HANDLER,
    )
    assert 0 == say("disposal", "annul", made.id, *annul).code
    refer = ("--act", "造假", "--basis", "第三条", "--to", "县信用办", "--on", day, "--as", HANDLER)
    assert 0 == say("disposal", "refer", TASK, made.result, *refer).code
    (referral,) = data(say, "disposal", "referrals", TASK)
    assert ("造假", "县信用办") == (referral["act"], referral["authority"])


def test_a_correction_opens_disposals_and_its_closed_task_again(say: Say, at: At) -> None:
    """Several kinds, each with its own options; the task is open again and shows what is owed."""
    driver = at("closed")
    driver.now += timedelta(hours=1)
    clean = next(one for one in driver.visits(SECOND) if driver.result(one).disposal is None)
    result = driver.result(clean).id
    correct = ("result", "correct", result, "--category", "发现问题已责令改正", "--reason", "复核")
    assert (3, "FindingMissing") == refused(say(*correct, "--as", HANDLER))
    found = (*correct, "--finding", "台账缺页", "--as", HANDLER)
    assert (3, "DisposalMissing") == refused(say(*found))
    assert (3, "ReceiverUnknown") == refused(say(*found, "--disposal", "移送其他机关"))
    both = ("--disposal", "责令改正", "--disposal", "移送司法机关", "--days", "7", "--outside", "县检察院")
    said = say(*found, *both)
    assert 0 == said.code, said.err
    number = said.out.split("已申请更正 ")[1].split()[0]
    assert 0 == say("result", "sign", number, "--as", person(SECOND, Role.HEAD)).code
    made = [one for one in driver.disposals() if one.result == result]
    assert [("rectify", 7, ""), ("transfer_justice", None, "县检察院")] == sorted(
        (one.kind.value, one.period_days, one.outside) for one in made
    )
    shown = data(say, "task", "show", TASK)
    assert ("open", 8) == (shown["status"], shown["stage"])
    owed = {one["what"] for one in shown["cases"]}
    assert {"责令改正到期复查", "移送司法机关"} <= owed
    (table,) = data(say, "summary", "list", "--open")
    assert ("已签收", "有新的处置（未结2件），全部办结后补报；更正1项，见 result corrections") == (
        table["state"],
        table["since"],
    )
    found = data(say, "disposal", "show", made[0].id)["finding"]
    assert (["发现问题已责令改正"], "台账缺页", number) == (
        found["categories"],
        found["finding"],
        found["corrected"],
    )
    (row,) = [one for one in data(say, "result", "list", TASK, "--as", HANDLER) if one["result"] == result]
    assert "发现问题已责令改正、台账缺页" == row["corrected"]


def test_a_decision_that_fell_is_shown_counted_and_published_as_such(
    say: Say, at: At, tmp_path: Path
) -> None:
    """In the list, at the case, in the figures, of which the sheet's add up; the text to publish has it no more."""
    driver = at("disposed")
    made = next(one for one in driver.disposals() if one.owner == SECOND)
    text = ("publication", "text", TASK, "--as", HANDLER)
    assert "后续处置" in say(*text).out
    fallen = ("--authority", "县政府", "--document", "复议1号", "--on", driver.today.isoformat())
    assert 0 == say("disposal", "annul", made.id, *fallen, "--reason", "撤销", "--as", HANDLER).code
    shown = data(say, "disposal", "show", made.id)
    assert "（已被撤销）" in shown["outcome_name"]
    assert "复议1号" == shown["annulled"]["document"]
    assert "后续处置" not in say(*text).out
    mine = next(one for one in data(say, "summary", "show", TASK) if one["department"] == "配合局")
    assert 1 == mine["outcomes"]["决定已被撤销"]
    assert 0 == say("summary", "export", TASK, str(tmp_path / "汇总.xlsx"), "--as", HANDLER).code
    (sheet,) = [one for one in load_workbook(tmp_path / "汇总.xlsx") if "配合局" in one.title]
    figures: dict[str, Any] = {
        str(name): said for name, said in zip(*sheet.iter_rows(4, 5, values_only=True), strict=True)
    }
    assert 1 == figures["结果：决定已被撤销"]
    ends = [said for name, said in figures.items() if name.startswith("结果：")]
    assert figures["其中已办结"] == sum(ends)


def test_a_decision_that_falls_before_it_is_public_asks_for_no_proof(say: Say, at: At) -> None:
    """The command says what becomes of it; nothing of it is left to publish."""
    driver = at("outcome")
    made = next(one for one in driver.disposals() if one.owner == SECOND)
    fallen = ("--authority", "县政府", "--document", "复议1号", "--on", driver.today.isoformat())
    said = say("disposal", "annul", made.id, *fallen, "--reason", "撤销", "--as", HANDLER)
    assert f"已登记 {made.id} 的决定被撤销，不再公示，已报送省平台的撤回在办" in said.out.replace("\n", "")
    outcome, withdrawal = data(say, "publication", "list", made.id)
    assert ("决定已撤销", "disposal") == (outcome["fallen"], outcome["kind"])
    assert ("", "withdrawal") == (withdrawal["fallen"], withdrawal["kind"])
    driver.trade()
    assert [] == data(say, "publication", "list", made.id, "--open")
    page = driver.folder / "page.html"
    page.write_text("公示")
    prove = ("--all", "--address", "https://example.invalid", "--on", driver.today.isoformat())
    said = say("publication", "prove", made.id, *prove, "--file", str(page), "--as", HANDLER)
    assert (3, "NothingToProve") == refused(said)


def test_a_receiver_reads_what_was_found_and_lists_are_ledgers(say: Say, at: At, tmp_path: Path) -> None:
    """Finding, item and who is waited for; the same list as a workbook, codes as text."""
    driver = at("disposed")
    made = next(one for one in driver.disposals() if one.owner == SECOND)
    shown = data(say, "disposal", "show", made.id)
    assert driver.result(driver.row(Visit, made.visit)).finding == shown["finding"]["finding"]
    assert 0 == say("disposal", "list", TASK, "--to", str(tmp_path / "台账.xlsx")).code
    sheet = load_workbook(tmp_path / "台账.xlsx").worksheets[0]
    assert ["任务编号", "开始日期", "处置编号"] == [cell.value for cell in sheet[1]][:3]
    assert len(driver.disposals()) + 1 == sheet.max_row
    assert (3, "SheetSuffix") == refused(say("disposal", "list", TASK, "--to", str(tmp_path / "台账.csv")))


def test_disposal_names_its_open_steps(say: Say, at: At) -> None:
    """A disposal tells what can be done now; a step out of order is refused with the open ones."""
    at("published")
    listed = {one["kind"]: one for one in data(say, "disposal", "list", TASK)}
    disposal = listed["rectify"]["disposal"]
    steps = data(say, "disposal", "show", disposal)["steps"]
    open_now = ["deliver", "recheck_passed", "recheck_failed", "extend", "hand_over"]
    assert open_now == [one["step"] for one in steps]
    handler = person(SECOND, Role.HANDLER)
    day = ("--on", "2026-04-01")
    early = say("disposal", "step", disposal, "turn_to_case", *day, "--as", handler)
    assert (3, "DisposalStepOutOfOrder") == refused(early)
    assert 0 == say("disposal", "step", disposal, "复查合格", *day, "--as", handler).code
    assert "recheck_passed" not in say("disposal", "step", disposal, "--as", handler).out
