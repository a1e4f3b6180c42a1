"""Sheets out and in: locked keys, drop-downs, the round trip, broken rows, repeated uploads."""

import csv
import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from models.task import Visit
from rules.results import Category
from rules.roles import Role
from rules.stages import VisitStage
from tests.activities.world import TASK
from tests.builders import LEAD, SECOND, THIRD, person
from tests.cli.conftest import At
from tests.cli.said import Say, data, refused

HANDLER = person(SECOND, Role.HANDLER)
APPROVER = person(SECOND, Role.APPROVER)
OFFICER = person(SECOND, Role.OFFICER)
Filled = Mapping[int, Mapping[str, str]]
"""Cells by row and header."""


def fill(path: Path, cells: Filled, *, every: Mapping[str, str]) -> None:
    """Fill in a sheet: `every` in each row, then single cells."""
    book = load_workbook(path)
    sheet = book.worksheets[0]
    place = {cell.value: number for number, cell in enumerate(sheet[1], start=1)}
    for row in range(2, sheet.max_row + 1):
        for header, text in {**every, **cells.get(row, {})}.items():
            sheet.cell(row, place[header], text)
    book.save(path)


def sheet_of(say: Say, folder: Path) -> Path:
    """The department's result sheet."""
    file = folder / "结果表.xlsx"
    assert say("result", "sheet", TASK, str(file), "--as", HANDLER).code == 0
    return file


def enter(say: Say, file: Path, *options: str) -> tuple[int, dict[str, object]]:
    """Upload a sheet; exit code and what became of it."""
    said = say("result", "enter", TASK, str(file), "--as", HANDLER, "--json", *options)
    return said.code, json.loads(said.out)


def faults(answer: dict[str, object]) -> list[tuple[int, str]]:
    """Row and field of each fault."""
    found: list[dict[str, object]] = answer["faults"]  # type: ignore[assignment]  # as printed
    return [(int(str(one["row"])), str(one["field"])) for one in found]


def test_sheet_locks_its_keys_and_offers_the_categories(say: Say, at: At, tmp_path: Path) -> None:
    """Keys cannot be overwritten by a slip; categories and receivers are chosen from lists."""
    at("visited")
    book = load_workbook(sheet_of(say, tmp_path))
    sheet, choices = book.worksheets
    headers = {cell.value: get_column_letter(place) for place, cell in enumerate(sheet[1], start=1)}
    assert sheet.protection.sheet
    assert sheet[f"{headers['检查编号']}2"].protection.locked
    assert not sheet[f"{headers['检查结果']}2"].protection.locked
    offered = {str(rule.sqref)[0]: rule.formula1 for rule in sheet.data_validations.dataValidation}
    assert f"选项!$A$1:$A${len(Category)}" == offered[headers["检查结果"]]
    assert [category.label for category in Category] == [cell.value for cell in choices["A"]][: len(Category)]


def test_upload_by_the_wrong_person_does_not_burn_the_file(say: Say, at: At, tmp_path: Path) -> None:
    """Whoever may not enter is refused; the same file then goes through for whoever may."""
    driver = at("visited")
    file = sheet_of(say, tmp_path)
    fill(file, {}, every={"检查结果": "未发现问题"})
    assert 3 == say("result", "enter", TASK, str(file), "--as", APPROVER).code
    code, answer = enter(say, file)
    assert (0, len(driver.visits(SECOND))) == (code, answer["sent"])


def test_sheet_before_any_visit_says_what_comes_first(say: Say, at: At, tmp_path: Path) -> None:
    """There is nothing to enter before a check is recorded."""
    at("matched")
    said = say("result", "sheet", TASK, str(tmp_path / "x.xlsx"), "--as", HANDLER)
    assert (3, "NothingToEnter") == refused(said)
    assert "task visit" in said.err


def test_filled_sheet_comes_back_as_results(say: Say, at: At, tmp_path: Path) -> None:
    """What is filled in is what is entered, disposal and all."""
    driver = at("visited")
    file = sheet_of(say, tmp_path)
    problem = {
        "检查结果": "发现问题已责令改正",
        "检查结果（二）": "未按规定公示应当公示的信息",
        "发现的问题": "台账不全",
        "处置方式": "责令改正",
        "整改期限（自然日）": "7",
    }
    fill(file, {2: problem}, every={"检查结果": "未发现问题"})
    code, answer = enter(say, file)
    assert (0, len(driver.visits(SECOND))) == (code, answer["sent"])
    first = str(load_workbook(file).worksheets[0]["A2"].value)
    (visit,) = [visit for visit in driver.visits(SECOND) if visit.id == first]
    result = driver.result(visit)
    assert ["rectification_ordered", "not_published"] == result.categories
    assert "台账不全" == result.finding
    assert {"kind": "rectify", "period_days": 7, "receiver": None} == result.disposal


