"""A task from the launch to its summaries, by command, ruled on where the papers are filed."""

import json
import stat
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from models.task import Aspect, TakingPart
from rules.draw_commitments import commitment
from rules.roles import Role
from rules.stages import Claim, Stage
from tests.activities.driver import Driver
from tests.activities.world import TASK, item_of
from tests.builders import DOCUMENT, LEAD, OFFICE_DESK, SECOND, THIRD, person
from tests.cli.conftest import At
from tests.cli.said import Say, refused

HANDLER, APPROVER = person(LEAD, Role.HANDLER), person(LEAD, Role.APPROVER)
OFFICE_STAFF = person(OFFICE_DESK, Role.OFFICE)


def claim_of(driver: Driver, department: str) -> Claim:
    """How a department's claim stands."""
    return driver.read(lambda session: session.get_one(TakingPart, (TASK, department)).claim)


def data(say: Say, *words: str) -> Any:
    """What a command prints as JSON."""
    said = say(*words, "--json")
    assert said.code == 0, said.err
    return json.loads(said.out)


def test_launch_is_told_its_task_and_next_step(say: Say, at: At) -> None:
    """The launch answers with the task's id; a second launch of the round is refused."""
    at("adopted")
    said = say("task", "start", DOCUMENT, "1", "--as", HANDLER)
    assert TASK in said.out
    assert "task scope" in said.out
    assert (3, "AlreadyLaunched") == refused(say("task", "start", DOCUMENT, "1", "--as", HANDLER))


def test_scope_is_suggested_proposed_and_confirmed(say: Say, at: At) -> None:
    """Without conditions it is only suggested; proposed it has a live count; its proposer can't confirm it."""
    driver = at("launched")
    suggested = data(say, "task", "scope", TASK, "--as", HANDLER)
    assert "全县学校" == suggested["prose"]
    assert [] == data(say, "task", "show", TASK)["proposals"]
    proposed = data(say, "task", "scope", TASK, "--kind", "学校", "--area", "东镇", "--as", HANDLER)
    assert 6 == proposed["count"]
    assert (3, "SecondPersonNeeded") == refused(
        say("task", "confirm", TASK, "scope", "--yes", "--as", HANDLER)
    )
    assert 0 == say("task", "confirm", TASK, "scope", "--as", APPROVER, input="y\n").code
    (shown,) = data(say, "task", "show", TASK)["proposals"]
    assert (proposed["sha256"], True) == (shown["sha256"], shown["confirmed"])
    assert Stage.INITIATE is driver.job().stage


def test_hand_picked_scope_needs_its_reason(say: Say, at: At, tmp_path: Path) -> None:
    """A list without a reason is refused in words; with one it is proposed."""
    at("launched")
    file = tmp_path / "名单.txt"
    file.write_text("XK0000000000000001\nXK0000000000000002\n", encoding="utf-8")
    command = ("task", "scope", TASK, "--hand-picked", str(file), "--as", HANDLER)
    assert (3, "PaperInvalid") == refused(say(*command))
    assert 2 == data(say, *command, "--reason", "专项整治")["count"]


def test_hand_picked_codes_and_conditions_are_of_the_register(say: Say, at: At, tmp_path: Path) -> None:
    """Unknown codes are named by line, unknown values with those that exist, and nobody is no scope."""
    at("launched")
    file = tmp_path / "名单.txt"
    file.write_text("XK0000000000000001\nXK9\n", encoding="utf-8")
    picked = say("task", "scope", TASK, "--hand-picked", str(file), "--reason", "专项", "--as", HANDLER)
    assert (3, "SubjectUnknown") == refused(picked)
    assert "第2行 XK9" in picked.err
    for option in ("--kind", "--tag", "--area", "--class"):
        said = say("task", "scope", TASK, option, "无此值", "--as", HANDLER)
        assert (3, "ScopeValueUnknown") == refused(said)
    nobody = say("task", "scope", TASK, "--kind", "学校", "--min-capital", "99999999", "--as", HANDLER)
    assert (3, "ScopeEmpty") == refused(nobody)
    wrong = say("task", "scope", TASK, "--min-capital", "abc", "--as", HANDLER)
    assert (2, True) == (wrong.code, "不是整数" in wrong.err)
    assert [] == data(say, "task", "show", TASK)["proposals"]


