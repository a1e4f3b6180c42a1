"""What a freeze leaves out and why, the classes it uses, and what of a draw is open to whom."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from activities.draw.export import export_record, export_snapshots, prove_code
from activities.draw.papers import ANNEX, load
from cli.draw.lists import ceiling_lines, drawn_lines, overlap_lines, recognised_lines
from models.outcomes import Result
from models.papers import RequestDraw, SetPolicy
from models.registers import CheckItem, Subject
from models.task import ActStep, DrawStep, Visit
from models.trail import Outcome, Submission
from rules.digests import canonical_json
from rules.merkle import Proof, proves
from rules.policy import PolicyKey
from rules.roles import Role
from rules.stages import VisitStage
from tests.activities.conftest import At
from tests.activities.draw.freezing import OTHER, RISKY, annex, freeze, other_task
from tests.activities.driver import Driver
from tests.activities.scenes import drawn, fixed, matched, visited
from tests.activities.world import OFFICE_TARGET
from tests.builders import LEAD, OFFICE_DESK, SECOND, THIRD, actor, subject_code

"""Subjects of class A and D."""


def test_the_annex_names_who_is_not_in_force_and_who_was_left_out_by_approval(at: At) -> None:
    """Every subject of the scope stands in the annex with its status, class, day, area and reason."""
    driver = at("claimed")
    with driver.database.write() as session:
        gone = session.exec(select(Subject).where(col(Subject.code) == subject_code(1))).one()
        gone.status = "注销"
    plan = freeze(driver, RequestDraw(reason="按计划", leave_out={subject_code(2): "县政府会议纪要3号"}))
    assert {"not_in_force": 1, "approval": 1} == plan["left_out"]
    lines = annex(driver)
    assert (12, "注销", "县政府会议纪要3号") == (
        len(lines),
        lines[subject_code(1)]["fact"],
        lines[subject_code(2)]["fact"],
    )


def test_whoever_is_left_out_by_approval_stands_in_the_scope(at: At) -> None:
    """A misspelt code would leave nobody out, unseen."""
    answer = at("claimed").say(
        RequestDraw(reason="按计划", leave_out={"XK9999999999999999": "批件"}), actor(LEAD, Role.HANDLER)
    )
    assert "NotInScope" == answer.type


def test_the_use_of_classes_is_recorded(at: At) -> None:
    """Four market entities, all classified; whether the notice wants the classes, and whether they were used."""
    plan = freeze(at("claimed"), RequestDraw(reason="按计划"))
    assert {"required": False, "used": False, "market_entities": 4, "classified": 4} == plan["class_use"]


def test_where_the_notice_wants_all_classed_an_unclassed_market_entity_needs_an_approval(at: At) -> None:
    """阳城 二 (100 %): the request is refused and names the list; the approval stands in the hashed plan."""
    driver = at("claimed")
    rising = {"A": "1", "B": "2", "C": "4", "D": "4"}
    for key, value in ((PolicyKey.MARKET_CLASSES, True), (PolicyKey.RISING_TABLE, rising)):
        rule = SetPolicy(key=key, value=value, clause="阳城 二", valid_from=driver.today)
        driver.act(OFFICE_DESK, Role.OFFICE, rule, target=OFFICE_TARGET)
    with driver.database.write() as session:
        session.exec(select(Subject).where(col(Subject.code) == RISKY)).one().credit_class = None
    asked = driver.say(RequestDraw(reason="按计划"), actor(LEAD, Role.HANDLER))
    assert (Outcome.REFUSED, "ClassMissing") == (asked.outcome, asked.type)
    assert "1户市场主体尚无分类" in asked.words
    assert "draw ceilings" in asked.words
    with driver.database.read() as session:
        lines = ceiling_lines(session, driver.task, driver.now)
    assert [(RISKY, ["市场主体尚无信用风险分类"])] == [(line["code"], line["why"]) for line in lines]
    plan = freeze(driver, RequestDraw(reason="按计划", unclassified="县政府会议纪要4号"))
    assert {"required": True, "used": True, "market_entities": 4, "classified": 3} == plan["class_use"]
    assert "县政府会议纪要4号" == plan["choices"]["unclassified"]


def test_the_trade_s_own_class_counts_where_the_policy_has_a_table(at: At) -> None:
    """A school of the trade's worst class is drawn as class D, an enterprise of class A keeps the riskier one."""
    driver = at("claimed")
    with driver.database.write() as session:
        for number in (0, 1):
            row = session.exec(select(Subject).where(col(Subject.code) == subject_code(number))).one()
            row.trade_class, row.trade_date = "Ⅳ级", driver.today
    table = SetPolicy(
        key=PolicyKey.TRADE_CLASSES, value={"Ⅳ级": "D"}, clause="行业办法", valid_from=driver.today
    )
    driver.act(OFFICE_DESK, Role.OFFICE, table, target=OFFICE_TARGET)
    plan = freeze(driver, RequestDraw(reason="按计划"))
    days = [annex(driver)[subject_code(number)]["trade_date"] for number in (0, 1, 2)]
    assert [driver.today.isoformat(), driver.today.isoformat(), ""] == days
    assert ({"Ⅳ级": "D"}, "D", "D", "-") == (
        plan["trade_classes"],
        annex(driver)[subject_code(0)]["class"],
        annex(driver)[subject_code(1)]["class"],
        annex(driver)[subject_code(2)]["class"],
    )


