"""An office settles, adopts, publishes and adjusts its plan from the command line."""

import json
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from adapters.plan_files import read_plan
from tests.cli.said import Said, Say, refused

PLANS = Path(__file__).resolve().parents[3] / "examples" / "plans"
GAOPING = str(PLANS / "gaoping-2023.md")
O1 = ("--as", "o1")
PAPERS = ("--number", "申〔2023〕1号", "--approval", "批〔2023〕1号", "--reason", "年中调整")


@pytest.fixture
def office(say: Say) -> Say:
    """An office `gp` whose every printed name is known, with the notice of 2023 imported."""
    assert say("person", "bootstrap-office", "gp", "高平办", "高平市", "o1", "测试人甲").code == 0
    assert say("plan", "import", GAOPING, "gp-2023", *O1).code == 0
    names = data(say, "plan", "names", "gp-2023", "--json", *O1)
    options = [f"--new=d{number}={one['name']}" for number, one in enumerate(names)]
    assert say("plan", "names", "gp-2023", *options, *O1).code == 0
    return say


def data(say: Say, *words: str) -> Any:
    """What a command says for programs."""
    return json.loads(say(*words).out)


def questions(say: Say) -> list[dict[str, Any]]:
    """The open questions."""
    found: list[dict[str, Any]] = data(say, "plan", "review", "gp-2023", "--list", "--json", *O1)
    return found


def adopted(say: Say) -> Said:
    """Everything settled in bulk, and adopted."""
    say("plan", "set", "gp-2023", "open", "mode", "县抽县查", "--reason", "本级计划", *O1)
    for field in ("smart", "risk", "window", "initiator", "partners"):
        assert say("plan", "confirm", "gp-2023", "--field", field, "--same", *O1).code == 0
    return say("plan", "adopt", "gp-2023", *O1)


def test_every_name_is_resolved_by_the_office(office: Say) -> None:
    """Nothing is left to propose."""
    assert [] == data(office, "plan", "names", "gp-2023", "--json", *O1)


def test_review_lists_raw_text_proposal_and_reason(office: Say) -> None:
    """The notice's own rule, 49 rows without a mode, and row 20, which had moved."""
    found = questions(office)
    assert 55 == len(found)
    window = next(one for one in found if one["field"] == "window")
    assert ("20", "2月—11月", "2月-11月") == (window["seq"], window["raw"], window["proposal"])
    assert "错位" in window["why"]


def test_a_person_is_walked_through_field_by_field(office: Say) -> None:
    """Enter accepts, words correct, s skips, q ends; a wrong word is told at once."""
    assert ["entry_stops_at", "mode"] == [one["field"] for one in questions(office)[:2]]
    words = "\n县抽县查\n电话核实\n乱写\n电话核实\ns\nq\n"
    said = office("plan", "review", "gp-2023", "--ask", *O1, input=words)
    assert 0 == said.code
    assert "写法如" in said.err
    assert "已核定2项" in said.out
    assert 53 == len(questions(office))


def test_what_is_one_and_the_same_is_settled_in_bulk(office: Say) -> None:
    """A value for all rows that wait, a proposal for all rows that have it; then all can be adopted."""
    said = adopted(office)
    assert "可发起49行，待核定0行" in said.out
    assert "三个全覆盖" in said.out


def test_unlike_proposals_are_not_accepted_together(office: Say) -> None:
    """Without a proposal there is nothing to accept."""
    assert (3, "NoProposal") == refused(office("plan", "confirm", "gp-2023", "1", "mode", *O1))
    assert (3, "FieldMissing") == refused(office("plan", "confirm", "gp-2023", "1", *O1))


def test_questions_go_out_as_a_sheet_and_answers_come_back(office: Say, tmp_path: Path) -> None:
    """Sound rows count, each wrong one is told with its row."""
    sheet = tmp_path / "questions.xlsx"
    assert 0 == office("plan", "questions", "gp-2023", str(sheet)).code
    book = load_workbook(sheet)
    table = book.worksheets[0]
    header = [cell.value for cell in table[2]]
    answer, field, proposal = (header.index(name) + 1 for name in ("答复", "字段", "建议"))
    for row in range(3, table.max_row + 1):
        has_proposal = bool(table.cell(row, proposal).value)
        table.cell(row, answer).value = "同意" if has_proposal else "县抽县查"
    table.cell(4, answer).value = "随便"
    assert ["entry_stops_at", "mode"] == [table.cell(row, field).value for row in (3, 4)]
    book.save(sheet)
    said = office("plan", "answers", "gp-2023", str(sheet), *O1)
    assert (3, "RowsRefused") == (said.code, said.err[said.err.rindex("（") + 1 : said.err.rindex("）")])
    assert "questions.xlsx 第4行" in said.err
    assert "已办理54条答复，1处有误" in said.out
    assert 1 == len(questions(office))


