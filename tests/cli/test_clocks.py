"""Clocks by command: calendars, explanations, acts on a wait, and what failed to be delivered."""

from datetime import date, timedelta
from pathlib import Path

from sqlmodel import col, select

from activities.steps.row import RowActivities
from models.delivery import ChannelName, Delivery, Digest
from models.messages import TaskStep
from models.papers import DeclineClaim
from models.trail import Outbox, Wait
from rules.roles import Role
from rules.waits import WaitKind
from tests.activities.calendars import a_calendar
from tests.activities.driver import Driver
from tests.activities.waits import clock_of, due, wait_of
from tests.activities.world import TASK, add_person
from tests.builders import DOCUMENT, LEAD, OFFICE, OFFICE_DESK, SECOND, THIRD, person
from tests.cli.conftest import At
from tests.cli.said import Say, data, refused

HEAD = person(SECOND, Role.HEAD)
STAFF = person(OFFICE_DESK, Role.OFFICE)
ACT = ("--reason", "等待鉴定", "--approval", "批1号")


def written(folder: Path, year: int) -> Path:
    """A year's notice, typed in."""
    file = folder / "notice.csv"
    lines = [f"{line.day},{line.kind.label},{line.name}" for line in a_calendar(year).days]
    file.write_text("\n".join(["日期,类别,名称", *lines]), encoding="utf-8-sig")
    return file


def test_a_notice_that_was_typed_in_is_loaded_and_shown(say: Say, at: At, tmp_path: Path) -> None:
    """With its document's number and the days counted; before that the year says that it is unpublished."""
    at("adopted")
    assert (3, "CalendarUnpublished") == refused(say("calendar", "show", "2027"))
    file = str(written(tmp_path, 2027))
    said = say("calendar", "load", "2027", "--file", file, "--document", "国办发明电〔合成〕", "--as", STAFF)
    assert 0 == said.code, said.err
    shown = data(say, "calendar", "show", "2027")
    assert ("国办发明电〔合成〕", len(a_calendar(2027).days)) == (shown["document"], len(shown["days"]))
    assert shown["counts"]["working"] == 365 - shown["counts"]["weekends"] - shown["counts"]["net_off"]


def test_the_library_knows_published_years_only(say: Say, at: At) -> None:
    """2026 is loaded again from it; 2027 has to be typed in."""
    at("adopted")
    assert 0 == say("calendar", "load", "2026", "--document", "国办发明电〔2025〕7号", "--as", STAFF).code
    assert "调休" in say("calendar", "show", "2026").out
    assert (3, "CalendarUnpublished") == refused(
        say("calendar", "load", "2027", "--document", "无", "--as", STAFF)
    )


def test_a_file_with_faults_is_refused_with_its_line(say: Say, at: At, tmp_path: Path) -> None:
    """The line without a day, or with a kind that is none."""
    at("adopted")
    file = tmp_path / "bad.csv"
    file.write_text("日期,类别,名称\n,holiday,元旦\n", encoding="utf-8")
    load = ("calendar", "load", "2027", "--file", str(file), "--document", "无", "--as", STAFF)
    said = say(*load)
    assert (3, "CalendarInvalid") == refused(said)
    assert "第2行" in said.err
    file.write_text("日期,类别,名称\n2027-01-01,放假,元旦\n", encoding="utf-8")
    said = say(*load)
    assert (3, "ChoiceUnknown") == refused(said)
    assert "第2行" in said.err


def test_a_notice_saved_by_a_spreadsheet_program_is_read(say: Say, at: At, tmp_path: Path) -> None:
    """Dates turned to 2027/1/1, the file in GB18030: what such a program makes of a CSV file."""
    at("adopted")
    file = tmp_path / "saved.csv"
    lines = [
        f"{one.day.year}/{one.day.month}/{one.day.day},{one.kind.label},{one.name}"
        for one in a_calendar(2027).days
    ]
    file.write_text("\n".join(["日期,类别,名称", *lines]), encoding="gb18030")
    said = say("calendar", "load", "2027", "--file", str(file), "--document", "合成", "--as", STAFF)
    assert 0 == said.code, said.err
    days = {one["day"]: one["kind"] for one in data(say, "calendar", "show", "2027")["days"]}
    assert {str(one.day): one.kind.value for one in a_calendar(2027).days} == days