@pytest.mark.parametrize(
    ("broken", "field"),
    [
        ({"检查结果": "很好"}, "检查结果"),
        ({"检查结果（二）": "不配合检查情节严重"}, "检查结果"),
        ({"检查结果": "发现问题待后续处理"}, "发现的问题"),
        ({"处置方式": "责令改正"}, "处置方式"),
        ({"检查编号": "nobody"}, "检查编号"),
        ({"事项编号": "third-1"}, "事项编号"),
        (
            {"检查结果": "发现问题待后续处理", "发现的问题": "线索", "处置方式": "移送其他机关"},
            "移送接收部门",
        ),
        (
            {
                "检查结果": "发现问题待后续处理",
                "发现的问题": "线索",
                "处置方式": "移送其他机关",
                "移送接收部门": "无此局",
            },
            "移送接收部门",
        ),
        (
            {
                "检查结果": "发现问题已责令改正",
                "发现的问题": "台账",
                "处置方式": "责令改正",
                "整改期限（自然日）": "很久",
            },
            "整改期限（自然日）",
        ),
    ],
)
def test_broken_row_is_named_and_the_good_rows_go_through(
    say: Say, at: At, tmp_path: Path, broken: dict[str, str], field: str
) -> None:
    """A fault names file, row and field; nothing of its visit is entered, all others are."""
    driver = at("visited")
    file = sheet_of(say, tmp_path)
    fill(file, {3: broken}, every={"检查结果": "未发现问题"})
    code, answer = enter(say, file)
    assert 3 == code
    assert [(3, field)] == faults(answer)
    assert len(driver.visits(SECOND)) - 1 == answer["sent"]
    assert 1 == len(driver.visits(SECOND, VisitStage.VISITED))


def test_several_disposals_and_their_owner_are_filled_in(say: Say, at: At, tmp_path: Path) -> None:
    """Each cell goes where it belongs; a second column without the first is told."""
    driver = at("visited")
    file = sheet_of(say, tmp_path)
    problem = {"检查结果": "发现问题待后续处理", "发现的问题": "无证经营"}
    several = {
        "处置方式": "责令改正",
        "处置方式（二）": "立案",
        "整改期限（自然日）": "7",
        "处置责任部门": "协同局",
    }
    alone = {"处置方式（二）": "立案"}
    fill(file, {2: problem | several, 3: problem | alone}, every={"检查结果": "未发现问题"})
    code, answer = enter(say, file)
    assert (3, [(3, "处置方式（二）")]) == (code, faults(answer))
    key = str(load_workbook(file).worksheets[0]["A2"].value)
    result = driver.result(driver.row(Visit, key))
    assert {
        "kind": "rectify",
        "period_days": 7,
        "receiver": None,
        "owner": THIRD,
        "also": [{"kind": "case", "period_days": None, "receiver": None, "owner": THIRD}],
    } == result.disposal


def test_row_that_the_ruling_refuses_does_not_keep_the_others_back(say: Say, at: At, tmp_path: Path) -> None:
    """The rows are halved until the one that fails is named, with its column."""
    driver = at("visited")
    file = sheet_of(say, tmp_path)
    to_oneself = {
        "检查结果": "发现问题待后续处理",
        "发现的问题": "无证经营",
        "处置方式": "移送其他机关",
        "移送接收部门": "配合局",
    }
    fill(file, {4: to_oneself}, every={"检查结果": "未发现问题"})
    code, answer = enter(say, file)
    assert (3, [(4, "移送接收部门")]) == (code, faults(answer))
    assert "ReceiverUnknown" in str(answer["faults"])
    assert len(driver.visits(SECOND)) - 1 == answer["sent"]