def test_the_published_text_reads_back_identically(office: Say, tmp_path: Path) -> None:
    """Markdown and sheet, against what was adopted."""
    adopted(office)
    assert 0 == office("plan", "publish", "gp-2023", "--to", str(tmp_path)).code
    rows = {row["seq"]: row for row in data(office, "plan", "rows", "gp-2023", "--json")}
    for suffix in (".md", ".xlsx"):
        back = read_plan(tmp_path / f"gp-2023-v1{suffix}")
        assert list(rows) == [row.seq for row in back.rows]
        for row in back.rows:
            stored = (
                data(office, "plan", "show", "gp-2023", row.seq, "--json")["fields"]
                if row.seq in ("1", "20")
                else {}
            )
            for name, field in stored.items():
                assert field["value"] == getattr(row.fields, name).to_json()["value"], (row.seq, name)


def test_an_adjustment_is_seen_before_it_is_filed(office: Say) -> None:
    """The preview shows the difference and a code; only the code of what was seen files it."""
    adopted(office)
    command = ("plan", "adjust", "gp-2023", "--set", "1:ratio=50%", "--remove", "2", *PAPERS, *O1)
    seen = data(office, *command, "--json")
    assert "改为“50%”" in seen["difference"][0]
    assert (3, "PreviewChanged") == refused(office(*command, "--confirm", "0" * 12))
    filed = office(*command, "--confirm", seen["confirm"])
    assert "已调整为第2版" in filed.out
    assert "批〔2023〕1号" in office("plan", "diff", "gp-2023").out
    assert 48 == len(data(office, "plan", "year", "gp-2023", "--json"))


def test_a_plan_issued_anew_keeps_the_keys_of_its_rows(office: Say, tmp_path: Path) -> None:
    """Numbered anew, one row changed: paired by content, confirmed by a person."""
    adopted(office)
    office("plan", "publish", "gp-2023", "--to", str(tmp_path))
    text = (tmp_path / "gp-2023-v1.md").read_text(encoding="utf-8")
    lines = text.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("| 1 |"))
    body = [line.split(" | ", 1)[1] for line in lines[at:]]
    anew = [f"| {number} | {row}" for number, row in enumerate([*body[1:], body[0]], start=1)]
    file = tmp_path / "anew.md"
    file.write_text("\n".join([*lines[:at], *anew]).replace("2月-11月", "2月-12月", 1), encoding="utf-8")
    command = ("plan", "adjust", "gp-2023", str(file), *PAPERS, *O1)
    seen = data(office, *command, "--json")
    keys = {one["printed"]: one["key"] for one in seen["pairs"]}
    assert {"1": "2", "48": "49", "49": "1"}.items() <= keys.items()
    assert 1 == len(seen["difference"])
    filed = data(office, *command, "--confirm", seen["confirm"], "--json")
    assert 2 == filed["version"]
    assert seen["difference"] == filed["difference"]


REGIONS = {
    "东平县": ("学校食堂食品安全情况抽查", "加油站计量器具检查", "药店经营情况检查"),
    "西平县": ("幼儿园消防安全检查", "房地产经纪机构检查", "旅行社经营情况检查"),
}