def test_second_person_sees_whom_the_scope_takes_in(say: Say, at: At) -> None:
    """Before the question stand the live count and a sample."""
    at("launched")
    say("task", "scope", TASK, "--kind", "学校", "--area", "东镇", "--as", HANDLER)
    shown = say("task", "confirm", TASK, "scope", "--as", APPROVER, input="n\n").out
    assert "现有6户" in shown
    assert "样例" in shown


def test_items_are_given_by_department(say: Say, at: At) -> None:
    """An item alone is told its form."""
    at("launched")
    assert (3, "ItemFormWrong") == refused(say("task", "items", TASK, "--item", "foo", "--as", HANDLER))


def test_items_of_one_department_may_be_given_one_by_one(say: Say, at: At) -> None:
    """A second option adds to the first; which of them the lists hold is for the ruling."""
    at("launched")
    others = [f"--item={one}={item_of(one)}" for one in (LEAD, SECOND, THIRD)]
    said = say("task", "items", TASK, *others, f"--item={LEAD}=ZZ-99", "--as", HANDLER)
    assert (3, "ItemUnknown", True) == (*refused(said), "ZZ-99" in said.err)
    assert item_of(LEAD) not in said.err


def test_items_and_periods_bring_the_task_to_its_partners(say: Say, at: At) -> None:
    """All three confirmed at once: the task goes on to stage 2."""
    driver = at("launched")
    day = driver.today
    items = [
        f"--item={name}={item_of(department)}"
        for name, department in ((LEAD, LEAD), ("配合局", SECOND), ("协同局", THIRD))
    ]
    listed = data(say, "task", "items", TASK, "--as", HANDLER)
    assert {item_of(one) for one in (LEAD, SECOND, THIRD)} == {one["code"] for one in listed}
    say("task", "scope", TASK, "--kind", "学校", "--as", HANDLER)
    assert 0 == say("task", "items", TASK, *items, "--as", HANDLER).code
    halves = [f"--period={day}~{day + timedelta(days=9)}", f"--period={day}~{day + timedelta(days=20)}"]
    assert 0 == say("task", "periods", TASK, *halves, "--as", HANDLER).code
    shown = {one["aspect"]: one for one in data(say, "task", "show", TASK)["proposals"]}
    assert [50, 50] == [one["share"] for one in shown[Aspect.PERIODS]["content"]["periods"]]
    assert 0 == say("task", "confirm", TASK, "--yes", "--as", APPROVER).code
    assert Stage.NOTIFY is driver.job().stage


@pytest.mark.parametrize("text", ["2026-04-01", "2026-04-01~昨天", "2026-04-01~2026-04-09=一半"])
def test_unreadable_period_is_refused(say: Say, at: At, text: str) -> None:
    """A period is two days and a share."""
    at("launched")
    said = say("task", "periods", TASK, "--period", text, "--as", HANDLER)
    assert refused(said) in {(3, "PeriodInvalid"), (3, "DateInvalid")}


def test_partner_declines_and_the_office_settles_it(say: Say, at: At) -> None:
    """The office need not name the only partner that declined; two open ones it must."""
    driver = at("offered")
    handler = person(SECOND, Role.HANDLER)
    assert 0 == say("task", "decline", TASK, "--reason", "人手紧", "--as", handler).code
    assert (3, "PartnerNeeded") == refused(
        say("task", "release", TASK, "--reason", "同意", "--as", OFFICE_STAFF)
    )
    assert 0 == say("task", "reoffer", TASK, "--reason", "已协调", "--as", OFFICE_STAFF).code
    assert 0 == say("task", "claim", TASK, "--as", handler).code
    assert Claim.CLAIMED is claim_of(driver, SECOND)
    extend = ("task", "extend", TASK, "协同局", "--days", "3", "--reason", "同意", "--as", OFFICE_STAFF)
    assert 0 == say(*extend).code
    assert 0 == say("task", "release", TASK, "协同局", "--reason", "同意", "--as", OFFICE_STAFF).code
    assert Claim.RELEASED is claim_of(driver, THIRD)