def test_a_trade_s_class_that_the_table_does_not_know_is_told_to_who_asks(at: At) -> None:
    """The draw takes the credit class alone; nobody need find that out afterwards."""
    driver = at("claimed")
    with driver.database.write() as session:
        row = session.exec(select(Subject).where(col(Subject.code) == subject_code(0))).one()
        row.trade_class, row.trade_date = "甲", driver.today
    table = SetPolicy(
        key=PolicyKey.TRADE_CLASSES, value={"Ⅳ级": "D"}, clause="行业办法", valid_from=driver.today
    )
    driver.act(OFFICE_DESK, Role.OFFICE, table, target=OFFICE_TARGET)
    answer = driver.act(LEAD, Role.HANDLER, RequestDraw(reason="按计划"))
    assert 1 == answer.data["found"]["trade_class_unknown"]


def test_overlapping_draws_are_offered_for_one_visit(at: At) -> None:
    """Both tasks have drawn it and nobody has checked it."""
    driver = at("drawn")
    mine = driver.subject(driver.visits(LEAD)[0]).code
    other_task(driver, mine)
    with driver.database.read() as session:
        lines = overlap_lines(session, driver.task, LEAD)
    assert [(mine, OTHER, THIRD)] == [(line["code"], line["task"], line["department"]) for line in lines]


def test_an_unexpired_result_on_the_same_item_is_offered(at: At) -> None:
    """The item is the same by name; half a year is the validity."""
    driver = at("drawn")
    mine = driver.subject(driver.visits(LEAD)[0]).code
    other_task(driver, mine, done=100)
    with driver.database.write() as session:
        for item in session.exec(select(CheckItem)):
            item.name = "安全检查"
        visit = session.exec(select(Visit).where(col(Visit.task) == OTHER)).one()
        visit.cycle = 1
        paper = session.exec(select(Submission.id)).first()
        assert paper is not None
        found = ["no_problem"]
        session.add(Result(visit=visit.id, item="third-1", cycle=1, categories=found, submission=paper))
    with driver.database.read() as session:
        lines = recognised_lines(session, driver.task, driver.now)
        # Each department but the one that has checked it may recognise the result.
        assert [(mine, "安全检查")] * 2 == [(line["code"], line["item"]) for line in lines]
        assert 2 == len({line["own"] for line in lines})
        assert [] == recognised_lines(session, driver.task, driver.now + timedelta(days=100))


def test_a_firm_proves_that_it_stands_in_the_directory(at: At) -> None:
    """The path leads to the published root; rank and seed are withheld until the last check."""
    driver = at("matched")
    code = subject_code(5)
    with driver.database.read() as session:
        root = session.get_one(DrawStep, (driver.task, 1, ActStep.FIXED, "")).content["root"]
        proof: dict[str, Any] = prove_code(session, driver.task, code)["proofs"][0]  # type: ignore[index]  # a document
    path = tuple((side, sibling) for side, sibling in proof["path"])
    assert proves(Proof(proof["line"], proof["salt"], path), root)
    assert not {"seed", "rank"} & proof.keys()
    visited(driver)
    with driver.database.read() as session:
        open_proof: dict[str, Any] = prove_code(session, driver.task, code)["proofs"][0]  # type: ignore[index]  # a document
    assert (True, 12) == (1 <= open_proof["rank"] <= 12, open_proof["of"])


def test_a_line_is_public_once_all_departments_have_checked_it(at: At) -> None:
    """Before: nobody outside sees a line. After one subject's checks: that one, without its rank."""
    driver = at("matched")
    with driver.database.read() as session:
        assert [] == drawn_lines(session, driver.task, all_lines=False)
        assert 9 == len(drawn_lines(session, driver.task, all_lines=True))
    first = driver.visits(LEAD)[0]
    with driver.database.write() as session:
        for visit in session.exec(select(Visit).where(col(Visit.subject) == first.subject)):
            visit.completed_on = driver.today
    with driver.database.read() as session:
        lines = drawn_lines(session, driver.task, all_lines=False)
    assert [(driver.subject(first).code, "")] == [(line["code"], line["rank"]) for line in lines]


def test_who_was_replaced_is_told_from_who_stands(at: At) -> None:
    """The line of a subject that another draw has replaced stays, and says so."""
    driver = at("matched")
    gone = driver.visits(LEAD)[0]
    with driver.database.write() as session:
        for visit in session.exec(select(Visit).where(col(Visit.subject) == gone.subject)):
            visit.stage = VisitStage.WITHDRAWN
    with driver.database.read() as session:
        lines = drawn_lines(session, driver.task, all_lines=True)
    assert [driver.subject(gone).code] == [line["code"] for line in lines if line["replaced"]]


def test_the_same_inputs_give_the_same_record_on_both_databases(
    stages: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Byte for byte: record, directory, annex, and who goes where."""
    monkeypatch.setattr("activities.draw.fixing.token_bytes", bytes)
    found = []
    for backend in ("sqlite", "postgresql"):
        database = stages.copy(backend, "requested")
        driver = Driver(database, tmp_path / backend)
        fixed(driver)
        drawn(driver)
        matched(driver)
        visited(driver)
        with database.read() as session:
            record = canonical_json(export_record(session, driver.task))
            body = export_snapshots(session, driver.task)[1]
            notes = load(session, driver.task, 1, ANNEX)
        officers = json.dumps([visit.facts for visit in driver.visits(SECOND)], sort_keys=True)
        found.append((record, body, notes, officers))
        stages.remove(database)
    assert found[0] == found[1]