def two_regions(*order: str, added: str = "") -> str:
    """A notice whose regions each number their own rows from 1; `added` stands first in the first region."""
    lines = [
        "关于印发2026年度部门联合抽查工作计划的通知",
        "测双随机办〔2026〕7号",
        "| 序号 | 抽查任务名称 | 抽查事项 | 抽查对象范围 | 抽查比例及频次 | 智慧监管要求 | 抽查起止时间 | 发起部门 | 配合部门 | 抽查检查模式 |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for place, region in enumerate(order):
        lines.append(f"| {region} | | | | | | | | | |")
        names = ([added] if added and not place else []) + list(REGIONS[region])
        lines += [
            f"| {number} | {name} | {name}事项 | {region}{name[:4]}单位 | 5% 1次/年 | 无 | 3月-10月 "
            "| 市教育局 | 市市场监管局 | 市抽市查 |"
            for number, name in enumerate(names, 1)
        ]
    return "\n".join(lines) + "\n"


def test_a_plan_issued_anew_whose_regions_number_anew_keeps_its_keys(say: Say, tmp_path: Path) -> None:
    """The regions change places and one row comes in: every row keeps its key, the new one gets a free number."""
    first, anew = tmp_path / "first.md", tmp_path / "anew.md"
    first.write_text(two_regions("东平县", "西平县"), encoding="utf-8")
    anew.write_text(two_regions("西平县", "东平县", added="游泳场馆卫生检查"), encoding="utf-8")
    say("person", "bootstrap-office", "gp", "高平办", "高平市", "o1", "测试人甲")
    assert 0 == say("plan", "import", str(first), "gp-2023", *O1).code
    names = data(say, "plan", "names", "gp-2023", "--json", *O1)
    say("plan", "names", "gp-2023", *[f"--new=d{at}={one['name']}" for at, one in enumerate(names)], *O1)
    for field, value in (("office", "高平办"), ("date", "2026-02-01")):
        say("plan", "set", "gp-2023", "notice", field, value, "--reason", "核对原件", *O1)
    assert "可发起6行，待核定0行" in say("plan", "adopt", "gp-2023", *O1).out
    former = {row["seq"]: row["name"] for row in data(say, "plan", "rows", "gp-2023", "--json")}
    assert ["1", "2", "3", "2-1", "2-2", "2-3"] == list(former)
    command = ("plan", "adjust", "gp-2023", str(anew), *PAPERS, *O1)
    seen = data(say, *command, "--json")
    keys = [(one["printed"], one["key"]) for one in seen["pairs"]]
    assert [
        ("1", "（新增）"), ("2", "2-1"), ("3", "2-2"), ("4", "2-3"), ("2-1", "1"), ("2-2", "2"), ("2-3", "3"),
    ] == keys  # fmt: skip
    assert 0 == say(*command, "--confirm", seen["confirm"]).code
    after = {row["seq"]: row["name"] for row in data(say, "plan", "rows", "gp-2023", "--json")}
    assert {**former, "4": "游泳场馆卫生检查"} == after
    assert 0 == say("plan", "publish", "gp-2023", "--to", str(tmp_path)).code
    for suffix in (".md", ".xlsx"):
        back = read_plan(tmp_path / f"gp-2023-v2{suffix}").rows
        assert after == {row.seq: row.fields.name.value for row in back}


def test_the_year_of_a_past_plan_is_nobodys_omission(office: Say) -> None:
    """Adopted after its windows: every round lay before."""
    adopted(office)
    states = {one["state"] for one in data(office, "plan", "year", "gp-2023", "--json")}
    assert {"计划采用前时间已过"} == states


def test_coverage_names_what_no_row_covers(office: Say) -> None:
    """Departments that take part in nothing."""
    office("plan", "names", "gp-2023", "--new=idle=闲置局", *O1)
    adopted(office)
    assert ["gp/idle"] == data(office, "plan", "coverage", "gp-2023", "--json")["departments"]


def test_what_the_notice_rules_is_a_proposal_that_a_person_confirms_into_policy(office: Say) -> None:
    """高平 三: publication lies inside the 20 days; until it is confirmed nothing applies it."""
    question = questions(office)[0]
    assert ("notice", "entry_stops_at", "公示") == (question["seq"], question["field"], question["proposal"])
    assert "向社会公示" in question["raw"]

    def in_force(*options: str) -> tuple[str, str]:
        shown = data(office, "policy", "show", *options, "--json")
        found = next(one for one in shown if one["key"] == "entry_stops_at")
        return found["value"], found["clause"]

    assert "receipt" == in_force("--plan", "gp-2023")[0]
    assert 0 == office("plan", "confirm", "gp-2023", "notice", "entry_stops_at", *O1).code
    value, clause = in_force("--plan", "gp-2023")
    assert "publication" == value
    assert "高市双随机办〔2023〕2号" in clause
    assert "receipt" == in_force()[0]
    assert "notice" not in {one["seq"] for one in questions(office)}


def test_only_what_a_notice_may_rule_is_set_for_a_plan(office: Say) -> None:
    """Ladders and periods between departments are the office's for all plans."""
    command = ("policy", "set", "claim_days", "3", "--clause", "测试", *O1)
    assert (3, "NotOfAPlan") == refused(office(*command, "--plan", "gp-2023"))
    assert (3, "PlanUnknown") == refused(office(*command[:2], "min_count", *command[3:], "--plan", "gp-1999"))


def test_regions_that_number_anew_keep_all_their_rows(say: Say, tmp_path: Path) -> None:
    """Each row has a key of its own, and settling one leaves its namesake alone."""
    header = (
        "县区\t序号\t抽查任务名称\t抽查事项\t抽查对象范围\t抽查比例及频次\t抽查起止时间\t发起部门\t配合部门"
    )
    row = "对网吧抽查\t实名登记检查\t网吧\t{}；1次/年\t4月-6月\t文旅局\t公安局"
    lines = [
        header,
        "东湖区\t1\t" + row.format("10%"),
        "\t2\t" + row.format("20%"),
        "西岭县\t1\t" + row.format("5%"),
    ]
    file = tmp_path / "plan.md"
    file.write_text("\n".join(lines), encoding="utf-8")
    assert say("person", "bootstrap-office", "gp", "高平办", "高平市", "o1", "测试人甲").code == 0
    said = say("plan", "import", str(file), "gp-2025", *O1)
    assert "2-1" in said.out
    assert 0 == say("plan", "set", "gp-2025", "2-1", "ratio", "8%", "--reason", "核实", *O1).code
    rows = data(say, "plan", "rows", "gp-2025", "--json")
    assert {"1": "10%", "2": "20%", "2-1": "8%"} == {one["seq"]: one["ratio"] for one in rows}