def test_secret_is_made_once_for_its_owner_only(say: Say, at: At, tmp_path: Path) -> None:
    """The secret file is private, its commitment is what is filed, and a reveal without it is refused."""
    driver = at("claimed")
    file = tmp_path / "secret"
    command = ("task", "draw", "commit", TASK, "--secret-file", str(file), "--as", HANDLER)
    reveal = ("task", "draw", "reveal", TASK, "--secret-file", str(tmp_path / "none"), "--as", HANDLER)
    assert (3, "FileUnreadable") == refused(say(*reveal))
    first = say(*command)
    assert stat.S_IRUSR | stat.S_IWUSR == stat.S_IMODE(file.stat().st_mode)
    secret = bytes.fromhex(file.read_text(encoding="ascii").strip())
    assert commitment(secret) in first.out
    assert say(*command).code == first.code == 0
    assert {LEAD: commitment(secret)} == data(say, "task", "draw", "show", TASK)["commitments"]
    assert Stage.DRAW is driver.job().stage


def test_refused_commitment_leaves_no_secret(say: Say, at: At, tmp_path: Path) -> None:
    """A secret that was never committed to must not be taken for one that was."""
    at("claimed")
    file = tmp_path / "secret"
    command = ("task", "draw", "commit", TASK, "--secret-file", str(file), "--as")
    assert 3 == say(*command, person(SECOND, Role.OFFICER)).code
    assert not file.exists()
    assert 0 == say(*command, HANDLER).code
    kept = file.read_bytes()
    assert 3 == say(*command, person(SECOND, Role.OFFICER)).code
    assert kept == file.read_bytes()


def test_list_finds_tasks_by_stage_department_and_lateness(say: Say, at: At) -> None:
    """The filters narrow the list; a task whose waits are long due is overdue."""
    at("offered")
    assert [TASK] == [one["task"] for one in data(say, "task", "list")]
    assert [TASK] == [one["task"] for one in data(say, "task", "list", "--stage", "2", "--overdue")]
    assert "⚠ 已逾期" in say("task", "list", "--overdue").out
    assert [] == data(say, "task", "list", "--stage", "抽取检查对象")
    assert [] == data(say, "task", "list", "--department", "局外局")


def test_show_tells_all_waits_of_the_task(say: Say, at: At) -> None:
    """What is shown and what is printed as JSON name the same waits, with the command to type."""
    at("offered")
    shown = say("task", "show", f"joint-task/{TASK}").out
    waits = data(say, "task", "show", TASK)["waits"]
    assert {SECOND, THIRD} == {wait["department"] for wait in waits}
    assert f"starter.py task claim {TASK}" in shown
    assert "第2步，共8步" in shown


def test_show_names_disposals_and_what_must_come_first(say: Say, at: At) -> None:
    """The cases' waits stand with their own commands, and the task is not said to be idle."""
    at("published")
    listed = [one["disposal"] for one in data(say, "disposal", "list", TASK, "--open")]
    shown = say("task", "show", TASK).out
    assert [] == [one for one in listed if f"starter.py disposal step {one}" not in shown]
    assert f"此前须办完下列{len(listed)}项处置与更正" in shown


def test_show_keeps_released_departments(say: Say, at: At) -> None:
    """A department that was released stays listed as such."""
    at("offered")
    release = ("task", "release", TASK, "协同局", "--reason", "同意", "--as", OFFICE_STAFF)
    assert "协同局" in say(*release).out
    assert "已免除" in say("task", "show", TASK).out


def test_reason_is_not_empty_in_words(say: Say, at: At) -> None:
    """An empty reason is named as what it is."""
    at("offered")
    said = say("task", "decline", TASK, "--reason", "", "--as", person(SECOND, Role.HANDLER))
    assert (3, "PaperInvalid") == refused(said)
    assert "理由不能为空" in said.err


def test_inbox_puts_ones_own_waits_first(say: Say, at: At) -> None:
    """A handler's own claim is marked; the head of the same department sees it too."""
    at("offered")
    (own,) = data(say, "inbox", "--as", person(SECOND, Role.HANDLER))["waits"]
    (others,) = data(say, "inbox", "--as", person(SECOND, Role.HEAD))["waits"]
    assert (True, False) == (own["mine"], others["mine"])
    assert f"starter.py task claim {TASK}" == own["command"]


def test_visits_mask_names_and_show_ones_own_department_only(say: Say, at: At) -> None:
    """Officers stand by certificate number; another department's visits are not shown."""
    driver = at("matched")
    visits = data(say, "task", "visits", TASK, "--as", person(SECOND, Role.HANDLER))
    assert {visit.id for visit in driver.visits(SECOND)} == {one["visit"] for one in visits}
    assert {"ZF-second"} == {code[:9] for one in visits for code in one["officers"]}
    assert all("*" in name for one in visits for name in one["officer_names"])


