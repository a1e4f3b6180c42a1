"""Summary tables and yearly reports by command."""

from datetime import timedelta
from pathlib import Path

import docx
from openpyxl import load_workbook

from adapters.yearly_files import unfinished_chapters
from models.papers import SignCorrection
from rules.roles import Role
from tests.activities.scenes import corrected, correction_target, signed_for
from tests.activities.world import TASK
from tests.builders import DOCUMENT, LEAD, OFFICE_DESK, SECOND, THIRD, person
from tests.cli.conftest import At
from tests.cli.said import Say, data, refused

LEAD_HANDLER = person(LEAD, Role.HANDLER)
OFFICE_STAFF = person(OFFICE_DESK, Role.OFFICE)
HANDLER = person(SECOND, Role.HANDLER)


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


def test_a_table_whose_figures_were_corrected_says_that_a_supplement_follows(say: Say, at: At) -> None:
    """Before it is receipted; afterwards the supplement is listed itself, with its due day."""
    driver = at("summed")
    driver.now += timedelta(hours=1)
    corrected(driver)
    driver.act(THIRD, Role.HEAD, SignCorrection(), target=correction_target(driver))
    (row,) = [one for one in data(say, "summary", "list", "--open") if one["department"] == THIRD]
    assert ("待签收", "数字有变，签收后补报；更正1项，见 result corrections") == (row["state"], row["since"])
    signed_for(driver)
    (row,) = [one for one in data(say, "summary", "list", "--open") if one["department"] == THIRD]
    assert (2, "待报送") == (row["number"], row["state"])
    assert row["due"]


def completed(file: Path) -> None:
    """A person writes where the template asks for it."""
    text = docx.Document(str(file))
    for one in text.paragraphs:
        if "（请补充" in one.text:
            one.text = "已补充"
    text.save(str(file))


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
    said = say(*sent, *file)
    assert (3, "ReportUnfinished") == refused(said)
    assert "五、存在的问题、六、下一步打算" in said.err
    completed(tmp_path / "文字.docx")
    assert 0 == say(*sent, *file).code
    (row,) = [one for one in data(say, "summary", "reports", DOCUMENT) if one["department"] == LEAD]
    assert ("牵头局〔2026〕9号", {"内部抽查对象数": 12}) == (row["reference"], row["internal"])
    told = data(say, "summary", "report-office", DOCUMENT)
    assert (1, {"内部抽查对象数": 12}) == (told["reported"], told["internal"])
    assert (3, "InternalUnclear") == refused(say(*sent, "--internal", "很多", "--as", lead))
    (tmp_path / "旧.docx").write_bytes(b"not a document")
    assert [] == unfinished_chapters(tmp_path / "旧.docx")


def test_summaries_are_submitted_receipted_and_exported(say: Say, at: At, tmp_path: Path) -> None:
    """One table 发起 and two 配合, in one workbook, with the figures of the rows."""
    driver = at("published")
    assert 0 == say("summary", "submit", TASK, "--as", LEAD_HANDLER).code
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