def test_a_deadline_explains_itself_day_by_day(say: Say, at: At) -> None:
    """20 days counted, the others with their reason: the day of the check, weekends, Qingming by name."""
    driver = at("visited")
    wait = wait_of(driver, WaitKind.ENTRY)
    (one,) = data(say, "deadline", "explain", wait.id[:8])
    assert (20, "2026-04-30", "阳城 五·一；高平 三") == (one["counted"], one["due_day"], one["clause"])
    why = {day["day"]: day["why"] for day in one["days"]}
    assert "起算事实发生当日" in why["2026-04-01"]
    assert "清明节" in why["2026-04-05"]
    assert "周末，不计入" == why["2026-04-11"]
    assert 20 == sum(day["counted"] for day in one["days"])
    assert len(data(say, "deadline", "explain", TASK)) > 2
    assert "共计入20日" in say("deadline", "explain", wait.id[:8]).out


def test_a_period_in_months_is_set_shown_and_explained(say: Say, at: At) -> None:
    """As the notice words it, from the policy to the day; a word that is no period says what one is."""
    driver = at("offered")
    ruled = ("policy", "set", "settle_claim_days", "1个月", "--clause", "本办通知", "--from", "2026-01-01")
    said = say(*ruled, "--as", STAFF)
    assert 0 == said.code, said.err
    (shown,) = [
        one for one in data(say, "policy", "show", "--office", OFFICE) if one["key"] == "settle_claim_days"
    ]
    assert ("1个月", "", "本办通知") == (shown["value"], shown["unit"], shown["clause"])
    driver.act(SECOND, Role.HANDLER, DeclineClaim(reason="人员紧张"))
    wait = wait_of(driver, WaitKind.SETTLE_CLAIM, OFFICE_DESK)
    said = say("deadline", "explain", wait.id[:8])
    assert "1个月，自2026-04-01起算，2026-05-01到期" in said.out
    assert "满1个月之日" in said.out
    said = say("policy", "set", "claim_days", "1月", "--clause", "本办通知", "--as", STAFF)
    assert (3, "PolicyValue") == refused(said)
    assert "1个月" in said.err


def test_the_clocks_of_every_case_are_listed_and_explained_by_its_id(say: Say, at: At) -> None:
    """A disposal's, a correction's, a plan row's, a department's; ended ones with their day."""
    driver = at("corrected")
    disposal = wait_of(driver, WaitKind.DISPOSAL)
    correction = wait_of(driver, WaitKind.SIGN, THIRD)
    for wait in (disposal, correction):
        for name in (wait.scope, wait.scope.split("/", 1)[1]):
            assert [wait.id] == [one["wait"] for one in data(say, "deadline", "list", name)]
            assert [wait.id] == [one["wait"] for one in data(say, "deadline", "explain", name)]
    owed = {one["wait"] for one in data(say, "deadline", "list", THIRD)}
    assert correction.id in owed
    assert disposal.id not in owed
    assert {disposal.id, correction.id} <= {one["wait"] for one in data(say, "deadline", "list", TASK)}
    ended = data(say, "deadline", "list", TASK, "--all")
    assert {"entry", "claim"} <= {one["kind"] for one in data(say, "deadline", "explain", TASK, "--all")}
    assert any("办结" in one["until"] for one in ended if one["closed_at"])
    assert (3, "CaseUnknown") == refused(say("deadline", "list", "无此案"))
    assert (3, "WaitUnknown") == refused(say("deadline", "explain", "无此案"))


def test_the_clocks_of_a_plan_and_of_its_rows_are_listed(say: Say, at: At) -> None:
    """The windows of its rounds and the yearly reports, whoever owes them."""
    driver = at("desk")
    report = wait_of(driver, WaitKind.YEARLY_REPORT, LEAD)
    assert report.id in {one["wait"] for one in data(say, "deadline", "list", DOCUMENT)}
    RowActivities(driver.database).tend_row(TaskStep(task=f"{DOCUMENT}/1", now=driver.now))
    windows = data(say, "deadline", "list", f"{DOCUMENT}/1")
    assert windows
    assert windows == data(say, "deadline", "list", f"plan-row/{DOCUMENT}/1")
    assert {one["wait"] for one in windows} < {one["wait"] for one in data(say, "deadline", "list", DOCUMENT)}