def test_results_are_approved_in_bulk_by_a_second_person(say: Say, at: At) -> None:
    """Without ids the waiting results are listed; `--all` approves what waits."""
    driver = at("submitted")
    approver = person(SECOND, Role.APPROVER)
    assert "result approve" in say("result", "approve", TASK, "--as", approver).out
    assert 0 == say("result", "approve", TASK, "--all", "--as", approver).code
    assert len(driver.visits(SECOND)) == driver.part(SECOND).approved


def test_correction_is_asked_for_and_signed(say: Say, at: At) -> None:
    """The number follows by itself; a repeated message keeps it; the head signs."""
    driver = at("published")
    result = driver.result(driver.visits(SECOND)[-1])
    handler, head = person(SECOND, Role.HANDLER), person(SECOND, Role.HEAD)
    after = ("--category", "未按规定公示应当公示的信息", "--finding", "漏记", "--reason", "核对")
    command = ("result", "correct", result.id, *after, "--as", handler, "--message-id", "c1")
    assert 0 == say(*command).code
    assert f"{result.id}/1" in say(*command).out
    assert 0 == say("result", "sign", f"{result.id}/1", "--as", head).code
    (one,) = data(say, "result", "corrections", TASK, "--as", handler)
    assert ("已签字", ["未按规定公示应当公示的信息", "漏记"]) == (one["decision"], one["after"])


def test_own_site_results_are_written_out_and_proved(say: Say, at: At, tmp_path: Path) -> None:
    """The text names the plan, the organ and each subject; the proof's hash closes what waits."""
    driver = at("receipted")
    handler = person(LEAD, Role.HANDLER)
    text = say("publication", "text", TASK, "--as", handler).out
    waiting = [
        one
        for one in data(say, "publication", "list", TASK, "--open")
        if one["channel"] == "own_site" and one["department"] == LEAD
    ]
    assert [] == [one["name"] for one in waiting if one["name"] not in text]
    assert "牵头局" in text
    page = tmp_path / "公示.html"
    say("publication", "text", TASK, "--output", str(page), "--as", handler)
    day = str(driver.today)
    proof = ("--address", "https://example.invalid", "--on", day, "--file", str(page))
    assert 0 == say("publication", "prove", TASK, "--all", *proof, "--as", handler).code
    assert len(driver.visits(LEAD)) == driver.part(LEAD).published
    assert (3, "NothingToProve") == refused(
        say("publication", "prove", TASK, "--all", *proof, "--as", handler)
    )


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


def test_summaries_are_submitted_receipted_and_exported(say: Say, at: At, tmp_path: Path) -> None:
    """One table 发起 and two 配合, in one workbook, with the figures of the rows."""
    driver = at("published")
    assert 0 == say("summary", "submit", TASK, "--as", HANDLER).code
    assert 0 == say("summary", "receipt", TASK, "--as", OFFICE_STAFF).code
    tables = data(say, "summary", "show", TASK)
    assert [("发起", "已签收"), ("配合", "未报送"), ("配合", "未报送")] == [
        (one["type"], one["state"]) for one in tables
    ]
    file = tmp_path / "汇总表.xlsx"
    assert 0 == say("summary", "export", TASK, str(file)).code
    book = load_workbook(file)
    assert 3 == len(book.worksheets)
    sheet = book.worksheets[0]
    figures = {sheet.cell(4, at).value: sheet.cell(5, at).value for at in range(1, sheet.max_column + 1)}
    assert len(driver.visits(LEAD)) == figures["抽取数（户）"]
    assert "抽查结果汇总表（发起）" in sheet["A1"].value


def test_cancelled_task_refuses_everything_else(say: Say, at: At) -> None:
    """The office cancels by number; from then on the task says that it has ended."""
    at("offered")
    assert 0 == say("task", "cancel", TASK, "--number", "撤1", "--reason", "调整", "--as", OFFICE_STAFF).code
    assert (3, "TaskClosed") == refused(say("task", "claim", TASK, "--as", person(SECOND, Role.HANDLER)))
    assert [] == data(say, "task", "list")
    assert ["cancelled"] == [one["status"] for one in data(say, "task", "list", "--all")]
    assert "另有1项已办结或已撤销的未列" in say("task", "list").out
    cancelled = data(say, "task", "show", TASK)["cancelled"]
    assert ("撤1", "调整") == (cancelled["number"], cancelled["reason"])
    assert "撤销文号：撤1" in say("task", "show", TASK).out
