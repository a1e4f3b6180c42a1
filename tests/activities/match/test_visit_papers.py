"""The papers of a check: every matched subject's, with all departments' items, rights and recusal."""

from pathlib import Path

import docx
import pytest
from sqlmodel import col, select

from activities.match.visit_papers import NO_BASIS, papers_of
from adapters.visit_papers import FORMS, write_papers
from models.papers import AttachAssistant
from models.registers import CheckItem, Subject
from models.task import Visit
from rules.refusal import Refusal
from rules.roles import Role
from tests.activities.conftest import At
from tests.builders import DEPARTMENTS, OFFICE_DESK, SECOND


def text_of(file: Path) -> str:
    """All words of a document, its tables included."""
    document = docx.Document(str(file))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def in_order(file: Path) -> str:
    """All words of a document as they follow one another on the page."""
    body = docx.Document(str(file)).element.body
    return "".join(node.text or "" for node in body.iter() if node.tag.endswith("}t"))


def test_each_matched_subject_has_its_papers(at: At, tmp_path: Path) -> None:
    """Its name though it holds markup, all departments' items and officers, rights, recusal; nothing unfilled."""
    driver = at("matched")
    visit = driver.visits(SECOND)[0]
    with driver.database.write() as session:
        session.get_one(Subject, visit.subject).name = "甲&乙<幼儿园>"
    expert = AttachAssistant(name="测专家", specialty="锅炉", item="second-1", reason="专业性强")
    driver.act(SECOND, Role.HANDLER, expert)
    with driver.database.read() as session:
        contents = list(papers_of(session, driver.task, SECOND))
    assert 9 == len(contents)
    mine = next(one for one in contents if one["subject"]["name"].startswith("甲"))
    files = write_papers(tmp_path, mine)
    assert len(FORMS) == len(files)
    officers = {officer["code"] for officer in mine["officers"]}
    assert 6 == len(officers)
    for file in files:
        words = text_of(file)
        assert "甲&乙<幼儿园>" in words
        for name in DEPARTMENTS.values():
            assert name in words
        assert all(code in words for code in officers), file.name
        assert all(item["name"] in words for item in mine["items"])
        assert "测专家" in words
        assert "协助检查人员" in words or "专家或辅助人员" in words
        assert "{" not in words
    notice = text_of(files[1])
    assert "申请其回避" in notice
    assert "有权拒绝检查" in notice
    assert "本年度本单位对该对象第1次检查" in notice


def test_the_forms_carry_their_fields_in_the_order_of_a_check(at: At, tmp_path: Path) -> None:
    """Source, items and basis, way, time, frequency, officers, approval: as the Ministry of Justice asks (2025)."""
    driver = at("matched")
    with driver.database.read() as session:
        approval, notice, _, record = write_papers(tmp_path, next(papers_of(session, driver.task, SECOND)))
    fields = (
        "执法主体",
        "检查对象",
        "任务来源",
        "检查事项和依据",
        "检查方式",
        "检查时间",
        "检查频次",
        "检查人员",
    )
    heads = [head for head in fields if head in in_order(approval)]
    assert list(fields) == heads == sorted(heads, key=in_order(approval).index)
    assert in_order(approval).rindex("执法主体负责人意见") > in_order(approval).index("承办人意见")
    for number, head in enumerate("一二三四五六七八九"):
        assert f"{head}、" in in_order(notice), number
    assert "已出示执法证件" in in_order(record)


def test_an_item_without_a_basis_says_so_where_the_basis_would_stand(at: At, tmp_path: Path) -> None:
    """Never a blank; and the command can name the items that need one."""
    driver = at("matched")
    with driver.database.write() as session:
        for item in session.exec(select(CheckItem).where(col(CheckItem.department) == SECOND)):
            item.basis = ""
    with driver.database.read() as session:
        content = next(papers_of(session, driver.task, SECOND))
    own = [line for line in content["items"] if line["department"] == DEPARTMENTS[SECOND]]
    assert {NO_BASIS} == {line["basis"] for line in own}
    assert {line["name"] for line in own} <= set(content["lacking"])
    assert NO_BASIS in text_of(write_papers(tmp_path, content)[1])


def test_papers_are_for_departments_with_something_to_check(at: At) -> None:
    """After the checks, or for a body that takes no part, there is nothing to print."""
    driver = at("visited")
    for department in (SECOND, OFFICE_DESK):
        with driver.database.read() as session, pytest.raises(Refusal) as refusal:
            list(papers_of(session, driver.task, department))
        assert "NothingMatched" == refusal.value.type


def test_the_period_of_the_one_visit_spans_all_departments(at: At) -> None:
    """Where one department's batch is longer, the notice says so."""
    driver = at("matched")
    with driver.database.write() as session:
        visits = session.exec(select(Visit).where(col(Visit.department) == SECOND)).all()
        for visit in visits:
            visit.last_day = visit.last_day.replace(month=6)
    with driver.database.read() as session:
        assert {6} == {one["last_day"].month for one in papers_of(session, driver.task, SECOND)}
