"""From the evidence to the yearly report, by command."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import docx
from openpyxl import load_workbook

from models.outcomes import Disposal, PublicationKind
from models.registers import Subject
from models.task import Visit
from rules.channel import LegalForm
from rules.disposal import DisposalKind
from rules.roles import Role
from rules.stages import VisitStage
from tests.activities.world import TASK, item_of
from tests.builders import DOCUMENT, LEAD, SECOND, person
from tests.cli.conftest import At
from tests.cli.said import Say, refused

OFFICER, HANDLER = person(SECOND, Role.OFFICER), person(SECOND, Role.HANDLER)
APPROVER = person(SECOND, Role.APPROVER)
PDF = b"%PDF-1.7\nproof"


def data(say: Say, *words: str) -> Any:
    """What a command prints as JSON."""
    said = say(*words, "--json")
    assert said.code == 0, said.err
    return json.loads(said.out)


def test_evidence_is_kept_listed_and_checked(say: Say, at: At, tmp_path: Path) -> None:
    """The file lies in the store under its hash; a touched one is found out."""
    driver = at("visited")
    visit = driver.visits(SECOND)[0].id
    file = tmp_path / "现场记录.pdf"
    file.write_bytes(PDF)
    assert 0 == say("result", "evidence", "add", TASK, visit, str(file), "--as", OFFICER).code
    (row,) = data(say, "result", "evidence", "list", TASK, "--check", "--as", OFFICER)
    assert ("现场记录.pdf", len(PDF), "") == (row["name"], row["size"], row["fault"])
    kept = tmp_path / "data" / "evidence" / row["sha256"][:2] / row["sha256"]
    assert PDF == kept.read_bytes()
    kept.chmod(0o600)
    kept.write_bytes(b"%PDF-else")
    said = say("result", "evidence", "list", TASK, "--check", "--as", OFFICER)
    assert (3, "EvidenceDamaged") == refused(said)
    wrong = tmp_path / "假.jpg"
    wrong.write_bytes(PDF)
    said = say("result", "evidence", "add", TASK, visit, str(wrong), "--as", OFFICER)
    assert (3, "EvidenceContent") == refused(said)


def test_a_gone_subject_is_recorded_and_its_visit_closed(say: Say, at: At) -> None:
    """The officer records, the approver closes; the rates no longer ask for it."""
    driver = at("matched")
    visit, day = driver.visits(SECOND)[0].id, driver.today.isoformat()
    add = ("result", "fact", "add", TASK, visit, "注销", "--on", day, "--source", "登记机关公告")
    assert 0 == say(*add, "--as", OFFICER).code
    (row,) = data(say, "result", "fact", "list", TASK)
    assert "注销" == row["fact_name"]
    close = ("result", "fact", "close", TASK, visit, "--reason", "已注销")
    assert (3, "WrongRole") == refused(say(*close, "--as", OFFICER))
    assert 0 == say(*close, "--as", APPROVER).code
    mine = next(one for one in data(say, "result", "rates", TASK) if one["department"] == SECOND)
    assert (8, 1) == (mine["subjects"], mine["exempt"])


def test_letters_are_typed_with_their_days(say: Say, at: At) -> None:
    """A number and a day each; anything else is told how to write it."""
    driver = at("matched")
    visit, day = driver.visits(SECOND)[0].id, driver.today
    add = ("result", "fact", "add", TASK, visit, "无法联系", "--on", day.isoformat(), "--source", "退信")
    sent = [f"XA{days}={day - timedelta(days=days)}" for days in (20, 3)]
    assert (3, "LetterUnclear") == refused(say(*add, "--letter", "XA1", "--as", OFFICER))
    assert 0 == say(*add, "--letter", sent[0], "--letter", sent[1], "--as", OFFICER).code
    (row,) = data(say, "result", "fact", "list", TASK)
    assert 2 == len(row["letters"])


def test_only_a_fact_that_may_end_the_check_is_told_so(say: Say, at: At) -> None:
    """The next step is a command that is not refused: a subject that cannot be found gets a result."""
    driver = at("matched")
    (first, second), day = driver.visits(SECOND)[:2], driver.today
    add = ("--on", day.isoformat(), "--source", "核实", "--as", OFFICER)
    sent = [f"--letter=XA{days}={day - timedelta(days=days)}" for days in (20, 3)]
    assert "fact close" in say("result", "fact", "add", TASK, first.id, "注销", *add).out
    assert "fact close" not in say("result", "fact", "add", TASK, second.id, "无法联系", *add, *sent).out


def test_a_commission_is_opened_listed_and_reported(say: Say, at: At) -> None:
    """With institution, qualification, day and conclusion."""
    driver = at("visited")
    visit, day = driver.visits(SECOND)[0].id, driver.today.isoformat()
    opened = ("--item", item_of(SECOND), "--institution", "检测中心", "--qualification", "CMA1", "--due", day)
    assert 0 == say("result", "commission", "open", TASK, visit, *opened, "--as", HANDLER).code
    (row,) = data(say, "result", "commission", "list", TASK, "--as", HANDLER)
    report = ("result", "commission", "report", TASK, row["commission"], "--on", day, "--conclusion", "合格")
    assert 0 == say(*report, "--as", HANDLER).code
    (row,) = data(say, "result", "commission", "list", TASK, "--as", HANDLER)
    assert "合格" == row["conclusion"]


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


def test_who_is_unchecked_is_told_to_the_own_department_alone(say: Say, at: At) -> None:
    """To all others these subjects are a number: the list stays private until each check."""
    at("matched")
    asked = {one["department"]: one for one in data(say, "result", "rates", TASK, "--as", OFFICER)}
    assert 9 == len(asked[SECOND]["missing"])
    assert ([], 9) == (asked[LEAD]["missing"], asked[LEAD]["unchecked"])


def test_a_rejected_record_is_listed_by_field_and_sent_again(say: Say, at: At) -> None:
    """Seen, put right, sent again; afterwards it is on its way once more."""
    driver = at("rejected")
    (row,) = data(say, "publication", "list", TASK, "--rejected")
    assert "代码不符" == row["rejected"]
    (told,) = data(say, "publication", "rejections", TASK)
    assert (["统一社会信用代码（subject_code）：代码不符"], "待更正") == (told["fields"], told["state"])
    resend = ("publication", "resend", TASK, "--all", "--reason", "代码已更正", "--as", HANDLER)
    assert 0 == say(*resend).code
    assert [] == data(say, "publication", "list", TASK, "--rejected")
    assert "已重新报送" == data(say, "publication", "rejections", TASK)[0]["state"]
    assert (3, "NothingToResend") == refused(say(*resend))
    driver.trade()
    assert "已录入" == data(say, "publication", "rejections", TASK)[0]["state"]


def test_tasks_and_claims_show_their_receipts(say: Say, at: At) -> None:
    """What the province was told of."""
    driver = at("claimed")
    driver.trade()
    rows = data(say, "publication", "declared", TASK)
    assert ["任务领取", "任务领取", "抽查任务"] == sorted(one["kind_name"] for one in rows)
    assert all(one["receipt"] for one in rows)


def test_the_text_to_publish_is_a_page_or_a_document(say: Say, at: At, tmp_path: Path) -> None:
    """The department's own subjects with item and result; of a natural person no name and no number."""
    driver = at("receipted")
    mine = [one for one in driver.publications(PublicationKind.RESULT) if one.department == SECOND]
    with driver.database.write() as session:
        for visit in driver.visits(SECOND):
            subject = session.get_one(Subject, visit.subject)
            if subject.credit_class is None:
                subject.legal_form, subject.name = LegalForm.PERSON, "张三丰"
                break
    for name in ("公示.docx", "公示.html"):
        said = say("publication", "text", TASK, "--output", str(tmp_path / name), "--as", HANDLER)
        assert 0 == said.code, said.err
    document = docx.Document(str(tmp_path / "公示.docx"))
    text = "\n".join(one.text for one in document.paragraphs)
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert "发现问题已责令改正" in cells
    page = (tmp_path / "公示.html").read_text("utf-8")
    for shown in (text, page):
        assert "张某" in shown
        assert "张三丰" not in shown
        assert subject.code not in shown
        assert "台账不全" not in shown
    own = [one for one in mine if one.channel == "own_site"]
    assert len(own) == len(document.tables)