def test_a_result_without_its_ground_is_told_before_and_goes_through_with_it(
    say: Say, at: At, tmp_path: Path
) -> None:
    """A dry run says it too; once the letters are on record, the same file goes through."""
    driver = at("visited")
    file = sheet_of(say, tmp_path)
    unreachable = {"检查结果": "通过登记的住所（经营场所）无法联系", "发现的问题": "查无此址"}
    fill(file, {4: unreachable}, every={"检查结果": "未发现问题"})
    for options in (("--dry-run",), ()):
        code, answer = enter(say, file, *options)
        assert (3, [(4, "检查结果")]) == (code, faults(answer))
    assert len(driver.visits(SECOND)) - 1 == answer["sent"]
    visit, day = driver.visits(SECOND, VisitStage.VISITED)[0].id, driver.today
    letters = [f"--letter=XA{days}={day - timedelta(days=days)}" for days in (20, 3)]
    known = ("result", "fact", "add", TASK, visit, "无法联系", "--on", day.isoformat(), "--source", "退信")
    assert 0 == say(*known, *letters, "--as", OFFICER).code
    code, answer = enter(say, file)
    assert (0, 1) == (code, answer["sent"])
    assert not driver.visits(SECOND, VisitStage.VISITED)


def test_dry_run_enters_nothing(say: Say, at: At, tmp_path: Path) -> None:
    """`--dry-run` tells what would go through."""
    driver = at("visited")
    file = sheet_of(say, tmp_path)
    fill(file, {2: {"检查结果": "很好"}}, every={"检查结果": "未发现问题"})
    code, answer = enter(say, file, "--dry-run")
    assert (3, len(driver.visits(SECOND)) - 1) == (code, answer["sent"])
    assert not driver.visits(SECOND, VisitStage.SUBMITTED)


def test_dry_run_finds_what_lies_between_the_cells(say: Say, at: At, tmp_path: Path) -> None:
    """A subject of which nothing was checked, and a problem to be followed up with nobody saying how."""
    at("visited")
    file = sheet_of(say, tmp_path)
    pending = {"检查结果": "发现问题待后续处理", "发现的问题": "无证"}
    unchecked = {"检查结果": "", "未检查理由": "停电"}
    fill(file, {2: pending, 3: unchecked}, every={"检查结果": "未发现问题"})
    code, answer = enter(say, file, "--dry-run")
    assert (3, {(2, "处置方式"), (3, "未检查理由")}) == (code, set(faults(answer)))


def test_repeated_upload_changes_nothing(say: Say, at: At, tmp_path: Path) -> None:
    """The same file again is recognised; with other results it is refused, visit by visit."""
    driver = at("visited")
    file = sheet_of(say, tmp_path)
    fill(file, {}, every={"检查结果": "未发现问题"})
    count = len(driver.visits(SECOND))
    assert (0, count) == (enter(say, file)[0], len(driver.visits(SECOND, VisitStage.SUBMITTED)))
    assert (0, {"file": file.name, "sent": 0, "unchanged": count, "faults": []}) == enter(say, file)
    fill(file, {2: {"检查结果": "未发现开展本次抽查涉及的经营活动"}}, every={})
    code, answer = enter(say, file)
    assert (3, [(2, "检查编号")]) == (code, faults(answer))


def test_returned_results_come_back_prefilled_and_can_be_entered_again(
    say: Say, at: At, tmp_path: Path
) -> None:
    """After a return the sheet shows what was entered; the same results count as a new submission."""
    driver = at("visited")
    file = sheet_of(say, tmp_path)
    fill(file, {}, every={"检查结果": "未发现问题"})
    enter(say, file)
    visit = driver.visits(SECOND)[0]
    assert 0 == say("result", "return", TASK, visit.id, "--reason", "重填", "--as", APPROVER).code
    sheet = load_workbook(sheet_of(say, tmp_path)).worksheets[0]
    assert [(visit.id, "未发现问题")] == [(row[0].value, row[6].value) for row in sheet.iter_rows(min_row=2)]
    code, answer = enter(say, file)
    assert (0, 1) == (code, answer["sent"])
    assert len(driver.visits(SECOND)) == len(driver.visits(SECOND, VisitStage.SUBMITTED))