def test_hours_are_explained_by_the_office_hours_that_counted(say: Say, at: At) -> None:
    """Eight hours of Wednesday 10:00: two, three and a half, and two and a half on Thursday."""
    driver = at("claimed")
    wait = wait_of(driver, WaitKind.COMMIT)
    (one,) = data(say, "deadline", "explain", wait.id)
    assert [("2026-04-01", "10:00—12:00、14:30—18:00"), ("2026-04-02", "08:00—10:30")] == [
        (day["day"], day["why"]) for day in one["days"]
    ]
    said = say("deadline", "explain", wait.id)
    assert "2026-04-02 10:30到期" in said.out
    assert "共计入8个工作小时" in said.out


def test_a_clock_is_suspended_resumed_and_extended_by_command(say: Say, at: At) -> None:
    """Both dates are told; the list marks what stands; the explanation says since when and why."""
    driver = at("visited")
    wait = wait_of(driver, WaitKind.ENTRY)
    driver.now += timedelta(days=8)
    name = ("--wait", wait.id[:8])
    said = say("task", "suspend", *name, *ACT, "--from", "2026-04-09", "--as", HEAD)
    assert 0 == said.code, said.err
    assert "中止中" in say("inbox", "--as", person(SECOND, Role.OFFICER)).out
    listed = {row["wait"]: row for row in data(say, "deadline", "list", TASK)}
    assert ("中止中", True) == (listed[wait.id]["until"], listed[wait.id]["suspended"])
    (held,) = data(say, "deadline", "explain", wait.id)
    assert (False, "自此日起，恢复计算之前不计入") == (held["days"][-1]["counted"], held["days"][-1]["why"])
    driver.now += timedelta(days=6)
    back = ("--reason", "结论已到", "--approval", "批2号")
    said = say("task", "resume", *name, *back, "--on", "2026-04-16", "--as", HEAD)
    assert "2026-05-11" in said.out
    (one,) = data(say, "deadline", "explain", wait.id)
    why = "等待鉴定；恢复：结论已到"
    assert [{"from": "2026-04-09", "to": "2026-04-15", "reason": why}] == one["suspensions"]
    assert f"期限中止，不计入（{why}）" in {day["why"] for day in one["days"]}
    assert 2 == len(one["former"])
    moved = say("deadline", "explain", wait.id).out
    assert "到期日变动：2026-04-30（2026-04-01起算） → " in moved
    assert "2026-05-11（2026-04-15恢复计算）" in moved
    said = say("task", "extend-wait", *name, *ACT, "--by", "2", "--as", STAFF)
    assert date(2026, 5, 13) == due(driver, wait), said.err


def test_a_window_is_reassigned_by_the_office_and_its_other_levers_say_what_to_do(say: Say, at: At) -> None:
    """The watch over a row takes no papers: the office rules on them, or they would lie unanswered."""
    driver = at("desk")
    RowActivities(driver.database).tend_row(TaskStep(task=f"{DOCUMENT}/1", now=driver.now))
    wait = wait_of(driver, WaitKind.WINDOW, LEAD)
    named = ("--wait", wait.id[:8], "--reason", "由其专办", "--as", person(LEAD, Role.HEAD))
    handler = person(LEAD, Role.HANDLER)
    assert 0 == say("task", "reassign", *named, "--person", handler).code
    assert handler == _wait(driver, wait.id).assignee
    said = say("task", "extend-wait", *named, "--by", "3")
    assert (3, "LeverNotLawful") == refused(said)
    assert "approve-launch" in said.err
    (woken,) = driver.read(
        lambda session: session.exec(select(Outbox).where(col(Outbox.workflow) == wait.scope)).all()
    )
    assert "clock moved" == woken.argument["kind"]


def test_a_chain_is_shown_by_its_task_and_an_unknown_one_refused(say: Say, at: At) -> None:
    """With or without the word that says of which kind it is."""
    at("offered")
    whole = data(say, "audit", "show", f"task/{TASK}")
    assert whole == data(say, "audit", "show", TASK)
    assert whole
    assert (3, "ChainUnknown") == refused(say("audit", "show", "无此链"))


def test_a_wait_is_reassigned_and_one_that_nobody_knows_refused(say: Say, at: At) -> None:
    """By its first digits; a wait of another kind keeps its lawful way."""
    driver = at("visited")
    wait = wait_of(driver, WaitKind.ENTRY)
    reassign = ("task", "reassign", "--wait", wait.id[:8], "--reason", "请假", "--as", HEAD)
    assert 0 == say(*reassign, "--role", "经办人").code
    assert Role.HANDLER is _wait(driver, wait.id).role
    unknown = ("task", "skip", "--wait", "zzzzzz", *ACT, "--as", STAFF)
    assert (3, "WaitUnknown") == refused(say(*unknown))
    skip = ("task", "skip", "--wait", wait.id[:8], *ACT, "--as", STAFF)
    assert (3, "LeverNotLawful") == refused(say(*skip))
    assert clock_of(driver, wait).current