def test_a_proof_is_kept_with_its_hash(say: Say, at: At, tmp_path: Path) -> None:
    """The archived page itself, not its hash alone."""
    driver = at("receipted")
    page = tmp_path / "页.html"
    page.write_text("<html>公示</html>", "utf-8")
    prove = ("publication", "prove", TASK, "--all", "--address", "https://example.invalid")
    said = say(*prove, "--on", driver.today.isoformat(), "--file", str(page), "--as", HANDLER)
    assert 0 == said.code, said.err
    rows = [one for one in driver.publications(PublicationKind.RESULT) if one.department == SECOND]
    hashes = {one.proof["sha256"] for one in rows if one.proof}
    assert 1 == len(hashes)
    digest = hashes.pop()
    assert page.read_bytes() == (tmp_path / "data" / "evidence" / digest[:2] / digest).read_bytes()


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


def test_a_decision_that_fell_is_shown_counted_and_published_as_such(say: Say, at: At) -> None:
    """In the list, at the case, in the figures; and the text to publish has it no more."""
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


def test_the_office_sees_who_has_sent_a_summary_table_and_who_has_not(say: Say, at: At) -> None:
    """Each with its day, or with the day on which it falls due."""
    driver = at("published")
    rows = data(say, "summary", "list", DOCUMENT)
    assert {"待报送"} == {one["state"] for one in rows}
    assert all(one["due"] for one in rows)
    assert 0 == say("summary", "submit", TASK, "--as", HANDLER).code
    mine = next(one for one in data(say, "summary", "list") if one["department"] == SECOND)
    assert ("待签收", driver.today.isoformat()) == (mine["state"], mine["submitted_on"])
    assert (3, "PlanUnknown") == refused(say("summary", "list", "x"))