def test_plain_csv_will_do(say: Say, at: At, tmp_path: Path) -> None:
    """A CSV in GB18030 with the three required columns, several categories in one cell."""
    driver = at("visited")
    visit = driver.visits(SECOND)[0]
    file = tmp_path / "结果.csv"
    with file.open("w", encoding="gb18030", newline="") as out:
        rows = [
            ["汇总", "", "", ""],
            ["检查编号", "事项编号", "检查结果", "发现的问题"],
            [visit.id, "second-1", "公示信息隐瞒真实情况,弄虚作假；不配合检查情节严重", "门锁"],
        ]
        csv.writer(out).writerows(rows)
    code, answer = enter(say, file)
    assert (0, 1) == (code, answer["sent"])
    assert ["false_publication", "uncooperative"] == driver.result(visit).categories


def test_what_is_no_sheet_is_refused_by_name(say: Say, at: At, tmp_path: Path) -> None:
    """No file, no workbook, no header: each says so."""
    at("visited")
    broken = tmp_path / "坏.xlsx"
    broken.write_bytes(b"PK nothing")
    strange = tmp_path / "别的.csv"
    strange.write_text("甲,乙\n1,2\n", encoding="utf-8")
    command = ("result", "enter", TASK)
    assert (3, "FileUnreadable") == refused(say(*command, str(tmp_path / "无.xlsx"), "--as", HANDLER))
    assert (3, "FileUnreadable") == refused(say(*command, str(broken), "--as", HANDLER))
    assert (3, "HeaderUnknown") == refused(say(*command, str(strange), "--as", HANDLER))
    assert (3, "SheetSuffix") == refused(say("result", "sheet", TASK, "表.csv", "--as", HANDLER))


def test_visits_are_recorded_from_their_sheet(say: Say, at: At, tmp_path: Path) -> None:
    """Rows with a day are recorded with the matched officers; blank ones wait; one officer is too few."""
    driver = at("matched")
    file = tmp_path / "登记.xlsx"
    handler = person(THIRD, Role.HANDLER)
    assert 0 == say("task", "visits", TASK, "--sheet", str(file), "--as", handler).code
    day = driver.today.isoformat()
    fill(
        file,
        {
            2: {"检查完成日": day, "检查方式": "网络监测", "对象情况": "停业"},
            3: {"检查完成日": day, "在场执法人员证号": "ZF-third-000"},
            4: {"检查完成日": "昨天"},
        },
        every={},
    )
    said = say("task", "visit", TASK, "--file", str(file), "--as", handler, "--json")
    answer = json.loads(said.out)
    assert (3, 1) == (said.code, answer["sent"])
    assert [(3, "在场执法人员证号"), (4, "检查完成日")] == faults(answer)
    (visit,) = driver.visits(THIRD, VisitStage.VISITED)
    assert ("network", "suspended") == (visit.method, visit.facts["subject_fact"])
    assert 2 == len(visit.facts["officers"])
    (fact,) = data(say, "result", "fact", "list", TASK, "--as", handler)
    assert (visit.id, "停业", "检查登记") == (fact["visit"], fact["fact_name"], fact["source"])


def test_a_fact_that_the_visits_record_states_lets_the_unit_close_the_check(say: Say, at: At) -> None:
    """Whoever stated it while recording need not record it again; 无法联系 wants its letters first."""
    driver = at("matched")
    (first, second, *_) = driver.visits(THIRD, VisitStage.MATCHED)
    record = ("--on", driver.today.isoformat(), "--as", person(THIRD, Role.HANDLER))
    assert (3, "LettersMissing") == refused(
        say("task", "visit", TASK, second.id, "--fact", "无法联系", *record)
    )
    said = say("task", "visit", TASK, first.id, "--fact", "注销", *record)
    assert "result fact close" in said.out, said.err
    close = ("result", "fact", "close", TASK, first.id, "--reason", "已注销")
    said = say(*close, "--as", person(THIRD, Role.APPROVER))
    assert 0 == said.code, said.err


def test_another_departments_sheet_is_not_mine(say: Say, at: At, tmp_path: Path) -> None:
    """Who checks enters: another department's visits are unknown to mine."""
    at("visited")
    file = sheet_of(say, tmp_path)
    fill(file, {}, every={"检查结果": "未发现问题"})
    said = say("result", "enter", TASK, str(file), "--as", person(LEAD, Role.HANDLER), "--json")
    assert {"检查编号"} == {field for _, field in faults(json.loads(said.out))}
    assert 0 == json.loads(said.out)["sent"]