def test_what_failed_to_be_delivered_is_shown_to_operators_alone(say: Say, at: At) -> None:
    """With its error, its tries and a masked address."""
    driver = at("offered")
    with driver.database.write() as session:
        session.add(
            Digest(
                id="d1",
                department=SECOND,
                person=HEAD,
                subject="s",
                text="t",
                notices=[],
                made_at=driver.now,
            )
        )
        session.flush()
        for number, error in ((1, "ConnectionRefusedError"), (2, None)):
            session.add(
                Delivery(
                    id=f"m{number}",
                    digest="d1",
                    department=SECOND,
                    channel=ChannelName.EMAIL,
                    address="a***@example.invalid",
                    tries=number,
                    error=error,
                    delivered_at=None if error else driver.now,
                )
            )
    (row,) = data(say, "inbox", "deliveries", "--failed", "--as", STAFF)
    assert ("m1", "ConnectionRefusedError", "a***@example.invalid") == (
        row["delivery"],
        row["error"],
        row["address"],
    )
    assert "邮件服务器连接不上" in say("inbox", "deliveries", "--failed", "--as", STAFF).out
    assert 2 == len(data(say, "inbox", "deliveries", "--as", STAFF))
    assert (3, "WrongRole") == refused(say("inbox", "deliveries", "--as", HEAD))
    assert 0 == say("inbox", "--as", HEAD).code


def _wait(driver: Driver, wait: str) -> Wait:
    return driver.read(lambda session: session.get_one(Wait, wait))


def test_a_standstill_of_one_subject_is_asked_for_and_approved(say: Say, at: At) -> None:
    """Without the number of an approval it is a request; the head sees it, and approves it by its case."""
    driver = at("visited")
    wait = wait_of(driver, WaitKind.ENTRY)
    (first, *others) = data(say, "deadline", "visits", wait.id[:8])
    ask = ("task", "suspend", "--wait", wait.id[:8], "--reason", "等待鉴定", "--subject", first["code"])
    said = say(*ask, "--from", str(driver.today), "--as", person(SECOND, Role.HANDLER))
    assert 0 == said.code, said.err
    assert "由单位主要负责人决定" in said.out
    assert first["code"] not in {one["code"] for one in others}
    assert "其中1户" in say("task", "decide-clock", TASK, "--as", HEAD).out
    said = say("task", "decide-clock", TASK, "--approve", "--number", "批7", "--as", HEAD)
    assert 0 == said.code, said.err
    apart = wait_of(driver, WaitKind.ENTRY)
    assert (True, False) == (clock_of(driver, apart).suspended, clock_of(driver, wait).suspended)
    assert "没有待决定的申请" in say("task", "decide-clock", TASK, "--as", HEAD).out


def test_an_approver_who_stands_in_for_the_head_decides_as_the_head(say: Say, at: At) -> None:
    """Both names stand in the trail; their own role alone would not do."""
    driver = at("clock asked")
    stand_in = person(SECOND, Role.APPROVER)
    approve = ("task", "decide-clock", TASK, "--approve", "--number", "批9", "--as", stand_in)
    assert (3, "HeadNeeded") == refused(say(*approve))
    with driver.database.write() as session:
        add_person(session, SECOND, Role.HEAD, name=stand_in, acting_for=HEAD, to_day=date(2100, 1, 1))
    said = say(*approve)
    assert 0 == said.code, said.err


def test_a_request_that_is_not_approved_says_why(say: Say, at: At) -> None:
    """The reason is asked for; a subject that is not under the wait is told so."""
    driver = at("clock asked")
    refuse = ("task", "decide-clock", TASK, "--refuse", "--as", HEAD)
    assert (3, "ReasonMissing") == refused(say(*refuse))
    assert 0 == say(*refuse, "--reason", "可先录入").code
    assert (3, "NoRequest") == refused(say(*refuse, "--reason", "可先录入"))
    wait = wait_of(driver, WaitKind.ENTRY)
    ask = ("task", "extend-wait", "--wait", wait.id[:8], "--by", "3", "--reason", "停业")
    stranger = ("--subject", "没有此户", "--as", person(SECOND, Role.HANDLER))
    assert (3, "SubjectNotWaited") == refused(say(*ask, *stranger))