def test_yearly_reports_are_written_and_put_on_record(say: Say, at: At, tmp_path: Path) -> None:
    """Text and data of a department, the office's own, and the sent file kept."""
    driver = at("desk")
    lead = person(LEAD, Role.HANDLER)
    for name in ("文字.docx", "数据.xlsx"):
        said = say("summary", "report", DOCUMENT, "--to", str(tmp_path / name), "--as", lead)
        assert 0 == said.code, said.err
    assert "抽查数据信息" in load_workbook(tmp_path / "数据.xlsx").sheetnames
    assert 1 == data(say, "summary", "report-office", DOCUMENT)["plan_rows"]
    assert (3, "SheetSuffix") == refused(
        say("summary", "report-office", DOCUMENT, "--to", str(tmp_path / "x.pdf"))
    )
    sent = ("summary", "yearly", DOCUMENT, "牵头局〔2026〕9号", "--on", driver.today.isoformat())
    file = ("--file", str(tmp_path / "文字.docx"), "--internal", "内部抽查对象数=12", "--as", lead)
    assert 0 == say(*sent, *file).code
    (row,) = [one for one in data(say, "summary", "reports", DOCUMENT) if one["department"] == LEAD]
    assert ("牵头局〔2026〕9号", {"内部抽查对象数": 12}) == (row["reference"], row["internal"])
    told = data(say, "summary", "report-office", DOCUMENT)
    assert (1, {"内部抽查对象数": 12}) == (told["reported"], told["internal"])
    assert (3, "InternalUnclear") == refused(say(*sent, "--internal", "很多", "--as", lead))
